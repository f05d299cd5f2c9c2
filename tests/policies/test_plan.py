import pytest

from crypto.sections import Section
from policies.errors import TooFewError
from policies.plan import candidate_pools, plan
from tests.policies import building
from tests.policies.building import slip

BUNDLE = building.bundle()
DIRECTORY = building.directory()
DESK = frozenset(f"r{number}" for number in range(1, 9))


def test_everybody_of_the_desk_gets_a_share_when_nothing_is_excluded() -> None:
    found = plan(slip(), BUNDLE, DIRECTORY)
    assert found.desk == DESK
    assert found.custodians == {"c1", "c2"}
    assert (found.gates, found.gates_threshold) == (("gate-1", "gate-2", "gate-3"), 2)
    assert set(found.desk_thresholds.values()) == {1}


@pytest.mark.parametrize("asked", [{"tier": 3}, {"two_person": True}])
def test_two_people_for_all_but_the_card(asked: dict[str, object]) -> None:
    found = plan(slip(**asked), BUNDLE, DIRECTORY)
    assert found.desk_thresholds == {one: 1 if one is Section.CARD else 2 for one in Section}
    emergency = plan(slip(**asked, emergency=True), BUNDLE, DIRECTORY)
    assert set(emergency.desk_thresholds.values()) == {1}


def test_pools_leave_by_name_by_link_and_by_preference() -> None:
    assert "sister" not in candidate_pools(slip(exclude_pools=["sister"]), BUNDLE)
    assert candidate_pools(slip(exclude_links=["AREA:XB-01"]), BUNDLE) == {"outside", "women", "sister"}
    assert candidate_pools(slip(exclude_links=["AREA:XB-02"]), BUNDLE) == {"home", "outside", "women", "sister"}
    assert candidate_pools(slip(exclude_links=["ACT:POL@XB"]), BUNDLE) >= {"home", "region"}
    assert candidate_pools(slip(preference=2), BUNDLE) == {"women"}
    assert "outside" in candidate_pools(slip(preference=1), BUNDLE)


def test_ring_of_the_ombudsperson_is_another_ring() -> None:
    about_us = slip(ring=1)
    assert candidate_pools(about_us, BUNDLE) == {"ombuds"}
    assert plan(about_us, BUNDLE, DIRECTORY).desk == {"o1"}
    with pytest.raises(TooFewError) as caught:
        plan(slip(ring=1, tier=3), BUNDLE, DIRECTORY)
    assert caught.value.kind == "desk"


def test_named_and_revoked_people_get_nothing() -> None:
    found = plan(slip(exclude_people=["r1", "c1"]), BUNDLE, DIRECTORY, frozenset({"r2"}))
    assert found.desk == DESK - {"r1", "r2"}
    assert found.custodians == {"c2"}


def test_too_few_is_said_and_never_widened() -> None:
    only_one = slip(exclude_pools=["region", "outside", "women", "sister"])
    with pytest.raises(TooFewError) as desk:
        plan(only_one, BUNDLE, DIRECTORY)
    with pytest.raises(TooFewError) as custodians:
        plan(slip(exclude_people=["c1", "c2"]), BUNDLE, DIRECTORY)
    assert (desk.value.kind, custodians.value.kind) == ("desk", "custodians")
