"""Order under fault: each step of a submission and of an opening, failed and failed-but-persisted (DESIGN 5).

After each the world is read again from disk: no release without an included leaf, nothing acknowledged lost or doubled.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from client.errors import NotFoundError
from client.reporter import seal
from crypto import words
from crypto.relay import CLOSED, DONE, SignedEntry
from crypto.sections import Section
from doors.problem import PROBLEM_JSON, Closed, Unwritten
from server.gates import Gates
from tests.asking import Asking
from tests.checking import check_world
from tests.harness import Running, running
from tests.samples import samples, send

CARD = Section.CARD
MODES = ("failed", "failed-but-persisted")


class FaultError(OSError):
    """The disk or the line that fails."""


@contextmanager
def commit_fails(engine: Engine, mode: str, *, after: int = 0, times: int = 1) -> Iterator[None]:
    """Let some commits of this engine, after so many good ones, fail: before they are kept, or when they are."""
    seen = [0]

    def commit(connection: Any) -> None:
        seen[0] += 1
        if after < seen[0] <= after + times:
            if mode == "failed-but-persisted":
                connection.connection.dbapi_connection.execute("COMMIT")
            raise FaultError

    event.listen(engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(engine, "commit", commit)


def server_engine(world: Running) -> Engine:
    engine = world.server.app.dependencies["database"].dependency().writer
    assert isinstance(engine, Engine)
    return engine


def gate_engine(world: Running) -> Engine:
    gate = world.gate_clients["gate-1"].app.dependencies["gate"].dependency()
    engine = gate._database.writer  # noqa: SLF001 - the fault belongs inside
    assert isinstance(engine, Engine)
    return engine


def gates_of(world: Running) -> Gates:
    gates = world.server.app.dependencies["gates"].dependency()
    assert isinstance(gates, Gates)
    return gates


def check(world: Running, acknowledged: set[bytes]) -> None:
    check_world(world.folder, world.organisation.trust.log_policy, world.key("a1"), acknowledged)


def log_size(world: Running) -> int:
    return int(world.house.checkpoint().split("\n")[1])


def works_again(world: Running, report: bytes) -> None:
    asking = Asking(world, "r1", report, [CARD])
    answer = asking.send()
    assert answer.state == DONE
    assert asking.read(answer, CARD)


def assert_unwritten(answer: Any) -> None:
    """503 in the one shape, in words that are true whether the failed commit was kept or not."""
    assert answer.status_code == 503
    assert answer.headers["content-type"] == PROBLEM_JSON
    assert answer.json() == {"type": "tag:amana,2026:closed", "title": Unwritten.title, "status": 503}
    assert "Nothing was acknowledged" in Unwritten.title
    assert not any(word in Unwritten.title for word in ("saved", "changed", "opened"))


@pytest.mark.parametrize("mode", MODES)
def test_submission(fresh: Running, mode: str) -> None:
    data = seal(samples()["S01"], fresh.in_force, words.new(os.urandom), draw=os.urandom).encode()
    with commit_fails(server_engine(fresh), mode):
        assert_unwritten(fresh.server.post("/v1/reports", content=data))
    again = fresh.server.post("/v1/reports", content=data)
    assert again.status_code == (201 if mode == "failed" else 200)
    assert len(fresh.house.reports()) == 1
    check(fresh, {bytes.fromhex(again.json()["id"])})


@pytest.mark.parametrize("mode", MODES)
def test_one_bad_commit_among_many(fresh: Running, mode: str) -> None:
    """A batch of submissions whose commit fails: each sender learns the truth about her own."""
    in_force = fresh.in_force
    sealed = [seal(samples()["S01"], in_force, words.new(os.urandom), draw=os.urandom).encode() for _ in range(6)]
    with commit_fails(server_engine(fresh), mode, times=2):
        first = [fresh.server.post("/v1/reports", content=one).status_code for one in sealed]
    assert set(first) <= {200, 201, 503}
    second = [fresh.server.post("/v1/reports", content=one) for one in sealed]
    assert all(one.status_code in (200, 201) for one in second)
    assert len(fresh.house.reports()) == len(sealed)
    check(fresh, {bytes.fromhex(one.json()["id"]) for one in second})


@pytest.mark.parametrize("mode", MODES)
def test_gate_writes_its_decision(fresh: Running, mode: str) -> None:
    """Step 2: the journal cannot be written, or was and the gate does not know."""
    report = send(fresh, "S01")
    before = log_size(fresh)
    # The first commit of a call is what was read of the log; the second is the decision.
    with commit_fails(gate_engine(fresh), mode, after=1):
        answer = Asking(fresh, "r1", report, [CARD]).send()
    assert answer.state == CLOSED
    assert log_size(fresh) == before
    heal(fresh, before + (mode == "failed-but-persisted"))
    works_again(fresh, report)
    check(fresh, {report})


def heal(world: Running, size: int) -> None:
    """Minutes later the server follows its gates again; what was decided and not logged is logged then."""
    world.clock.offset += 6 * 60
    gates = gates_of(world)
    gates.tell()
    gates.tell()
    assert log_size(world) == size


Wrap = Callable[[str, Callable[[str, bytes], Any]], Callable[[str, bytes], Any]]


def line_fails(path: str, mode: str, armed: list[bool]) -> Wrap:
    """The line between server and gate fails for one path: before the gate hears, or after it answered."""

    def wrap(_: str, honest: Callable[[str, bytes], Any]) -> Callable[[str, bytes], Any]:
        def post(where: str, content: bytes) -> Any:
            if where == path and armed[0]:
                if mode == "failed-but-persisted":
                    honest(where, content)
                raise FaultError
            return honest(where, content)

        return post

    return wrap


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/releases", "/v1/sync"])
def test_line_to_the_gate(tmp_path: Path, path: str, mode: str) -> None:
    armed = [False]
    with running(tmp_path, wrap=line_fails(path, mode, armed)) as world:
        report = send(world, "S01")
        before = log_size(world)
        armed[0] = True
        asking = Asking(world, "r1", report, [CARD])
        answer = asking.send()
        armed[0] = False
        if path == "/v1/decisions":
            assert answer.state == CLOSED
            heal(world, before + (mode == "failed-but-persisted"))
        elif path == "/v1/releases":
            assert answer.state == DONE
            assert asking.released(answer) == {}
            assert log_size(world) == before + 1
        else:
            assert asking.read(answer, CARD)
        works_again(world, report)
        check(world, {report})


@pytest.mark.parametrize("mode", MODES)
def test_log_appends_the_decision(fresh: Running, mode: str) -> None:
    """Step 3: if the log cannot be written, nothing opens; what was kept all the same is there once."""
    report = send(fresh, "S01")
    before = log_size(fresh)
    asking = Asking(fresh, "r1", report, [CARD])
    openings = asking.blobs()
    with commit_fails(server_engine(fresh), mode):
        answer = asking.send(openings)
    assert answer.state == CLOSED
    heal(fresh, before + 1)
    works_again(fresh, report)
    check(fresh, {report})


def lost(world: Running, report: bytes) -> list[SignedEntry]:
    """A decision that its gate made and the log does not have, as the gate offers it again minutes later."""
    gates_of(world).stop()  # nobody else takes what it offers
    with commit_fails(server_engine(world), "failed"):
        assert Asking(world, "r1", report, [CARD]).send().state == CLOSED
    world.clock.offset += 6 * 60
    offered = gates_of(world).links()["gate-1"].follow()
    assert len(offered.pending) == 1
    return list(offered.pending)


def test_an_offer_whose_append_failed_and_was_kept_is_appended_once(fresh: Running) -> None:
    """Two hold the same offer; the append of the first fails, and the database has it all the same."""
    report = send(fresh, "S01")
    offered, since = lost(fresh, report), log_size(fresh)
    gates = gates_of(fresh)
    with commit_fails(server_engine(fresh), "failed-but-persisted"), pytest.raises(FaultError):
        gates.keep("gate-1", offered, since=since)
    assert gates.keep("gate-1", offered, since=since) == [since]
    assert gates.keep("gate-1", offered) == [since]
    assert log_size(fresh) == since + 1
    works_again(fresh, report)
    check(fresh, {report})


def test_an_offer_in_a_batch_that_failed_and_was_kept_is_appended_once(fresh: Running) -> None:
    """Two hold the same offer at once, and the ledger tries the jobs of a failed batch again, one by one."""
    report = send(fresh, "S01")
    offered, since = lost(fresh, report), log_size(fresh)
    ledger, gates = fresh.server.app.dependencies["ledger"].dependency(), gates_of(fresh)
    alone, others = threading.Event(), threading.Event()

    def hold(_: Any, __: int) -> tuple[list[Any], None]:
        alone.set()
        others.wait(30)
        return [], None

    with commit_fails(server_engine(fresh), "failed-but-persisted", after=1), ThreadPoolExecutor() as pool:
        held = ledger.submit(hold)  # until all are in the queue, and so in one batch
        assert alone.wait(30)
        kept = [pool.submit(gates.keep, "gate-1", offered, since=since) for _ in range(2)]
        while not ledger._queue.qsize():  # noqa: SLF001 - one job for both: who comes second waits for it
            assert not any(one.done() for one in kept)
            time.sleep(0.01)
        other = ledger.submit(lambda _, __: ([], "done"))
        others.set()
        assert held.result(30) is None
        assert [one.result(30) for one in kept] == [[since], [since]]
        assert other.result(30) == "done"
    assert log_size(fresh) == since + 1
    check(fresh, {report})


def test_log_that_cannot_be_written_opens_nothing(fresh: Running) -> None:
    report = send(fresh, "S01")
    with commit_fails(server_engine(fresh), "failed", times=10**6):
        asking = Asking(fresh, "r1", report, [CARD])
        answer = asking.send()
        assert answer.state == CLOSED
        assert answer.gates == []
        assert fresh.server.post("/v1/reports", content=b"x").status_code == 400
        sealed = seal(samples()["S02"], fresh.in_force, words.new(os.urandom), draw=os.urandom).encode()
        assert_unwritten(fresh.server.post("/v1/reports", content=sealed))
    heal(fresh, log_size(fresh) + 1)
    works_again(fresh, report)
    check(fresh, {report})


def test_restart_keeps_everything(tmp_path: Path) -> None:
    with running(tmp_path) as world:
        report = send(world, "S01")
        works_again(world, report)
        organisation, size = world.organisation, log_size(world)
    with running(tmp_path, organisation, publish=False) as world:
        assert log_size(world) == size
        works_again(world, report)
        check(world, {report})


def test_gate_restored_from_an_old_copy_learns_from_the_log(tmp_path: Path) -> None:
    """A recusal is in the gate's own memos; a gate that lost its database reads them again and forgets nothing."""
    with running(tmp_path) as world:
        report = send(world, "S01")
        aside = Asking(world, "r1", report, [CARD], action="recuse")
        assert aside.permitted(aside.send()) == {CARD: True}
        organisation = world.organisation
    for file in (tmp_path / "gate" / "gate-1").glob("gate.db*"):
        file.unlink()
    with running(tmp_path, organisation, publish=False) as world:
        assert Asking(world, "r5", report, [CARD]).send().state == CLOSED  # what it forgot may still be on its way
        world.clock.offset += 11 * 60
        later = Asking(world, "r1", report, [CARD])
        assert later.permitted(later.send()) == {CARD: False}
        other = Asking(world, "r5", report, [CARD])
        assert other.permitted(other.send()) == {CARD: True}
        check(world, {report})


def test_server_restored_from_an_old_copy_is_refused_by_the_gate(tmp_path: Path) -> None:
    """A server that lost leaves cannot open anything: its log is not the one that the gate has read."""
    with running(tmp_path) as world:
        report = send(world, "S01")
        organisation = world.organisation
    database = tmp_path / "server" / "amana.db"
    copy = database.read_bytes()
    with running(tmp_path, organisation, publish=False) as world:
        works_again(world, report)
    for file in (tmp_path / "server").glob("amana.db*"):
        file.unlink()
    database.write_bytes(copy)
    with running(tmp_path, organisation, publish=False) as world:
        honest = bytes.fromhex(world.house.reports()[0].id)
        assert honest == report
        with pytest.raises(NotFoundError):  # no gate signs `current` for such a log, so nobody is even served
            _ = world.in_force
        with pytest.raises(Closed):
            world.server.app.dependencies["gates"].dependency().links()["gate-1"].follow()


def test_a_log_on_disk_that_is_not_the_signed_one_never_starts(tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415 - bends the disk by hand

    with running(tmp_path) as world:
        send(world, "S01")
        organisation = world.organisation
    with sqlite3.connect(tmp_path / "server" / "amana.db") as database:
        database.execute('UPDATE leaf SET leaf = ? WHERE "index" = 2', (os.urandom(48),))
    database.close()
    with (
        pytest.raises(RuntimeError, match="not the one that was signed"),
        running(tmp_path, organisation, publish=False),
    ):
        pass
