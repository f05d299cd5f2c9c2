"""One file of answers a day, in order, each of as many slots as the bundle says (protocol 15.7; 18, auditor (10)).

Which day the first and the last file must be of, only gates say besides the log: by the minutes of their decisions. As
many must say it as it takes to open something: one gate whose clock lies blames nobody else.
"""

from bisect import bisect_left
from typing import Final

from client.findings import WHOLE, Report
from policies.bundle import Bundle

ELSEWHERE: Final = "a file of answers whose note does not name its own place"
SLOTS: Final = "a file of answers with more or fewer slots than the bundle says"
SKIPPED: Final = "a file of answers whose day does not follow: one before it is missing"
AGAIN: Final = "a second file of answers for one day"
BACKWARDS: Final = "a file of answers for a day before that of the last one"
STOPPED: Final = "no file of answers for a day that is over, as gates say"
_DAY: Final = 1440  # minutes
_CLOCKS: Final = 60  # minutes that clocks of gates and house may differ
_PATIENCE: Final = 2  # days: that of a decision, and the one before, whose file is being made


def check(report: Report) -> None:
    """Blame what is wrong with the days' notes that an audit read, and with those that are not there."""
    last: int | None = None
    first, newest = _days(report)
    before = 0  # the leaf of the note before
    seen: set[int] = set()
    for index, note in report.history.feeds:
        bundles = _bundles(report, before, index)
        if note.log != index:
            report.blame(index, ELSEWHERE)
        if note.slots not in {one.body.answers for one in bundles}:
            report.blame(index, SLOTS)
        if last is None:
            if first is not None and first < note.day:
                report.blame(index, SKIPPED)
        elif note.day > last + 1:
            report.blame(index, SKIPPED)
        elif note.day in seen and not (note.day == last and any(one.body.rehearsal for one in bundles)):
            report.blame(index, AGAIN)  # a rehearsal may make the file of today again and again
        elif note.day < last and note.day not in seen:
            report.blame(index, BACKWARDS)
        last = note.day if last is None else max(last, note.day)
        before = index
        seen.add(note.day)
    until = last if last is not None or first is None else first - 1
    if newest is not None and until is not None and newest - until > _PATIENCE:
        report.blame(WHOLE, STOPPED)  # they ended, or never began, although gates went on for days


def _bundles(report: Report, before: int, index: int) -> list[Bundle]:
    """Return the bundles that a house may have had in mind: it reads which is the newest before it makes the file."""
    placed = report.history.bundles
    places = [one.index for one in placed]
    first = max(bisect_left(places, before) - 1, 0)
    return [one.value for one in placed[first : bisect_left(places, index)]]


def _days(report: Report) -> tuple[int | None, int | None]:
    """Return the first and the newest day on which enough gates decided; None where fewer did."""
    clocks, enough = report.clocks().values(), report.threshold
    first = sorted(min(minute for _, minute in said) for said in clocks)[enough - 1 : enough]
    newest = sorted((max(minute for _, minute in said) for said in clocks), reverse=True)[enough - 1 : enough]
    if not first or not newest:
        return None, None
    return (first[0] + _CLOCKS) // _DAY, (newest[0] - _CLOCKS) // _DAY
