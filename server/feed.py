"""The feed as everybody fetches it: one file a day, the same for all, no parameter that says who (protocol 15.7)."""

from typing import Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import select

from doors.database import Database
from doors.problem import OCTETS, NotFound
from policies.statements import day_number
from server.ledger import Ledger
from server.store import calendar, feed

_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


@get("/v1/feed/{day:str}", sync_to_thread=True)
def file(day: FromPath[str], database: NamedDependency[Database], ledger: NamedDependency[Ledger]) -> Response[bytes]:
    """The file of answers of one day; not found until a checkpoint has its note."""
    with database.reader.connect() as connection:
        row = connection.execute(select(feed).where(feed.c.day == day_number(day))).one_or_none()
        first = connection.execute(select(calendar.c.day)).scalar()
    if row is None or row.leaf >= ledger.head.size:
        raise NotFound
    # A rehearsal makes today's file again and again: only that of a day that is over stays as it is.
    headers = _FOR_EVER if first is not None and row.day < first else {}
    return Response(bytes(row.file), media_type=OCTETS, headers=headers)


routes = Router(path="/", route_handlers=[file], tags=["answers"])
