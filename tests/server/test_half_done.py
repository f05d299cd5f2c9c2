"""Steps of coming back, failed and failed-but-persisted: told when durable, done once, finished by the next look."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from crypto import wishes
from crypto.relay import Publication
from policies.holds import Hold
from policies.statements import day_text
from tests import lossyfs
from tests.harness import OFFICERS, Running
from tests.needs import need
from tests.server.coming_back import (
    DAY,
    Her,
    Reply,
    file_of,
    later,
    ledger,
    log_size,
    post,
    read,
    rounds,
    rows,
    serious,
)
from tests.soak.cutting import lossy
from tests.test_faults import (
    MODES,
    FaultError,
    assert_unwritten,
    check,
    commit_fails,
    gates_of,
    heal,
    server_engine,
)


@pytest.mark.parametrize("mode", MODES)
def test_a_withdrawal_is_told_when_it_is_durable_and_done_once(tmp_path: Path, mode: str) -> None:
    with serious(tmp_path) as world:
        her = Her(world)
        body = her.body(wishes.withdraw(her.keys, os.urandom, now=True))
        before = log_size(world)
        with commit_fails(server_engine(world), mode):
            assert_unwritten(post(world, "withdrawals", body))
        assert her.served() == (mode == "failed")
        assert post(world, "withdrawals", body).status_code == 202
        assert not her.served()
        heal(world, before + 2)
        later(world, 1)
        check(world, {her.report})


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_is_told_when_it_is_durable_and_waits_once(tmp_path: Path, mode: str) -> None:
    with serious(tmp_path) as world:
        her, today = Her(world), world.clock.day
        reply = Reply(world, her)
        with commit_fails(server_engine(world), mode):
            assert_unwritten(reply.post())
        assert reply.post().json() == {"day": day_text(today), "late": False}
        assert rows(world, "SELECT count(*) FROM answer") == [(1,)]
        later(world, 1)
        assert read(world, her, today) == ["We read it. You did right."]
        check(world, {her.report})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("step", range(4))
def test_each_step_of_a_round(tmp_path: Path, step: int, mode: str) -> None:
    """Two parts of destroying, then two files: whichever fails, the next look finishes, and nothing is there twice."""
    with serious(tmp_path) as world:
        gone, kept, today = [Her(world) for _ in range(3)], Her(world), world.clock.day
        for one in gone:
            one.withdraws(now=True)
        assert Reply(world, kept).post().status_code == 202
        world.clock.offset += 2 * DAY
        gates_of(world).tell()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("server.rounds.CHUNK", 2)
            with commit_fails(server_engine(world), mode, after=step), pytest.raises(FaultError):
                rounds(world).tick()
            rounds(world).tick()
        assert rows(world, "SELECT count(*) FROM report WHERE length(content) > 0") == [(1,)]
        kinds = rows(world, "SELECT kind, count(*) FROM statement GROUP BY kind")
        assert dict(kinds)["amana/1 note erasure"] == 2
        assert dict(kinds)["amana/1 note feed"] == 2
        file_of(world, today)
        assert read(world, kept, today + 1) == ["We read it. You did right."]
        check(world, {kept.report})


@pytest.mark.parametrize("mode", MODES)
def test_a_batch_that_failed_and_is_tried_one_by_one_does_nothing_twice(tmp_path: Path, mode: str) -> None:
    """A round, a withdrawal and an answer in one commit: the ledger runs each of them again."""
    with serious(tmp_path) as world:
        her, other, today = Her(world), Her(world), world.clock.day
        world.clock.offset += DAY
        gates_of(world).tell()
        reply = Reply(world, other)
        body = her.body(wishes.withdraw(her.keys, os.urandom, now=True))
        go = threading.Event()

        def hold(_: Any, __: int) -> tuple[list[Any], None]:
            go.wait(30)
            return [], None

        with commit_fails(server_engine(world), mode, after=1), ThreadPoolExecutor() as pool:
            held = ledger(world).submit(hold)  # until the others are in the queue, and so in one batch
            asked = [pool.submit(post, world, "withdrawals", body), pool.submit(reply.post)]
            done = pool.submit(make_file, world, today)
            time.sleep(0.5)
            go.set()
            held.result(30)
            assert [one.result(30).status_code for one in asked] == [202, 202]
            done.result(30)
        rounds(world).tick()
        kinds = rows(world, "SELECT kind FROM statement WHERE kind = 'amana/1 note feed'")
        assert len(kinds) == 1
        assert rows(world, "SELECT count(*) FROM answer") == [(1,)]
        file_of(world, today)
        later(world, 1)
        assert read(world, other, today + 1) == ["We read it. You did right."]
        check(world, {other.report})


def make_file(world: Running, day: int) -> None:
    """The step of a round that makes a file, alone."""
    rounds_ = rounds(world)
    current = rounds_._in_force.note(day)  # noqa: SLF001
    rounds_._do(lambda connection, index: rounds_._file(connection, index, day, current, 32))  # noqa: SLF001


@pytest.mark.parametrize("mode", MODES)
def test_a_hold_that_may_have_been_kept_is_kept_or_not_but_once(tmp_path: Path, mode: str) -> None:
    with serious(tmp_path) as world:
        her, today = Her(world), world.clock.day
        her.withdraws()
        text = Hold(id=her.report, day=today, until=today + 30).text()
        note = Publication(note=world.organisation.signed(text, *OFFICERS[:2])).encode()
        with commit_fails(server_engine(world), mode):
            assert_unwritten(world.server.post("/v1/notes", content=note))
        if mode == "failed-but-persisted":
            size = log_size(world)
            assert world.server.post("/v1/notes", content=note).json() == {"index": size - 1}
            assert log_size(world) == size
        later(world, 8)  # the log decides, whatever the house remembers of it
        assert rows(world, "SELECT length(content) > 0 FROM report") == [(mode == "failed-but-persisted",)]
        check(world, {her.report})


def test_disk_that_is_full_during_a_round(tmp_path: Path) -> None:
    if not lossyfs.available():
        need("disks that fail", "Linux, root and /dev/fuse")
    home = tmp_path / "home"
    with lossy(home / "server", tmp_path / "disk") as disk, serious(home) as world:
        gone, kept, today = Her(world), Her(world), world.clock.day
        gone.withdraws(now=True)
        gone_later = Her(world)
        gone_later.withdraws()
        Reply(world, kept).post()
        world.clock.offset += 8 * DAY
        gates_of(world).tell()
        disk.full()
        with pytest.raises(Exception, match="disk"):
            rounds(world).tick()
        assert (
            post(world, "withdrawals", kept.body(wishes.withdraw(kept.keys, os.urandom, now=True))).status_code == 503
        )
        assert kept.served()
        disk.full()  # there is room again
        gates_of(world).tell()
        rounds(world).tick()
        assert read(world, kept, today + 7) == ["We read it. You did right."]
        assert rows(world, "SELECT count(*) FROM report WHERE length(content) > 0") == [(1,)]
        check(world, {kept.report})
