"""P1 and P3: no path alone. Each test holds some of the keys and everything on some disks, and tries."""

import os
from itertools import combinations

import pytest

from crypto import envelope, hybrid
from crypto.envelope import Content, Slots
from crypto.errors import CryptoError, OpenError
from crypto.sections import CUSTODIAL, Section
from crypto.slots import GateSlot, PersonSlot
from tests.asking import Asking
from tests.harness import Running
from tests.samples import samples, send


def fetch(world: Running, report: bytes) -> tuple[Content, Slots]:
    return world.house.content(report), world.house.slots(report)


def gate_slot(world: Running, slots: Slots, report: bytes) -> GateSlot:
    return GateSlot.unseal(world.key("gate-1").encryption, slots.gates[0], "gate-1", report)


def attempt(world: Running, report: bytes, section: Section, *, gate: GateSlot | None, people: list[str]) -> bytes:
    """Try with what these keys open, filling what is missing with nothing or with guesses."""
    content, slots = fetch(world, report)
    header = content.verified(report)
    found: list[PersonSlot] = [envelope.find_slot(slots, report, world.key(name).encryption) for name in people]
    desk = [slot.shares["desk", section] for slot in found]
    thresholds = {"gates": 1, "desk": found[0].thresholds["desk", section] if found else 1, "custodians": 1}
    shares = {
        "gates": [gate.shares[section]] if gate else [os.urandom(32) + b"\0"],
        "desk": desk or [os.urandom(32) + b"\0"],
        "custodians": [slot.shares["custodians", section] for slot in found] if section in CUSTODIAL else [],
    }
    return envelope.open_section(section, header, content.sections[section], shares, thresholds)


@pytest.mark.parametrize("section", list(Section))
def test_server_and_gate_key_open_nothing(world: Running, section: Section) -> None:
    report = send(world, "S03")
    _, slots = fetch(world, report)
    with pytest.raises(OpenError):
        attempt(world, report, section, gate=gate_slot(world, slots, report), people=[])


@pytest.mark.parametrize("section", list(Section))
@pytest.mark.parametrize("who", ["r1", "r2", "r5", "c1", "o1", "a1"])
def test_server_and_any_one_key_open_nothing(world: Running, section: Section, who: str) -> None:
    report = send(world, "S03")
    if who == "a1":
        with pytest.raises(OpenError):
            attempt(world, report, section, gate=None, people=[who])
        return
    with pytest.raises(OpenError):
        attempt(world, report, section, gate=None, people=[who])


def test_gate_and_one_reviewer_open_only_her_part(world: Running) -> None:
    """Said openly in SECURITY.md: together they open a tier 1-2 story without trace; never names or originals."""
    report = send(world, "S03")
    _, slots = fetch(world, report)
    gate = gate_slot(world, slots, report)
    for section in (Section.CARD, Section.STORY, Section.EVIDENCE):
        assert attempt(world, report, section, gate=gate, people=["r1"])
    for section in CUSTODIAL:
        with pytest.raises(OpenError):
            attempt(world, report, section, gate=gate, people=["r1"])


def test_tier_three_stays_closed_to_gate_and_one_reviewer(world: Running) -> None:
    report = send(world, "S08")
    _, slots = fetch(world, report)
    gate = gate_slot(world, slots, report)
    assert attempt(world, report, Section.CARD, gate=gate, people=["r1"])
    for who in ("r1", "r4"):
        with pytest.raises(OpenError):
            attempt(world, report, Section.STORY, gate=gate, people=[who])
    assert attempt(world, report, Section.STORY, gate=gate, people=["r1", "r4"])


def test_who_was_left_out_holds_noise(world: Running) -> None:
    """A person outside the plan finds a slot of her own, and it opens nothing even with the gate's key."""
    report = send(world, "S13")  # about the service: only the ombudsperson holds the desk lock
    _, slots = fetch(world, report)
    gate = gate_slot(world, slots, report)
    for who in ("r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"):
        with pytest.raises(OpenError):
            attempt(world, report, Section.CARD, gate=gate, people=[who])
    assert attempt(world, report, Section.CARD, gate=gate, people=["o1"])


def test_two_of_three_gates_are_needed(three_gates: Running) -> None:
    report = send(three_gates, "S01")
    content, slots = fetch(three_gates, report)
    header = content.verified(report)
    mine = envelope.find_slot(slots, report, three_gates.key("r1").encryption)
    shares = [
        GateSlot.unseal(three_gates.key(name).encryption, sealed, name, report).shares[Section.CARD]
        for name, sealed in zip(three_gates.organisation.gate_names, slots.gates, strict=True)
    ]
    desk = [mine.shares["desk", Section.CARD]]
    for one in shares:
        with pytest.raises(OpenError):
            envelope.open_section(
                Section.CARD, header, content.sections[0], {"gates": [one], "desk": desk}, {"gates": 2, "desk": 1}
            )
    for two in combinations(shares, 2):
        assert envelope.open_section(
            Section.CARD, header, content.sections[0], {"gates": list(two), "desk": desk}, {"gates": 2, "desk": 1}
        )


def test_nothing_that_the_server_holds_is_a_key(world: Running) -> None:
    """P1: every 32-byte value that the server keeps, tried as a seed on every slot of one report."""
    report = send(world, "S01")
    _, slots = fetch(world, report)
    candidates = {world.key("log.test.example").identity, world.key("log.test.example").extra}
    candidates |= {world.house.entries(0, 1)[0][16:]}
    for seed in candidates:
        for sealed in (*slots.gates, *slots.people):
            with pytest.raises(CryptoError):
                hybrid.unseal(seed, sealed, b"")


def test_every_sample_reaches_somebody(world: Running) -> None:
    """Who may open is written in data/people.json; the first of them does, over HTTP."""
    listed = world.organisation.people["reports"]
    for name in samples():
        report = send(world, name)
        who = listed[name]["may_open_card"][0]
        asking = Asking(world, who, report, [Section.CARD])
        assert asking.read(asking.send(), Section.CARD), name
        for other in listed[name]["may_not"][:1]:
            refused = Asking(world, other, report, [Section.CARD])
            assert refused.permitted(refused.send()) == {Section.CARD: False}, name
