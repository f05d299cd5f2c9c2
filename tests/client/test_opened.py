"""Answers that do not hold: a reviewer believes nothing unproven (protocol 13)."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from client import opened, reviewer
from client.errors import AmanaError, ClosedError, RefusedError, UnprovenError
from client.opened import LYING, Result
from crypto import keyfile, notes
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.notes import Kind, Vkey
from crypto.relay import CLOSED, REFUSED, GateAnswer, OpeningAnswer
from crypto.sections import Section
from tests.client.reviewing import begin, desk, minute
from tests.harness import Running
from tests.samples import send

CARD = Section.CARD


class Answered:
    """One honest answer, to be bent."""

    def __init__(self, world: Running, report: bytes) -> None:
        self.world, mine = world, desk(world, "r1")
        self.session, self.report = begin(world, "r1", report, CARD), mine.fetch(report)
        self.asked = reviewer.request(
            self.session,
            self.report,
            ring=mine.ring,
            in_force=mine.in_force,
            sealed_under=mine.in_force.bundle,
            given=[],
            because="",
            minute=minute(world),
            draw=os.urandom,
        )
        self.answer = world.house.wait(world.house.open(self.asked.openings))

    def open(self, answer: OpeningAnswer, log: LogPolicy | None = None) -> Result:
        return opened.open_answer(
            answer,
            asked=self.asked,
            session=self.session,
            report=self.report,
            role="desk",
            shares=[],
            bundle=self.world.in_force.bundle,
            log=log or self.world.organisation.trust.log_policy,
        )

    def bend(self, *changed: int, **changes: object) -> OpeningAnswer:
        """Change the answers of these gates, or of all."""
        gates = [
            structs.replace(one, **changes) if not changed or place in changed else one
            for place, one in enumerate(self.answer.gates)
        ]
        return structs.replace(self.answer, gates=gates)


@pytest.fixture
def honest(world: Running) -> Answered:
    return Answered(world, send(world, "S01"))


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def changed_proof(text: str, *, back: int = 0, hashes: bool = True, cut: int = 0) -> str:
    proof = TlogProof.parse(text)
    checkpoint = proof.checkpoint[: len(proof.checkpoint) - cut] + ("\n" if cut else "")
    return TlogProof(proof.index - back, proof.hashes if hashes else (), checkpoint).encode()


BENT: list[Callable[[GateAnswer], dict[str, Any]]] = [
    lambda one: {"verdict": [(one.verdict[0][0], flipped(one.verdict[0][1]))]},
    lambda one: {"verdict": [(flipped(one.verdict[0][0]), one.verdict[0][1])]},
    lambda one: {"verdict": one.release},
    lambda one: {"verdict": one.verdict * 2},
    lambda _: {"verdict": []},
    lambda one: {"release": [(one.release[0][0], flipped(one.release[0][1]))]},
    lambda one: {"release": one.verdict},
    lambda _: {"proofs": []},
    lambda _: {"proofs": ["rubbish"]},
    lambda one: {"proofs": [changed_proof(one.proofs[0], back=1)]},
    lambda one: {"proofs": [changed_proof(one.proofs[0], hashes=False)]},
    lambda one: {"proofs": [changed_proof(one.proofs[0], cut=9)]},
    lambda _: {"gate": "gate-9"},
]


@pytest.mark.parametrize("bend", BENT, ids=range(len(BENT)))
def test_an_answer_that_does_not_hold_opens_nothing(
    honest: Answered, bend: Callable[[GateAnswer], dict[str, Any]]
) -> None:
    assert set(honest.open(honest.answer).opened) == {CARD}
    with pytest.raises(UnprovenError):
        honest.open(honest.bend(**bend(honest.answer.gates[0])))


def test_an_answer_to_somebody_elses_request(honest: Answered, world: Running) -> None:
    other = Answered(world, honest.report.id)
    with pytest.raises(UnprovenError):
        honest.open(other.answer)


def test_no_quorum_opens_nothing(honest: Answered) -> None:
    """The same proof, for somebody who was told of a witness."""
    policy = honest.world.organisation.trust.log_policy
    witness = Vkey("w", Kind.COSIGNATURE, os.urandom(32))
    with pytest.raises(UnprovenError):
        honest.open(honest.answer, LogPolicy(policy.log, (witness,), 1))


def test_another_log_opens_nothing(honest: Answered) -> None:
    other = keyfile.KeyRing.new("log", "log.other.example", os.urandom)
    key = Vkey("log.other.example", notes.Kind.ED25519, other.identity_public)
    with pytest.raises(UnprovenError):
        honest.open(honest.answer, LogPolicy((key,)))


def test_logged_and_not_released(honest: Answered) -> None:
    with pytest.raises(ClosedError, match="did not release"):
        honest.open(honest.bend(release=[]))


@pytest.mark.parametrize(("state", "error"), [(CLOSED, ClosedError), (REFUSED, RefusedError)])
def test_states(honest: Answered, state: str, error: type[AmanaError]) -> None:
    with pytest.raises(error):
        honest.open(OpeningAnswer(state=state, gates=[]))
    with pytest.raises(ClosedError):
        honest.open(structs.replace(honest.answer, gates=[]))


def test_one_lying_gate_of_three_is_named_and_not_used(three_gates: Running) -> None:
    answered = Answered(three_gates, send(three_gates, "S01"))
    result = answered.open(answered.bend(1, proofs=[]))
    assert set(result.opened) == {CARD}
    assert result.warnings == [LYING.format("gate-2")]
    with pytest.raises(UnprovenError):
        answered.open(answered.bend(1, 2, proofs=[]))


def test_a_false_share_opens_nothing(honest: Answered) -> None:
    slot = honest.report.slot
    slot.give(CARD, "desk", os.urandom(32) + b"\0")
    with pytest.raises(UnprovenError, match="do not open it"):
        honest.open(honest.answer)
