"""On which days a leaf may have come: the log has no clock, but notes of days and gates' decisions stand in it.

A file of answers is made after the end of its day (protocol 15.7), in a rehearsal also on it; a decision stands behind
what its gate had read. An hour is given for clocks that differ. What a gate says of the time is its word.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from client.findings import Report

_DAY: Final = 1440  # minutes
_CLOCKS: Final = 60  # minutes


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days since 1970, as bounds."""

    _after: Sequence[int]  # indexes from which on ...
    _soonest: Sequence[int]  # ... it was this day or later
    _before: Sequence[int]  # sizes below which ...
    _latest: Sequence[int]  # ... it was this day or earlier

    @classmethod
    def of(cls, report: Report) -> "Calendar":
        """Read what the log says of days."""
        rehearsal = any(one.value.body.rehearsal for one in report.history.bundles)
        after = [(index, note.day if rehearsal else note.day + 1) for index, note in report.history.feeds]
        after += [(index, note.day) for index, note in report.history.erasures]
        after += [(one.index, (one.decision.minute - _CLOCKS) // _DAY) for one in report.decisions]
        before = [(one.decision.size, (one.decision.minute + _CLOCKS) // _DAY) for one in report.decisions]
        after.sort()
        before.sort()
        return cls(
            [index for index, _ in after],
            list(accumulate((day for _, day in after), max)),
            [size for size, _ in before],
            list(accumulate((day for _, day in reversed(before)), min))[::-1],
        )

    def soonest(self, index: int) -> int | None:
        """The leaf came on this day or later; None where nothing before it names a day."""
        place = bisect_right(self._after, index)
        return self._soonest[place - 1] if place else None

    def latest(self, index: int) -> int | None:
        """The leaf came on this day or earlier; None where no gate has read it yet."""
        place = bisect_right(self._before, index)
        return self._latest[place] if place < len(self._latest) else None
