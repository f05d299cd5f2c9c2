"""A hostile server on its lines to the gates: it withholds, replays, swaps, reorders, invents. Nothing opens by it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import structs

from client import replaying
from client.errors import UnprovenError
from client.findings import Fault
from crypto import leaves, words
from crypto.relay import (
    CLOSED,
    DONE,
    REFUSED,
    SYNC_LIMIT,
    Certificates,
    DecisionsCall,
    Sync,
)
from crypto.sections import Section
from policies import cast
from policies import directory as directories
from tests.asking import Asking
from tests.attacks.finding import decided, faults, log_size
from tests.attacks.lying import Reviewer, Wire, bent_sync
from tests.harness import Organisation, Running, running
from tests.samples import send

CARD, STORY = Section.CARD, Section.STORY


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
