"""Ask the gates from a page: alone, or with what colleagues sent back. One action at a time."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from client import approving, reviewer
from client.approving import Wanted
from client.asking import Desk, remember
from client.asks import Pending
from client.console.work import HARD, Work
from client.errors import RefusedError
from client.opened import Result
from client.reviewer import Report
from client.withdrawn import working_on
from crypto.opening import Approval
from crypto.sections import Section

Given = tuple[reviewer.Given, Approval, bytes]


@contextmanager
def on(work: Work, report: bytes) -> Iterator[tuple[Desk, Report]]:
    """Give a desk of today and a report. What was taken back goes from here as well."""

    def told(gone: bytes, _: int) -> None:
        work.shelf.forget(gone)
        for one in work.asks.of_report(gone):
            work.asks.drop(one.name)

    with work.acting:
        desk = work.refresh()
        with working_on(desk, work.notebook, report, told) as fetched:
            yield desk, fetched


def two(work: Work, report: bytes, section: Section) -> bool:
    """Whether two people open this whatever the slot says: in tier 3, also where one may in an emergency (protocol 21).

    A console calls nothing an emergency; `amana review open --emergency` does.
    """
    rules = work.shelf.binding(report)
    return rules is not None and rules.tier >= HARD and section is not Section.CARD


def ask(work: Work, report: bytes, section: Section, purpose: str, because: str) -> None:
    """Ask for one section; where somebody has to agree first, write an ask instead."""
    reviewer.check_purpose(purpose)
    reviewer.check_reason(because)
    with on(work, report) as (desk, fetched):
        session = reviewer.begin(
            desk.ring, report, [section], action="open", purpose=purpose, minute=work.minute, draw=os.urandom
        )
        if approving.missing(fetched.slot, work.role, [section], [], two=two(work, report, section)):
            work.asks.add(work.notebook, session, because)
            return
        result = desk.ask(session, fetched, [], because, work.minute)
        _keep(work, report, result)


def answer(work: Work, name: str, data: bytes) -> None:
    """Take what a colleague sent back. Raise before it is kept where it is not for this ask."""
    with work.acting:
        pending = _pending(work, name)
        for one in approving.given([data]):
            approving.check(pending.session, one, work.desk.in_force, work.minute)
        work.asks.answer(work.notebook, name, data)


def go_on(work: Work, name: str) -> None:
    """Open with everybody's agreement; the ask is over then."""
    pending = _pending(work, name)
    asked = pending.session.ask
    with on(work, asked.id) as (desk, fetched):
        given = checked(work, pending)
        result = desk.ask(pending.session, fetched, given, pending.because, work.minute)
        work.asks.drop(name)
        _keep(work, asked.id, result)


def checked(work: Work, pending: Pending) -> list[Given]:
    """Return the approvals of an ask, each verified again."""
    found = [(one, *approving.check(pending.session, one, work.desk.in_force, work.minute)) for one in pending.given]
    return list(
        {(approval.approver, approval.section): (one, approval, share) for one, approval, share in found}.values()
    )


def waits_for(work: Work, pending: Pending) -> Sequence[str]:
    """Return who has to agree still, in words."""
    slot = work.shelf.slots.get(pending.session.ask.id)
    if slot is None:
        return []
    sections = [Section(number) for number in pending.session.ask.sections]
    agreed = [approval for _, approval, _ in checked(work, pending)]
    both = any(two(work, pending.session.ask.id, section) for section in sections)
    return approving.missing(slot, work.role, sections, agreed, two=both)


def agree(work: Work, wanted: Wanted) -> bytes:
    """Give a colleague her share, sealed to the colleague's session; return the file to send back."""
    with on(work, wanted.ask.id) as (desk, fetched):
        return approving.approve(wanted, fetched, desk.ring).encode()


def step_aside(work: Work, report: bytes) -> None:
    """Recuse, for good. Nobody is owed a reason."""
    with on(work, report) as (desk, fetched):
        session = reviewer.begin(
            desk.ring, report, [Section.CARD], action="recuse", purpose="TRIAGE", minute=work.minute, draw=os.urandom
        )
        desk.ask(session, fetched, [], "", work.minute)
        for one in work.asks.of_report(report):
            work.asks.drop(one.name)
        work.shelf.close(report)
        work.stepped_aside.add(report)


def _pending(work: Work, name: str) -> Pending:
    pending = work.asks.pending.get(name)
    if pending is None:
        raise RefusedError("This ask is not here any more.", "Ask anew.")
    return pending


def _keep(work: Work, report: bytes, result: Result) -> None:
    work.shelf.kin[report] = remember(work.desk, work.notebook, report, result)
    work.keep(report, result)
