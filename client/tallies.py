"""How much happened on a day, in bands and nothing finer: what may be told to others about the work (domain 8.3).

Bands hide the one report of a quiet day: whoever knows that a woman was online on it must not learn that something
came. Nothing is kept; only days that are over are shown, so that asking often tells no more than asking once.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from client.errors import RefusedError
from client.findings import Report
from client.records import LATE, NO_KEY
from crypto import leaves
from crypto.opening import READING
from policies.statements import day_text

BANDS: Final = ((50, "50 or more"), (20, "20-49"), (10, "10-19"))
FEWEST: Final = "fewer than 10"  # none is among them, on purpose
KINDS: Final = ("received", "openings asked", "answers allowed", "withdrawn")
_ANSWER: Final = "answer"


@dataclass(frozen=True, slots=True)
class Day:
    """One day that is over, and the band of each kind."""

    day: str
    bands: Mapping[str, str]


def band(count: int) -> str:
    """Return the only thing that is ever said of a count."""
    return next((name for least, name in BANDS if count >= least), FEWEST)


def tallies(report: Report, all_leaves: Sequence[bytes]) -> list[Day]:
    """Return the bands of every day that is over, from an audit with an auditor's key in which nothing is wrong.

    A day is what lies in the log between the notes of two days' files of answers. Raise RefusedError where this auditor
    cannot read all of it: a band that is too low would say what is not so.
    """
    if NO_KEY in report.unchecked or LATE in report.unchecked:
        raise RefusedError(
            "This key does not open the records of all days, so some would be counted too low.",
            "Ask an auditor who was there from the beginning.",
        )
    feeds = report.history.feeds
    if not feeds:
        return []
    places, days = [index for index, _ in feeds], [note.day for _, note in feeds]
    counted = {kind: _by_day(indexes, places, days) for kind, indexes in _indexes(report, all_leaves).items()}
    return [Day(day_text(day), {kind: band(counted[kind][day]) for kind in KINDS}) for day in range(days[0], max(days))]


def _indexes(report: Report, all_leaves: Sequence[bytes]) -> dict[str, Iterable[int]]:
    """Return the leaves of each kind; of a request that several gates decided on several sections, the first."""
    asked: dict[bytes, int] = {}
    allowed: dict[bytes, set[str]] = {}
    for found in sorted(report.decisions, key=lambda one: one.index):
        request = found.decision.request
        if found.ask.action in READING:
            asked.setdefault(request, found.index)
        elif found.ask.action == _ANSWER and found.decision.permitted:
            allowed.setdefault(request, set()).add(found.decision.gate)
    first = {found.decision.request: found.index for found in sorted(report.decisions, key=lambda one: -one.index)}
    return {
        "received": report.arrived | report.history.erased,  # what was destroyed had arrived all the same
        "openings asked": asked.values(),
        "answers allowed": [first[one] for one, gates in allowed.items() if len(gates) >= report.threshold],
        "withdrawn": [index for index, leaf in enumerate(all_leaves) if leaves.is_withdrawal(leaf)],
    }


def _by_day(indexes: Iterable[int], places: Sequence[int], days: Sequence[int]) -> Counter[int]:
    """Count by day: that of the first note behind a leaf. What no note is behind yet is of no day."""
    found = (bisect_right(places, index) for index in indexes)
    return Counter(days[place] for place in found if place < len(days))
