"""Question 6: where two people are asked for, two stood behind it (DESIGN's tier 3, or because she asked for two)."""

from typing import Final

from client.decisions import Found
from client.findings import Fault
from client.questions.case import Case, day_of, in_order
from client.questions.verdicts import NO, YES, Verdict, table
from client.tallies import band
from crypto.opening import DESK, READING
from crypto.sections import Section
from policies.facts import EMERGENCY, EXPORT

ALONE: Final = "one person alone opened what needs two"
_TWO: Final = 2
_HARDEST: Final = 3  # tier


def quorum(case: Case) -> Verdict:
    """(6) Beyond the card, in tier 3 or where she asked for two; and of what is handed on, the card too.

    A custodian gives a share, and is no second reader. In what is called an emergency one reads, and nobody hands on.
    """
    needing, faults, emergencies = 0, [], []
    for found in case.decided(READING, permitted=True):
        if not _needs_two(found):
            continue
        needing += 1
        if len(desk_of(found)) >= _TWO:
            continue
        if found.slip.emergency and found.ask.action == EMERGENCY:
            emergencies.append(found)
        else:
            faults.append(Fault(found.index, ALONE))
    rows = [(one.index, day_of(one), one.decision.gate, one.ask.asker, one.section.label) for one in emergencies]
    if faults:
        sentence = "One person alone did."
    elif emergencies:
        sentence = "Nobody but in an emergency that its reporter had allowed: each is listed."
    else:
        sentence = "Two people stood behind each."
    return Verdict(
        answer=YES if faults else NO,
        sentence=sentence,
        counts={"decisions that need two": band(needing), "emergencies": len(emergencies), "faults": len(faults)},
        faults=in_order(faults),
        tables=(table("emergencies", "leaf, day, gate, who, section", rows),),
        unsaid=("The reason of an emergency, and until when it is due: amana audit emergencies.",) if rows else (),
    )


def _needs_two(found: Found) -> bool:
    beyond = found.section is not Section.CARD or found.ask.action == EXPORT
    return beyond and (found.slip.tier >= _HARDEST or found.slip.two_person)


def desk_of(found: Found) -> set[str]:
    """Return who of the desk stood behind it; signatures were checked with the log (question 1)."""
    agreed = (one for one in found.approvals if one.section == found.decision.section and one.role == DESK)
    return {found.ask.asker, *(one.approver for one in agreed)}
