"""P8 for everybody else: who hangs up while her report is being written harms nobody."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from crypto.leaves import Entry
from doors.problem import Conflict
from tests.harness import Running
from tests.samples import send


def test_submission_taken_back_while_others_are_written(fresh: Running) -> None:
    """A cancelled handler cancels its future. The writer must neither die of it nor lose the others of its batch."""
    ledger = fresh.server.app.dependencies["ledger"].dependency()
    begun, go_on = threading.Event(), threading.Event()

    def slow(_: Connection, __: int) -> tuple[Sequence[Entry], Any]:
        begun.set()
        assert go_on.wait(10)
        return [], "slow"

    def quick(_: Connection, __: int) -> tuple[Sequence[Entry], Any]:
        return [], "quick"

    first = ledger.submit(slow)
    assert begun.wait(10)
    gone, other = ledger.submit(quick), ledger.submit(quick)
    assert gone.cancel()
    assert not first.cancel()  # it is being written: too late to take it back
    go_on.set()
    assert (first.result(10), other.result(10)) == ("slow", "quick")
    assert send(fresh, "S01")


def test_several_in_one_call(fresh: Running) -> None:
    """What handlers hand in for the same job is done in one call, each gets its own answer; who went away is let go."""
    ledger = fresh.server.app.dependencies["ledger"].dependency()
    begun, go_on = threading.Event(), threading.Event()
    calls: list[list[int]] = []

    def slow(_: Connection, __: int) -> tuple[Sequence[Entry], Any]:
        begun.set()
        assert go_on.wait(10)
        return [], None

    def many(_: Connection, __: int, things: Sequence[int]) -> tuple[Sequence[Entry], Sequence[Any]]:
        calls.append(list(things))
        return [], [Conflict() if thing == 3 else 10 * thing for thing in things]

    async def handlers() -> list[Any]:
        tasks = [asyncio.create_task(ledger.enter(many, thing)) for thing in range(5)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first = ledger.submit(slow)
    assert begun.wait(10)
    found = asyncio.run(handlers())
    assert first.result(10) is None
    assert calls == [[0, 2, 3, 4]]
    assert [type(one) if isinstance(one, BaseException) else one for one in found] == [
        0,
        asyncio.CancelledError,
        20,
        Conflict,
        40,
    ]
