"""What was fetched, and what opened: in memory only.

What opened is there for thirty minutes, and must then be asked for again, as a new line in the log.
"""

import hmac
import os
from dataclasses import dataclass, field
from typing import Final

from client import contents
from client.api import Listed
from client.opened import Result, Rules
from client.triage import Queue
from crypto.errors import MalformedError
from crypto.sections import Section
from crypto.slots import PersonSlot
from doors.clock import Clock

OPEN_FOR: Final = 30 * 60.0  # seconds
NOTHING: Final = Queue(hers={}, not_hers=frozenset(), hour=None)
_HANDLE: Final = 12  # hex digits by which the pages call a report: a browser's history must not name any


@dataclass(slots=True, repr=False)
class Opened:
    """One section as it opened."""

    content: bytes
    until: float
    leaves: dict[str, list[int]]


@dataclass(slots=True, repr=False)
class Shelf:
    """All of it. Times are seconds of `now`."""

    now: Clock
    listed: dict[bytes, Listed] = field(default_factory=dict)
    slots: dict[bytes, PersonSlot | None] = field(default_factory=dict)  # None: there is none for her
    opened: dict[tuple[bytes, Section], Opened] = field(default_factory=dict)
    rules: dict[bytes, tuple[Rules, float]] = field(default_factory=dict)
    warnings: dict[bytes, list[str]] = field(default_factory=dict)
    kin: dict[bytes, list[bytes]] = field(default_factory=dict)  # reports of the same words, as the gates vouch
    urgency: dict[bytes, int] = field(default_factory=dict)  # a number only, for the order of work until it is locked
    lists: Queue = NOTHING  # what the gates' lists say to her
    fetched: float | None = None  # when a list was last fetched
    left: int = 0  # of it, reports that were not looked at yet
    _key: bytes = field(default_factory=lambda: os.urandom(32))

    def handle(self, report: bytes) -> str:
        """Return what the pages call a report; it means nothing when this is locked."""
        return hmac.digest(self._key, report, "sha256").hex()[:_HANDLE]

    def find(self, handle: str) -> bytes | None:
        """Return the report of a handle, of those that are listed."""
        return next((one for one in self.listed if self.handle(one) == handle), None)

    def put(self, report: bytes, result: Result) -> None:
        """Keep what opened, for thirty minutes from now."""
        until = self.now() + OPEN_FOR
        for section, content in result.opened.items():
            self.opened[report, section] = Opened(content, until, result.leaves)
        if result.rules is not None:
            self.rules[report] = (result.rules, until)
            self.urgency[report] = result.rules.urgency
        self.warnings[report] = list(result.warnings)

    def expire(self) -> None:
        """Let go of what was open for long enough."""
        now = self.now()
        self.opened = {key: one for key, one in self.opened.items() if one.until > now}
        self.rules = {key: one for key, one in self.rules.items() if one[1] > now}

    def content(self, report: bytes, section: Section) -> Opened | None:
        """Return a section that is open now."""
        self.expire()
        return self.opened.get((report, section))

    def card(self, report: bytes) -> contents.Card | None:
        """Return the card, if it is open now and in its form."""
        found = self.content(report, Section.CARD)
        if found is None:
            return None
        try:
            read = contents.read(Section.CARD, found.content)
        except MalformedError:
            return None
        return read if isinstance(read, contents.Card) else None

    def binding(self, report: bytes) -> Rules | None:
        """Return what binds whoever acts on this report, as far as it is known now."""
        self.expire()
        found = self.rules.get(report)
        return None if found is None else found[0]

    def close(self, report: bytes) -> None:
        """Let go of what opened of a report."""
        for section in Section:
            self.opened.pop((report, section), None)
        self.rules.pop(report, None)
        self.warnings.pop(report, None)
        self.kin.pop(report, None)

    def forget(self, report: bytes) -> None:
        """Let go of a report altogether."""
        self.close(report)
        self.listed.pop(report, None)
        self.slots.pop(report, None)
        self.urgency.pop(report, None)

    def clear(self) -> None:
        """Let go of everything."""
        for kept in (self.listed, self.slots, self.opened, self.rules, self.warnings, self.kin, self.urgency):
            kept.clear()
        self.lists = NOTHING
