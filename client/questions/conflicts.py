"""Question 5: who took part in an opening and must not have, told from the facts alone.

The rules are not asked here: a rule that was signed wrong, or a gate that read it wrong, is found all the same.
"""

from collections.abc import Iterator
from typing import Final

from client.decisions import Found
from client.findings import Fault
from client.questions.case import DAY, Case, in_order
from client.questions.verdicts import NO, YES, Verdict, tally
from policies import links
from policies.facts import RECUSE, Colleague

EXCLUDED: Final = "somebody took part whom the reporter excluded"
TIED: Final = "somebody took part who has ties to what the reporter excluded"
REVOKED: Final = "somebody took part who was revoked, or no longer in the directory"
UNTRAINED: Final = "somebody took part whose training had ended"
UNDECLARED: Final = "somebody took part whose declaration of interests had ended"
ASIDE: Final = "somebody took part who had stepped aside from this report"
UNKNOWN: Final = "somebody took part whose certificate does not open: her ties and training are not known"


def conflicts(case: Case) -> Verdict:
    """(5) Everybody who asked or agreed, in everything that was allowed but stepping aside."""
    looked, faults = 0, []
    aside = _stepped_aside(case)
    for found in case.decided(permitted=True):
        if found.ask.action == RECUSE:
            continue
        for name in _took_part(found):
            looked += 1
            faults += [Fault(found.index, one) for one in _wrong(case, found, name, aside)]
    return Verdict(
        answer=YES if faults else NO,
        sentence="See the leaves." if faults else "Nobody did, as certificates, slips and the log before it say.",
        counts={"looked at": looked, "faults": len(set(faults))},
        faults=in_order(faults),
        tables=(tally("by-fault", "fault", ((one.fault, one.index) for one in in_order(faults))),),
    )


def _took_part(found: Found) -> list[str]:
    agreed = [one.approver for one in found.approvals if one.section == found.decision.section]
    return sorted({found.ask.asker, *agreed})


def _stepped_aside(case: Case) -> set[tuple[int, bytes, str]]:
    recused = case.decided({RECUSE}, permitted=True)
    return {(one.index, one.header.id, one.ask.asker) for one in recused}


def _wrong(case: Case, found: Found, name: str, aside: set[tuple[int, bytes, str]]) -> Iterator[str]:
    size, slip = found.decision.size, found.slip
    her = case.facts.colleague(name, found, size=size)
    if name in slip.exclude_people or (her.pools and set(her.pools) <= set(slip.exclude_pools)):
        yield EXCLUDED
    if her.revoked:
        yield REVOKED
    if any(index < size and (report, who) == (found.header.id, name) for index, report, who in aside):
        yield ASIDE
    yield from _certified(her, found)


def _certified(her: Colleague, found: Found) -> Iterator[str]:
    day = found.decision.minute // DAY
    if her.certificate is None:
        yield UNKNOWN
        return
    if links.any_meet(her.certificate.links, found.slip.exclude_links):
        yield TIED
    if her.certificate.trained_until < day:
        yield UNTRAINED
    if her.certificate.declared_until < day:
        yield UNDECLARED
