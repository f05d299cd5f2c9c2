"""The ways in which Cedar fails open, tried on our `decide`; and properties that no case may break."""

from typing import Any

import cedarpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import structs

from crypto.errors import MalformedError
from crypto.opening import EXPORTED
from crypto.sections import Section
from policies import facts, links
from policies.decide import Deny, Permit, Rules, decide, default_rules_text
from policies.directory import Certificate
from policies.facts import Colleague
from policies.links import any_meet
from policies.vocabulary import VALUES, consent_bytes
from tests.policies.building import TODAY, answer, colleague, question, rules, slip

ERROR = Deny(("error",))


def test_baseline_is_permitted() -> None:
    assert answer() == Permit(("R2.card",))


def test_moments_are_those_of_the_calendar() -> None:
    told = facts.request(question())["context"]["now"]
    assert told == {"__extn": {"fn": "datetime", "arg": "2026-11-24T12:00:00Z"}}
    (asker,) = (one for one in facts.entities(question(asker=colleague(trained_until=0))) if one["uid"]["id"] == "asha")
    assert asker["attrs"]["trainedUntil"] == {"__extn": {"fn": "datetime", "arg": "1970-01-01T00:00:00Z"}}


def test_a_missing_certificate_denies() -> None:
    nobody = Colleague(name="asha", role="desk", pools=("outside",), certificate=None)
    for part in ("asker", "second", "custodian"):
        assert answer(**{part: nobody}) == Deny(("R1.no-certificate",))
    assert answer(asker=nobody, action="recuse") == Deny(("R1.no-certificate",))


def test_a_certificate_of_somebody_else_denies() -> None:
    borrowed = Colleague(name="asha", role="desk", pools=("outside",), certificate=colleague("bea").certificate)
    assert answer(asker=borrowed) == ERROR


@pytest.mark.parametrize("purpose", ["", "triage", "ANYTHING", "TRIAGE "])
def test_a_purpose_that_does_not_exist_denies(purpose: str) -> None:
    assert answer(purpose=purpose) == ERROR


@pytest.mark.parametrize("role", ["auditor", "officer", ""])
def test_a_role_that_does_not_exist_denies(role: str) -> None:
    assert answer(asker=colleague(role=role, pools=("outside",))) == ERROR


@pytest.mark.parametrize("changes", [{"action": "read"}, {"action": "open_card"}, {"minute": 10**15}, {"slip": None}])
def test_questions_that_are_none_deny(changes: dict[str, Any]) -> None:
    assert answer(**changes) == ERROR


def test_a_slice_with_a_gap_is_refused_before_cedar_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    conflicted = {"asker": colleague(links=["ACT:POL@XV-02"]), "slip": slip(exclude_links=["ACT:POL@XV"])}
    assert answer(**conflicted) == Deny(("R5.conflict",))
    monkeypatch.setattr(links, "closure", sorted)  # forgets the coarser links
    assert answer(**conflicted) == ERROR


def test_two_sets_of_facts_about_one_person_deny() -> None:
    conflicted = colleague(links=["ACT:POL@XV"])
    assert answer(asker=colleague(), second=conflicted, section=Section.STORY) == ERROR


def test_an_erring_forbid_denies_although_cedar_would_skip_it() -> None:
    schema, policies = default_rules_text()
    overflow = '@id("x") forbid (principal, action, resource) when { resource.tier * 9223372036854775807 > 0 };'
    erring = Rules.load(schema, policies + overflow)
    assert decide(erring, question(slip=slip(tier=2))) == ERROR
    assert decide(erring, question(slip=slip(tier=1))) == Deny(("x",))


def test_no_decision_is_a_denial(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        decision = cedarpy.Decision.NoDecision
        diagnostics = cedarpy.Diagnostics({})

    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: Nothing)
    assert answer() == ERROR


def test_rules_that_do_not_fit_are_not_loaded() -> None:
    schema, policies = default_rules_text()
    for wrong in (
        policies.replace("declaredUntil", "declaredUntill"),
        policies + "permit (principal, action, resource);",
        policies + '@id("R2.card") permit (principal, action, resource);',
        policies + '@id("t") permit (principal == ?principal, action, resource);',
        policies.replace('Role::"custodian"', 'Role::"custodain"'),
        "(",
    ):
        with pytest.raises(MalformedError):
            Rules.load(schema, wrong)
    with pytest.raises(MalformedError):
        Rules.load("(", policies)


def test_errors_say_nothing_of_the_facts() -> None:
    assert answer(purpose="SECRET").rules == ("error",)


PLACES = ("XV", "XV-01", "XV-02", "XV-02-D1", "XS")
LINKS = [f"ACT:{actor}@{place}" for actor in ("POL", "MIL") for place in PLACES] + [f"AREA:{place}" for place in PLACES]
some_links = st.lists(st.sampled_from(LINKS), max_size=3, unique=True)


@given(some_links, some_links)
def test_cedar_and_the_function_agree_when_links_meet(mine: list[str], excluded: list[str]) -> None:
    denied = answer(asker=colleague(links=mine), slip=slip(exclude_links=excluded)) == Deny(("R5.conflict",))
    assert denied is any_meet(mine, excluded)


def a_colleague(name: str) -> st.SearchStrategy[Colleague]:
    days = st.sampled_from([TODAY - 1, TODAY, TODAY + 1])
    certificate = st.builds(
        Certificate,
        name=st.just(name),
        woman=st.booleans(),
        languages=st.sampled_from([["en"], ["fr"]]),
        links=some_links,
        trained_until=days,
        declared_until=days,
        duty=st.booleans(),
    )
    return st.builds(
        Colleague,
        name=st.just(name),
        role=st.sampled_from(["desk", "custodian"]),
        pools=st.sampled_from([(), ("outside",), ("home",)]),
        certificate=certificate,
        revoked=st.booleans(),
    )


@given(
    action=st.sampled_from(["open", "export", "emergency"]),
    section=st.sampled_from(Section),
    purpose=st.sampled_from(["TRIAGE", "SUPPORT", "OVERSIGHT"]),
    support=st.sampled_from(VALUES),
    asker=a_colleague("asha"),
    second=st.none() | a_colleague("bea"),
    custodian=st.none() | a_colleague("cleo"),
    tier=st.integers(1, 3),
    preference=st.integers(0, 2),
    two_person=st.booleans(),
    emergency=st.booleans(),
    exclude_links=some_links,
    exclude_people=st.lists(st.sampled_from(["asha", "bea", "cleo"]), max_size=1),
    recused=st.frozensets(st.sampled_from(["asha", "bea", "cleo"]), max_size=1),
    withdrawn=st.booleans(),
)
def test_what_no_permit_may_ever_hold(**drawn: Any) -> None:
    names = ("tier", "preference", "two_person", "emergency", "exclude_links", "exclude_people")
    facts_of_slip = {name: drawn.pop(name) for name in names}
    support, exports = drawn.pop("support"), drawn["action"] == "export"
    assume(not exports or drawn["section"] in EXPORTED)
    facts_of_slip["consent"] = consent_bytes({"SUPPORT": support})
    found = answer(slip=slip(**facts_of_slip), **drawn)
    assert found != ERROR
    if isinstance(found, Deny):
        return
    people = [one for one in (drawn["asker"], drawn["second"], drawn["custodian"]) if one is not None]
    for one in people:
        assert not one.revoked
        assert one.name not in facts_of_slip["exclude_people"]
        assert one.name not in drawn["recused"]
        assert one.certificate.declared_until >= TODAY <= one.certificate.trained_until
        assert not any_meet(one.certificate.links, facts_of_slip["exclude_links"])
    assert drawn["asker"].certificate.woman or facts_of_slip["preference"] != 2
    assert not drawn["withdrawn"]
    assert drawn["custodian"] is not None or drawn["section"] not in (Section.IDENTITY, Section.ORIGINALS)
    alone = facts_of_slip["emergency"] and drawn["action"] == "emergency"
    two = (facts_of_slip["tier"] == 3 or facts_of_slip["two_person"]) and not alone
    assert drawn["second"] is not None or not two or drawn["section"] is Section.CARD
    assert drawn["purpose"] != "SUPPORT" or support in VALUES[2:]
    if exports:
        assert drawn["purpose"] == "SUPPORT"
        assert drawn["section"] is not Section.IDENTITY or support == VALUES[3]
        assert drawn["second"] is not None or not (facts_of_slip["tier"] == 3 or facts_of_slip["two_person"])


@pytest.mark.parametrize("section", [Section.EVIDENCE, Section.ORIGINALS])
def test_files_are_taken_along_and_not_handed_on(section: Section) -> None:
    second, custodian = colleague("bea"), colleague("cleo", role="custodian")
    asked = answer(action="export", section=section, purpose="JUSTICE", second=second, custodian=custodian)
    assert asked == Deny(("error",))


@pytest.mark.parametrize("section", [Section.CARD, Section.STORY, Section.IDENTITY])
def test_only_files_can_be_taken_along(section: Section) -> None:
    second, custodian = colleague("bea"), colleague("cleo", role="custodian")
    assert answer(action="copy", section=section, second=second, custodian=custodian) == Deny(("error",))


def test_every_rule_is_named_in_some_answer() -> None:
    """No rule is dead: each is what decides in one small case (the table of cases.toml checks the rest)."""
    second = colleague("bea")
    seen = {
        *answer().rules,
        *answer(action="recuse").rules,
        *answer(action="answer", purpose="REPLY").rules,
        *answer(action="thread").rules,
        *answer(action="export", slip=slip(tier=3)).rules,
        *answer(expired=True).rules,
        *answer(section=Section.STORY).rules,
        *answer(section=Section.STORY, second=second).rules,
        *answer(action="justify").rules,
        *answer(action="emergency", section=Section.STORY, slip=slip(emergency=True)).rules,
        *answer(section=Section.IDENTITY, custodian=colleague("cleo", role="custodian")).rules,
        *answer(section=Section.ORIGINALS, custodian=colleague("cleo", role="custodian")).rules,
        *answer(asker=colleague(declared_until=TODAY - 1, trained_until=TODAY - 1, duty=False, woman=False)).rules,
        *answer(
            asker=colleague(languages=["fr"], pools=("home",), links=["AREA:XV"], revoked=True), withdrawn=True
        ).rules,
        *answer(slip=slip(exclude_links=["AREA:XV"]), asker=colleague(links=["AREA:XV"])).rules,
        *answer(slip=slip(exclude_people=["asha"], preference=2), asker=colleague(woman=False)).rules,
        *answer(recused=frozenset({"asha"}), purpose="STATS").rules,
        *answer(section=Section.IDENTITY, slip=slip(tier=3), purpose="SUPPORT").rules,
        *answer(second=colleague("asha"), custodian=colleague("bea")).rules,
        *answer(second=colleague("bea", role="custodian")).rules,
    }
    assert seen == rules().names


def test_a_slip_out_of_bounds_denies() -> None:
    assert answer(slip=structs.replace(slip(), tier=4)) == ERROR
