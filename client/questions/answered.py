"""Answer questions of the catalogue, in order; what cannot be said of this folder is said to be so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Final

from client.errors import UsageError
from client.findings import Fault
from client.questions.case import Case, in_order
from client.questions.catalogue import CATALOGUE, Question
from client.questions.verdicts import UNPROVABLE, Verdict, unprovable
from client.records import LATE

NOT_VERIFIED: Final = "The log does not verify (question 1), and such a log has no other answers."
_PART: Final = "Only for the part that opens to you: "


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and its verdict."""

    question: Question
    verdict: Verdict


def answer(case: Case, numbers: Iterable[int] = ()) -> list[Answered]:
    """Answer these questions, or all of them. Raise UsageError for a number that is none."""
    wanted = set(numbers)
    unknown = wanted - {one.number for one in CATALOGUE}
    if unknown:
        raise UsageError(f"There is no question {min(unknown)}.", "The list: amana audit questions")
    return [Answered(one, _verdict(case, one)) for one in CATALOGUE if not wanted or one.number in wanted]


def faults(answered: Iterable[Answered]) -> tuple[Fault, ...]:
    """Return what somebody must explain, whatever the question, by leaf."""
    return in_order(fault for one in answered for fault in one.verdict.faults)


def _verdict(case: Case, question: Question) -> Verdict:
    if case.audit.faults and not question.always:
        return unprovable(NOT_VERIFIED)
    module, _, name = question.answered_by.partition(":")
    found: Callable[[Case], Verdict] = getattr(import_module(module), name)
    verdict = found(case)
    if LATE in case.audit.unchecked and not question.public and not verdict.faults and question.number != 1:
        verdict = replace(
            verdict, answer=UNPROVABLE, sentence=f"{_PART}{verdict.sentence}", unsaid=(*verdict.unsaid, LATE)
        )
    return verdict
