"""What a gate says before it makes lists on a day (protocol 20.3)."""

import os

import pytest

from crypto.errors import CryptoError, MalformedError, ProofError
from crypto.keyfile import KeyRing
from crypto.notes import Kind, Signer, Vkey
from policies.queues import QueueNote

GATES = {name: KeyRing.new("gate", name, os.urandom) for name in ("gate-1", "gate-2")}
VKEYS = [Vkey(name, Kind.ED25519, ring.identity_public) for name, ring in GATES.items()]
NOTE = QueueNote(day=20_780, gate="gate-1")


def signed(text: str, name: str = "gate-1") -> str:
    return f"{text}\n{Signer(name, GATES[name].identity).sign(text)}"


def test_signed_by_the_gate_that_it_names_and_the_same_each_time() -> None:
    note = NOTE.sign(GATES["gate-1"].identity)
    assert note == NOTE.sign(GATES["gate-1"].identity) == signed(NOTE.text())
    assert NOTE.text() == "amana/1 note queue\nday 2026-11-23\ngate gate-1\n"
    assert QueueNote.verify(note, VKEYS) == NOTE


@pytest.mark.parametrize(
    "note",
    [
        signed(NOTE.text(), "gate-2"),
        QueueNote(day=1, gate="gate-3").sign(GATES["gate-1"].identity),
        signed(NOTE.text()).replace("2026-11-23", "2026-11-24"),
    ],
)
def test_by_nobody_else(note: str) -> None:
    with pytest.raises(ProofError):
        QueueNote.verify(note, VKEYS)


@pytest.mark.parametrize(
    "text",
    [
        NOTE.text().replace("day 2026-11-23", "day 2026-11-1"),
        NOTE.text() + "sheets 1\n",
        NOTE.text().replace("gate gate-1\n", ""),
        NOTE.text().replace("note queue", "note gate"),
    ],
)
def test_in_no_other_form(text: str) -> None:
    with pytest.raises(CryptoError):
        QueueNote.verify(signed(text), VKEYS)


def test_a_name_that_is_none_is_not_signed() -> None:
    with pytest.raises(MalformedError):
        QueueNote(day=1, gate="Gate One").text()
