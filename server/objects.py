"""Objects of files: who may add one, how far each is, and when one is whole (protocol 19.5 to 19.9).

While it comes, an object is a file in a closed folder of the server; when all of it is on disk it goes into the
storage; then its row becomes whole and its leaf is appended, in one transaction. A step that failed, or was kept
although it failed, is done again when somebody next asks how far it is. What has no row is nobody's: `tidy` deletes it.
"""

import hmac
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from crypto.hybrid import Draw
from crypto.leaves import Entry
from crypto.limits import limit
from crypto.objects import SIZES, TRAILER, object_entry, ticket
from doors import clock
from doors.clock import Clock
from doors.database import Database
from doors.environment import closed_folder
from doors.problem import Busy, Conflict, Denied, Malformed, NotFound, Refusal, TooLarge
from server import keeping
from server.ledger import Ledger
from server.storage import Storage
from server.store import kept, objects, report

ABANDONED: Final = 2  # days without a byte
_FREE: Final = 512 << 20  # bytes that stay free on the disk
_DONE: Final = 60.0  # seconds for a step of a round


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


class Objects:
    """All objects of a house."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with
        self, database: Database, ledger: Ledger, storage: Storage, uploads: Path, draw: Draw, now: Clock
    ) -> None:
        closed_folder(uploads)
        self._database, self._ledger, self.storage, self._uploads = database, ledger, storage, uploads
        self._draw, self._now = draw, now

    def path(self, name: bytes) -> Path:
        """Where an object lies while it comes."""
        return self._uploads / name.hex()

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
        self._check_room(connection, row.number, wanted.length)
        values = {"name": wanted.name, "report": row.number, "length": wanted.length, "offset": 0, "day": today}
        connection.execute(insert(objects), values)

    def _check_room(self, connection: Connection, number: int, length: int) -> None:
        query = select(func.count(), func.coalesce(func.sum(objects.c.length), 0))
        count, size = connection.execute(query.where(objects.c.report == number)).one()
        if count >= limit("objects_report") or size + length > limit("objects_total"):
            raise TooLarge
        if shutil.disk_usage(self._uploads).free < length + _FREE:
            raise Busy

    def advance(self, connection: Connection, name: bytes, offset: int) -> None:
        """Say how much is on disk. An object that was destroyed meanwhile is not found."""
        day = clock.day(self._now)
        one = objects.c.name == name
        done = connection.execute(update(objects).where(one, objects.c.leaf.is_(None)).values(offset=offset, day=day))
        if not done.rowcount:
            raise NotFound

    def _whole(
        self, connection: Connection, index: int, name: bytes, made: tuple[int, Entry]
    ) -> tuple[Sequence[Entry], int]:
        """Make a row whole and append its leaf, once."""
        row = self._row(connection, name)
        if row.leaf is not None:
            return [], row.leaf
        length, entry = made
        values = {"leaf": index, "offset": length, "day": clock.day(self._now)}
        connection.execute(update(objects).where(objects.c.name == name).values(values))
        return [entry], index

    def remove(self, connection: Connection, name: bytes) -> None:
        """Forget an object that is on its way; one that is whole stays."""
        row = self._row(connection, name)
        if row.leaf is not None:
            raise Denied
        connection.execute(delete(objects).where(objects.c.name == name))

    def give_up(self, connection: Connection) -> int:
        """Forget what nobody touched for some days, and what lets her add to reports older than a week."""
        today = clock.day(self._now)
        old = (objects.c.leaf.is_(None), objects.c.day < today - ABANDONED)
        gone = connection.execute(delete(objects).where(*old)).rowcount
        late = select(report.c.number).where(report.c.day < today - limit("object_days"))
        query = update(kept).where(kept.c.received.is_not(None), kept.c.report.in_(late))
        return gone + connection.execute(query.values(received=None)).rowcount

    @staticmethod
    def _row(connection: Connection, name: bytes) -> Row[Any]:
        row = connection.execute(select(objects).where(objects.c.name == name)).one_or_none()
        if row is None:
            raise NotFound
        return row

    # -- asked by handlers ---------------------------------------------------------------------------------------------

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

    def store(self, name: bytes, length: int, wrapped: bytes) -> Entry:
        """Put all of an object into the storage; return its leaf. What was put there before is not put again."""
        path, kept_size = self.path(name), self.storage.size(name.hex())
        if kept_size != length:
            if not path.exists() or path.stat().st_size != length:
                raise Refusal
            self.storage.put(name.hex(), path)
        end = self.storage.read(name.hex(), length - TRAILER, TRAILER)
        path.unlink(missing_ok=True)
        return object_entry(end, wrapped, self._draw)

    def become_whole(self, name: bytes, length: int, entry: Entry) -> Any:  # noqa: ANN401 - the ledger's future
        """Hand in the job that makes it whole."""
        made = (length, entry)
        return self._ledger.submit(lambda connection, index: self._whole(connection, index, name, made))

    # -- by rounds and at the start ------------------------------------------------------------------------------------

    def forget_old(self) -> None:
        """Give up what was abandoned, then delete what is nobody's."""

        def job(connection: Connection, _: int) -> tuple[Sequence[Entry], int]:
            gone = self.give_up(connection)
            if gone:
                self._ledger.destroyed()
            return [], gone

        self._ledger.submit(job).result(_DONE)
        self.tidy()

    def tidy(self) -> None:
        """Delete bytes without a row: of reports that were destroyed, of uploads that were given up or cut short."""
        names = {one.name for one in self._uploads.iterdir()}
        names.update(self.storage.names())  # listed before the rows: a row is always there before its bytes
        with self._database.reader.connect() as connection:
            rows = {bytes(name).hex() for name in connection.execute(select(objects.c.name)).scalars()}
        for name in names - rows:
            with suppress(FileNotFoundError):
                (self._uploads / name).unlink()
            self.storage.delete(name)
