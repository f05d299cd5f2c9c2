"""The log as outsiders read it: static bytes under C2SP paths, nothing dynamic, nothing about anybody."""

import re
from typing import Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import select

from crypto.checkpoints import entry_bundle
from crypto.feed import PublicNotes
from doors.database import Database
from doors.problem import OCTETS, NotFound
from server import tree
from server.ledger import Ledger
from server.store import beside, statement

_TILE: Final = re.compile(
    r"/(?P<level>entries|[0-7])/(?P<number>(?:x\d{3}/){0,4}\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?", re.ASCII
)
_WIDTH: Final = 256


@get("/log/checkpoint", sync_to_thread=False)
def checkpoint(ledger: NamedDependency[Ledger]) -> Response[str]:
    """The newest signed tree head."""
    if not ledger.head.size:
        raise NotFound
    return Response(ledger.head.checkpoint, media_type="text/plain; charset=utf-8")


@get("/log/tile/{rest:path}", sync_to_thread=True)
def tile(rest: FromPath[str], database: NamedDependency[Database], ledger: NamedDependency[Ledger]) -> Response[bytes]:
    """A hash tile or an entry bundle (C2SP tlog-tiles)."""
    found = _TILE.fullmatch(str(rest))
    if found is None:
        raise NotFound
    level = 0 if found["level"] == "entries" else int(found["level"])
    number = int(found["number"].replace("x", "").replace("/", ""))
    width = int(found["width"] or _WIDTH)
    there = min((ledger.head.size >> (8 * level)) - number * _WIDTH, _WIDTH)
    if width > there:
        raise NotFound
    start = number * _WIDTH
    with database.reader.connect() as connection:
        if found["level"] == "entries":
            data = entry_bundle(tree.entries(connection, start, start + width))
        else:
            data = b"".join(tree.hashes(connection, level, start, start + width))
    return Response(data, media_type=OCTETS)


@get("/log/records/{index:int}", sync_to_thread=True)
def record(
    index: FromPath[int], database: NamedDependency[Database], ledger: NamedDependency[Ledger]
) -> Response[bytes]:
    """The sealed audit record of one leaf; for a public leaf its note."""
    if not 0 <= index < ledger.head.size:
        raise NotFound
    with database.reader.connect() as connection:
        data = connection.execute(select(beside.c.record).where(beside.c.index == index)).scalar()
    if not data:  # it was destroyed, and a public note names its leaf
        raise NotFound
    return Response(bytes(data), media_type=OCTETS)


def _range(ledger: Ledger, number: int) -> tuple[int, int]:
    """Return which leaves these are, up to the head; NotFound past it."""
    start = number * _WIDTH
    end = min(start + _WIDTH, ledger.head.size)
    if not 0 <= start < end:
        raise NotFound
    return start, end


def _many(database: Database, ledger: Ledger, column: str, number: int) -> Response[bytes]:
    start, end = _range(ledger, number)
    with database.reader.connect() as connection:
        rows = connection.execute(
            select(beside.c[column]).where(beside.c.index >= start, beside.c.index < end).order_by(beside.c.index)
        ).all()
    return Response(b"".join(bytes(row[0]) for row in rows), media_type=OCTETS)


@get("/log/notices/{number:int}", sync_to_thread=True)
def notices(
    number: FromPath[int], database: NamedDependency[Database], ledger: NamedDependency[Ledger]
) -> Response[bytes]:
    """Sealed notices of 256 leaves, up to the head."""
    return _many(database, ledger, "notice", number)


@get("/log/memos/{number:int}", sync_to_thread=True)
def memos(
    number: FromPath[int], database: NamedDependency[Database], ledger: NamedDependency[Ledger]
) -> Response[bytes]:
    """Sealed memos of 256 leaves, up to the head; only the gate that wrote one can read it."""
    return _many(database, ledger, "memo", number)


@get("/log/statements/{number:int}", sync_to_thread=True)
def notes(
    number: FromPath[int], database: NamedDependency[Database], ledger: NamedDependency[Ledger]
) -> Response[bytes]:
    """The notes of the public leaves among 256, with their indexes, up to the head (protocol 14.6)."""
    start, end = _range(ledger, number)
    here = (statement.c.leaf >= start) & (statement.c.leaf < end)
    with database.reader.connect() as connection:
        rows = connection.execute(select(statement.c.leaf, statement.c.note).where(here).order_by(statement.c.leaf))
        found = [(int(leaf), str(note)) for leaf, note in rows]
    return Response(PublicNotes(notes=found).encode(), media_type=OCTETS)


routes = Router(path="/", route_handlers=[checkpoint, tile, record, notices, memos, notes], tags=["log"])
