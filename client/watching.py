"""Keep an eye on what waits, and say so without saying what: numbers, never ids or words of a report (protocol 20.7).

Nothing of it is written down: when a report was first seen is known until this ends. `Watch` has no clock and no loop,
so that a console can use it as the command does.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from client import reviewer, triage
from client.api import House
from client.notebook import NEVER, Notebook
from client.triage import Queue
from client.trusting import InForce, in_force
from crypto.keyfile import KeyRing
from policies.trust import Trust

URGENT: Final = 3  # somebody is in danger now
AGAIN: Final = (60, 90)  # minutes after first sight at which an urgent report that nobody here attended is told again
_DAY: Final = 1440  # minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What is to be said now. `reports` are for a screen that only she sees, the most urgent first."""

    urgent: int
    others: int
    again: bool  # nothing is new, but something urgent has waited for long
    reports: tuple[tuple[bytes, int], ...]  # id and urgency

    @property
    def line(self) -> str:
        """The one line that may be heard by others."""
        waits = " still" if self.again else ""
        return f"work{waits} waiting: {self.urgent} urgent, {self.others} other{'' if self.others == 1 else 's'}"

    @property
    def bells(self) -> int:
        """How often a bell is rung."""
        return 3 if self.urgent else 1


@dataclass(slots=True)
class _Sight:
    first: int  # minute
    urgency: int
    told: int = 0  # how often it was told again


@dataclass(slots=True)
class Watch:
    """What was seen when, since this began."""

    _seen: dict[bytes, _Sight] = field(default_factory=dict)

    def notice(self, queue: Queue, attended: AbstractSet[bytes], minute: int) -> Alert | None:
        """Return what is to be said after a look; None where nothing changed and nothing urgent waits too long.

        `attended` are reports that she opened or answered on this device. What leaves the lists is forgotten.
        """
        waiting = {one: mark.urgency for one, mark in queue.hers.items() if one not in attended}
        if queue.hour is not None:  # without lists nothing is known, also not that something is done
            self._seen = {one: sight for one, sight in self._seen.items() if one in waiting}
        new = again = False
        for report, urgency in waiting.items():
            sight = self._seen.get(report)
            if sight is None or urgency > sight.urgency:
                self._seen[report] = _Sight(minute, urgency)
                new = True
            elif urgency >= URGENT:
                due = sum(minute - sight.first >= after for after in AGAIN)
                again |= due > sight.told
                sight.told = max(due, sight.told)
        if not (new or again):
            return None
        urgent = sum(one >= URGENT for one in waiting.values())
        ordered = sorted(waiting.items(), key=lambda one: (-one[1], one[0]))
        return Alert(urgent=urgent, others=len(waiting) - urgent, again=not new, reports=tuple(ordered))


def attended(notebook: Notebook) -> frozenset[bytes]:
    """Return the reports of which the gates allowed her something on this device, or that she answered."""
    return frozenset(one.id for one in notebook.pages.values() if one.seen or one.answered != NEVER)


def look(house: House, trust: Trust, key: Path, ring: KeyRing, minute: int) -> tuple[InForce, Queue, Notebook]:
    """Look once: what is in force now, what the lists say to her, and her notebook beside the key file.

    Raise RefusedError when she is not in the directory in force, UnprovenError where nothing can be shown to be so.
    """
    found = in_force(house, trust, today=minute // _DAY)
    reviewer.entry(found, ring)
    return found, triage.look(house, found.bundle, ring, minute), Notebook.of(key, ring)
