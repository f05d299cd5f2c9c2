"""Who took part and must not have, told from facts alone: whatever a gate permitted, and whatever rules were signed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from client import replaying
from client.auditor import verify
from client.findings import Fault
from client.questions import conflicts, exports, keeping, openings, quorum
from client.questions.verdicts import NO, YES
from crypto.hashing import sha256
from crypto.relay import Publication
from crypto.sections import Section
from gate import decide as gate_decide
from gate import release as gate_release
from policies import directory as directories
from policies.decide import Permit
from tests.asking import Asking
from tests.client.asking_questions import answers, exported_now
from tests.harness import OFFICERS, Running
from tests.samples import samples, send
from tests.server.coming_back import Her

CARD, STORY, IDENTITY = Section.CARD, Section.STORY, Section.IDENTITY
Permits = Callable[..., None]


@pytest.fixture
def permits(monkeypatch: pytest.MonkeyPatch) -> Permits:
    """Let the gate permit whatever it is asked, by this rule."""

    def lie(rule: str = "R2.card") -> None:
        for place in (gate_decide, gate_release):
            monkeypatch.setattr(place, "decide", lambda *_: Permit((rule,)))

    return lie


def test_somebody_with_ties_let_in_by_a_gate(fresh: Running, permits: Permits) -> None:
    report = send(fresh, "S01")
    permits()
    Asking(fresh, "r2", report, [CARD]).send()
    bent = exported_now(fresh)
    (index,) = bent.decisions()
    found = answers(bent, 1, 3, 5)
    assert (found[1].faults, found[1].answer) == ((), YES)
    assert found[3].faults == (Fault(index, replaying.OUTCOME),)
    assert (found[5].answer, found[5].faults) == (YES, (Fault(index, conflicts.TIED),))


def test_somebody_with_ties_let_in_by_rules_that_officers_signed(fresh: Running) -> None:
    """Nothing is wrong by these rules; the question is asked without them."""
    rules = fresh.organisation.bundle
    assert rules is not None
    weaker = rules.body.policies
    start = weaker.index('@id("R5.conflict")')
    weaker = weaker[:start] + weaker[weaker.index("// R5. Whoever recused") :]
    fresh.house.publish(fresh.organisation.next_bundle(policies=weaker))
    report = send(fresh, "S01")
    asking = Asking(fresh, "r2", report, [CARD])
    assert asking.permitted(asking.send()) == {CARD: True}
    bent = exported_now(fresh)
    (index,) = bent.decisions()
    found = answers(bent, 3, 5, 8)
    assert found[3].faults == ()
    assert found[5].faults == (Fault(index, conflicts.TIED),)
    assert any(
        '-@id("R5.conflict")' in str(row) for each in found[8].tables if each.name == "diff" for row in each.rows
    )


def test_everybody_who_must_not_take_part(fresh: Running, permits: Permits) -> None:
    report = send(fresh, "S01", slip={**sample_slip("S01"), "exclude_people": ["r5"]})
    Asking(fresh, "r1", report, [CARD], action="recuse").send()
    fresh.house.publish(fresh.organisation.revocation("r6", fresh.clock.day))
    reviewers = [
        {**one, "trained_until": "2026-01-01"} if one["name"] == "r7" else one
        for one in fresh.organisation.people["reviewers"]
    ]
    fresh.organisation.people = {**fresh.organisation.people, "reviewers": reviewers}
    fresh.house.publish(fresh.organisation.next_directory())
    permits()
    for who in ("r5", "r1", "r6", "r7", "r8"):  # r8's declaration has ended
        Asking(fresh, who, report, [CARD]).send()
    bent = exported_now(fresh)
    aside, excluded, stepped, revoked, untrained, undeclared = bent.decisions()
    found = answers(bent, 5)[5]
    assert {
        Fault(excluded, conflicts.EXCLUDED),
        Fault(stepped, conflicts.ASIDE),
        Fault(revoked, conflicts.REVOKED),
        Fault(untrained, conflicts.UNTRAINED),
        Fault(undeclared, conflicts.UNDECLARED),
    } <= set(found.faults)
    assert aside not in {one.index for one in found.faults}


def sample_slip(name: str) -> dict[str, Any]:
    slip: dict[str, Any] = samples()[name]["slip"]
    return slip


def test_one_person_where_two_are_needed(fresh: Running, permits: Permits) -> None:
    report = send(fresh, "S08")
    both = Asking(fresh, "r1", report, [STORY]).approve("r4", STORY)
    assert both.permitted(both.send()) == {STORY: True}
    permits("R3.story-two")
    Asking(fresh, "r1", report, [STORY]).send()
    Asking(fresh, "r1", report, [IDENTITY]).approve("c1", IDENTITY).send()  # a custodian is no second reader
    bent = exported_now(fresh)
    _, alone, custodian = bent.decisions()
    found = answers(bent, 6)[6]
    assert found.faults == (Fault(alone, quorum.ALONE), Fault(custodian, quorum.ALONE))
    assert found.counts["decisions that need two"] == "fewer than 10"


@pytest.mark.parametrize(("tier", "two"), [(3, False), (1, True)])
def test_two_are_needed_by_tier_or_because_she_asked(fresh: Running, permits: Permits, tier: int, two: bool) -> None:  # noqa: FBT001
    slip = {**sample_slip("S08"), "tier": tier, "two_person": two, "emergency": False}
    report = send(fresh, "S08", slip=slip)
    permits("R3.story-two")
    Asking(fresh, "r1", report, [STORY]).send()
    Asking(fresh, "r1", report, [CARD]).send()  # for the card, one is enough
    bent = exported_now(fresh)
    alone, _ = bent.decisions()
    found = verify(bent.path, bent.organisation.trust, auditor=bent.auditor).decisions[0].slip
    assert (found.tier, found.two_person) == (tier, two)
    assert answers(bent, 6)[6].faults == (Fault(alone, quorum.ALONE),)


def test_who_agrees_must_be_free_of_ties_too(fresh: Running, permits: Permits) -> None:
    report = send(fresh, "S08", slip={**sample_slip("S08"), "exclude_people": ["r4"]})
    permits("R3.story-two")
    Asking(fresh, "r1", report, [STORY]).approve("r4", STORY).send()
    bent = exported_now(fresh)
    assert Fault(bent.decisions()[0], conflicts.EXCLUDED) in answers(bent, 5)[5].faults


def consent(**choices: str) -> dict[str, Any]:
    """S01's consent with other choices."""
    given: dict[str, Any] = samples()["S01"]["consent"]
    return {**given, "choices": {**given["choices"], **choices}}


def hands_on(world: Running, report: bytes, *sections: Section, said: str, purpose: str = "SUPPORT") -> Asking:
    asking = Asking(world, "r1", report, sections, action="export", purpose=purpose, because=said)
    if IDENTITY in sections:
        asking.approve("c1", IDENTITY)
    asking.send()
    return asking


FORM = "to The river house; guess no; harm no; she asked us"


def test_what_was_handed_on_as_she_wished(fresh: Running) -> None:
    report = send(fresh, "S01", consent=consent(SUPPORT="yes_with_identity"))
    hands_on(fresh, report, CARD, IDENTITY, said=FORM)
    found = answers(exported_now(fresh), 3, 11)
    assert (found[3].faults, found[11].faults, found[11].answer) == ((), (), YES)
    assert found[11].counts["handed on"] == 2
    assert [row[2:] for row in found[11].tables[1].rows] == [
        ("r1", section, "SUPPORT", "The river house", "no", "no") for section in ("card", "identity")
    ]
    assert found[11].tables[1].private  # a recipient may be one person


@pytest.mark.parametrize(
    ("agreed", "section", "purpose", "said", "fault"),
    [
        ("no", CARD, "SUPPORT", FORM, exports.CONSENT),
        ("ask_me_first", CARD, "SUPPORT", FORM, exports.CONSENT),
        ("yes_without_identity", IDENTITY, "SUPPORT", FORM, exports.IDENTITY),
        ("yes_with_identity", CARD, "TRIAGE", FORM, exports.UNASKED),
        ("yes_with_identity", CARD, "SUPPORT", "they need it", exports.NO_RECIPIENT),
        ("yes_with_identity", CARD, "SUPPORT", FORM.replace("harm no", "harm yes"), exports.NO_SECOND),
    ],
)
def test_what_was_handed_on_otherwise(  # noqa: PLR0913, PLR0917 - a table
    fresh: Running, permits: Permits, agreed: str, section: Section, purpose: str, said: str, fault: str
) -> None:
    report = send(fresh, "S01", consent=consent(SUPPORT=agreed))
    permits()
    hands_on(fresh, report, section, purpose=purpose, said=said)
    bent = exported_now(fresh)
    found = answers(bent, 11)[11]
    assert (found.answer, found.faults) == (NO, (Fault(bent.decisions()[0], fault),))


def test_one_person_hands_on_what_two_open(fresh: Running, permits: Permits) -> None:
    """Nor does an emergency let her, nor is the card less than the story."""
    slip = {**sample_slip("S08"), "emergency": True}
    report = send(fresh, "S08", slip=slip, consent={**samples()["S08"]["consent"], "choices": consent()["choices"]})
    permits()
    hands_on(fresh, report, CARD, said=FORM)
    bent = exported_now(fresh)
    assert answers(bent, 6)[6].faults == (Fault(bent.decisions()[0], quorum.ALONE),)


def test_an_emergency_that_nobody_called_one_is_a_fault(fresh: Running, permits: Permits) -> None:
    report = send(fresh, "S08", slip={**sample_slip("S08"), "emergency": True})
    permits("R3.story-two")
    Asking(fresh, "r1", report, [STORY]).send()
    bent = exported_now(fresh)
    assert answers(bent, 6)[6].faults == (Fault(bent.decisions()[0], quorum.ALONE),)


def test_an_emergency_is_named_and_is_no_fault(fresh: Running) -> None:
    report = send(fresh, "S08", slip={**sample_slip("S08"), "emergency": True})
    asking = Asking(fresh, "r1", report, [STORY], action="emergency", because="she is followed")
    assert asking.permitted(asking.send()) == {STORY: True}
    bent = exported_now(fresh)
    found = answers(bent, 6)[6]
    assert (found.answer, found.faults, found.counts["emergencies"]) == (NO, (), 1)
    (row,) = found.tables[0].rows
    assert row[0] == bent.decisions()[0]


def test_opened_although_it_was_withdrawn(fresh: Running, permits: Permits) -> None:
    hers = Her(fresh)
    kept = Asking(fresh, "r1", hers.report, [CARD]).blobs(slots=fresh.house.slots(hers.report))
    hers.withdraws()
    permits()
    fresh.house.wait(fresh.house.open(kept))
    bent = exported_now(fresh)
    (index,) = bent.decisions()
    found = answers(bent, 12, 17)
    assert found[12].faults == (Fault(index, keeping.AFTER),)
    assert [row[:3] for row in found[17].tables[0].rows] == [(index, "opened after it was withdrawn", "r1")]


def test_a_reason_that_says_nothing(fresh: Running) -> None:
    report = send(fresh, "S01")
    Asking(fresh, "r1", report, [CARD], because="  ").send()
    bent = exported_now(fresh)
    found = answers(bent, 4)[4]
    assert (found.answer, found.faults) == (NO, ())  # the rules do not ask for one; it is told all the same
    assert found.tables[0].rows == ((bent.decisions()[0], openings.NO_REASON, "r1"),)


def test_a_purpose_that_is_none(fresh: Running) -> None:
    report = send(fresh, "S01")
    asking = Asking(fresh, "r1", report, [CARD], purpose="GOSSIP")
    assert asking.permitted(asking.send()) == {CARD: False}
    bent = exported_now(fresh)
    assert answers(bent, 4)[4].tables[0].rows == ((bent.decisions()[0], openings.NO_PURPOSE, "r1"),)


def test_a_person_who_changed_her_role_is_listed(fresh: Running) -> None:
    before = fresh.organisation.directory
    assert before is not None
    people = [
        structs.replace(one, role="custodian", pools=[]) if one.name == "r5" else one for one in before.body.people
    ]
    body = structs.replace(before.body, number=2, people=people)
    note = fresh.organisation.signed(directories.unsigned(body, before), *OFFICERS[:2])
    sealed = fresh.house.directory(1)[2]
    fresh.house.publish(Publication(note=note, body=body.encode(), certificates=sealed))
    found = answers(exported_now(fresh), 8, 16)
    assert found[16].tables[1].rows == ((2, "r5", "desk then custodian"),)
    assert (2, "directory", 2, "person r5: role, pools changed") in found[8].tables[1].rows


def test_one_key_for_two_duties(fresh: Running) -> None:
    """A gate's key that is also a reviewer's: officers may not have noticed."""
    gate, r5 = fresh.key("gate-1"), fresh.key("r5")
    fresh.organisation.keys["r5"] = replace(r5, identity=gate.identity)
    fresh.house.publish(fresh.organisation.next_directory())
    found = answers(exported_now(fresh), 16)[16]
    assert [one.index for one in found.faults] == [2]
    assert found.tables[0].rows == ((2, "gate gate-1, person r5"),)
    assert sha256(gate.identity_public).hex()[:16] in str(answers(exported_now(fresh), 19)[19])
