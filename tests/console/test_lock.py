"""What locks by itself, what a wrong passphrase costs, and how long a section is there. Time is a number here."""

from dataclasses import dataclass, field
from typing import cast

import pytest

from client.api import Listed
from client.console.lock import Lock, LockedError
from client.console.pages import Front
from client.console.shelf import OPEN_FOR, Shelf
from client.console.work import Work
from client.errors import RefusedError, UnreachableError, UsageError
from client.opened import Result, Rules
from crypto.sections import Section

REPORT = bytes(range(16))
REST = 600.0
RIGHT = "hers"


@dataclass
class Hand:
    """A clock that stands still until it is turned."""

    at: float = 1_000.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Busy:
    """Somebody at work, of whom the lock knows only that she can be dropped."""

    dropped: list[bool] = field(default_factory=list)

    def drop(self) -> None:
        self.dropped.append(True)


def unlocks(given: str) -> Work:
    if given == "away":
        raise UnreachableError("The house did not answer.", "")
    if given != RIGHT:
        raise UsageError("wrong", "")
    return cast("Work", Busy())


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def lock(clock: Hand) -> Lock:
    return Lock(unlocks, REST, clock)


@pytest.fixture
def shelf(clock: Hand) -> Shelf:
    return Shelf(clock, listed={REPORT: Listed(REPORT.hex(), "2026-11-25")})


def test_it_locks_by_itself_after_a_rest(lock: Lock, clock: Hand) -> None:
    busy = cast("Busy", lock.unlock(RIGHT))
    clock.at += REST - 1
    assert lock.work() is cast("Work", busy)
    clock.at += REST - 1
    assert lock.work() is cast("Work", busy), "a page that was asked for is activity"
    clock.at += REST
    with pytest.raises(LockedError):
        lock.work()
    assert busy.dropped == [True]


def test_looking_whether_she_rests_is_no_activity(lock: Lock, clock: Hand) -> None:
    busy = cast("Busy", lock.unlock(RIGHT))
    for _ in range(10):
        assert not busy.dropped
        clock.at += REST / 10
        lock.rested()
    assert lock.rested()
    assert busy.dropped == [True]


def test_the_button_drops_at_once_and_twice_is_no_matter(lock: Lock) -> None:
    busy = cast("Busy", lock.unlock(RIGHT))
    lock.lock()
    lock.lock()
    assert busy.dropped == [True]
    with pytest.raises(LockedError):
        lock.work()


def test_each_wrong_passphrase_costs_more_up_to_a_minute(lock: Lock, clock: Hand) -> None:
    for pause in (1, 2, 4, 8, 16, 32, 60, 60):
        with pytest.raises(UsageError, match="does not open"):
            lock.unlock("wrong")
        clock.at += pause - 0.5
        with pytest.raises(RefusedError, match="too early"):
            lock.unlock(RIGHT)
        clock.at += 0.5
    lock.unlock(RIGHT)
    with pytest.raises(UsageError) as told:
        lock.unlock("wrong")
    assert "1 second" in str(told.value.next_step), "the right one begins the count anew"


def test_a_wrong_passphrase_or_no_house_leaves_nobody_at_work(lock: Lock) -> None:
    for given, raised in (("away", UnreachableError), ("wrong", UsageError)):
        busy = cast("Busy", lock.unlock(RIGHT))
        with pytest.raises(raised):
            lock.unlock(given)
        assert busy.dropped == [True]
        with pytest.raises(LockedError):
            lock.work()


def test_what_opened_is_there_for_thirty_minutes(shelf: Shelf, clock: Hand) -> None:
    shelf.put(REPORT, Result(opened={Section.STORY: b"words"}, rules=Rules(tier=3, urgency=2, consent=b"")))
    clock.at += 30 * 60 - 1
    assert shelf.content(REPORT, Section.STORY) is not None
    assert shelf.binding(REPORT) is not None
    clock.at += 1
    assert shelf.content(REPORT, Section.STORY) is None
    assert shelf.binding(REPORT) is None
    assert not shelf.opened, "it is let go of, not hidden"
    assert OPEN_FOR == 30 * 60


@pytest.mark.parametrize(("rest", "stays"), [(60.0, 62), (600.0, 602), (3600.0, 1802)])
def test_no_page_stays_longer_than_she_rests_or_a_section_is_open(clock: Hand, rest: float, stays: int) -> None:
    front = Front(lock=Lock(unlocks, rest, clock), base="", rehearsal="", key="", form="")
    assert front.stays == stays


def test_locking_clears_the_shelf_and_its_names_mean_nothing_elsewhere(shelf: Shelf, clock: Hand) -> None:
    shelf.put(REPORT, Result(opened={Section.STORY: b"words"}, warnings=["one"]))
    handle = shelf.handle(REPORT)
    assert shelf.find(handle) == REPORT
    assert handle not in REPORT.hex()
    assert Shelf(clock, listed=dict(shelf.listed)).find(handle) is None, "an address of before the lock names no report"
    shelf.clear()
    kept = (shelf.listed, shelf.slots, shelf.opened, shelf.rules, shelf.warnings, shelf.urgency)
    assert not any(kept)
