"""Questions 2, 3, 4, 7 and 18: what was asked for, allowed and refused, and why people say they asked.

Lists name leaves and pseudonyms, and no report: which one it was is told to who asks about it by its id.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from client import decisions
from client.decisions import Found
from client.questions.case import Case, day_of, in_order
from client.questions.verdicts import NO, YES, Table, Verdict, table, tally, unprovable
from client.reading import visible
from client.tallies import band
from crypto.errors import CryptoError
from crypto.hashing import sha256
from crypto.hybrid import PrivateKey
from crypto.opening import READING
from crypto.sections import CUSTODIAL
from policies.vocabulary import PURPOSES

NO_REASON: Final = "a request whose reason says nothing"
NO_PURPOSE: Final = "a request for a purpose that the vocabulary does not have"
_WHY: Final = (
    "By rule only bands are given, and no leaf: why somebody was refused may tell a tie of hers. "
    "`amana audit opened` names it to whoever holds an auditor's key."
)
_SAMPLE: Final = 10
_COLUMNS: Final = "leaf, day, gate, who, action, section, purpose, decided, rules, agreed, bundle, directory"


def who(case: Case) -> Verdict:
    """(2) Every decision, or those about one report."""
    found = [one for one in case.decided() if case.report in (None, one.header.id)]
    if case.report is not None and not found and case.report not in case.audit.ids.values():
        return unprovable("No leaf that opens to you says that such a report arrived.")
    rows = [_row(case, one) for one in found]
    tables = [table("decisions", _COLUMNS, rows, private=True)]
    if case.report is None:
        tables += [
            tally("by-person", "who", ((one.found.ask.asker, one.index) for one in case.openings)),
            tally("by-section", "section", ((one.found.section.label, one.index) for one in case.openings)),
            tally("by-purpose", "purpose", ((one.found.ask.purpose, one.index) for one in case.openings)),
            tally("by-rule", "rule", ((rule, one.index) for one in case.openings for rule in one.found.decision.rules)),
        ]
    opened = [one for one in case.openings if case.report in (None, one.found.header.id)]
    about = "" if case.report is None else " about this report"
    sentence = "Each decision says so, signed by its gate." if found else f"Nobody asked for anything{about}."
    return Verdict(
        answer=YES,
        sentence=sentence,
        counts={"decisions": len(found), "openings": len(opened)},
        tables=tuple(tables),
    )


def _row(case: Case, found: Found) -> tuple[str | int, ...]:
    history, decision = case.audit.history, found.decision
    return (
        found.index,
        day_of(found),
        decision.gate,
        found.ask.asker,
        found.ask.action,
        found.section.label,
        found.ask.purpose,
        "permitted" if decision.permitted else "refused",
        # Why somebody was refused may tell a tie of hers: only to who asks about one report.
        " ".join(decision.rules) if decision.permitted or case.report is not None else "",
        " ".join(one.approver for one in found.approvals if one.section == decision.section),
        history.bundle(decision.bundle).number,
        history.directory(decision.directory).number,
    )


def allowed(case: Case) -> Verdict:
    """(3) What `audit replay` finds."""
    faults = in_order(case.replay.faults)
    return Verdict(
        answer=NO if faults else YES,
        sentence="The rules give something else than was decided."
        if faults
        else "The rules of that time, run again on the recorded facts, give the same for each decision.",
        counts={"decided again": case.replay.decided, "faults": len(faults)},
        faults=faults,
    )


def reasons(case: Case) -> Verdict:
    """(4) No rule asks for a reason, so a missing one is no fault; it is counted, by leaf.

    The sample is drawn by the checkpoint's root: nobody chose it, and every auditor draws the same.
    """
    texts, closed = _reasons(case)
    asked = [one for one in texts if one[0].ask.action in READING]
    without = [(found.index, NO_REASON, found.ask.asker) for found, text in asked if not text.strip()]
    without += [(one.index, NO_PURPOSE, one.ask.asker) for one, _ in texts if one.ask.purpose not in PURPOSES]
    drawn = sorted(texts, key=lambda one: sha256(case.audit.root + one[0].index.to_bytes(8, "big")))
    sample = [
        (found.index, found.ask.asker, found.ask.action, found.section.label, found.ask.purpose, visible(text))
        for found, text in sorted(drawn[:_SAMPLE], key=lambda one: one[0].index)
    ]
    return Verdict(
        answer=NO if without else YES,
        sentence="Some requests to read have none; the rules do not ask for one."
        if without
        else "Each request to read has both. Whether they fit, read the sample.",
        counts={"requests": len(texts) + closed, "without": len(without), "not sealed to you": closed},
        tables=(
            table("without", "leaf, what, who", sorted(without)),
            table("sample", "leaf, who, action, section, purpose, reason", sample, private=True),
            tally("by-purpose", "purpose", ((found.ask.purpose, found.index) for found, _ in asked)),
        ),
    )


def _reasons(case: Case) -> tuple[list[tuple[Found, str]], int]:
    """Return each request once, with its reason, and how many were sealed to a directory without this auditor."""
    own, seen, texts, closed = PrivateKey(case.auditor.encryption), set(), [], 0
    for found in case.decided():
        if found.decision.request not in seen:
            seen.add(found.decision.request)
            try:
                texts.append((found, decisions.reason(found, own)))
            except (CryptoError, UnicodeError):
                closed += 1  # what was sealed to her and does not open is a fault of the log (question 1)
    return texts, closed


def refusals(case: Case) -> Verdict:
    """(7) By person with leaves; by rule in bands and without, or a rule about ties would stand beside a name."""
    refused = case.decided(permitted=False)
    return Verdict(
        answer=YES if refused else NO,
        sentence="Refusals are in the log like everything else." if refused else "Nobody was refused anything.",
        counts={"refusals": len(refused), "requests": len({one.decision.request for one in refused})},
        tables=(
            tally("by-person", "who", ((one.ask.asker, one.index) for one in refused)),
            _why(refused),
            table(
                "refusals",
                "leaf, day, gate, who, action, section",
                [
                    (one.index, day_of(one), one.decision.gate, one.ask.asker, one.ask.action, one.section.label)
                    for one in refused
                ],
            ),
        ),
        unsaid=(_WHY,) if refused else (),
    )


def _why(refused: Iterable[Found]) -> Table:
    rules = Counter(rule for one in refused for rule in one.decision.rules)
    return table("why", "rule, refusals", [(rule, band(count)) for rule, count in sorted(rules.items())])


def identities(case: Case) -> Verdict:
    """(18) Sections that need a custodian."""
    found = [one for one in case.openings if one.found.section in CUSTODIAL]
    rows = [
        (
            one.index,
            day_of(one.found),
            one.found.ask.asker,
            one.found.ask.action,
            one.found.section.label,
            one.found.ask.purpose,
            " ".join(_agreed(one.found)),
        )
        for one in found
    ]
    return Verdict(
        answer=YES if found else NO,
        sentence="Each is listed with who agreed." if found else "Nobody opened any.",
        counts={"openings": len(found), "reports": band(len({one.found.header.id for one in found}))},
        tables=(
            tally("by-purpose", "purpose", ((one.found.ask.purpose, one.index) for one in found)),
            table("openings", "leaf, day, who, action, section, purpose, agreed", rows),
        ),
    )


def _agreed(found: Found) -> Iterable[str]:
    return (one.approver for one in found.approvals if one.section == found.section)
