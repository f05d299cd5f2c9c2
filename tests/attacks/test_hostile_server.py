"""A hostile server, one attempt a test: on the lines to clients and gates it may say anything. Nothing opens by it."""

import json
import os
from collections.abc import Callable

import pytest
from msgspec import structs

from client import reporter
from client.errors import ClosedError, RefusedError, UnprovenError
from client.trusting import in_force
from crypto import envelope, hybrid, leaves, notes, words
from crypto.checkpoints import TlogProof
from crypto.envelope import Slots
from crypto.errors import OpenError, ProofError
from crypto.hashing import digest, tag
from crypto.labels import Label
from crypto.limits import limit
from crypto.relay import (
    REFUSED,
    OpeningAnswer,
)
from crypto.sections import Section
from crypto.slip import Slip
from crypto.slots import GateSlot, PersonSlot
from policies import directory as directories
from policies import statements
from tests.asking import Asking
from tests.attacks import crafting
from tests.attacks.crafting import craft
from tests.attacks.finding import log_size
from tests.attacks.lying import Reviewer, shown
from tests.harness import OFFICERS, Running
from tests.samples import samples, send

CARD, STORY = Section.CARD, Section.STORY

Show = Callable[[str, bytes], bytes]


def client(world: Running, show: Show, who: str = "r1") -> Reviewer:
    """A reviewer who is shown another house."""
    return Reviewer(world, who, shown(world, show), os.urandom)


def flipped(data: bytes, place: int = -1) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("place", [100, -100])
def test_changes_bytes_of_content(world: Running, place: int) -> None:
    """A2: content must hash to the id that she asked for, header and sections."""
    report = send(world, "S01")
    path = f"/v1/reports/{report.hex()}"
    mine = client(world, lambda where, data: flipped(data, place) if where == path else data)
    before = log_size(world)
    with pytest.raises(ProofError):
        mine.open(report, CARD)
    assert log_size(world) == before


def test_serves_another_report(world: Running) -> None:
    """A2: a whole other report under the id that she asked for."""
    report, other = send(world, "S01"), send(world, "S03")
    mine = client(world, lambda path, _: bytes(world.server.get(path.replace(report.hex(), other.hex())).content))
    with pytest.raises(ProofError):
        mine.open(report, CARD)


def test_changes_bytes_of_her_slot(world: Running) -> None:
    """Slots are bound to the id and sealed: a changed one does not open, so she finds none."""
    report = send(world, "S01")

    def show(path: str, data: bytes) -> bytes:
        if not path.endswith("/slots"):
            return data
        slots = Slots.decode(data, limit=limit("envelope"))
        return structs.replace(slots, people=[flipped(one) for one in slots.people]).encode()

    with pytest.raises(RefusedError, match="no slot for you"):
        client(world, show).open(report, CARD)


def test_changes_bytes_of_the_gates_slot(world: Running) -> None:
    """The gate cannot open it, decides nothing and writes nothing."""
    report = send(world, "S01")
    asking = Asking(world, "r1", report, [CARD])
    slots = structs.replace(asking.slots, gates=[flipped(one) for one in asking.slots.gates])
    before = log_size(world)
    assert asking.send(asking.blobs(slots=slots)).state == REFUSED
    assert log_size(world) == before


def test_relays_slots_of_another_report(world: Running) -> None:
    """A2: slots of one report beside the header of another, for the person and for the gate."""
    report, other = send(world, "S01"), send(world, "S01")

    def show(path: str, data: bytes) -> bytes:
        if path != f"/v1/reports/{report.hex()}/slots":
            return data
        theirs = world.house.slots(other)
        return structs.replace(Slots.decode(data, limit=limit("envelope")), gates=theirs.gates).encode()

    with pytest.raises(RefusedError):  # hers open, the gate's do not
        client(world, show).open(report, CARD)
    with pytest.raises(OpenError):
        envelope.find_slot(world.house.slots(other), report, world.key("r1").encryption)


def test_seals_a_slot_of_its_own_for_her(world: Running) -> None:
    """Anybody can seal to her public key: with thresholds of one and shares of its own it still opens nothing."""
    report = send(world, "S08")
    true = envelope.find_slot(world.house.slots(report), report, world.key("r1").encryption)
    made = PersonSlot(
        thresholds=dict.fromkeys(true.thresholds, 1),
        shares={one: os.urandom(32) + b"\0" for one in true.shares},
    ).seal(world.key("r1").encryption_public, report)

    def show(path: str, data: bytes) -> bytes:
        if not path.endswith("/slots"):
            return data
        slots = Slots.decode(data, limit=limit("envelope"))
        return structs.replace(slots, people=[made, *slots.people[1:]]).encode()

    with pytest.raises(UnprovenError):
        client(world, show).open(report, CARD)
    with pytest.raises(RefusedError):  # the rules ask for two, whatever the slot says
        client(world, show).open(report, STORY)


def test_seals_a_slot_of_its_own_for_the_gate(world: Running) -> None:
    """A3: it cannot know the slip that the header commits to; another one is refused."""
    report = send(world, "S01")
    asking = Asking(world, "r2", report, [CARD])  # has ties; the true slip excludes them
    mine = os.urandom(32)
    hashed = digest(Label.LOG_KEY_HASH, words.log_key(mine))
    mild = structs.replace(slip_of(world, craft(world)), exclude_links=[], log_keys=[hashed])
    made = GateSlot(
        thresholds=bytes([1] * 5),
        slip=mild.to_bytes(os.urandom),
        shares=[os.urandom(32) + b"\0"] * 5,
        gate_key=mine,
        link=os.urandom(32),
    ).seal("gate-1", world.key("gate-1").encryption_public, report)
    before = log_size(world)
    assert asking.send(asking.blobs(slots=structs.replace(asking.slots, gates=[made]))).state == REFUSED
    assert log_size(world) == before


def slip_of(world: Running, sealed: envelope.Envelope) -> Slip:
    slot = GateSlot.unseal(world.key("gate-1").encryption, sealed.gates[0], "gate-1", sealed.id)
    return Slip.from_bytes(slot.slip)


def test_reads_a_tier_off_the_header(world: Running) -> None:
    """A2, P4: tier 1 for the desk and tier 3 about an insider have headers that differ in random bytes alone."""
    headers = [crafting.header(craft(world, name)) for name in ("S01", "S08", "S13")]
    seen = {(one.version, one.suite, one.retention, one.gates, one.people) for one in headers}
    assert len(seen) == 1
    assert len({len(one.encode()) for one in headers}) == 1


def test_serves_yesterdays_current(fresh: Running) -> None:
    """A7: `current` of the day before yesterday keeps somebody in the past for ever; it is refused."""
    old = fresh.house.current()
    lied = shown(fresh, lambda path, data: old.encode() if path == "/trust/current" else data)
    trust, today = fresh.organisation.trust, fresh.clock.day
    assert in_force(lied, trust, today=today + 1).directory.number == 1  # one day of grace
    for day in (today + 2, today - 1):
        with pytest.raises(UnprovenError):
            in_force(lied, trust, today=day)


def test_serves_an_old_directory_to_one_client(fresh: Running) -> None:
    """A7: a good directory of last week beside today's `current`: its digest is another."""
    fresh.house.publish(fresh.organisation.next_directory(without=("r5",)))

    def show(path: str, data: bytes) -> bytes:
        return fresh.server.get(path.replace("directory-2", "directory-1")).content if "directory-2" in path else data

    with pytest.raises(UnprovenError):
        in_force(shown(fresh, show), fresh.organisation.trust, today=fresh.clock.day)


def test_writes_its_own_current(world: Running) -> None:
    """A7: signed by the log's key, the only one that it has, in a gate's name."""
    text, _ = notes.split(world.house.current())
    forged = f"{text}\n{notes.sign_ed25519('gate-1', world.organisation.log.identity, text)}"
    with pytest.raises(UnprovenError):
        in_force(
            shown(world, lambda path, data: forged.encode() if path == "/trust/current" else data),
            world.organisation.trust,
            today=world.clock.day,
        )


def test_seals_reporters_to_a_key_of_its_own(world: Running) -> None:
    """P1: a directory with its key in it, which one officer signed under pressure: it takes two."""
    assert world.organisation.directory is not None
    people = structs.replace(
        world.organisation.directory.body,
        people=[
            structs.replace(one, encryption=hybrid.public_key(os.urandom(32))) if one.name == "r1" else one
            for one in world.organisation.directory.body.people
        ],
    )
    forged = directories.unsigned(people, None)
    signed = forged + "\n" + notes.sign_ed25519(OFFICERS[0], world.key(OFFICERS[0]).identity, forged)
    answers = {"/trust/directory-1": signed.encode(), "/trust/directory-1/body": people.encode()}
    with pytest.raises(UnprovenError):
        in_force(shown(world, answers.get), world.organisation.trust, today=world.clock.day)


def receipt_for(world: Running, report: bytes, index: int) -> str:
    text = statements.text(Label.NOTE_RECEIPT, [("id", report.hex()), ("index", str(index))])
    return f"{text}\n{notes.sign_ed25519(world.organisation.log.name, world.organisation.log.identity, text)}"


def test_acknowledges_and_drops(world: Running) -> None:
    """B1: a receipt for a report that was never stored. It is signed, and the leaf that it names is somebody else's."""
    said = words.new(os.urandom)
    sealed = craft(world, said=said)
    index = log_size(world) - 1
    receipt = receipt_for(world, sealed.id, index)
    assert reporter.check_receipt(receipt, sealed.id, world.organisation.trust.log_policy) == index
    mine = leaves.received_leaf(words.keys(said, 0).received, sealed.id)
    assert world.house.entries(index, index + 1) != [mine]
    assert mine not in world.house.entries(0, log_size(world))


def test_gives_her_the_receipt_of_another(world: Running) -> None:
    """B1: a receipt names its report."""
    _, receipt, _ = world.house.submit(craft(world).encode())
    with pytest.raises(UnprovenError):
        reporter.check_receipt(receipt, os.urandom(32), world.organisation.trust.log_policy)


def test_proves_her_leaf_by_another(world: Running) -> None:
    """B1: the proof of somebody else's received leaf is no proof of hers."""
    first, second = craft(world), craft(world)
    world.send(first)
    report = world.send(second)
    proof = TlogProof.parse(world.house.proof(report))
    policy = world.organisation.trust.log_policy
    proof.verify(policy, leaves.received_leaf(second.received, report))
    with pytest.raises(ProofError):
        proof.verify(policy, leaves.received_leaf(first.received, first.id))


def test_gives_her_the_verdict_of_another_request(world: Running) -> None:
    """A12: verdict and release are bound to her request by signature and by seal."""
    report = send(world, "S01")
    first = Asking(world, "r1", report, [CARD])
    other = first.send()

    def show(path: str, data: bytes) -> bytes:
        return other.encode() if path.startswith("/v1/openings/") else data

    with pytest.raises(UnprovenError):
        client(world, show).open(report, CARD)


def test_gives_her_one_gate_three_times(three_gates: Running) -> None:
    """The answer of one gate, repeated, is the answer of one gate."""
    report = send(three_gates, "S01")

    def show(path: str, data: bytes) -> bytes:
        if not path.startswith("/v1/openings/"):
            return data
        answer = OpeningAnswer.decode(data, limit=1 << 22)
        return structs.replace(answer, gates=answer.gates[:1] * 3).encode()

    with pytest.raises(ClosedError):
        client(three_gates, show).open(report, CARD)


def test_shows_her_a_private_log(world: Running) -> None:
    """B14: proofs under a head that the log signed for her alone still need her gate's leaf in it."""
    report = send(world, "S01")

    def show(path: str, data: bytes) -> bytes:
        if not path.startswith("/v1/openings/"):
            return data
        answer = OpeningAnswer.decode(data, limit=1 << 22)
        mine = [structs.replace(one, proofs=[world.house.proof(report)]) for one in answer.gates]
        return structs.replace(answer, gates=mine).encode()

    with pytest.raises(UnprovenError):
        client(world, show).open(report, CARD)


def test_finds_out_which_leaf_is_whose(world: Running) -> None:
    """A4, A5: leaves of one report have nothing in common that anybody but she can compute, however many there are."""
    said = words.new(os.urandom)
    report = send(world, "S01", said)
    before = log_size(world)
    for who in ("r1", "r5", "r7", "r2"):
        Asking(world, who, report, [CARD]).send()
    new = world.house.entries(before, log_size(world))
    assert len({leaf[:16] for leaf in new}) == 4
    key = words.keys(said, 0).gate("gate-1").log_key
    assert all(leaf[:16] == tag(key, leaf[16:]) for leaf in new)
    public = world.house.content(report).header
    guesses = [public[place : place + 32] for place in range(len(public) - 31)]
    assert not any(leaf[:16] == tag(guess, leaf[16:]) for leaf in new for guess in guesses)


def test_guesses_a_json_way_in(world: Running) -> None:
    """P10: nothing takes anything unsealed."""
    before = log_size(world)
    told = json.dumps(samples()["S01"]).encode()
    for path in ("/v1/reports", "/v1/openings", "/v1/notes"):
        assert world.server.post(path, content=told).status_code == 400
    assert log_size(world) == before
