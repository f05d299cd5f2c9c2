"""Questions 1 and 20: about the log itself."""

from typing import Final

from client import auditor, feeds_found, records
from client.questions.case import DAY, Case, day_of, in_order
from client.questions.verdicts import NO, YES, Table, Verdict, table
from crypto.limits import limit

_GAPS: Final = frozenset({auditor.GAP, auditor.SAME_PLACE, records.MISSING, feeds_found.SKIPPED, feeds_found.STOPPED})
_CLOCKS: Final = 60  # minutes that clocks of gates and house may differ
_OUTSIDE: Final = "What t gates hand out outside of the log leaves no trace in it, and no check finds that."


def whole(case: Case) -> Verdict:
    """(1) What `audit verify` finds."""
    audit = case.audit
    counts: dict[str, int | str] = {"leaves": audit.size, "earlier checkpoints": len(case.source.earlier)}
    counts |= audit.counts
    if audit.faults:
        sentence = "The log is not what it must be, so nothing else can be read from it."
        return Verdict(answer=NO, sentence=sentence, counts=counts, faults=in_order(audit.faults))
    alone = auditor.NO_WITNESS in audit.unchecked
    return Verdict(
        answer=YES,
        sentence="Every leaf, record, statement and journal is as it must be, and fits every checkpoint in the folder."
        + (" No witness has seen it." if alone else ""),
        counts=counts,
        unsaid=tuple(audit.unchecked),
        limited=alone,
    )


def gaps(case: Case) -> Verdict:
    """(20) Places of journals that are not in the log, and decisions that came into it too late to be released."""
    faults = in_order(one for one in case.audit.faults if one.fault in _GAPS)
    by_gate: dict[str, list[int]] = {}
    for found in case.decided():
        by_gate.setdefault(found.decision.gate, []).append(found.decision.sequence)
    journals = table(
        "journals",
        "gate, decisions, first place, last place",
        [(gate, len(places), min(places), max(places)) for gate, places in sorted(by_gate.items())],
    )
    late = _late(case)
    counts: dict[str, int | str] = {"decisions": len(case.audit.decisions), "too late": len(late.rows)}
    if faults:
        sentence = "Something that a gate decided, or a day's file, is not where it must be."
    elif late.rows:
        sentence = "No place of a journal is missing. Some decisions came into the log too late to be released."
    else:
        sentence = "No place of a journal is missing, and nothing came late: writing never failed, as far as gates say."
    return Verdict(
        answer=YES if faults or late.rows else NO,
        sentence=sentence,
        counts=counts,
        faults=faults,
        tables=(journals, late),
        unsaid=(_OUTSIDE,),
    )


def _late(case: Case) -> Table:
    """Decisions behind the file of a day that ended later than a release may wait (protocol 11.8, 15.7)."""
    rehearsal = any(one.value.body.rehearsal for one in case.audit.history.bundles)
    feeds = [(index, note.day if rehearsal else note.day + 1) for index, note in case.audit.history.feeds]
    rows = []
    for found in case.decided():
        between = [day for index, day in feeds if found.decision.size <= index < found.index]
        wait = limit("release_minutes") + _CLOCKS
        if between and max(between) * DAY > found.decision.minute + wait:
            rows.append((found.index, day_of(found), found.decision.gate, found.decision.sequence))
    return table("late", "leaf, day, gate, place", rows)
