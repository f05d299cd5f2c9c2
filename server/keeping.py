"""Keeping: which reports are served, which are due, and how one is destroyed (protocol 17).

What forbids a destruction is read in the very transaction that destroys: the order of the log decides, not of memories.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, or_, select, update

from crypto.errors import CryptoError
from crypto.labels import Label
from crypto.leaves import MEMO, NOTICE
from policies import retention
from policies.holds import Hold
from policies.trust import Trust
from server.store import beside, closing, kept, objects, report, statement

CLOSED, OPENED, FINAL = 1, 2, 3  # states of a closing: withdrawn, opened again, withdrawn for ever
_HOLD: Final = Label.NOTE_HOLD.value.decode().strip()
_NOTHING: Final = {
    "record": b"",
    "notice": bytes(NOTICE),
    "memo": bytes(MEMO),
}  # of one size, so that pages of 256 stay

Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Due:
    """A report that a round must destroy: its number, the leaf of its arrival, and why."""

    number: int
    leaf: int
    why: str


def served(query: Query, today: int) -> Query:
    """Narrow a query of reports to those that are handed out: not closed, not due, not destroyed."""
    open_ = or_(closing.c.state.is_(None), closing.c.state == OPENED)
    return _with_fate(query).where(kept.c.until >= today, open_)


def _with_fate(query: Query) -> Query:
    source = report.join(kept, kept.c.report == report.c.number)
    return query.select_from(source.outerjoin(closing, closing.c.report == report.c.number))


def withdrawn(today: int) -> ColumnElement[bool]:
    """Whether a closing is one of which the time to change her mind is over."""
    return and_(closing.c.state != OPENED, closing.c.due <= today)


def held(connection: Connection, trust: Trust) -> dict[bytes, int]:
    """Return through which day each id is held, by the holds that are in the log now (protocol 17.4)."""
    query = select(statement.c.note).where(statement.c.kind == _HOLD).order_by(statement.c.leaf)
    found: list[Hold] = []
    for note in connection.execute(query).scalars():
        try:
            found.append(Hold.verify(note, trust))
        except CryptoError:  # it was checked before it was written; whatever it is now, it holds nothing
            continue
    return dict(retention.newest(found))


def due(connection: Connection, trust: Trust, today: int, most: int) -> list[Due]:
    """Return what a round of this day destroys, in order of arrival, at most so many (protocol 17.2)."""
    over = withdrawn(today)
    query = _with_fate(select(report.c.number, report.c.id, over.label("over")))
    rows = connection.execute(query.where(or_(kept.c.until < today, and_(kept.c.until.is_not(None), over))))
    holds = held(connection, trust)
    free = sorted((row.number, bool(row.over)) for row in rows if holds.get(bytes(row.id), -1) < today)
    found = []
    for number, withdrawal in free[:most]:
        leaf = connection.execute(select(report.c.leaf).where(report.c.number == number)).scalar_one()
        found.append(Due(number, leaf, retention.WITHDRAWN if withdrawal else retention.RETAINED))
    return found


def empty(connection: Connection, number: int) -> None:
    """Destroy content and slots of one report. A smaller row stays where it is, so no page is joined with another.

    Its files lose their rows here; their bytes go right after (`server.objects.tidy`).
    """
    connection.execute(update(report).where(report.c.number == number).values(content=b"", slots=b""))
    connection.execute(update(kept).where(kept.c.report == number).values(received=None))
    connection.execute(delete(objects).where(objects.c.report == number))


def destroy(connection: Connection, found: Sequence[Due]) -> None:
    """Destroy all of these: content, slots, and what lies beside their arrival's leaves."""
    for one in found:
        empty(connection, one.number)
        connection.execute(update(beside).where(beside.c.index == one.leaf).values(_NOTHING))
        connection.execute(update(kept).where(kept.c.report == one.number).values(until=None))
        connection.execute(update(closing).where(closing.c.report == one.number).values(state=FINAL, next=bytes(32)))
