"""P8 for everybody else: who hangs up while her report is being written harms nobody."""

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from crypto.leaves import Entry
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
