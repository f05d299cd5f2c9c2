"""Deciding again: what signature, leaf and journal cannot show is shown by the rules, run again (protocol 13, (9))."""

import os
from collections.abc import Callable

import pytest

from client import exporting, replaying
from client.auditor import verify
from client.findings import Fault
from client.folder import Folder
from client.replaying import Facts, Replay, replay
from crypto import leaves, words
from crypto.sections import Section
from gate import decide as gate_decide
from gate import release as gate_release
from policies.decide import Deny, Permit, Rules
from policies.facts import Question
from tests.asking import Asking
from tests.client.bending import Bent
from tests.harness import Running
from tests.samples import send

CARD, STORY = Section.CARD, Section.STORY
Decide = Callable[[Rules, Question], Permit | Deny]


def again(world: Running) -> Replay:
    folder = world.folder / "log"
    exporting.export(world.house, world.organisation.trust, folder)
    return replay(folder, world.organisation.trust, Bent(folder, world.organisation).auditor)


def last(world: Running) -> int:
    return int(world.house.checkpoint().split("\n")[1]) - 1


@pytest.fixture
def lying(monkeypatch: pytest.MonkeyPatch) -> Callable[[Permit | Deny], None]:
    """Let the gate answer something else than its rules."""

    def lie(answer: Permit | Deny) -> None:
        decide: Decide = lambda *_: answer  # noqa: E731
        monkeypatch.setattr(gate_decide, "decide", decide)
        monkeypatch.setattr(gate_release, "decide", decide)

    return lie


def test_honest_decisions_come_out_the_same(fresh: Running) -> None:
    report, story = send(fresh, "S01"), send(fresh, "S08")
    for who in ("r1", "r2", "r3", "r8", "o1"):
        Asking(fresh, who, report, [CARD, STORY]).send()
    Asking(fresh, "r1", story, [STORY]).approve("r4", STORY).send()
    Asking(fresh, "r1", story, [STORY], purpose="MEDIA").approve("r4", STORY).send()
    Asking(fresh, "r1", report, [CARD], action="recuse").send()
    Asking(fresh, "r1", report, [CARD]).send()
    found = again(fresh)
    assert found.audit.faults == []
    assert (found.decided, found.faults) == (14, [])


def test_a_permit_that_the_rules_do_not_give(fresh: Running, lying: Callable[[Permit | Deny], None]) -> None:
    """It is signed, committed, noticed, proven and released; nothing but replaying shows it."""
    report = send(fresh, "S01")
    lying(Permit(("R2.card",)))
    asking = Asking(fresh, "r2", report, [CARD])
    assert asking.read(asking.send(), CARD)
    found = again(fresh)
    assert found.audit.faults == []
    assert found.faults == [Fault(last(fresh), replaying.OUTCOME)]


def test_a_refusal_that_the_rules_do_not_give(fresh: Running, lying: Callable[[Permit | Deny], None]) -> None:
    report = send(fresh, "S01")
    lying(Deny(("R2.language",)))
    Asking(fresh, "r1", report, [CARD]).send()
    assert again(fresh).faults == [Fault(last(fresh), replaying.OUTCOME)]


def test_other_reasons_than_the_rules_give(fresh: Running, lying: Callable[[Permit | Deny], None]) -> None:
    report = send(fresh, "S01")
    lying(Deny(("R2.language",)))
    Asking(fresh, "r2", report, [CARD]).send()
    assert again(fresh).faults == [Fault(last(fresh), replaying.REASONS)]


def test_reasons_changed_and_committed_to_again(fresh: Running) -> None:
    """The gate and the log together rewrite the reasons of the last decision."""
    report = send(fresh, "S01")
    Asking(fresh, "r2", report, [CARD]).send()
    assert again(fresh).faults == []
    bent = Bent(fresh.folder / "log", fresh.organisation)
    bent.rewrite(bent.decisions()[-1], {"rules": ["R2.language"]}, gate_signs=True)
    found = replay(bent.path, fresh.organisation.trust, bent.auditor)
    assert found.audit.faults == []
    assert found.faults == [Fault(bent.decisions()[-1], replaying.REASONS)]


def test_a_gate_that_forgets_a_revocation(fresh: Running, lying: Callable[[Permit | Deny], None]) -> None:
    report = send(fresh, "S01")
    fresh.house.publish(fresh.organisation.revocation("r1", fresh.clock.day))
    lying(Permit(("R2.card",)))
    Asking(fresh, "r1", report, [CARD]).send()
    assert again(fresh).faults == [Fault(last(fresh), replaying.OUTCOME)]


def test_a_gate_that_forgets_a_recusal(fresh: Running, lying: Callable[[Permit | Deny], None]) -> None:
    report = send(fresh, "S01")
    Asking(fresh, "r1", report, [CARD], action="recuse").send()
    lying(Permit(("R2.card",)))
    Asking(fresh, "r1", report, [CARD]).send()
    assert again(fresh).faults == [Fault(last(fresh), replaying.OUTCOME)]


def test_a_revocation_that_reached_the_gate_before_the_log(fresh: Running) -> None:
    """A refusal for a reason that the log has at last is no lie."""
    report = send(fresh, "S01")
    revocation = fresh.organisation.revocation("r1", fresh.clock.day)
    assert fresh.gate_clients["gate-1"].post("/v1/notes", content=revocation.encode()).status_code == 200
    Asking(fresh, "r1", report, [CARD]).send()
    refused = last(fresh)
    assert again(fresh).faults == [Fault(refused, replaying.OUTCOME)]  # the log is still without it
    fresh.house.publish(revocation)
    assert again(fresh).faults == []


def test_who_left_the_directory_is_judged_by_the_one_she_was_in(fresh: Running) -> None:
    report = send(fresh, "S01")
    fresh.house.publish(fresh.organisation.next_directory(without=("r1",)))
    Asking(fresh, "r1", report, [CARD]).send()
    found = again(fresh)
    assert found.audit.faults == []
    assert (found.decided, found.faults) == (1, [])
    assert found.audit.decisions[0].decision.rules == ["R9.revoked"]


def test_missing_certificates_cannot_be_decided_on(fresh: Running) -> None:
    report = send(fresh, "S01")
    Asking(fresh, "r1", report, [CARD]).send()
    again(fresh)
    folder = fresh.folder / "log"
    (folder / "directories" / "1.certificates").unlink()
    found = replay(folder, fresh.organisation.trust, Bent(folder, fresh.organisation).auditor)
    assert found.faults == [Fault(last(fresh), replaying.OUTCOME)]


def test_a_withdrawal_closes_from_its_leaf_on(fresh: Running) -> None:
    said = words.new(os.urandom)
    report = send(fresh, "S01", said)
    Asking(fresh, "r1", report, [CARD]).send()
    assert again(fresh).faults == []
    bent = Bent(fresh.folder / "log", fresh.organisation)
    leaf = leaves.withdrawal_entry(words.keys(said, 0).withdrawal, 1, os.urandom).leaf
    bent.write_leaves([*bent.leaves, leaf], sign=True)
    audit = verify(bent.path, fresh.organisation.trust, auditor=bent.auditor)
    assert audit.counts["withdrawal"] == 1
    facts = Facts(audit, Folder(bent.path), bent.auditor)
    (found,) = audit.decisions
    asked = [facts.questions(found, facts.bundle(found), size=size) for size in (audit.size - 1, audit.size)]
    assert [[one.withdrawn for one in questions] for questions in asked] == [[False], [True]]
