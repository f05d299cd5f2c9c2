"""Questions 9, 10, 12 and 13: what was kept, closed, destroyed, and how soon somebody looked. Leaves, never ids."""

from collections.abc import Iterator
from typing import Final

from client.findings import Fault
from client.questions.case import Case, in_order
from client.questions.verdicts import NO, UNPROVABLE, YES, Cell, Verdict, table, unprovable
from client.wishes_found import named
from crypto import leaves
from crypto.opening import READING, WRITING
from policies.retention import WITHDRAWN
from policies.statements import day_text

CLOSED_FIRST: Final = "more withdrawals than reports that had come"
AFTER: Final = "opened although its gate had read that it was withdrawn, and no wish of hers says otherwise"
KINDS: Final = "a leaf that is counted twice or not at all"
_WEEK: Final = 7  # days
_LAST: Final = (
    "A gate's last decision, called a report's arrival and destroyed, shows only in an earlier copy or when that gate "
    "decides again: export daily."
)
_OPENED_AGAIN: Final = (
    "Closed are all that were withdrawn and are not destroyed. She may have opened one again: the log does not tell."
)
_CLOCKS: Final = (
    "Hours promised for the urgent are text in the rules, not a clock; and urgency is not counted here.",
    "A report that was withdrawn before anybody looked may be counted as open.",
)
_OVERDUE: Final = (
    "What is overdue may have been opened again by her, or be held by officers. No recall is sent to whom something "
    "was handed on: there is no such action."
)


def deletions(case: Case) -> Verdict:
    """(9) That each erasure is what it says was held against all else with the log (question 1)."""
    history = case.audit.history
    rows = [(index, day_text(one.day), one.why, len(one.indexes)) for index, one in history.erasures]
    withdrawn = sum(len(one.indexes) for _, one in history.erasures if one.why == WITHDRAWN)
    copies = sum(index in case.audit.ids for index in history.erased)
    return Verdict(
        answer=NO,
        sentence="Every record that is missing is named by a signed erasure; nothing else is missing."
        if rows
        else "Nothing was destroyed.",
        counts={
            "destroyed": len(history.erased),
            "by the reporter": withdrawn,
            "by the calendar": len(history.erased) - withdrawn,
            "known as arrivals by earlier copies": copies,
            "holds": len(history.holds),
        },
        tables=(
            table("erasures", "leaf, day, why, reports", rows),
            table(
                "holds",
                "leaf, day, until",
                [(index, day_text(one.day), day_text(one.until)) for index, one in history.holds],
            ),
        ),
        unsaid=(_LAST, "Who pressed which key is not known: the log signs erasures, officers sign holds."),
    )


def reconcile(case: Case) -> Verdict:
    """(10) By leaves. A report that was withdrawn and fell due at once may be counted as closed and as erased."""
    audit = case.audit
    withdrawals = _withdrawals(case)
    received = sorted(audit.arrived | audit.history.erased)
    erased = len(audit.history.erased)
    gone = sum(len(one.indexes) for _, one in audit.history.erasures if one.why == WITHDRAWN)
    closed = min(len(withdrawals) - gone, len(received) - erased)
    faults = []
    if sum(audit.counts.values()) != audit.size or audit.arrived & audit.history.erased:
        faults.append(Fault(max(audit.size - 1, 0), KINDS))
    here = 0
    for number, index in enumerate(withdrawals, 1):
        while here < len(received) and received[here] < index:
            here += 1
        if number > here:
            faults.append(Fault(index, CLOSED_FIRST))
    counts: dict[str, int | str] = {
        "received": len(received),
        "open": len(received) - closed - erased,
        "closed": closed,
        "erased": erased,
        "leaves": audit.size,
    }
    sentence = "{received} received = {open} open + {closed} closed + {erased} erased".format(**counts)
    return Verdict(
        answer=NO if faults else YES,
        sentence=f"{sentence}, and every leaf is of one kind.",
        counts=counts,
        faults=in_order(faults),
        tables=(table("kinds", "kind, leaves", sorted(audit.counts.items())),),
        unsaid=(_OPENED_AGAIN,),
    )


def withdrawals(case: Case) -> Verdict:
    """(12) Which report a withdrawal is of shows only where a decision brought its header."""
    places = _withdrawals(case)
    by_tag = {case.leaves[index][: leaves.TAG]: index for index in reversed(places)}
    faults: list[Fault] = []
    again: list[int] = []
    for found in case.decided((*READING, *WRITING), permitted=True):
        closed = by_tag.get(leaves.withdrawn_tag(found.header.withdrawal))
        if closed is None or closed >= found.decision.size:
            continue
        again.append(found.index)
        if not named(found):
            faults.append(Fault(found.index, AFTER))
    gone = [(index, one) for index, one in case.audit.history.erasures if one.why == WITHDRAWN]
    rows = [(index, _day(case.calendar.soonest(index)), _day(case.calendar.latest(index))) for index in places]
    return Verdict(
        answer=NO if faults else YES,
        sentence="Something was opened after it." if faults else "Nothing was opened that its gate knew as withdrawn.",
        counts={
            "withdrawn": len(places),
            "destroyed since": sum(len(one.indexes) for _, one in gone),
            "allowed again, as she wished": len(again) - len(faults),
            "overdue at most": _overdue(case, places, sum(len(one.indexes) for _, one in gone)),
        },
        faults=in_order(faults),
        tables=(
            table("withdrawals", "leaf, not before, not after", rows),
            table("destroyed", "leaf, day, reports", [(i, day_text(one.day), len(one.indexes)) for i, one in gone]),
        ),
        unsaid=(_OVERDUE,),
    )


def _withdrawals(case: Case) -> list[int]:
    return [index for index, leaf in enumerate(case.leaves) if leaves.is_withdrawal(leaf)]


def _overdue(case: Case, places: list[int], destroyed: int) -> int:
    """How many withdrawals are older than the wait, and not destroyed."""
    newest, bundles = case.newest_day(), case.audit.history.bundles
    if newest is None or not bundles:
        return 0
    wait = -(-bundles[-1].value.body.withdraw_hours // 24) + 1
    latest = [case.calendar.latest(index) for index in places]
    old = sum(day is not None and day + wait < newest for day in latest)
    return max(0, old - destroyed)


def clocks(case: Case) -> Verdict:
    """(13) From arrival to the first opening. Days are bounds, so a report may be neither in time nor late."""
    opened: dict[bytes, int] = {}
    for one in case.openings:
        opened.setdefault(one.found.header.id, one.day)
    rows = list(_waits(case, opened))
    counted: dict[str, int | str] = {name: sum(row[1] == name for row in rows) for name in ("in time", "late", "open")}
    counted["not to be said"] = len(rows) - sum(int(count) for count in counted.values())
    answered = {found.header.id for found in case.decided(("answer",), permitted=True)}
    counted["answered"] = len(answered & set(case.audit.ids.values()))
    tables = [table("late", "leaf, how, not before, not after, opened", [row for row in rows if row[1] != "in time"])]
    if not rows:
        return unprovable("No report came whose leaf opens to you.")
    late = [row for row in rows if row[1] in ("late", "open")]
    if not late and counted["in time"] == 0:
        return unprovable("No day in the log is near enough to say.", tables=tables, counts=counted)
    return Verdict(
        answer=NO if late else YES if counted["not to be said"] == 0 else UNPROVABLE,
        sentence="Some waited longer than 7 days, or still do: see the leaves of their arrival."
        if late
        else "Of those that can be told, each was looked at within 7 days.",
        counts=counted,
        tables=tuple(tables),
        unsaid=_CLOCKS,
    )


def _waits(case: Case, opened: dict[bytes, int]) -> Iterator[tuple[Cell, ...]]:
    newest = case.newest_day()
    gone = {index: note.day for _, note in case.audit.history.erasures for index in note.indexes}
    for index, report in sorted(case.audit.ids.items()):
        soonest, latest, day = case.calendar.soonest(index), case.calendar.latest(index), opened.get(report)
        until = gone.get(index, newest) if day is None else day
        if until is not None and latest is not None and until - latest > _WEEK:
            how = "open" if day is None else "late"
        elif day is not None and soonest is not None and day - soonest <= _WEEK:
            how = "in time"
        else:
            how = "not to be said"
        yield index, how, _day(soonest), _day(latest), _day(day)


def _day(day: int | None) -> str:
    return "" if day is None else day_text(day)
