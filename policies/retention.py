"""How long a report is kept: what falls due on a day, and when a gate opens nothing of it any more (protocol 17)."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from crypto.canonical import require
from crypto.envelope import RETENTION
from policies.holds import Hold
from policies.statements import day_number, day_text

RETAINED: Final = "retention"
WITHDRAWN: Final = "withdrawn"
_MONTH: Final = 31  # days: gates know no day of arrival, so they count generously
_DAY: Final = 1440  # minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of a report to who keeps it. `closing`: the day from which a withdrawal destroys it, or None."""

    id: bytes
    arrived: int
    months: int
    closing: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A report that is to be destroyed: since which day, why, and through which day a hold keeps its bytes."""

    id: bytes
    arrived: int
    due: int
    why: str
    held_until: int | None


def due_day(arrived: int, months: int) -> int:
    """Return the day so many months after another: the same day of the month, or the last one."""
    require(months in RETENTION, "retention")
    year, month, day = map(int, day_text(arrived).split("-"))
    years, month = divmod(month - 1 + months, 12)
    year, month = year + years, month + 1
    return day_number(date(year, month, min(day, calendar.monthrange(year, month)[1])).isoformat())


def due(reports: Iterable[Kept], holds: Sequence[Hold], today: int) -> list[Due]:
    """Return what a round of this day finds, oldest first; what is held is named, and must not be destroyed yet.

    A report is destroyed on the first round after its last day; a withdrawal on the round of its day.
    """
    held = newest(holds)
    found = []
    for one in reports:
        last = due_day(one.arrived, one.months)
        withdrawn = one.closing is not None and one.closing <= today
        if not withdrawn and last >= today:
            continue
        until = held.get(one.id, -1)
        found.append(
            Due(
                id=one.id,
                arrived=one.arrived,
                due=one.closing if withdrawn and one.closing is not None else last,
                why=WITHDRAWN if withdrawn else RETAINED,
                held_until=until if until >= today else None,
            )
        )
    return sorted(found, key=lambda one: (one.due, one.arrived, one.id))


def newest(holds: Sequence[Hold]) -> Mapping[bytes, int]:
    """Return through which day each id is held, given holds in the order of the log; -1 where the newest ended it."""
    return {one.id: one.until if one.until > one.day else -1 for one in holds}


def expired(replaced: int | None, months: int, minute: int) -> bool:
    """Whether a gate opens nothing of a report any more (protocol 17.5).

    `replaced` is the minute at which the directory that its header names was followed by another one; None: it is
    still in force. A report cannot be younger than that, but for a sealed file that travels: a month is given for it.
    """
    require(months in RETENTION, "retention")
    return replaced is not None and minute > replaced + (months + 1) * _MONTH * _DAY
