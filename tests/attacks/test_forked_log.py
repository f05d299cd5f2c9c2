"""A server with the log's key: two logs, an old log, a log changed on disk. Refused, or named by index."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from msgspec import structs

from client import auditor, decisions, exporting, records
from client.api import House
from client.errors import UnprovenError
from client.findings import Fault
from client.folder import CHECKPOINTS
from client.replaying import replay
from crypto import leaves, words
from crypto.errors import ProofError
from crypto.hashing import sha256, tag
from crypto.leaves import DECISION, MEMO, NOTICE, Record
from crypto.opening import DecisionRecord
from crypto.relay import DONE
from crypto.sections import Section
from doors.problem import Closed, Malformed
from server.app import create_app
from server.settings import Settings
from tests.asking import Asking
from tests.attacks.finding import audit, decided, faults, last, log_size
from tests.attacks.lying import Wire, bent_sync, on_disk
from tests.harness import Organisation, Post, Running, post_to, running
from tests.samples import send

CARD, STORY = Section.CARD, Section.STORY


@contextmanager
def fork(world: Running) -> Iterator[Running]:
    """A second server on a copy of the first one's disk, with the same key, on the line to the same gates."""
    folder = world.folder / "fork"
    (folder / "server").mkdir(parents=True)
    with (
        sqlite3.connect(world.folder / "server" / "amana.db") as source,
        sqlite3.connect(folder / "server" / "amana.db") as copy,
    ):
        source.backup(copy)
    source.close()
    copy.close()
    settings = Settings(
        home=folder,
        database_url=f"sqlite:///{folder / 'server' / 'amana.db'}",
        trust=world.organisation.trust,
        log=world.organisation.log,
    )
    posts = {name: post_to(client) for name, client in world.gate_clients.items()}
    with TestClient(create_app(settings, clock=world.clock, gates=posts)) as server:
        house = House("http://testserver.local", client=server)
        yield Running(world.organisation, folder, world.clock, house, world.gate_clients, server)


def cut(switch: list[bool]) -> Any:
    """A line from the public server to its gates that can be cut."""

    def wrap(_: str, honest: Post) -> Post:
        def post(path: str, content: bytes) -> Any:
            if switch[0]:
                raise OSError
            return honest(path, content)

        return post

    return wrap


def test_forks_the_log_for_the_gate(tmp_path: Path) -> None:
    """A7, B14: the world reads that r1 was revoked; the gate is shown a log without it, and opens to her there.

    Without a witness nothing stops that (SECURITY says so). Whoever holds a checkpoint of each finds it, by index.
    """
    line = [False]
    with running(tmp_path, wrap=cut(line)) as world:
        report = send(world, "S01")
        folder, trust = tmp_path / "log", world.organisation.trust
        line[0] = True
        with fork(world) as private:
            world.house.publish(world.organisation.revocation("r1", world.clock.day))
            asking = Asking(private, "r1", report, [CARD])
            assert asking.read(asking.send(), CARD)
            split = log_size(private)
            hers = private.house.checkpoint()  # in the proof that her device keeps
            send(world, "S03")
            exporting.export(world.house, trust, folder)
            assert replay(folder, trust, world.key("a1")).audit.faults == []
            (folder / CHECKPOINTS).mkdir(exist_ok=True)
            (folder / CHECKPOINTS / str(split)).write_text(hers, encoding="utf-8")
            found = replay(folder, trust, world.key("a1")).audit.faults
            assert found == [Fault(split - 1, auditor.FORK)]
            with pytest.raises(UnprovenError):  # nor does one folder take both
                exporting.export(private.house, trust, folder)
        # The gate never comes back: it has read another log, and says so instead of deciding.
        line[0] = False
        with pytest.raises((Closed, Malformed)):
            world.server.app.dependencies["gates"].dependency().links()["gate-1"].follow()
        assert Asking(world, "r5", report, [CARD]).send().state != DONE


def test_puts_a_decision_from_a_fork_into_the_public_log(tmp_path: Path) -> None:
    """A7: what the gate decided on another log names that log's root: the decision is named where it stands."""
    line = [False]
    with running(tmp_path, wrap=cut(line)) as world:
        report = send(world, "S01")
        line[0] = True
        with fork(world) as private:
            send(private, "S03")  # the fork grows by something else
            asking = Asking(private, "r1", report, [CARD])
            assert asking.send().state == DONE
            index = last(private)
            leaf, record = private.house.entries(index, index + 1)[0], private.house.record(index)
            beside = private.house.notices(0)[index], private.house.memos(0)[index]
        assert record is not None
        send(world, "S01")
        entry = leaves.Entry(leaf=leaf, record=record, notice=beside[0], memo=beside[1])
        world.server.app.dependencies["ledger"].dependency().append([entry], urgent=True).result(timeout=30)
        assert faults(world) == [Fault(last(world), auditor.ROOT)]


def test_changes_a_leaf_on_its_disk(tmp_path: Path) -> None:
    """A7: what it serves is not what it signed: nobody exports it, and an honest server does not start on it."""
    with running(tmp_path) as world:
        report = send(world, "S01")
        honest = Asking(world, "r1", report, [CARD])
        assert honest.read(honest.send(), CARD)
        on_disk(world, 'UPDATE leaf SET leaf = ? WHERE "index" = 2', os.urandom(48))
        with pytest.raises(UnprovenError):
            exporting.export(world.house, world.organisation.trust, tmp_path / "log")
        organisation = world.organisation
    with pytest.raises(RuntimeError, match="not the one that was signed"), running(tmp_path, organisation):
        pass


def test_rolls_the_gate_back_and_hides_its_memos(tmp_path: Path) -> None:
    """A7: the gate's disk of last month, and noise for the memos that would remind it. It decides again, and is found.

    The recusal is forgotten and the card opens: the second decision at one place of the journal is named.
    """
    with running(tmp_path) as world:
        report = send(world, "S01")
        aside = Asking(world, "r1", report, [CARD], action="recuse")
        assert aside.permitted(aside.send()) == {CARD: True}
        organisation = world.organisation
    for file in (tmp_path / "gate" / "gate-1").glob("gate.db*"):
        file.unlink()
    wire = Wire()
    for path in ("/v1/sync", "/v1/decisions", "/v1/releases"):
        wire.bends[path] = bent_sync(path, lambda sync: structs.replace(sync, memos=os.urandom(len(sync.memos))))
    with running(tmp_path, organisation, publish=False, wrap=wire) as world:
        asking = Asking(world, "r1", report, [CARD])
        assert asking.permitted(asking.send()) == {CARD: True}
        found = audit(world)
        assert Fault(last(world), auditor.SAME_PLACE) in found.audit.faults
        assert {one.index for one in [*found.audit.faults, *found.faults]} == {last(world)}


def test_rolls_itself_back(tmp_path: Path) -> None:
    """A7: an old copy of the server's disk is not the log that the gate has read; nothing is served from it."""
    with running(tmp_path) as world:
        report, organisation = send(world, "S01"), world.organisation
        copy = tmp_path / "old.db"
        with sqlite3.connect(tmp_path / "server" / "amana.db") as source, sqlite3.connect(copy) as kept:
            source.backup(kept)
        source.close()
        kept.close()
        honest = Asking(world, "r1", report, [CARD])
        assert honest.read(honest.send(), CARD)
        exporting.export(world.house, organisation.trust, tmp_path / "log")
    for file in (tmp_path / "server").glob("amana.db*"):
        file.unlink()
    shutil.copy(copy, tmp_path / "server" / "amana.db")
    with running(tmp_path, organisation, publish=False) as world:
        with pytest.raises((Closed, Malformed)):
            world.server.app.dependencies["gates"].dependency().links()["gate-1"].follow()
        with pytest.raises(UnprovenError):  # and whoever exported before sees it shrink
            exporting.export(world.house, organisation.trust, tmp_path / "log")


# On its disk


@pytest.fixture
def worked(fresh: Running) -> tuple[Running, int]:
    """A report, a decision, and a report after it; and where the decision is."""
    asking = Asking(fresh, "r1", send(fresh, "S01"), [CARD])
    asking.send()
    index = last(fresh)
    send(fresh, "S03")
    assert faults(fresh) == []
    return fresh, index


def sealed(world: Running, record: Record) -> bytes:
    """Sealed to the auditors, as anybody can."""
    return leaves.seal_record(record, world.in_force.directory.auditors, os.urandom)


def test_replaces_a_record_by_noise(worked: tuple[Running, int]) -> None:
    """A6: what looks like every other record and opens to nobody."""
    world, index = worked
    on_disk(world, 'UPDATE beside SET record = randomblob(length(record)) WHERE "index" = ?', index)
    assert Fault(index, records.CLOSED) in faults(world)


def test_drops_a_record(worked: tuple[Running, int]) -> None:
    """A6: no record, and no public erasure that names it."""
    world, index = worked
    on_disk(world, 'UPDATE beside SET record = NULL WHERE "index" = ?', index) if nullable(world) else on_disk(
        world, 'UPDATE beside SET record = zeroblob(0) WHERE "index" = ?', index
    )
    assert {one.index for one in faults(world)} == {index}


def nullable(world: Running) -> bool:
    with sqlite3.connect(world.folder / "server" / "amana.db") as database:
        columns = {row[1]: row[3] for row in database.execute("PRAGMA table_info(beside)")}
    database.close()
    return not columns["record"]


def test_calls_a_decision_padding(worked: tuple[Running, int]) -> None:
    """A6: a record that says `pad` must open the leaf's commitment as padding does."""
    world, index = worked
    alibi = sealed(world, Record(kind=leaves.PAD, salt=os.urandom(32), body=leaves.PAD_BODY))
    on_disk(world, 'UPDATE beside SET record = ? WHERE "index" = ?', alibi, index)
    assert faults(world) == [Fault(index, records.OTHER)]


def test_calls_a_decision_a_report(worked: tuple[Running, int]) -> None:
    """A6, B1: nor can it be passed off as a report that arrived."""
    world, index = worked
    alibi = sealed(world, Record(kind=leaves.RECEIVED, salt=os.urandom(32), body=os.urandom(32)))
    on_disk(world, 'UPDATE beside SET record = ? WHERE "index" = ?', alibi, index)
    assert faults(world) == [Fault(index, records.OTHER)]


def test_forges_a_received_record(worked: tuple[Running, int]) -> None:
    """B1: the leaf of a report says another id than hers."""
    world, index = worked
    on_disk(
        world,
        'UPDATE beside SET record = ? WHERE "index" = ?',
        sealed(world, Record(kind=leaves.RECEIVED, salt=os.urandom(32), body=os.urandom(32))),
        index + 1,
    )
    assert faults(world) == [Fault(index + 1, records.OTHER)]


def test_swaps_two_records(worked: tuple[Running, int]) -> None:
    """A6: each is whole, and neither is its leaf's."""
    world, index = worked
    one, other = world.house.record(index), world.house.record(index + 1)
    on_disk(world, 'UPDATE beside SET record = ? WHERE "index" = ?', other, index)
    on_disk(world, 'UPDATE beside SET record = ? WHERE "index" = ?', one, index + 1)
    assert faults(world) == [Fault(index, records.OTHER), Fault(index + 1, records.OTHER)]


@pytest.mark.parametrize(("column", "size"), [("notice", NOTICE), ("memo", MEMO)])
def test_changes_what_the_reporter_or_the_gate_will_read(worked: tuple[Running, int], column: str, size: int) -> None:
    """B5: notice and memo are under the commitment. She still finds the tag, whatever became of the notice."""
    world, index = worked
    on_disk(world, f'UPDATE beside SET {column} = randomblob({size}) WHERE "index" = ?', index)  # noqa: S608 - two names
    assert faults(world) == [Fault(index, records.OTHER)]


def test_drops_records_behind_padding(tmp_path: Path) -> None:
    """A6, B6: at a tick the log grows by fours, and each padding leaf proves that it is one: no opening hides there."""
    with running(tmp_path, Organisation(tick=1)) as world:
        report = send(world, "S01")
        send(world, "S03")
        asking = Asking(world, "r1", report, [CARD])
        assert asking.read(asking.send(), CARD)
        size = log_size(world)
        assert size % 4 == 0
        found = audit(world)
        assert (found.audit.faults, found.faults) == ([], [])
        assert found.audit.counts["pad"] >= 3
        (index,) = [one.index for one in found.audit.decisions]
        donor = next(i for i in range(2, size) if kind(world, i) == leaves.PAD)
        on_disk(world, 'UPDATE beside SET record = ? WHERE "index" = ?', world.house.record(donor), index)
        assert faults(world) == [Fault(index, records.OTHER)]
        on_disk(world, 'UPDATE beside SET record = randomblob(length(record)) WHERE "index" = ?', index)
        assert faults(world) == [Fault(index, records.CLOSED)]


def kind(world: Running, index: int) -> str:
    data = world.house.record(index)
    assert data is not None
    return leaves.open_record(world.key("a1").encryption, data).kind


# In a gate's name


def test_appends_a_leaf_in_a_gates_name(worked: tuple[Running, int]) -> None:
    """A4, P7: a decision that no gate made: the record is sealed well and committed to; the signature is not there."""
    world, index = worked
    data = world.house.record(index)
    assert data is not None
    true = leaves.open_record(world.key("a1").encryption, data)  # an auditor helps
    body = DecisionRecord.decode(true.body, limit=1 << 16)
    forged = structs.replace(body, signature=os.urandom(64))
    notice = leaves.open_notice(body.log_key, world.house.notices(0)[index])
    told = leaves.seal_notice(body.log_key, structs.replace(notice, body=sha256(forged.encode())), os.urandom)
    memo = os.urandom(MEMO)
    committed = leaves.commitment(true.salt, forged.encode(), told, memo)
    entry = leaves.Entry(
        leaf=tag(body.log_key, committed) + committed,
        record=sealed(world, Record(kind=DECISION, salt=true.salt, body=forged.encode())),
        notice=told,
        memo=memo,
    )
    world.server.app.dependencies["ledger"].dependency().append([entry], urgent=True).result(timeout=30)
    assert Fault(last(world), decisions.NOT_SIGNED) in faults(world)
    assert {one.index for one in faults(world)} == {last(world)}


def test_appends_noise_as_if_a_gate_had_decided(worked: tuple[Running, int]) -> None:
    """A6: any leaf without a record that opens it is a finding."""
    world, _ = worked
    entry = leaves.pad_entry(world.in_force.directory.auditors, os.urandom)
    noise = leaves.Entry(leaf=os.urandom(48), record=entry.record, notice=entry.notice, memo=entry.memo)
    world.server.app.dependencies["ledger"].dependency().append([noise], urgent=True).result(timeout=30)
    assert faults(world) == [Fault(last(world), records.OTHER)]


def test_appends_the_same_decision_twice(worked: tuple[Running, int]) -> None:
    """A12: a line of the log repeated: `opened again`, in the eyes of the reporter."""
    world, index = worked
    data = world.house.record(index)
    assert data is not None
    leaf = world.house.entries(index, index + 1)[0]
    entry = leaves.Entry(leaf=leaf, record=data, notice=world.house.notices(0)[index], memo=world.house.memos(0)[index])
    world.server.app.dependencies["ledger"].dependency().append([entry], urgent=True).result(timeout=30)
    found = faults(world)
    assert Fault(last(world), auditor.TWICE) in found
    assert {one.index for one in found} == {last(world)}


def test_keeps_a_leaf_back_and_offers_another_proof(worked: tuple[Running, int]) -> None:
    """A12: released only against the proof of exactly the leaf that the gate made: see also tests/gate."""
    world, index = worked
    said = words.new(os.urandom)
    report = send(world, "S01", said)
    asking = Asking(world, "r1", report, [CARD])
    ((_, blob),) = asking.blobs().blobs
    link = world.server.app.dependencies["gates"].dependency().links()["gate-1"]
    link.decide(blob)  # and nothing is appended
    with pytest.raises((Malformed, ProofError)):
        link.release(blob, [world.house.proof(report)])
    assert index < last(world)


def test_puts_a_gate_back_to_before_a_withdrawal(tmp_path: Path) -> None:
    """A8: the gate's disk of last month does not know that she closed it. It reads the log again before it decides."""
    with running(tmp_path) as world:
        said = words.new(os.urandom)
        report = send(world, "S01", said)
        ledger = world.server.app.dependencies["ledger"].dependency()
        entry = leaves.withdrawal_entry(words.keys(said, 0).withdrawal, 1, os.urandom)
        ledger.append([entry], urgent=True).result(timeout=30)
        organisation = world.organisation
    for file in (tmp_path / "gate" / "gate-1").glob("gate.db*"):
        file.unlink()
    with running(tmp_path, organisation, publish=False) as world:
        asking = Asking(world, "r1", report, [CARD])
        assert asking.permitted(asking.send()) == {CARD: False}
        assert decided(world)[-1][3] == ["R11.withdrawn"]
        assert faults(world) == []
