"""The sample reports and the cast: who may open which card, computed and compared with data/people.json."""

import json
from importlib.resources import files

import pytest

from crypto.errors import MalformedError
from crypto.sections import Section
from policies import cast
from policies.decide import Permit
from policies.facts import Colleague
from policies.plan import candidate_pools, plan
from policies.slips import slip_of
from policies.vocabulary import Report
from tests.policies import building

SAMPLES = {one["id"]: one for one in json.loads(files("data").joinpath("sample_reports.json").read_text())["reports"]}
PEOPLE = cast.example()
BUNDLE = building.bundle()
DIRECTORY = building.directory()


def colleague(entry: cast.Entry) -> Colleague:
    pools = tuple(entry["pools"])
    certificate = cast.certificate_of(entry)
    return Colleague(name=entry["name"], role=cast.role_of(entry), pools=pools, certificate=certificate)


ALL = {entry["name"]: colleague(entry) for entry in cast.openers(PEOPLE)}


def test_nobody_of_the_cast_has_another_part_than_two() -> None:
    assert {one.role for one in ALL.values()} == {"desk", "custodian"}
    with pytest.raises(MalformedError):
        cast.role_of({"role": "auditor"})


def may(sample: Report, section: Section, asker: str, second: str | None = None, custodian: str | None = None) -> bool:
    slip = slip_of(sample)
    decided = building.answer(
        section=section,
        slip=slip,
        pools=candidate_pools(slip, BUNDLE),
        asker=ALL[asker],
        second=None if second is None else ALL[second],
        custodian=None if custodian is None else ALL[custodian],
    )
    return isinstance(decided, Permit)


def test_every_sample_is_in_the_table() -> None:
    assert list(PEOPLE["reports"]) == list(SAMPLES)
    assert {f"S{number:02d}" for number in range(1, 15)} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_who_may_open_the_card(name: str) -> None:
    sample, expected = SAMPLES[name], PEOPLE["reports"][name]
    allowed = [asker for asker in sorted(ALL) if may(sample, Section.CARD, asker)]
    assert allowed == expected["may_open_card"]
    assert sorted(set(ALL) - set(allowed)) == expected["may_not"]
    assert set(allowed) <= plan(slip_of(sample), BUNDLE, DIRECTORY).desk
    assert "r8" not in allowed
    assert len(allowed) >= (1 if name == "S13" else 2)


@pytest.mark.parametrize("name", ["S04", "S08"])
def test_where_a_woman_is_required_there_are_two(name: str) -> None:
    certificates = [ALL[one].certificate for one in PEOPLE["reports"][name]["may_open_card"]]
    assert len(certificates) >= 2
    assert all(one is not None and one.woman for one in certificates)


@pytest.mark.parametrize("name", [name for name, one in SAMPLES.items() if one["slip"]["tier"] == 3])
def test_tier_three_stories_open_to_two_and_not_to_one(name: str) -> None:
    first, second, *_ = PEOPLE["reports"][name]["may_open_card"]
    assert not may(SAMPLES[name], Section.STORY, first)
    assert may(SAMPLES[name], Section.STORY, first, second)
    assert not may(SAMPLES[name], Section.IDENTITY, first, second)
    assert may(SAMPLES[name], Section.IDENTITY, first, second, "c1")
    assert not may(SAMPLES[name], Section.STORY, first, "r8")


def test_a_conflicted_custodian_gives_no_share_that_counts() -> None:
    assert may(SAMPLES["S01"], Section.IDENTITY, "r1", None, "c1")
    assert not may(SAMPLES["S01"], Section.IDENTITY, "r1", None, "c2")
