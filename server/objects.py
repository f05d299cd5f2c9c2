"""Objects of files: who may add one, how far each is, and which are given up (protocol 19.5 to 19.9).

A row is there before the first byte and, where a report is destroyed, gone before the last one. So bytes without a row
are nobody's (server/finishing.py deletes them), and what a row calls durable is on disk.
"""

import hmac
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from crypto.leaves import Entry
from crypto.limits import limit
from crypto.objects import SIZES, ticket
from doors import clock
from doors.clock import Clock
from doors.database import Database
from doors.environment import closed_folder
from doors.problem import Busy, Conflict, Denied, Malformed, NotFound, TooLarge
from server import keeping
from server.store import kept, objects, report

ABANDONED: Final = 2  # days without a byte
FREE: Final = 512 << 20  # bytes that files leave free on the disk, so that words still arrive


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An object that somebody wants to add."""

    report: bytes
    name: bytes
    ticket: bytes
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far an object is: bytes on disk, bytes in all, and its leaf once it is whole."""

    offset: int
    length: int
    leaf: int | None

    @property
    def waits(self) -> bool:
        """Whether all of it came, and its last step is to be done."""
        return self.leaf is None and self.offset == self.length


class Objects:
    """The rows of all objects of a house, and the folder in which those lie that are on their way."""

    def __init__(self, database: Database, uploads: Path, now: Clock) -> None:
        closed_folder(uploads)
        self._database, self._now = database, now
        self.folder = uploads

    def path(self, name: bytes) -> Path:
        """Where an object lies while it comes."""
        return self.folder / name.hex()

    def check_free(self, more: int = 0) -> None:
        """Raise Busy where so many bytes more would leave too little for words."""
        if shutil.disk_usage(self.folder).free < more + FREE:
            raise Busy

    # -- jobs of the ledger --------------------------------------------------------------------------------------------

    def create(self, connection: Connection, wanted: Wanted) -> None:
        """Add a row, or do nothing where it is there already. Raise what forbids it; a size comes before any hash."""
        if wanted.length not in SIZES:
            raise Malformed
        today = clock.day(self._now)
        query = keeping.served(select(report.c.number, report.c.day, kept.c.received), today)
        row = connection.execute(query.where(report.c.id == wanted.report)).one_or_none()
        if row is None or row.received is None or today - row.day > limit("object_days"):
            raise Denied
        if not hmac.compare_digest(ticket(bytes(row.received), wanted.name, wanted.length), wanted.ticket):
            raise Denied
        known = connection.execute(select(objects).where(objects.c.name == wanted.name)).one_or_none()
        if known is not None:
            if (known.report, known.length) != (row.number, wanted.length):
                raise Conflict
            return
        query = select(func.count(), func.coalesce(func.sum(objects.c.length), 0))
        count, size = connection.execute(query.where(objects.c.report == row.number)).one()
        if count >= limit("objects_report") or size + wanted.length > limit("objects_total"):
            raise TooLarge
        self.check_free(wanted.length)
        values = {"name": wanted.name, "report": row.number, "length": wanted.length, "offset": 0, "day": today}
        connection.execute(insert(objects), values)

    def advance(self, connection: Connection, name: bytes, offset: int) -> None:
        """Say how much is on disk. An object that was destroyed meanwhile is not found."""
        day = clock.day(self._now)
        one = objects.c.name == name
        done = connection.execute(update(objects).where(one, objects.c.leaf.is_(None)).values(offset=offset, day=day))
        if not done.rowcount:
            raise NotFound

    def make_whole(self, connection: Connection, index: int, name: bytes, entry: Entry) -> tuple[Sequence[Entry], int]:
        """Make a row whole and append its leaf, once."""
        row = self._row(connection, name)
        if row.leaf is not None:
            return [], row.leaf
        values = {"leaf": index, "offset": row.length, "day": clock.day(self._now)}
        connection.execute(update(objects).where(objects.c.name == name).values(values))
        return [entry], index

    def remove(self, connection: Connection, name: bytes) -> None:
        """Forget an object that is on its way; one that is whole stays."""
        row = self._row(connection, name)
        if row.leaf is not None:
            raise Denied
        connection.execute(delete(objects).where(objects.c.name == name))

    def give_up(self, connection: Connection) -> int:
        """Forget what nobody touched for some days, and what lets her add to reports older than a week.

        What came whole is not given up: it waits for a storage that does not answer.
        """
        today = clock.day(self._now)
        coming = (objects.c.leaf.is_(None), objects.c.offset < objects.c.length)
        gone = connection.execute(delete(objects).where(*coming, objects.c.day < today - ABANDONED)).rowcount
        late = select(report.c.number).where(report.c.day < today - limit("object_days"))
        query = update(kept).where(kept.c.received.is_not(None), kept.c.report.in_(late))
        return gone + connection.execute(query.values(received=None)).rowcount

    @staticmethod
    def _row(connection: Connection, name: bytes) -> Row[Any]:
        row = connection.execute(select(objects).where(objects.c.name == name)).one_or_none()
        if row is None:
            raise NotFound
        return row

    # -- questions -----------------------------------------------------------------------------------------------------

    def state(self, name: bytes) -> State:
        """How far an object is. NotFound for none, and for one whose report is closed or gone."""
        with self._database.reader.connect() as connection:
            row = self._row(connection, name)
            query = keeping.served(select(report.c.number), clock.day(self._now))
            if connection.execute(query.where(report.c.number == row.report)).one_or_none() is None:
                raise NotFound
        return State(offset=row.offset, length=row.length, leaf=row.leaf)

    def leaf(self, name: bytes) -> int:
        """Index of the leaf of a whole object; also of one whose report is closed: that it came stays provable."""
        with self._database.reader.connect() as connection:
            row = self._row(connection, name)
        if row.leaf is None:
            raise NotFound
        return int(row.leaf)

    def names(self) -> dict[bytes, int | None]:
        """Every object that has a row, with its length where it came whole and waits."""
        waits = (objects.c.leaf.is_(None), objects.c.offset == objects.c.length)
        with self._database.reader.connect() as connection:
            found: dict[bytes, int | None] = dict.fromkeys(connection.execute(select(objects.c.name)).scalars())
            rows = connection.execute(select(objects.c.name, objects.c.length).where(*waits))
            found.update((row.name, row.length) for row in rows)
        return found
