"""Files whose last steps failed, or were kept although they failed; and disks that lost what was durable."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from crypto import objects
from tests.harness import Running, running
from tests.server.coming_back import ledger, rounds, rows, serious
from tests.server.test_files import TUS, Sent, kind
from tests.test_faults import MODES, FaultError, assert_unwritten, commit_fails, server_engine

ONE_LEAF = "SELECT count(*), count(leaf) FROM object"


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Sent]:
    (tmp_path / "house").mkdir()
    with serious(tmp_path / "house") as world:
        for _ in range(2):  # the calendar begins; then today's files are looked after, and no thread does it in between
            rounds(world).tick()
        yield Sent(world, tmp_path)


def storage(world: Running) -> Any:
    return world.server.app.dependencies["finishing"].dependency()._storage  # noqa: SLF001 - the fault belongs inside


def fails(*_: object) -> None:
    raise FaultError


def size(world: Running) -> int:
    """How many leaves there are, published or not."""
    return int(rows(world, "SELECT count(*) FROM leaf")[0][0])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("step", range(2))
def test_the_last_bytes(sent: Sent, step: int, mode: str) -> None:
    """Commits of the last body: how much is on disk; then row and leaf. HEAD finishes whatever was left, once."""
    sent.create()
    before = size(sent.world)
    with commit_fails(server_engine(sent.world), mode, after=step):
        assert_unwritten(sent.patch(0, sent.sealed))
    offset = sent.offset()
    assert offset == (0 if (step, mode) == (0, "failed") else len(sent.sealed))
    assert sent.patch(0, sent.sealed).status_code == (204 if offset == 0 else 403)
    assert sent.offset() == len(sent.sealed)
    assert sent.world.server.get(sent.path).content == sent.sealed
    assert size(sent.world) == before + 1
    assert rows(sent.world, ONE_LEAF) == [(1, 1)]
    assert list((sent.world.folder / "uploads").iterdir()) == []
    assert sent.carrier().bring(sent.files()).proven == sent.files()


@pytest.mark.parametrize("mode", MODES)
def test_an_announcement(sent: Sent, mode: str) -> None:
    with commit_fails(server_engine(sent.world), mode):
        assert_unwritten(sent.create())
    assert rows(sent.world, "SELECT count(*) FROM object") == [(int(mode == "failed-but-persisted"),)]
    assert sent.create().status_code == 201
    assert sent.patch(0, sent.sealed).status_code == 204


@pytest.mark.parametrize("name", ["put", "read"])
def test_a_storage_that_is_away_for_days(sent: Sent, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """She is told; what came is not given up; the round that finds the storage again finishes without her."""
    sent.create()
    with monkeypatch.context() as patch:
        patch.setattr(storage(sent.world), name, fails)
        assert_unwritten(sent.patch(0, sent.sealed))
        assert sent.world.server.head(sent.path, headers=TUS).status_code == 503
        assert sent.world.server.get(sent.path).status_code == 404
        sent.world.clock.offset += 5 * 86400
        rounds(sent.world)._files.look_after()  # noqa: SLF001
        assert rows(sent.world, ONE_LEAF) == [(1, 0)]
    rounds(sent.world)._files.look_after()  # noqa: SLF001
    assert rows(sent.world, ONE_LEAF) == [(1, 1)]
    assert sent.world.server.get(sent.path).content == sent.sealed


def test_a_start_finishes_what_came_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "house").mkdir()
    with running(tmp_path / "house") as world:
        sent = Sent(world, tmp_path)
        sent.create()
        with monkeypatch.context() as patch:
            patch.setattr(storage(world), "put", fails)
            assert_unwritten(sent.patch(0, sent.sealed))
        organisation = world.organisation
    with running(tmp_path / "house", organisation, publish=False) as world:
        until(lambda: rows(world, ONE_LEAF) == [(1, 1)])
        assert world.server.get(sent.path).content == sent.sealed


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_file_that_lost_what_was_durable_is_begun_again(sent: Sent) -> None:
    """A copy of another moment was put back, or a disk lied: better all of it again than a hole in it."""
    sent.create()
    sent.patch(0, sent.sealed[:5000])
    (coming,) = (sent.world.folder / "uploads").iterdir()
    os.truncate(coming, 4999)
    assert sent.offset() == 0
    sent.patch(0, sent.sealed[:5000])
    coming.unlink()
    assert sent.offset() == 0
    assert sent.patch(0, sent.sealed).status_code == 204
    assert sent.world.server.get(sent.path).content == sent.sealed


def test_whole_bytes_that_were_lost_before_the_last_step(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    sent.create()
    with monkeypatch.context() as patch:
        patch.setattr(storage(sent.world), "put", fails)
        assert_unwritten(sent.patch(0, sent.sealed))
    (coming,) = (sent.world.folder / "uploads").iterdir()
    coming.unlink()
    assert sent.offset() == 0
    assert sent.patch(0, sent.sealed).status_code == 204
    assert sent.world.server.get(sent.path).content == sent.sealed


def test_what_a_power_cut_left_behind_the_offset_is_cut_off(sent: Sent) -> None:
    """A file system may have given a longer file, of zeros."""
    sent.create()
    sent.patch(0, sent.sealed[:5000])
    (coming,) = (sent.world.folder / "uploads").iterdir()
    os.truncate(coming, 90_000)
    assert sent.offset() == 5000
    assert sent.patch(5000, sent.sealed[5000:6000]).status_code == 204
    assert coming.stat().st_size == 6000
    assert sent.patch(6000, sent.sealed[6000:]).status_code == 204
    assert sent.world.server.get(sent.path).content == sent.sealed


def test_what_was_taken_back_does_not_come_back(sent: Sent) -> None:
    """It was in the storage already when its last step failed; another one of the same name is another one."""
    sent.create()
    with commit_fails(server_engine(sent.world), "failed", after=1):
        assert_unwritten(sent.patch(0, bytes(len(sent.sealed))))
    assert sent.world.server.delete(sent.path, headers=TUS).status_code == 204
    assert sent.create().status_code == 201
    assert sent.offset() == 0
    assert sent.patch(0, sent.sealed).status_code == 204
    assert sent.world.server.get(sent.path).content == sent.sealed


def test_a_disk_that_is_nearly_full_keeps_room_for_words(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    sent.create()
    assert sent.patch(0, sent.sealed[:100]).status_code == 204
    free = os.statvfs(sent.world.folder).f_bavail * os.statvfs(sent.world.folder).f_frsize
    with monkeypatch.context() as patch:
        patch.setattr("server.objects.FREE", free * 2)
        answer = sent.patch(100, sent.sealed[100:])
        assert (answer.status_code, kind(answer), answer.headers["retry-after"]) == (503, "busy", "2")
        name = bytes(32)
        ticket = objects.ticket(sent.envelope.received, name, len(sent.sealed))
        answer = sent.create(object=name, ticket=ticket)
        assert (answer.status_code, kind(answer)) == (503, "busy")
        assert sent.offset() == 100
        Sent(sent.world, sent.folder)  # words arrive
    assert sent.patch(100, sent.sealed[100:]).status_code == 204


def test_a_failing_commit_keeps_the_others(sent: Sent) -> None:
    """The ledger goes on after it; nothing of the row is half there."""
    sent.create()
    with commit_fails(server_engine(sent.world), "failed"):
        assert_unwritten(sent.patch(0, sent.sealed[:1000]))
    assert sent.offset() == 0
    assert ledger(sent.world).head.size > 0
    assert sent.patch(0, sent.sealed[:1000]).status_code == 204
    assert sent.offset() == 1000


def test_a_last_step_that_is_tried_again_with_others_appends_one_leaf(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its commit was kept although it failed, and the ledger runs each job of the batch again."""
    sent.create()
    with monkeypatch.context() as patch:
        patch.setattr(storage(sent.world), "put", fails)
        assert_unwritten(sent.patch(0, sent.sealed))
    before, began, go = size(sent.world), threading.Event(), threading.Event()
    files = rounds(sent.world)._files  # noqa: SLF001

    def hold(_: Any, __: int) -> tuple[list[Any], None]:
        began.set()
        go.wait(30)
        return [], None

    with commit_fails(server_engine(sent.world), MODES[1], after=1), ThreadPoolExecutor() as pool:
        held = ledger(sent.world).submit(hold)
        assert began.wait(30)
        step = pool.submit(files.finish, sent.piece.object, len(sent.sealed))
        other = ledger(sent.world).submit(lambda _, __: ([], "other"))
        until(lambda: ledger(sent.world)._queue.qsize() == 2)  # noqa: SLF001 - and so in one batch
        go.set()
        held.result(30)
        step.result(30)
        assert other.result(30) == "other"
    assert rows(sent.world, ONE_LEAF) == [(1, 1)]
    assert size(sent.world) == before + 1
