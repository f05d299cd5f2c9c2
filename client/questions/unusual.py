"""Question 17: hints, by rules that anybody can do by hand. They say where to ask, and nothing about anybody.

A value is far above the others where it is over median + 3 x 1.4826 x MAD (the median of distances from the median),
which a few large values do not move; and over a floor, so that a quiet house is not all hints. No night: the log does
not know where people live.
"""

import statistics
from collections.abc import Iterator, Mapping
from typing import Final

from client.decisions import Found
from client.questions.case import DAY, Case, Opening
from client.questions.verdicts import NO, YES, Cell, Verdict, table
from crypto import leaves
from policies.statements import day_text

_FLOOR: Final = 10  # below this, nothing is many
_CLOCKS: Final = 60  # minutes that clocks of gates and house may differ
_SPREADS: Final = 3.0
_NORMAL: Final = 1.4826  # MAD to standard deviation, for what is spread normally


def unusual(case: Case) -> Verdict:
    """(17) One row a hint, at the first leaf that it is about."""
    rows = sorted(
        [
            *_many(case.openings, "openings of one person in a day"),
            *_bulk(case.openings),
            *_above(case.openings),
            *_refused(case),
            *_after(case),
            *_back(case),
        ]
    )
    return Verdict(
        answer=YES if rows else NO,
        sentence="There is something to ask about: each line is a hint, and no verdict on anybody."
        if rows
        else "Nothing stands out by these rules.",
        counts={"hints": len(rows), "openings": len(case.openings)},
        tables=(table("hints", "leaf, hint, who, day, how many, usual", rows),),
        unsaid=("Somebody who does little each day, for long, stays below every such rule.",),
    )


def usual(values: list[int]) -> float:
    """Return the largest value that does not stand out."""
    if not values:
        return float(_FLOOR)
    median = statistics.median(values)
    spread = statistics.median(abs(value - median) for value in values)
    return max(float(_FLOOR), median + _SPREADS * _NORMAL * spread)


def _far(found: Mapping[tuple[str, int], list[int]], hint: str) -> Iterator[tuple[Cell, ...]]:
    """Hints for the days on which somebody's count stands out among everybody's days; values are first leaf, count."""
    most = usual([count for _, count in found.values()])
    for (who, day), (first, count) in found.items():
        if count > most:
            yield first, hint, who, day_text(day), count, f"{most:.1f}"


def _many(openings: list[Opening], hint: str) -> Iterator[tuple[Cell, ...]]:
    counted: dict[tuple[str, int], list[int]] = {}
    for one in openings:
        counted.setdefault((one.found.ask.asker, one.day), [one.index, 0])[1] += 1
    return _far(counted, hint)


def _bulk(openings: list[Opening]) -> Iterator[tuple[Cell, ...]]:
    seen: dict[tuple[str, int], tuple[int, set[bytes]]] = {}
    for one in openings:
        seen.setdefault((one.found.ask.asker, one.day), (one.index, set()))[1].add(one.found.header.id)
    return _far({key: [first, len(ids)] for key, (first, ids) in seen.items()}, "different reports in a day")


def _above(openings: list[Opening]) -> Iterator[tuple[Cell, ...]]:
    """Over all days, against colleagues: of one or two people nobody stands out."""
    counted: dict[str, list[int]] = {}
    for one in openings:
        counted.setdefault(one.found.ask.asker, [one.index, 0])[1] += 1
    for who, (first, count) in counted.items():
        most = usual([others for name, (_, others) in counted.items() if name != who])
        if len(counted) > 2 and count > most:  # noqa: PLR2004 - the two
            yield first, "openings of one person in all", who, "", count, f"{most:.1f}"


def _refused(case: Case) -> Iterator[tuple[Cell, ...]]:
    counted: dict[tuple[str, int], list[int]] = {}
    requests: set[bytes] = set()
    for one in case.decided(permitted=False):
        if one.decision.request not in requests:
            requests.add(one.decision.request)
            counted.setdefault((one.ask.asker, one.decision.minute // DAY), [one.index, 0])[1] += 1
    return _far(counted, "refusals of one person in a day")


def _after(case: Case) -> Iterator[tuple[Cell, ...]]:
    """What was opened behind a withdrawal: she may have changed her mind, or its gate had not read that far yet."""
    closed: dict[bytes, int] = {}
    for index, leaf in enumerate(case.leaves):
        if leaves.is_withdrawal(leaf):
            closed.setdefault(leaf[: leaves.TAG], index)
    for one in case.openings:
        found: Found = one.found
        place = closed.get(leaves.withdrawn_tag(found.header.withdrawal))
        if place is not None and place < one.index:
            yield one.index, "opened after it was withdrawn", found.ask.asker, day_text(one.day), 1, "0"


def _back(case: Case) -> Iterator[tuple[Cell, ...]]:
    """Decisions that a gate dated earlier than an earlier one, or than a day that the log it had read calls over."""
    rehearsal = any(one.value.body.rehearsal for one in case.audit.history.bundles)
    over = [(index, note.day if rehearsal else note.day + 1) for index, note in case.audit.history.feeds]
    newest: dict[str, int] = {}
    for found in sorted(case.audit.decisions, key=lambda one: one.decision.sequence):
        one = found.decision
        before = newest.get(one.gate, 0)
        read = max((day * DAY for index, day in over if index < one.size), default=0)
        if one.minute + _CLOCKS < max(before, read):
            hours = (max(before, read) - one.minute) // 60
            yield found.index, "hours that a gate went back", one.gate, day_text(one.minute // DAY), hours, "0"
        newest[one.gate] = max(before, one.minute)
