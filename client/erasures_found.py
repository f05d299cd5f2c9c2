"""What the log says was destroyed, held against everything else that is known (protocol 17.3; 18, auditor (11)).

An erasure takes away the one thing by which an auditor knows a leaf. So whoever wants to hide a decision calls it the
arrival of a report: earlier copies, journals of gates, withdrawals and the days of the feed are what contradicts that.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, combinations, islice
from typing import Final

from client.decisions import Found
from client.findings import Fault, Report
from crypto import leaves
from crypto.envelope import RETENTION
from crypto.opening import next_journal
from policies import retention
from policies.erasures import Erasure

NO_ARRIVAL: Final = "an erasure of what is no report's arrival"
NO_LEAF: Final = "an erasure of leaves that were not in the log before it"
TWICE: Final = "an erasure of what was erased before"
TOO_MANY: Final = "more erasures for withdrawal than there were withdrawals"
TOO_EARLY: Final = "an erasure of a report that was not old enough"
OTHER_DAY: Final = "an erasure of another day than the one on which the log has it"
HELD: Final = "an erasure of a report that officers held"
STILL_THERE: Final = "a record, notice or memo that is handed out although the log says that it was destroyed"
_DAY: Final = 1440  # minutes
_CLOCKS: Final = 60  # minutes that clocks of gates and house may differ
_LEAST: Final = min(RETENTION)  # months
_TRIES: Final = 20_000  # ways in which decisions may be missing from one gap


def check(report: Report, all_leaves: Sequence[bytes], ids: Mapping[int, bytes], *, from_start: bool) -> None:
    """Blame what is wrong with the erasures that an audit read.

    `ids`: of destroyed reports, by arrival, as earlier copies tell them. `from_start`: all decisions open to her.
    """
    known = _Known(report, all_leaves, ids)
    seen: set[int] = set()
    withdrawn = 0
    for place, note in report.history.erasures:
        if known.other_day(place, note.day):
            report.blame(place, OTHER_DAY)
        if note.indexes[-1] >= place:
            report.blame(place, NO_LEAF)
        held = known.held(place, note.day)
        for index in note.indexes:
            if index in seen:
                report.blame(index, TWICE)
            report.faults += [Fault(index, one) for one in known.faults(note, index, held)]
        seen.update(note.indexes)
        if note.why == retention.WITHDRAWN:
            withdrawn += len(note.indexes)
            if withdrawn > known.withdrawals(place):
                report.blame(place, TOO_MANY)
    for index in _destroyed_decisions(report, all_leaves, seen, from_start=from_start):
        report.blame(index, NO_ARRIVAL)


class _Known:
    """What contradicts an erasure."""

    def __init__(self, report: Report, all_leaves: Sequence[bytes], ids: Mapping[int, bytes]) -> None:
        self._leaves, self._ids, self._holds = all_leaves, ids, report.history.holds
        first = {leaf: index for index, leaf in reversed(list(enumerate(all_leaves))) if leaves.is_withdrawal(leaf)}
        self._withdrawals = sorted(first.values())
        self._feeds = [index for index, _ in report.history.feeds]
        self._days = list(accumulate((note.day for _, note in report.history.feeds), max))
        self._enough = report.threshold
        # By gate: how much it had read, and the first minute at which it had read so much or more.
        self._readers = [
            ([size for size, _ in said], list(accumulate((minute for _, minute in reversed(said)), min))[::-1])
            for said in report.clocks().values()
        ]

    def withdrawals(self, place: int) -> int:
        """How many withdrawals stand before a leaf."""
        return bisect_left(self._withdrawals, place)

    def other_day(self, place: int, day: int) -> bool:
        """Whether an erasure cannot be of the day that it says.

        It goes before the feed file of its own day; and gates that have read it do not live on an earlier day.
        """
        fed = self._day_before(place)
        early = 0
        for sizes, soonest in self._readers:
            first = bisect_right(sizes, place)
            early += first < len(sizes) and (soonest[first] + _CLOCKS) // _DAY < day
        return early >= self._enough or (fed is not None and fed >= day)

    def held(self, place: int, day: int) -> AbstractSet[bytes]:
        """Which ids officers held on a day, by the holds before a leaf."""
        newest = retention.newest([hold for at, hold in self._holds if at < place])
        return {one for one, until in newest.items() if until >= day}

    def faults(self, note: Erasure, index: int, held: AbstractSet[bytes]) -> Iterator[str]:
        """Say what contradicts the erasure of one leaf."""
        if index < len(self._leaves):
            leaf = self._leaves[index]
            if leaves.is_public(leaf) or leaves.is_withdrawal(leaf):
                yield NO_ARRIVAL
        since = self._day_before(index)
        if note.why == retention.RETAINED and since is not None and note.day <= retention.due_day(since, _LEAST):
            yield TOO_EARLY
        if self._ids.get(index) in held:
            yield HELD

    def _day_before(self, index: int) -> int | None:
        """The latest day of which the file of answers stands before a leaf: the leaf came on no earlier day."""
        place = bisect_left(self._feeds, index)
        return self._days[place - 1] if place else None


def _destroyed_decisions(
    report: Report, all_leaves: Sequence[bytes], erased: set[int], *, from_start: bool
) -> Iterator[int]:
    """Return erased leaves that a gate's journal names: its head goes through the leaf of every decision.

    Only where a few are missing between two others; a gap is a fault in any case, and so is whatever is there twice.
    """
    by_gate: dict[str, list[Found]] = {}
    for found in report.decisions:
        by_gate.setdefault(found.decision.gate, []).append(found)
    for mine in by_gate.values():
        mine.sort(key=lambda one: (one.decision.sequence, one.index))
        following, head, begin = (0, bytes(32), 0) if from_start else (mine[0].decision.sequence, b"", 0)
        for one in mine:
            missing = one.decision.sequence - following
            if missing > 0:
                near = [index for index in sorted(erased) if begin <= index < one.index]
                yield from _missing(head, one.decision.journal, all_leaves, islice(combinations(near, missing), _TRIES))
            following, head = one.decision.sequence + 1, next_journal(one.decision.journal, one.leaf)
            begin = one.index


def _missing(head: bytes, then: bytes, all_leaves: Sequence[bytes], ways: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the leaves by which a journal went from one head to another, if these were decisions; none otherwise."""
    for way in ways:
        reached = head
        for index in way:
            reached = next_journal(reached, all_leaves[index])
        if reached == then:
            return way
    return ()
