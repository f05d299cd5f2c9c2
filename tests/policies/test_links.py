import pytest

from crypto.errors import MalformedError
from policies.links import ancestors, any_meet, closure, coarser, meet, ties


def test_actor_lies_in_coarser_actors_and_in_the_areas_of_its_place() -> None:
    assert ancestors("ACT:POL@XS-03-D1") == ["ACT:POL@XS-03", "ACT:POL@XS", "AREA:XS-03-D1", "AREA:XS-03", "AREA:XS"]
    assert ancestors("AREA:XS-03") == ["AREA:XS"]
    assert ancestors("AREA:XS") == coarser("ACT:POL@XS") == []


def test_a_person_has_ties_to_the_place_of_her_actor_but_not_to_the_actors_of_her_place() -> None:
    assert ties(["ACT:POL@XS-03"]) == ["ACT:POL@XS-03", "AREA:XS-03"]
    assert ties(["AREA:XS-03"]) == ["AREA:XS-03"]


def test_closure_holds_every_ancestor_of_every_member() -> None:
    found = closure(["ACT:POL@XS-03-D1", "AREA:XB-01"])
    assert all(set(ancestors(link)) <= set(found) for link in found)
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("person", "excluded", "expected"),
    [
        ("ACT:POL@XV", "ACT:POL@XV", True),
        ("ACT:POL@XV-02", "ACT:POL@XV", True),
        ("ACT:POL@XV", "ACT:POL@XV-02", True),
        ("ACT:POL@XV-01", "ACT:POL@XV-02", False),
        ("ACT:POL@XV", "ACT:MIL@XV", False),
        ("ACT:POL@XV", "ACT:POL@XS", False),
        ("AREA:XV", "ACT:POL@XV", False),
        ("AREA:XV-01", "ACT:POL@XV", False),
        ("AREA:XB", "AREA:XB-01", True),
        ("AREA:XB-01", "AREA:XB", True),
        ("AREA:XB-02", "AREA:XB-01", False),
        ("ACT:MIL@XB-01", "AREA:XB-01", True),
        ("ACT:MIL@XB-01-D3", "AREA:XB-01", True),
        ("ACT:MIL@XB", "AREA:XB-01", True),
        ("ACT:MIL@XB-02", "AREA:XB-01", False),
        ("ACT:MIL@XB", "ACT:POL@XB-01", False),
        ("AREA:XB-1", "AREA:XB-11", False),
    ],
)
def test_meet(person: str, excluded: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert meet(person, excluded) is expected
    assert any_meet(["AREA:ZZ", person], ["ACT:GOV@ZZ-9", excluded]) is expected


@pytest.mark.parametrize(
    "link", ["", "POL@XV", "ACT:POL@", "AREA:xv", "AREA:XV-", "ACT:POL@XV\n", "AREA:XV-02-D1-E2-F3"]
)
def test_what_is_no_link_is_refused(link: str) -> None:
    with pytest.raises(MalformedError):
        ancestors(link)
