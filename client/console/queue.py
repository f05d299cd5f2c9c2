"""The queue: which reports are hers to look at, in which state each is, and what is due when.

Lists are fetched a day once, slots apart from content, some at a time; what came before the line broke stays. The rest
is shown without any network.
"""

import time
from dataclasses import dataclass
from typing import Final

from client import clocks, triage
from client.console import wording
from client.console.work import Work
from client.errors import NotFoundError
from client.triage import Standing
from client.withdrawn import gone, let_go
from crypto.hybrid import PrivateKey
from crypto.sections import Section
from policies.statements import day_number, day_text

BATCH: Final = 200  # reports of which slots are fetched at one go
_NEW, _OPEN, _UNLISTED, _NOT_HERS, _DONE = range(5)


@dataclass(frozen=True, slots=True)
class Row:
    """One report with a slot for her."""

    handle: str
    short: str
    day: str
    state: str
    due: str
    late: bool
    facts: tuple[str, ...]
    order: tuple[int, int, int, int]


def sync(work: Work) -> int:
    """Fetch what is new, as far as one batch goes; return how many reports were taken back or are over meanwhile.

    Errors of the line pass through, and everything that came before them is kept.
    """
    desk, shelf = work.refresh(), work.shelf
    newest = max((one.day for one in shelf.listed.values()), default="")
    after = ""
    while page := desk.house.reports(since=newest, after=after):  # the newest day again, those before it never
        shelf.listed.update({one.raw: one for one in page})
        after = page[-1].id
    shelf.lists = triage.look(desk.house, desk.in_force.bundle, desk.ring, work.minute)
    shelf.fetched = work.now()
    over = set(let_go(work.notebook, desk.house, frozenset(shelf.listed)))
    over |= {report for report in {report for report, _ in shelf.opened} if gone(desk.house, report)}
    for report in over:
        shelf.forget(report)
    unknown = [one for one in shelf.listed if one not in shelf.slots]
    shelf.left = len(unknown)
    key = PrivateKey(desk.ring.encryption)  # made once for all slots
    for report in unknown[:BATCH]:
        try:
            shelf.slots[report] = desk.slot(report, key)
        except NotFoundError:
            shelf.forget(report)
        shelf.left -= 1
    return len(over)


def rows(work: Work) -> list[Row]:
    """Return her reports: first what nobody looked at here, then by urgency, then by what is due."""
    return sorted((_row(work, report) for report, slot in work.shelf.slots.items() if slot is not None), key=_order)


def without(work: Work) -> int:
    """Return how many listed reports have no slot for her."""
    return sum(slot is None for slot in work.shelf.slots.values())


def _order(row: Row) -> tuple[int, int, int, int]:
    return row.order


def _row(work: Work, report: bytes) -> Row:
    shelf, listed = work.shelf, work.shelf.listed[report]
    arrived, answered = day_number(listed.day), work.notebook.page(report).answered
    listing, card = shelf.lists.hers.get(report), shelf.content(report, Section.CARD)
    urgency = shelf.urgency.get(report, None if listing is None else listing.urgency)
    due = clocks.due(arrived, answered, work.today)
    if urgency is not None and not answered:
        due = min(due, clocks.look(arrived, urgency, work.today), key=lambda one: one.day)
    rules, read = shelf.binding(report), shelf.card(report)
    facts = [] if urgency is None else [f"U{urgency}: {wording.urgency(urgency)}"]
    tier = rules.tier if rules is not None else None if listing is None else listing.tier
    facts += [] if tier is None else [f"tier {tier}"]
    facts += [] if read is None else [wording.language(read.language)]
    if report in work.stepped_aside:
        state, group = "you stepped aside", _DONE
    elif card is not None:
        state, group = f"card open until {clock_time(card.until)}", _OPEN
    elif report in shelf.urgency:
        state, group = "you opened the card; it is closed again", _OPEN
    else:
        state, group = _unopened(shelf.lists.standing(report), told=shelf.lists.hour is not None)
    if answered:
        state += f"; answered on {day_text(answered)}"
    waits = group not in {_NOT_HERS, _DONE}  # what others have to do is not held against her
    return Row(
        handle=shelf.handle(report),
        short=listed.id[:8],
        day=listed.day,
        state=state,
        due=f"{due.what} {'was' if due.late > 0 else 'is'} due {day_text(due.day)}" if waits else "",
        late=waits and due.late > 0,
        facts=tuple(facts),
        order=(group, -(urgency or 0), due.day, arrived),
    )


def _unopened(standing: Standing, *, told: bool) -> tuple[str, int]:
    """Say what the gates' lists say of a report that was not opened here, and where it stands among the others."""
    if not told or standing is Standing.HERS:
        return "not looked at since you unlocked", _NEW
    if standing is Standing.NOT_HERS:
        return "not for you by the rules, as the gates' lists say", _NOT_HERS
    return "in no list of the gates yet; not looked at since you unlocked", _UNLISTED


def old_lists(work: Work) -> str:
    """Say what must be known of the gates' lists: that there are none, or that they are old."""
    hour, age = work.shelf.lists.hour, work.shelf.lists.age(work.minute)
    if hour is None or age is None:
        return "The gates made no lists for you in the last day, so how urgent anything is shows only when you open it."
    return "" if age < triage.OLD else f"The gates' lists are {age} hours old; what came since is not in them."


def moment(minute: int) -> str:
    """Return day, hours and minutes on this machine's clock."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(minute * 60))


def clock_time(seconds: float) -> str:
    """Return hours and minutes on this machine's clock."""
    return time.strftime("%H:%M", time.localtime(seconds))
