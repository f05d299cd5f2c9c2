"""A house put back from a copy signs nothing, says so, and comes back by an auditor's export (protocol 9.5, 9.6)."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection

from client import auditor, doctor_witnesses
from client.doctor import FAULT
from client.errors import ClosedError, NotFoundError
from client.exporting import export
from client.reporter import seal
from client.trusting import InForce
from crypto import leaves, notes, words
from crypto.errors import CryptoError, ProofError
from crypto.labels import Label
from crypto.leaves import pad_entry
from crypto.relay import CLOSED, DONE
from crypto.sections import Section
from doors.clock import system
from doors.database import open_database
from policies.erasures import Erasure
from policies.feeds import FeedNote
from policies.retention import RETAINED
from server import migrate, replay
from server import witnesses as module
from server.cosigning import WitnessLink
from server.ledger import Ledger
from server.store import calendar, kept, report
from server.witnesses import AHEAD
from tests.asking import Asking
from tests.harness import Running
from tests.samples import samples, send
from tests.witness.house import Street, ledger, outside, published, street, until

CARD = Section.CARD


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST", 0.2)


@dataclass
class Old:
    """A house whose server folder is an older copy, an auditor's export from after it, and what was lost between."""

    way: Street
    export: Path
    kept: bytes
    taken_back: bytes
    erased: bytes
    lost: bytes
    known: InForce
    cosigned: str
    """The head of the copy: what an export of that time would have."""

    @property
    def home(self) -> Path:
        return self.way.folder / "home"

    @property
    def ahead(self) -> Path:
        return self.home / "server" / AHEAD

    def replay(self) -> int:
        return replay.run(self.export, {"AMANA_HOME": str(self.home)})


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Old]:
    """After the copy: a report came, r3 was revoked, one report was withdrawn and one destroyed, r1 opened a card."""
    with street(tmp_path / "street") as way:
        said = words.new(os.urandom)
        with way.house(publish=True) as world:
            first, second, third = send(world, "S01"), send(world, "S01", said), send(world, "S02")
            published(world)
            cosigned = world.house.checkpoint()
            (way.folder / "home" / "trust.json").write_text(way.organisation.trust.to_json())
        copy = tmp_path / "copy"
        shutil.copytree(way.folder / "home" / "server", copy)
        with way.house() as world:
            lost = send(world, "S02")
            world.house.publish(way.organisation.revocation("r3", world.clock.day))
            made = ledger(world)
            made.append([leaves.withdrawal_entry(words.keys(said, 0).withdrawal, 1, os.urandom)]).result(30)
            say(world, lambda _: erasure(world, third), Label.NOTE_ERASURE)
            say(world, lambda index: a_day(world, index), Label.NOTE_FEED)
            assert opens(world, "r1", first)
            published(world)
            export(world.house, way.organisation.trust, tmp_path / "export")
            known = world.in_force
        shutil.rmtree(way.folder / "home" / "server")
        shutil.copytree(copy, way.folder / "home" / "server")
        yield Old(way, tmp_path / "export", first, second, third, lost, known, cosigned)


def erasure(world: Running, destroyed: bytes) -> str:
    made = ledger(world)
    with made._database.reader.connect() as connection:  # noqa: SLF001
        index = connection.execute(report.select().where(report.c.id == destroyed)).one().leaf
    log = world.organisation.log
    return Erasure(day=world.clock.day, why=RETAINED, indexes=(index,)).sign(notes.Signer(log.name, log.identity))


def a_day(world: Running, index: int) -> str:
    """The note of a file of answers that the copy does not have: of a day that is over."""
    log = world.organisation.log
    note = FeedNote.of([bytes(1024)] * 4, "", day=world.clock.day - 1, log=index)
    return note.sign(notes.Signer(log.name, log.identity))


def say(world: Running, note: Callable[[int], str], kind: Label) -> None:
    """Have the house say a note of its own, as a round would."""
    rounds = world.server.app.dependencies["rounds"].dependency()

    def job(connection: Connection, index: int) -> tuple[list[leaves.Entry], None]:
        return [rounds._publish(connection, index, note(index), kind, 0)], None  # noqa: SLF001

    ledger(world).submit(job).result(30)


def opens(world: Running, who: str, wanted: bytes) -> bool:
    asking = Asking(world, who, wanted, [CARD])
    answer = asking.send()
    assert answer.state in {DONE, CLOSED}
    return answer.state == DONE and bool(asking.released(answer))


def closes(old: Old, world: Running) -> None:
    """Wait until it has closed, and has written down why."""
    until(old.ahead.exists)
    assert ledger(world).heads.closed


def is_closed(old: Old, world: Running) -> None:
    """Nothing is signed, taken or opened; what was published still can be read."""
    size = ledger(world).heads.signed.size
    with pytest.raises(ClosedError):
        world.house.submit(seal(samples()["S01"], old.known, words.new(os.urandom), draw=os.urandom).encode())
    with pytest.raises(ClosedError):
        world.house.publish(old.way.organisation.revocation("r5", world.clock.day))
    assert world.server.get("/health").status_code == 503
    assert ledger(world).heads.signed.size == size
    assert world.organisation.trust.log_policy.verify(world.house.checkpoint()).size <= size


def test_an_old_copy_signs_nothing_and_says_so(old: Old) -> None:
    with old.way.house() as world:
        closes(old, world)
        is_closed(old, world)
    (found,) = doctor_witnesses.told(old.home, old.way.organisation.trust)
    assert (found.state, "server.replay" in found.text) == (FAULT, True)
    for one in old.way.witnesses.values():
        one.away = True
    with old.way.house() as world:  # it does not forget it when nobody can tell it again
        assert ledger(world).heads.closed
        is_closed(old, world)


def test_it_comes_back_by_replay_and_the_log_is_one(old: Old) -> None:
    with old.way.house() as world:
        closes(old, world)
    assert old.ahead.exists()
    assert old.replay() > 5
    with old.way.house() as world:
        until(lambda: ledger(world).heads.writes)
        assert not old.ahead.exists()
        assert opens(world, "r1", old.kept)
        assert not opens(world, "r3", old.kept)  # revoked after the copy
        with pytest.raises(NotFoundError):
            world.house.content(old.taken_back)  # withdrawn after the copy
        with pytest.raises(NotFoundError):
            world.house.content(old.erased)  # destroyed after the copy
        with pytest.raises(NotFoundError):
            world.house.content(old.lost)  # gone: said in docs/operating.md
        made = ledger(world)
        with made._database.reader.connect() as connection:  # noqa: SLF001
            assert connection.execute(calendar.select()).one().day >= world.clock.day
            row = connection.execute(report.select().where(report.c.id == old.erased)).one()
            assert (row.content, row.slots) == (b"", b"")
            assert connection.execute(kept.select().where(kept.c.report == row.number)).one().until is None
        published(world)
        export(world.house, world.organisation.trust, old.export)  # grows from the one of before
        found = auditor.verify(old.export, world.organisation.trust, auditor=world.key("a1"))
        blamed = {one.fault for one in found.faults}
        # The erasure and the day of the fixture were made by hand, on a report that was not due.
        assert not blamed & {auditor.FORK, auditor.TREE, auditor.EARLIER, auditor.TWICE, auditor.SAME_PLACE}
        assert {one.size for one in old.way.witnesses.values()} == {ledger(world).head.size}


def test_the_command_says_in_one_line_how_it_ended(
    old: Old, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMANA_HOME", str(old.home))
    with old.way.house():
        assert replay.main([str(old.export)]) == 2  # the house runs
    assert replay.main([str(old.export / "nothing")]) == 3
    said = capfd.readouterr().err
    assert ("stop it first" in said, "Nothing was changed" in said, "Traceback" in said) == (True, True, False)
    assert replay.main([str(old.export)]) == 0
    assert "leaves came back" in capfd.readouterr().out
    assert old.replay() == 0  # the same again does nothing


def test_even_an_empty_database_is_compared(old: Old) -> None:
    for file in (old.home / "server").glob("amana.db*"):
        file.unlink()
    with old.way.house() as world:
        closes(old, world)
        assert world.server.get("/health").status_code == 503
        with pytest.raises(ClosedError):
            world.house.publish(old.way.organisation.revocation("r5", world.clock.day))
    assert old.replay() > 5
    with old.way.house() as world:
        until(lambda: ledger(world).heads.writes)
        with pytest.raises(NotFoundError):
            world.house.content(old.kept)  # its bytes are gone; the log of it is whole
        assert opens(world, "r1", send(world, "S01"))


def test_a_copy_that_went_on_by_itself_is_found_and_not_replayed(old: Old) -> None:
    """It even has more leaves than any witness: its history is another one."""
    database = open_database(f"sqlite:///{old.home / 'server' / 'amana.db'}")
    with database.writer.begin() as connection:
        migrate.upgrade(connection)
    alone = Ledger(database, old.way.organisation.log, os.urandom, system)
    alone.start()
    auditors = tuple(old.known.directory.auditors)
    alone.append([pad_entry(auditors, os.urandom) for _ in range(40)]).result(30)
    alone.stop()
    database.dispose()
    with pytest.raises(ProofError, match="more leaves"):
        old.replay()
    with old.way.house() as world:
        closes(old, world)
        is_closed(old, world)
    assert all(list(one.settings.folder.glob("*/evidence/*")) for one in old.way.witnesses.values() if one.size)


def test_one_leaf_of_its_own_is_enough(old: Old) -> None:
    database = open_database(f"sqlite:///{old.home / 'server' / 'amana.db'}")
    alone = Ledger(database, old.way.organisation.log, os.urandom, system)
    alone.start()
    alone.append([pad_entry(tuple(old.known.directory.auditors), os.urandom)]).result(30)
    alone.stop()
    database.dispose()
    with pytest.raises(ProofError, match="went on by itself"):
        old.replay()


def test_an_export_that_ends_too_early_or_was_bent(old: Old) -> None:
    with old.way.house() as world:
        closes(old, world)
    policy = old.way.organisation.trust.log_policy
    size = policy.verify((old.export / "checkpoint").read_text()).size
    every = (old.export / "leaves.bin").read_bytes()
    last = max(at for at in range(size) if leaves.is_public(every[48 * at : 48 * at + 48]))
    bends: dict[str, Callable[[bytes], bytes]] = {
        "leaves.bin": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        "memos.bin": lambda data: data[:-1],
        "checkpoint": lambda data: b"".join(data.splitlines(keepends=True)[:5]),  # the log's signature alone
        f"records/{last}": lambda _: b"other",
        "bundles/1.body": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    }
    for name, bend in bends.items():
        path = old.export / name
        honest = path.read_bytes()
        path.write_bytes(bend(honest))
        with pytest.raises(CryptoError):
            old.replay()
        path.write_bytes(honest)
    early = old.export / "checkpoint"
    whole = early.read_bytes()
    early.write_text(old.cosigned)
    with pytest.raises(ProofError, match="ends before"):
        old.replay()
    early.write_bytes(whole)
    assert old.replay() > 5  # nothing of the attempts was kept


def test_a_start_without_enough_witnesses_waits_and_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with street(tmp_path) as way:
        with way.house(publish=True) as world:
            send(world, "S01")
            published(world)
            known = world.in_force
        for name in ("w1", "w2"):
            way.witnesses[name].away = True
        monkeypatch.setattr("server.ledger._COMPARING", 0.2)  # after that she is told to come back
        with way.house() as world:
            sealed = seal(samples()["S02"], known, words.new(os.urandom), draw=os.urandom).encode()
            with pytest.raises(ClosedError):
                world.house.submit(sealed)
            assert world.server.get("/health").status_code == 503
            way.witnesses["w1"].away = False  # two of three have answered: no quorum can have signed more
            until(lambda: ledger(world).heads.writes)
            world.house.submit(sealed)


def test_two_of_two_start_with_one(tmp_path: Path) -> None:
    """What both must have signed, one can tell; nothing opens before the other is back, and reports are taken."""
    with street(tmp_path, quorum=2, names=("w1", "w2")) as way:
        with way.house(publish=True) as world:
            first = send(world, "S01")
            published(world)
            known = world.in_force
        way.witnesses["w2"].away = True
        with way.house() as world:
            until(lambda: ledger(world).heads.writes)
            world.house.submit(seal(samples()["S02"], known, words.new(os.urandom), draw=os.urandom).encode())
            until(lambda: ledger(world).heads.lost)
            assert Asking(world, "r1", first, [CARD]).send().state == CLOSED
            way.witnesses["w2"].away = False
            until(lambda: not ledger(world).heads.lost)
            assert opens(world, "r1", first)


def test_somebody_else_who_signs_with_the_log_s_key_closes_the_house(tmp_path: Path) -> None:
    """While it runs: a thief of log.key has shown a witness a longer history."""
    with street(tmp_path) as way, way.house(publish=True) as world:
        published(world)
        until(lambda: {one.size for one in way.witnesses.values()} == {ledger(world).head.size})
        home, other = way.folder / "home" / "server", tmp_path / "thief" / "server"
        shutil.copytree(home, other)
        database = open_database(f"sqlite:///{other / 'amana.db'}")
        thief = Ledger(database, way.organisation.log, os.urandom, system)
        thief.start()
        thief.append([pad_entry(ledger(world).auditors, os.urandom) for _ in range(3)]).result(30)
        key, call = way.organisation.witness("w1"), way.witnesses["w1"].call
        link = WitnessLink(key, call, way.organisation.trust.log_policy.alone, thief.heads, database)
        assert link.ask(thief.heads.signed)
        thief.stop()
        database.dispose()
        outside(world)._began = -1000.0  # noqa: SLF001 - its next look, two minutes later
        outside(world)._wake.set()  # noqa: SLF001
        until((home / AHEAD).exists)
        assert ledger(world).heads.closed
        assert world.server.get("/health").status_code == 503
