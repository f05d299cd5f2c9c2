"""A hostile reporter: she may seal anything at all. She harms her own report; what she did is logged, or refused."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from client import contents, opened
from client.errors import RefusedError, UnprovenError
from client.opened import MISMATCH
from client.reporter import check_receipt
from crypto import leaves, slip, words
from crypto.checkpoints import TlogProof
from crypto.envelope import Envelope
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.limits import limit
from crypto.relay import DONE, REFUSED
from crypto.sections import Section
from crypto.slip import Slip
from crypto.slots import GateSlot, PersonSlot
from policies.errors import TooFewError
from tests.asking import Asking
from tests.attacks import crafting
from tests.attacks.crafting import craft
from tests.attacks.finding import decided, faults, log_size
from tests.attacks.lying import Reviewer
from tests.harness import Running
from tests.samples import samples, send

CARD, STORY = Section.CARD, Section.STORY


def reviewer(world: Running, who: str) -> Reviewer:
    return Reviewer(world, who, world.house, os.urandom)


def still_works(world: Running) -> None:
    """Nobody else is harmed: an honest report opens as ever."""
    asking = Asking(world, "r1", send(world, "S01"), [CARD])
    assert asking.read(asking.send(), CARD)


# Shares


def test_false_share_for_one_reviewer(world: Running) -> None:
    """A13: she cannot open, is told that a share is false, and her colleague opens. Both are in the log."""
    sealed = crafting.with_person_slot(world, craft(world), "r1", lambda slot: crafting.false_share(slot, CARD))
    report, before = world.send(sealed), log_size(world)
    with pytest.raises(UnprovenError, match="do not open it"):
        reviewer(world, "r1").open(report, CARD)
    assert reviewer(world, "r5").open(report, CARD).opened
    assert log_size(world) == before + 2
    still_works(world)


def test_false_share_for_one_gate_of_three(three_gates: Running) -> None:
    """A13: 2 of 3 still open, and the gate whose share fits nothing is named."""
    sealed = craft(three_gates)
    sealed = crafting.with_gate_slot(three_gates, sealed, "gate-2", shares=[os.urandom(32) + b"\x07"] * 5)
    result = reviewer(three_gates, "r1").open(three_gates.send(sealed), CARD)
    assert set(result.opened) == {CARD}
    assert result.warnings == [opened.FALSE_SHARE.format("gate-2")]


def test_share_of_another_threshold(world: Running) -> None:
    """A14: a share of two where one is enough, and the other way round, opens nothing and breaks nothing."""

    def bend(slot: PersonSlot) -> None:
        slot.give(CARD, "desk", slot.shares["desk", CARD][:-1] + b"\x05")
        slot.thresholds["desk", STORY] = 200

    report = world.send(crafting.with_person_slot(world, craft(world), "r1", bend))
    for section in (CARD, STORY):
        with pytest.raises(UnprovenError):
            reviewer(world, "r1").open(report, section)


def test_plan_of_another_slip(world: Running) -> None:
    """The gate decides by the slip: whoever got a true share against it is refused, and the refusal is logged."""

    def exclude(given: Slip) -> Slip:
        return structs.replace(given, exclude_people=["r1"])

    report, before = world.send(craft(world, slip=exclude)), log_size(world)  # shares for all, the slip excludes r1
    with pytest.raises(RefusedError):
        reviewer(world, "r1").open(report, CARD)
    assert log_size(world) == before + 1


# The slip


def test_slip_milder_than_the_card(world: Running) -> None:
    """B9: tier 1 and no urgency for the gates, tier 3 for the reader. The decision echoes the slip; both are said."""
    card = samples()["S08"]  # tier 3
    sealed = craft(
        world,
        "S08",
        slip=lambda given: structs.replace(given, tier=1, urgency=0),
        planned=lambda given: structs.replace(given, tier=1),
    )
    assert card["slip"]["tier"] == 3
    result = reviewer(world, "r1").open(world.send(sealed), CARD, STORY)
    assert MISMATCH.format("tier") in result.warnings
    assert result.rules is not None
    assert result.rules.tier == 3
    shown = contents.read(CARD, result.opened[CARD])
    assert isinstance(shown, contents.Card)
    assert (shown.tier, result.rules.urgency) == (3, shown.urgency)


def test_slip_stricter_than_the_card(world: Running) -> None:
    """B9, the other way: the stricter one counts, whichever it is."""
    sealed = craft(world, slip=lambda given: structs.replace(given, consent=bytes(15), tier=2))
    result = reviewer(world, "r1").open(world.send(sealed), CARD)
    assert {MISMATCH.format("tier"), MISMATCH.format("consent")} <= set(result.warnings)
    assert result.rules is not None
    assert (result.rules.tier, result.rules.consent) == (2, bytes(15))


def another_slip(world: Running, sealed: Envelope) -> bytes:
    """Every other thing said as in the true one, the hashes of the log keys too; but tier 3 and nobody excluded."""
    key = world.key("gate-1")
    true = Slip.from_bytes(GateSlot.unseal(key.encryption, sealed.gates[0], "gate-1", sealed.id).slip)
    return structs.replace(true, tier=3, exclude_links=[]).to_bytes(os.urandom)


def test_another_slip_for_one_gate(three_gates: Running) -> None:
    """A3: the gate whose slip is not the one of the header refuses, and writes no leaf; the others decide."""
    sealed = craft(three_gates)
    other = another_slip(three_gates, sealed)
    report = three_gates.send(crafting.with_gate_slot(three_gates, sealed, "gate-2", slip=other))
    before = log_size(three_gates)
    asking = Asking(three_gates, "r1", report, [CARD])
    answer = asking.send()
    assert [one.gate for one in answer.gates] == ["gate-1", "gate-3"]
    assert asking.read(answer, CARD)
    assert log_size(three_gates) == before + 2


def test_another_slip_for_most_gates(three_gates: Running) -> None:
    """A3: too few are left, and nothing opens."""
    sealed = craft(three_gates)
    for name in ("gate-1", "gate-2"):
        sealed = crafting.with_gate_slot(three_gates, sealed, name, slip=another_slip(three_gates, sealed))
    report = three_gates.send(sealed)
    before = log_size(three_gates)
    assert Asking(three_gates, "r1", report, [CARD]).send().state == REFUSED
    assert log_size(three_gates) == before


def test_slip_that_is_no_slip(world: Running) -> None:
    """B11: committed to and sealed correctly, but rubbish inside. The gate refuses it and goes on."""
    junk = bytes(480) + os.urandom(32)
    sealed = craft(world)
    bent = structs.replace(crafting.header(sealed), slip=slip.commitment(junk))
    moved = structs.replace(sealed, header=bent.encode())
    # Slots are bound to the id, so she seals them anew under the new one.
    key = world.key("gate-1")
    slot = GateSlot.unseal(key.encryption, sealed.gates[0], "gate-1", sealed.id)
    gate_slot = GateSlot(
        thresholds=slot.thresholds, slip=junk, shares=slot.shares, gate_key=slot.gate_key, link=slot.link
    )
    moved = structs.replace(moved, gates=[gate_slot.seal("gate-1", key.encryption_public, bent.id)])
    asking = Asking(world, "r1", world.send(moved), [CARD])
    assert asking.send().state == REFUSED
    still_works(world)


def test_log_key_that_the_slip_does_not_name(three_gates: Running) -> None:
    """A4: a gate that would log under a key which she denies later refuses instead."""
    sealed = crafting.with_gate_slot(three_gates, craft(three_gates), "gate-3", gate_key=os.urandom(32))
    answer = Asking(three_gates, "r1", three_gates.send(sealed), [CARD]).send()
    assert [one.gate for one in answer.gates] == ["gate-1", "gate-2"]


def test_somebody_elses_log_key(world: Running) -> None:
    """A4: she gives a gate another reporter's K, so that he would find the leaf. The slip's hash refuses it."""
    said = words.new(os.urandom)
    send(world, "S01", said)
    stolen = words.keys(said, 0).gate("gate-1").gate_key
    sealed = crafting.with_gate_slot(world, craft(world), "gate-1", gate_key=stolen)
    assert Asking(world, "r1", world.send(sealed), [CARD]).send().state == REFUSED


def changed(changes: dict[str, Any]) -> Callable[[Slip], Slip]:
    return lambda given: structs.replace(given, **changes)


def test_probing_for_ties_by_refusals(world: Running) -> None:
    """B4: exclusions that probe for attributes. Every refusal reads the same: no name, role, section or reason."""
    probes: list[tuple[dict[str, Any], str]] = [
        ({"exclude_links": ["ACT:POL@XV"]}, "r2"),  # has ties to that police
        ({"exclude_people": ["r1"]}, "r1"),
        ({"preference": 2}, "r3"),  # a man
        ({"language": "xx"}, "r1"),  # reads no such language
    ]
    notices = []
    for changes, who in probes:
        mine = words.new(os.urandom)
        sealed = craft(world, slip=changed(changes), said=mine)
        asking = Asking(world, who, world.send(sealed), [CARD])
        index = log_size(world)
        assert asking.permitted(asking.send()) == {CARD: False}
        key = words.keys(mine, 0).gate("gate-1").log_key
        notices.append(leaves.open_notice(key, world.house.notices(0)[index]))
    told = {structs.astuple(structs.replace(one, salt=b"", body=b"", day=0)) for one in notices}
    assert told == {(1, b"", b"", "gate-1", "", -1, "", "", 0, False)}


# What she hands in


def junk_slots(sealed: Envelope) -> Envelope:
    return structs.replace(
        sealed,
        gates=[os.urandom(limit("gate_slot")) for _ in sealed.gates],
        people=[os.urandom(limit("person_slot")) for _ in sealed.people],
    )


def test_junk_instead_of_slots(world: Running) -> None:
    """B1: it is taken (nobody can tell it from a report) and opens to nobody: no gate decides, nothing is logged."""
    report = world.send(junk_slots(craft(world)))
    before = log_size(world)
    with pytest.raises(RefusedError, match="no slot for you"):
        reviewer(world, "r1").open(report, CARD)
    assert Asking(world, "r1", report, [CARD]).send().state == REFUSED
    assert log_size(world) == before
    still_works(world)


def test_junk_instead_of_the_received_key(world: Running) -> None:
    """B1: she alone loses by it: she will not find her own leaf; the log stays whole for auditors."""
    said = words.new(os.urandom)
    sealed = structs.replace(craft(world, said=said), received=os.urandom(32))
    report, receipt, _ = world.house.submit(sealed.encode())
    index = check_receipt(receipt, report, world.organisation.trust.log_policy)
    mine = leaves.received_leaf(words.keys(said, 0).received, report)
    assert world.house.entries(index, index + 1) != [mine]
    assert faults(world) == []


def test_received_key_of_another_report(world: Running) -> None:
    """B1: the same R_n twice makes two leaves, because each binds its id; none proves the other's report."""
    first = craft(world)
    second = structs.replace(craft(world), received=first.received)
    one, other = world.send(first), world.send(second)
    proof = TlogProof.parse(world.house.proof(one))
    policy = world.organisation.trust.log_policy
    proof.verify(policy, leaves.received_leaf(first.received, one))
    with pytest.raises(ProofError):
        proof.verify(policy, leaves.received_leaf(first.received, other))


def test_received_leaf_replayed(world: Running) -> None:
    """The same bytes again and again: one report, one leaf."""
    data = craft(world).encode()
    world.house.submit(data)
    before = log_size(world)
    assert {world.house.submit(data)[2] for _ in range(20)} == {False}
    assert log_size(world) == before


def test_envelope_to_versions_that_do_not_exist(world: Running) -> None:
    """A2: the header names bundle and directory; what was never published is not taken."""
    before = log_size(world)
    for unknown in (craft(world, bundle=os.urandom(32)), craft(world, directory=os.urandom(32))):
        assert world.server.post("/v1/reports", content=unknown.encode()).status_code == 400
    assert log_size(world) == before


def test_envelope_larger_than_any(world: Running) -> None:
    """Refused by its size, before anything is read."""
    before = log_size(world)
    big = craft(world).encode() + bytes(limit("envelope"))
    assert world.server.post("/v1/reports", content=big).status_code == 413
    assert log_size(world) == before


def test_slots_of_a_report_that_she_fetched(world: Running) -> None:
    """A2: she copies another woman's slots into an envelope of her own: they are bound to the other id."""
    report = send(world, "S01")
    theirs = world.house.slots(report)
    mine = structs.replace(craft(world), gates=theirs.gates, people=theirs.people)
    stolen = world.send(mine)
    assert Asking(world, "r1", report, [CARD]).send().state == DONE
    with pytest.raises(OpenError):
        Asking(world, "r1", stolen, [CARD]).approve("r1", CARD)
    with pytest.raises(RefusedError, match="no slot for you"):
        reviewer(world, "r1").open(stolen, CARD)


def test_envelopes_of_one_set_of_words_have_nothing_in_common() -> None:
    """A8: hashes of withdrawal differ per envelope, or the server would see which reports are one thread."""
    said = words.new(os.urandom)
    keys = [words.keys(said, number) for number in (0, 1)]
    values = [{one.withdrawal_hash, one.received, one.gate("gate-1").log_key, one.reply} for one in keys]
    assert not values[0] & values[1]


def test_seals_to_fewer_than_two(world: Running) -> None:
    """A16: exclusions that leave a pool with one key are refused on her device, never widened."""
    everybody = [f"r{number}" for number in range(1, 8)]
    with pytest.raises(TooFewError):
        craft(world, planned=lambda given: structs.replace(given, exclude_people=everybody))


def test_lists_longer_than_a_slip_holds(world: Running) -> None:
    """B11: nothing in a slip is longer than its limit; a longer one is no slip."""
    too_many = [f"ACT:POL@X{letter}" for letter in "ABCDEFGHI"]
    with pytest.raises(MalformedError):
        Slip.from_bytes(structs.replace(sample_slip(world), exclude_links=too_many).to_bytes(os.urandom))


def sample_slip(world: Running) -> Slip:
    sealed = craft(world)
    slot = GateSlot.unseal(world.key("gate-1").encryption, sealed.gates[0], "gate-1", sealed.id)
    return Slip.from_bytes(slot.slip)


def test_everything_she_did_was_logged_and_the_log_is_whole(world: Running) -> None:
    """After all of it: an auditor finds nothing wrong, and every decision is there with its reasons."""
    assert faults(world) == []
    assert {gate for gate, _, _, _ in decided(world)} == {"gate-1"}
