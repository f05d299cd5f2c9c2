"""One report: what is known of it, its sections one by one, and how to step aside from it."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from client import reviewer
from client.asks import Pending
from client.console import opening, views, wording
from client.console.forms import Form
from client.console.given import AtWork, Pages, Sent
from client.console.pages import Front
from client.console.queue import clock_time, moment
from client.console.work import Work
from client.errors import AmanaError, NotFoundError, UsageError
from client.purposes import TRIAGE, Offer, offers
from crypto.sections import Section


@dataclass(frozen=True, slots=True)
class Part:
    """One section on a report's page."""

    code: str
    name: str
    holds: str
    fields: list[views.Shown] | None  # None: it is closed
    until: str
    lines: str
    needs: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One ask on a report's page."""

    name: str
    sections: str
    purpose: str
    until: str
    missing: list[str]
    given: int


def find(work: Work, handle: str) -> bytes:
    """Return the report that the pages call so. Raise NotFoundError where there is none any more."""
    report = work.shelf.find(handle)
    if report is None:
        raise NotFoundError("This report is not here.", "Fetch what is new, and look into the queue again.")
    return report


def section_of(code: str) -> Section:
    """Return a section by its name in an address."""
    found = next((one for one in Section if one.label == code), None)
    if found is None:
        raise NotFoundError("There is no such section.", "")
    return found


def known(work: Work, report: bytes) -> dict[str, Any]:
    """Return what stands above every page about a report: tier, language, urgency, consent."""
    shelf, rules, card = work.shelf, work.shelf.binding(report), work.shelf.card(report)
    listed = shelf.listed[report]
    return {
        "handle": shelf.handle(report),
        "short": listed.id[:8],
        "id": listed.id,
        "day": listed.day,
        "card": card,
        "tier": None if rules is None else (rules.tier, wording.TIERS.get(rules.tier, "")),
        "urgency": None if rules is None else (rules.urgency, wording.urgency(rules.urgency)),
        "language": None if card is None else wording.language(card.language),
        "lang": "und" if card is None else wording.tag(card.language),
        "consent": [] if rules is None else views.consent(rules.consent),
        "agreed": [] if rules is None else views.agreed(rules.consent),
        "warnings": shelf.warnings.get(report, []),
    }


@get("/reports/{handle:str}", sync_to_thread=True)
def show(front: Pages, work: AtWork, handle: FromPath[str]) -> Response[Any]:
    """Show one report."""
    report = find(work, handle)
    return front.page(
        "report",
        work,
        **known(work, report),
        parts=[_part(work, report, one) for one in Section],
        waiting=[_waiting(work, one) for one in work.asks.of_report(report)],
        aside=report in work.stepped_aside,
        kin=[one.hex()[:8] for one in work.shelf.kin.get(report, [])],
    )


def _part(work: Work, report: bytes, section: Section) -> Part:
    name, holds = wording.SECTIONS[section]
    found = work.shelf.content(report, section)
    lines = "" if found is None else ", ".join(f"{gate} {', '.join(map(str, at))}" for gate, at in found.leaves.items())
    return Part(
        code=section.label,
        name=name,
        holds=holds,
        fields=None if found is None else views.fields(section, found.content),
        until="" if found is None else clock_time(found.until),
        lines=lines,
        needs=_needs(work, report, section),
    )


def _needs(work: Work, report: bytes, section: Section) -> str:
    """Say who has to agree besides; the slot's thresholds tell."""
    slot = work.shelf.slots.get(report)
    if slot is None:
        return ""
    needs = reviewer.needs(slot, section, work.role)
    desk = max(needs.desk, opening.two(work, report, section))
    reviewers = {0: "", 1: "one more reviewer"}.get(desk, f"{desk} more reviewers")
    custodians = {0: "", 1: "a custodian"}.get(needs.custodians, f"{needs.custodians} custodians")
    return " and ".join(one for one in (reviewers, custodians) if one)


def _waiting(work: Work, one: Pending) -> Waiting:
    try:
        missing = list(opening.waits_for(work, one))
    except AmanaError as error:
        missing = [error.sentence]
    ask = one.session.ask
    return Waiting(
        name=one.name,
        sections=", ".join(wording.SECTIONS[Section(number)][0] for number in ask.sections),
        purpose=ask.purpose,
        until=moment(ask.until),
        missing=missing,
        given=len({given.approval for given in one.given}),
    )


@get("/reports/{handle:str}/open/{code:str}", sync_to_thread=True)
def before(front: Pages, work: AtWork, handle: FromPath[str], code: FromPath[str]) -> Response[Any]:
    """Show what to know before a section opens, and ask what for."""
    return _before(front, work, find(work, handle), section_of(code), Form(), None)


@post("/reports/{handle:str}/open/{code:str}", sync_to_thread=True)
def open_section(
    front: Pages,
    work: AtWork,
    form: Sent,
    handle: FromPath[str],
    code: FromPath[str],
) -> Response[Any]:
    """Ask the gates; or write an ask where somebody has to agree first."""
    report, section = find(work, handle), section_of(code)
    try:
        opening.ask(work, report, section, form.text("purpose"), form.text("because").strip())
    except UsageError as error:
        return _before(front, work, report, section, form, error)
    return front.to(f"/reports/{handle}#{code}")


def _before(  # noqa: PLR0913, PLR0917 - what a page shows
    front: Front, work: Work, report: bytes, section: Section, form: Form, error: AmanaError | None
) -> Response[Any]:
    rules = work.shelf.binding(report)
    all_offers: list[Offer] = offers(section, None if rules is None else rules.consent)
    name, holds = wording.SECTIONS[section]
    return front.page(
        "before",
        work,
        status=200 if error is None else 400,
        **known(work, report),
        code=section.label,
        name=name,
        holds=holds,
        care=views.care(work.shelf.card(report), None if rules is None else rules.tier),
        offered=[one for one in all_offers if not one.why],
        others=[one for one in all_offers if one.why],
        chosen=form.text("purpose") or TRIAGE,
        because=form.text("because"),
        needs=_needs(work, report, section),
        error=error,
    )


@get("/reports/{handle:str}/aside", sync_to_thread=True)
def ask_aside(front: Pages, work: AtWork, handle: FromPath[str]) -> Response[Any]:
    """Ask once more before she steps aside."""
    return front.page("aside", work, **known(work, find(work, handle)))


@post("/reports/{handle:str}/aside", sync_to_thread=True)
def step_aside(front: Pages, work: AtWork, handle: FromPath[str]) -> Response[Any]:
    """Step aside, for good."""
    opening.step_aside(work, find(work, handle))
    return front.to(f"/reports/{handle}")


routes = Router(path="/", route_handlers=[show, before, open_section, ask_aside, step_aside])
