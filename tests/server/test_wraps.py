"""Keys made ahead are keys like any other: new, for these auditors alone, and there when the child is not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from crypto import hybrid, leaves
from crypto.errors import OpenError
from crypto.leaves import Record
from server.wraps import Stock

SEEDS = [bytes([number]) * 32 for number in (1, 2, 3)]
AUDITORS = tuple(hybrid.public_key(seed) for seed in SEEDS)
RECORD = Record(kind=leaves.RECEIVED, salt=bytes(32), body=bytes(32))


def nothing(_: int) -> bytes:
    """Whoever draws here made a key herself: the child does not."""
    raise AssertionError("the stock was empty")


@pytest.fixture
def stock() -> Iterator[Stock]:
    made = Stock(os.urandom, ahead=True)
    yield made
    made.stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def from_child(stock: Stock, auditors: tuple[bytes, ...]) -> bytes:
    """Wait until the child has one, then take that."""
    stock.take(auditors)
    stock.draw = nothing
    found: list[bytes] = []

    def taken() -> bool:
        try:
            found.append(stock.take(auditors))
        except AssertionError:
            return False
        return True

    until(taken)
    stock.draw = os.urandom
    return found[0]


def test_each_is_new_and_opens_to_each_auditor_alone(stock: Stock) -> None:
    two = AUDITORS[:2]
    wrapped = [from_child(stock, two) for _ in range(150)]  # more than a pipe of 64 KiB holds
    assert len({one[:32] for one in wrapped}) == len(wrapped)
    for seed in SEEDS[:2]:
        assert leaves.open_record(seed, leaves.seal_wrapped(RECORD, wrapped[-1])) == RECORD
    with pytest.raises(OpenError):
        leaves.open_record(SEEDS[2], leaves.seal_wrapped(RECORD, wrapped[-1]))


def test_one_that_came_in_two_reads_is_put_together(stock: Stock) -> None:
    many = tuple(hybrid.public_key(bytes([number]) * 32) for number in range(1, 5))  # more than a pipe takes at once
    for _ in range(30):
        sealed = leaves.seal_wrapped(RECORD, from_child(stock, many))
        assert leaves.open_record(bytes([4]) * 32, sealed) == RECORD


def test_nothing_made_for_others_is_given_out(stock: Stock) -> None:
    from_child(stock, AUDITORS[:2])
    for _ in range(100):
        sealed = leaves.seal_wrapped(RECORD, stock.take((AUDITORS[2],)))
        assert len(sealed) == leaves.record_size(1)
        assert leaves.open_record(SEEDS[2], sealed) == RECORD


def test_a_child_that_died_or_never_was_is_done_without(stock: Stock) -> None:
    from_child(stock, AUDITORS)
    child = stock._child  # noqa: SLF001 - to end it as the kernel would
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    for _ in range(100):  # what was in the pipe first, then our own
        assert leaves.open_record(SEEDS[0], leaves.seal_wrapped(RECORD, stock.take(AUDITORS))) == RECORD
    assert stock._child is None  # noqa: SLF001
    alone = Stock(os.urandom, ahead=False)
    assert leaves.open_record(SEEDS[0], leaves.seal_wrapped(RECORD, alone.take(AUDITORS))) == RECORD
    assert alone._child is None  # noqa: SLF001


def test_the_child_goes_when_nobody_reads() -> None:
    """A server that was killed cannot stop it; the broken pipe does."""
    child = subprocess.Popen(
        [sys.executable, "-m", "server.wraps"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdin.write(AUDITORS[0])
    child.stdin.close()
    assert len(child.stdout.read(hybrid.wrapped_size(1))) == hybrid.wrapped_size(1)
    child.stdout.close()
    assert child.wait(timeout=10) == 0
    assert child.stderr.read() == b""
    child.stderr.close()
