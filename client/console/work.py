"""What one person has in memory while she is at work: keys, what was fetched, what opened, asks that wait."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from client import reviewer
from client.api import House
from client.approving import Wanted
from client.asking import Desk, at_work
from client.asks import Asks
from client.console.shelf import Shelf
from client.keys import read_key
from client.notebook import Notebook
from client.opened import Result
from doors import clock
from doors.clock import Clock
from policies.trust import Trust


@dataclass(slots=True)
class Shift:
    """How much that is hard to read was opened since the console was started. It outlives the lock; it is a number."""

    hard: int = 0


@dataclass(slots=True, repr=False)
class Colleagues:
    """What a colleague asked of her, between looking at it and agreeing; and what she gave, to be sent back."""

    wanted: dict[str, Wanted] = field(default_factory=dict)
    given: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True, repr=False)
class Work:
    """One person between unlocking and locking."""

    desk: Desk
    notebook: Notebook
    asks: Asks
    shelf: Shelf
    shift: Shift
    now: Clock
    form: str = field(default_factory=lambda: secrets.token_urlsafe(24))  # stands in every form: no other page knows it
    acting: threading.Lock = field(default_factory=threading.Lock)  # one action at a time; looking waits for nobody
    colleagues: Colleagues = field(default_factory=Colleagues)
    stepped_aside: set[bytes] = field(default_factory=set)

    @property
    def role(self) -> str:
        """Her role in the directory in force."""
        return reviewer.entry(self.desk.in_force, self.desk.ring).role

    @property
    def minute(self) -> int:
        """Minutes since 1970 on this device."""
        return clock.minute(self.now)

    @property
    def today(self) -> int:
        """Days since 1970 on this device."""
        return clock.day(self.now)

    def refresh(self) -> Desk:
        """Fetch what is in force now; whoever asks a gate asks by today's rules."""
        old = self.desk
        self.desk = at_work(old.house, old.trust, old.ring, today=self.today)
        return self.desk

    def keep(self, report: bytes, result: Result) -> None:
        """Put what opened on the shelf, and count what is hard to read."""
        self.shelf.put(report, result)
        if result.rules is not None and result.rules.tier >= HARD:
            self.shift.hard += len(result.opened)

    def drop(self) -> None:
        """Let go of contents; the rest goes with the last reference to this."""
        self.shelf.clear()
        self.asks.clear()
        self.colleagues.wanted.clear()
        self.colleagues.given.clear()


HARD = 3  # the tier of torture and sexual violence
SOFT_LIMIT = 6  # openings of that tier in a shift after which it is said: this is much


def opener(key: Path, house: House, trust: Trust, shift: Shift, now: Clock) -> Callable[[str], Work]:
    """Return what unlocks `key` and lets her begin."""

    def unlock(passphrase: str) -> Work:
        ring = read_key(key, passphrase)
        desk = at_work(house, trust, ring, today=clock.day(now))
        asks = Asks.of(key, ring)
        asks.drop_old(clock.minute(now))
        return Work(desk, Notebook.of(key, ring), asks, Shelf(now), shift, now)

    return unlock
