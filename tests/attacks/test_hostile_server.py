"""A hostile server, one attempt a test: on the lines to clients and gates it may say anything. Nothing opens by it."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import structs

from client import replaying, reporter
from client.errors import ClosedError, RefusedError, UnprovenError
from client.findings import Fault
from client.trusting import in_force
from crypto import envelope, hybrid, leaves, notes, words
from crypto.checkpoints import TlogProof
from crypto.envelope import Slots
from crypto.errors import OpenError, ProofError
from crypto.hashing import digest, tag
from crypto.labels import Label
from crypto.limits import limit
from crypto.relay import (
    CLOSED,
    DONE,
    REFUSED,
    SYNC_LIMIT,
    Certificates,
    DecisionsCall,
    OpeningAnswer,
    ReleasesCall,
    Sync,
)
from crypto.sections import Section
from crypto.slip import Slip
from crypto.slots import GateSlot, PersonSlot
from policies import cast, statements
from policies import directory as directories
from tests.asking import Asking
from tests.attacks import crafting
from tests.attacks.crafting import craft
from tests.attacks.finding import decided, faults, log_size
from tests.attacks.lying import Reviewer, Wire, shown
from tests.harness import OFFICERS, Organisation, Running, running
from tests.samples import samples, send

CARD, STORY = Section.CARD, Section.STORY
Show = Callable[[str, bytes], bytes]


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Wire]]:
    wire = Wire()
    with running(tmp_path_factory.mktemp("wired"), wrap=wire) as world:
        yield world, wire


@pytest.fixture
def lines(wired: tuple[Running, Wire]) -> Iterator[tuple[Running, Wire]]:
    """An organisation whose server's lines to the gates may be bent, straight again after each test."""
    world, wire = wired
    wire.carried.clear()
    wire.answers.clear()
    yield world, wire
    wire.bends.clear()


def client(world: Running, show: Show, who: str = "r1") -> Reviewer:
    """A reviewer who is shown another house."""
    return Reviewer(world, who, shown(world, show), os.urandom)


def flipped(data: bytes, place: int = -1) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


# What it serves of a report


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


# What it serves of trust


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


# What it promises the reporter


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


# What it carries to the gates


def test_replays_a_request(lines: tuple[Running, Wire]) -> None:
    """A12: the server itself hands the same sealed opening in again: it adds no line to anybody's log."""
    world, _ = lines
    asking = Asking(world, "r1", send(world, "S01"), [CARD])
    openings = asking.blobs()
    asking.send(openings)
    before = log_size(world)
    relay = world.server.app.dependencies["desk"].dependency()._relay  # noqa: SLF001 - the server is the attacker
    assert relay.carry(openings).state == REFUSED
    assert log_size(world) == before


def test_swaps_two_openings(lines: tuple[Running, Wire]) -> None:
    """A11: it hands r5's request to the gate in place of r1's. r1 is told that the answer does not hold."""
    world, wire = lines
    report = send(world, "S01")
    ((_, blob),) = Asking(world, "r5", report, [CARD]).blobs().blobs

    def swap(_: str, content: bytes) -> bytes:
        return structs.replace(DecisionsCall.decode(content, limit=SYNC_LIMIT), opening=blob).encode()

    wire.bends["/v1/decisions"] = swap
    with pytest.raises(UnprovenError):
        Reviewer(world, "r1", world.house, os.urandom).open(report, CARD)


def test_withholds_a_revocation(tmp_path: Path) -> None:
    """A7, P5: the leaf is there, the statement is not. The gate refuses the log, and opens nothing."""
    wire = Wire()
    with running(tmp_path, wrap=wire) as world:
        report = send(world, "S01")
        for path in ("/v1/sync", "/v1/decisions", "/v1/releases"):
            wire.bends[path] = without_statements(path)
        world.house.publish(world.organisation.revocation("r1", world.clock.day))
        for who in ("r1", "r5"):
            assert Asking(world, who, report, [CARD]).send().state in {CLOSED, REFUSED}
        before = log_size(world)
        wire.bends.clear()
        asking = Asking(world, "r1", report, [CARD])
        assert asking.permitted(asking.send()) == {CARD: False}
        assert log_size(world) == before + 1
        assert faults(world) == []


def sync_of(path: str, content: bytes) -> tuple[Sync | DecisionsCall | ReleasesCall, Sync]:
    if path == "/v1/sync":
        sync = Sync.decode(content, limit=SYNC_LIMIT)
        return sync, sync
    kind = DecisionsCall if path == "/v1/decisions" else ReleasesCall
    call = kind.decode(content, limit=SYNC_LIMIT)
    return call, call.sync


def bent_sync(path: str, bend: Callable[[Sync], Sync]) -> Callable[[str, bytes], bytes]:
    def change(_: str, content: bytes) -> bytes:
        message, sync = sync_of(path, content)
        return (bend(sync) if message is sync else structs.replace(message, sync=bend(sync))).encode()

    return change


def without_statements(path: str) -> Callable[[str, bytes], bytes]:
    return bent_sync(path, lambda sync: structs.replace(sync, statements=[]))


def test_withholds_a_directory(tmp_path: Path) -> None:
    """A7: the same for a directory without r5: the gate does not go on under the old one."""
    wire = Wire()
    with running(tmp_path, wrap=wire) as world:
        report = send(world, "S01")
        for path in ("/v1/sync", "/v1/decisions", "/v1/releases"):
            wire.bends[path] = without_statements(path)
        world.house.publish(world.organisation.next_directory(without=("r5",)))
        assert Asking(world, "r5", report, [CARD]).send().state in {CLOSED, REFUSED}


def test_keeps_the_gate_in_the_past(tmp_path: Path) -> None:
    """A7, P5: the gate decides on the log as it was before a revocation; its own leaf stands behind that one."""
    wire = Wire()
    with running(tmp_path, wrap=wire) as world:
        report = send(world, "S01")
        gates = world.server.app.dependencies["gates"].dependency()
        gates.tell()
        old, size = world.house.checkpoint(), log_size(world)

        def frozen(_: Sync) -> Sync:
            return Sync(checkpoint=old, start=size, leaves=b"", memos=b"", statements=[])

        asking = Asking(world, "r1", report, [CARD])
        openings = asking.blobs()
        for path in ("/v1/sync", "/v1/decisions"):
            wire.bends[path] = bent_sync(path, frozen)
        world.house.publish(world.organisation.revocation("r1", world.clock.day))
        answer = asking.send(openings)
        assert asking.permitted(answer) == {CARD: True}
        assert asking.released(answer) == {}
        wire.bends["/v1/releases"] = bent_sync("/v1/releases", frozen)
        again = Asking(world, "r1", report, [CARD])
        late = again.send(again.blobs())
        assert again.released(late) == {}
        assert faults(world) == []


def test_reorders_leaves_for_the_gate(lines: tuple[Running, Wire]) -> None:
    """A7: the signed head does not fit another order."""
    world, wire = lines
    report = send(world, "S01")
    send(world, "S03")

    def reorder(sync: Sync) -> Sync:
        parts = [sync.leaves[i : i + 48] for i in range(0, len(sync.leaves), 48)]
        return structs.replace(sync, leaves=b"".join(reversed(parts)))

    for path in ("/v1/sync", "/v1/decisions"):
        wire.bends[path] = bent_sync(path, reorder)
    assert Asking(world, "r1", report, [CARD]).send().state in {CLOSED, REFUSED}
    wire.bends.clear()
    honest = Asking(world, "r1", report, [CARD])
    assert honest.read(honest.send(), CARD)


def test_drops_a_leaf_for_the_gate(lines: tuple[Running, Wire]) -> None:
    """A8: one leaf less (a withdrawal, it hopes) under the same head."""
    world, wire = lines
    report = send(world, "S01")
    send(world, "S03")

    def drop(sync: Sync) -> Sync:
        return structs.replace(sync, leaves=sync.leaves[48:], memos=sync.memos[156:])

    for path in ("/v1/sync", "/v1/decisions"):
        wire.bends[path] = bent_sync(path, drop)
    assert Asking(world, "r1", report, [CARD]).send().state in {CLOSED, REFUSED}


def test_writes_a_certificate_for_her(tmp_path: Path) -> None:
    """B12: r2 has ties. A spotless certificate in her name, sealed by the server, is not what she was signed with."""
    organisation = Organisation()
    wire = Wire()
    (true,) = [cast.certificate_of(one) for one in cast.openers(organisation.people) if one["name"] == "r2"]
    spotless, gate = structs.replace(true, links=[]), organisation.key("gate", "gate-1").encryption_public
    forged = directories.seal_certificate(spotless, os.urandom(32), [gate], os.urandom)

    def swap(sync: Sync) -> Sync:
        changed = []
        for one in sync.statements:
            certificates = one.certificates
            if certificates:
                sealed = dict(Certificates.decode(certificates, limit=1 << 22).sealed)
                certificates = Certificates(sealed=list((sealed | {"r2": forged}).items())).encode()
            changed.append(structs.replace(one, certificates=certificates))
        return structs.replace(sync, statements=changed)

    for path in ("/v1/sync", "/v1/decisions", "/v1/releases"):
        wire.bends[path] = bent_sync(path, swap)
    with running(tmp_path, organisation, wrap=wire) as world:
        asking = Asking(world, "r2", send(world, "S01"), [CARD])
        assert asking.permitted(asking.send()) == {CARD: False}
        assert decided(world)[-1][3] == ["R1.no-certificate"]
        # The gate says no-certificate where the published one says why: the auditor names the decision.
        assert faults(world) == [Fault(log_size(world) - 1, replaying.REASONS)]


def test_invents_a_withdrawal(world: Running) -> None:
    """A8: the tag is public, its preimage is hers: a leaf with another preimage closes nothing."""
    said = words.new(os.urandom)
    report = send(world, "S01", said)
    hash_ = world.house.content(report).verified(report).withdrawal
    ledger = world.server.app.dependencies["ledger"].dependency()
    for preimage in (os.urandom(32), hash_):
        entry = leaves.pad_entry(ledger.auditors, os.urandom)
        forged = structs_of(entry, leaves.withdrawn_tag(hash_) + preimage)
        ledger.append([forged], urgent=True).result(timeout=30)
    asking = Asking(world, "r1", report, [CARD])
    assert asking.permitted(asking.send()) == {CARD: True}
    # And the true one does: every gate that reads the log finds it.
    close(world, said)
    closed = Asking(world, "r1", report, [CARD])
    assert closed.permitted(closed.send()) == {CARD: False}


def structs_of(entry: leaves.Entry, leaf: bytes) -> leaves.Entry:
    return leaves.Entry(leaf=leaf, record=entry.record, notice=entry.notice, memo=entry.memo)


def close(world: Running, said: str) -> None:
    """What `POST /v1/withdrawals` of a later issue will append."""
    entry = leaves.withdrawal_entry(words.keys(said, 0).withdrawal, 1, os.urandom)
    world.server.app.dependencies["ledger"].dependency().append([entry], urgent=True).result(timeout=30)


# What it gives the asker


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


# What it can read


def test_reads_what_it_relays(lines: tuple[Running, Wire]) -> None:
    """A11, P4: yes or no, one section or five, alone or with approvals: blobs of one size, and nothing readable."""
    world, wire = lines
    sizes = set()
    asked = [
        Asking(world, "r1", send(world, "S01"), [CARD]),
        Asking(world, "r2", send(world, "S01"), [CARD, STORY]),
        Asking(world, "r1", send(world, "S08"), [STORY]).approve("r4", STORY),
    ]
    for asking in asked:
        openings = asking.blobs()
        answer = asking.send(openings)
        (gate,) = answer.gates
        sizes.add((len(openings.blobs[0][1]), len(gate.verdict[0][0]), len(gate.release[0][0])))
    assert len(sizes) == 1
    public = b"".join(part for _, _, part in wire.carried if b"amana/1 note" not in part)
    for needle in (b"TRIAGE", b"to see what", *(asking.report for asking in asked)):
        assert needle not in public


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


def test_widens_and_asks_at_once(tmp_path: Path) -> None:
    """B8: two officers add a person who asks in the same minute: it is a widening, whatever they call it, and waits."""
    with running(tmp_path, Organisation(widen_hours=72)) as world:
        everybody = world.organisation.people
        newcomer = {**everybody["reviewers"][0], "name": "r9"}
        world.organisation.people = {**everybody, "reviewers": [*everybody["reviewers"], newcomer]}
        report = send(world, "S01")
        world.house.publish(world.organisation.next_directory())
        assert Asking(world, "r9", report, [CARD]).send().state == REFUSED
        assert world.in_force.directory.number == 1
        honest = Asking(world, "r1", report, [CARD])
        assert honest.send().state == DONE
