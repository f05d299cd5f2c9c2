"""Question 11: what was handed on to somebody outside, held against what she agreed to (protocol 11.11).

The rules are not asked: purpose and level of identity come from her slip and wishes, recipient and the two questions
from what the asker wrote before her reason. Whether the story names that recipient is content, and no auditor sees it.
"""

import re
from collections.abc import Iterator
from typing import Final

from client import decisions
from client.decisions import Found
from client.findings import Fault
from client.questions.case import Case, day_of, in_order
from client.questions.quorum import desk_of
from client.questions.verdicts import NO, YES, Cell, Verdict, table, tally
from client.reading import visible
from crypto.errors import CryptoError
from crypto.sections import Section
from policies.facts import COPY, EXPORT
from policies.vocabulary import PURPOSES

CONSENT: Final = "handed on for a purpose to which she had not agreed"
IDENTITY: Final = "her identity was handed on for a purpose to which she had agreed without it"
UNASKED: Final = "handed on for a purpose that is for reading, and about which nobody was asked"
NO_RECIPIENT: Final = "handed on without saying to whom, or whether somebody could guess or be harmed"
NO_SECOND: Final = "handed on by one person although somebody could guess or be harmed"
_FOR_READING: Final = frozenset({"TRIAGE", "REPLY"})
_WITHOUT, _WITH = 2, 3  # what she may say to a purpose: yes without her identity, and with it
_TWO: Final = 2
_FORM: Final = re.compile(r"to (?P<to>[^;]+); guess (?P<guess>yes|no); harm (?P<harm>yes|no); ")
_STORY: Final = "Whether her story names that recipient is content: the asker's client looks, and no auditor can."
_AFTER: Final = "What is handed on by other ways than this program is in no log."


def exports(case: Case) -> Verdict:
    """(11) Each decision that let something out, by its leaf."""
    faults: list[Fault] = []
    rows: list[tuple[Cell, ...]] = []
    closed = 0
    for found in case.decided({EXPORT}, permitted=True):
        faults += [Fault(found.index, one) for one in _against_consent(case, found)]
        try:
            said = _FORM.match(decisions.reason(found, case.auditor.encryption))
        except (CryptoError, UnicodeError):
            closed += 1  # sealed to a directory without her
            continue
        faults += [Fault(found.index, one) for one in _against_care(found, said)]
        told = ("", "", "") if said is None else (visible(said["to"]), said["guess"], said["harm"])
        rows.append((found.index, day_of(found), found.ask.asker, found.section.label, found.ask.purpose, *told))
    out = [one for one in case.openings if one.found.ask.action == EXPORT]
    return Verdict(
        answer=NO if faults else YES,
        sentence=_sentence(bool(faults), bool(out)),
        counts={
            "handed on": len(out),
            "files taken along": sum(one.found.ask.action == COPY for one in case.openings),
            "not sealed to you": closed,
        },
        faults=in_order(faults),
        tables=(
            tally("by-purpose", "purpose", ((one.found.ask.purpose, one.index) for one in out)),
            table("exports", "leaf, day, who, section, purpose, recipient, guess, harm", rows, private=True),
        ),
        unsaid=(_STORY, _AFTER) if out else (_AFTER,),
    )


def _sentence(wrong: bool, any_: bool) -> str:  # noqa: FBT001 - two facts of one sentence
    if wrong:
        return "Something was handed on that must not have been."
    if any_:
        return "Each fits her consent and level of identity, and names whom it went to."
    return "Nothing was handed on."


def _against_consent(case: Case, found: Found) -> Iterator[str]:
    """Of all states of her consent that its gate may have known, the widest counts: what is left is certain."""
    if found.ask.purpose in _FOR_READING:
        yield UNASKED
        return
    bundle = case.facts.bundle(found)
    states = [one.slip.consent for one in case.facts.questions(found, bundle, size=found.decision.size)]
    place = PURPOSES.index(found.ask.purpose) if found.ask.purpose in PURPOSES else None
    agreed = max((state[place] for state in states), default=0) if place is not None else 0
    if agreed < _WITHOUT:
        yield CONSENT
    elif found.section is Section.IDENTITY and agreed < _WITH:
        yield IDENTITY


def _against_care(found: Found, said: re.Match[str] | None) -> Iterator[str]:
    if said is None:
        yield NO_RECIPIENT
    elif "yes" in (said["guess"], said["harm"]) and len(desk_of(found)) < _TWO:
        yield NO_SECOND
