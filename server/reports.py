"""Reports as anybody with the address may fetch them: ids, days, sealed bytes."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy import Row, select

from crypto.checkpoints import TlogProof
from doors.database import Database
from doors.problem import OCTETS, NotFound
from policies import statements
from server import tree
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


def _row(database: Database, text: str) -> Row[Any]:
    with database.reader.connect() as connection:
        row = connection.execute(select(report).where(report.c.id == _envelope_id(text))).one_or_none()
    if row is None:
        raise NotFound
    return row


@get("/v1/reports", sync_to_thread=True)
def listed(
    database: NamedDependency[Database],
    since: Annotated[str | None, QueryParameter(description="day, YYYY-MM-DD", max_length=10)] = None,
    after: Annotated[str | None, QueryParameter(description="id of the last one seen", max_length=64)] = None,
) -> Reports:
    """Ids and days, at most 1000, oldest first; go on with `after`."""
    query = select(report.c.id, report.c.day).order_by(report.c.number).limit(PAGE)
    if since is not None:
        query = query.where(report.c.day >= statements.day_number(since))
    if after is not None:
        query = query.where(report.c.number > _row(database, after).number)
    with database.reader.connect() as connection:
        rows = connection.execute(query).all()
    return Reports([Listed(row.id.hex(), statements.day_text(row.day)) for row in rows])


@get("/v1/reports/{envelope:str}", sync_to_thread=True)
def content(envelope: FromPath[str], database: NamedDependency[Database]) -> Response[bytes]:
    """Header and sealed sections."""
    return Response(bytes(_row(database, envelope).content), media_type=OCTETS)


@get("/v1/reports/{envelope:str}/slots", sync_to_thread=True)
def slots(envelope: FromPath[str], database: NamedDependency[Database]) -> Response[bytes]:
    """Sealed slots of gates and people."""
    return Response(bytes(_row(database, envelope).slots), media_type=OCTETS)


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
