"""Reports as anybody with the address may fetch them: ids, days, sealed bytes."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy import Row, select

from crypto.checkpoints import TlogProof
from doors import clock
from doors.clock import Clock
from doors.database import Database
from doors.problem import OCTETS, NotFound
from policies import statements
from server import keeping, tree
from server.ledger import Ledger
from server.store import report
from server.submit import submit

PAGE: Final = 1000  # ids of one answer


@dataclass(frozen=True, slots=True)
class Listed:
    """One report as the list has it."""

    id: str
    day: str


@dataclass(frozen=True, slots=True)
class Reports:
    """A page of the list, in order of arrival."""

    reports: list[Listed]


def _envelope_id(text: str) -> bytes:
    if len(text) != 64 or text != text.lower():  # noqa: PLR2004 - hex of SHA-256
        raise NotFound
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotFound from None


class Today:
    """Which day it is: what is due is not handed out, even before a round has destroyed it."""

    def __init__(self, now: Clock) -> None:
        self._now = now

    @property
    def day(self) -> int:
        """Days since 1970, UTC."""
        return clock.day(self._now)


def _row(database: Database, text: str) -> Row[int, int]:
    """Return number and leaf of a report, also of one that is gone: that it arrived stays provable."""
    query = select(report.c.number, report.c.leaf).where(report.c.id == _envelope_id(text))
    with database.reader.connect() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row


def _sealed(database: Database, text: str, part: Literal["content", "slots"], today: Today) -> Response[bytes]:
    """Return the bytes of a report that is handed out: not withdrawn, not due, not destroyed (protocol 16.4, 17)."""
    query = keeping.served(select(report.c[part]).where(report.c.id == _envelope_id(text)), today.day)
    with database.reader.connect() as connection:
        data = connection.execute(query).scalar()
    if not data:
        raise NotFound
    return Response(bytes(data), media_type=OCTETS)


@get("/v1/reports", sync_to_thread=True)
def listed(
    database: NamedDependency[Database],
    today: NamedDependency[Today],
    since: Annotated[str | None, QueryParameter(description="day, YYYY-MM-DD", max_length=10)] = None,
    after: Annotated[str | None, QueryParameter(description="id of the last one seen", max_length=64)] = None,
) -> Reports:
    """Ids and days of what is handed out, at most 1000, oldest first; go on with `after`."""
    query = keeping.served(select(report.c.id, report.c.day), today.day).order_by(report.c.number).limit(PAGE)
    if since is not None:
        query = query.where(report.c.day >= statements.day_number(since))
    if after is not None:
        query = query.where(report.c.number > _row(database, after).number)
    with database.reader.connect() as connection:
        rows = connection.execute(query).all()
    return Reports([Listed(row.id.hex(), statements.day_text(row.day)) for row in rows])


@get("/v1/reports/{envelope:str}", sync_to_thread=True)
def content(
    envelope: FromPath[str], database: NamedDependency[Database], today: NamedDependency[Today]
) -> Response[bytes]:
    """Header and sealed sections; not found once it is withdrawn or due."""
    return _sealed(database, envelope, "content", today)


@get("/v1/reports/{envelope:str}/slots", sync_to_thread=True)
def slots(
    envelope: FromPath[str], database: NamedDependency[Database], today: NamedDependency[Today]
) -> Response[bytes]:
    """Sealed slots of gates and people; not found once it is withdrawn or due."""
    return _sealed(database, envelope, "slots", today)


@get("/v1/reports/{envelope:str}/proof", sync_to_thread=True)
def proof(
    envelope: FromPath[str], database: NamedDependency[Database], ledger: NamedDependency[Ledger]
) -> Response[str]:
    """tlog-proof of the received leaf; not found until a checkpoint has it."""
    index = int(_row(database, envelope).leaf)
    head = ledger.head
    if index >= head.size:
        raise NotFound
    with database.reader.connect() as connection:
        hashes = tree.Reader(connection).inclusion(index, head.size)
    text = TlogProof(index, tuple(hashes), head.checkpoint).encode()
    return Response(text, media_type="text/plain; charset=utf-8")


routes = Router(path="/", route_handlers=[submit, listed, content, slots, proof], tags=["reports"])
