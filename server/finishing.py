"""The last step of an object, and the end of what is nobody's (protocol 19.5, 19.7, 19.9).

All of it is on disk: it goes into the storage; then row and leaf become durable in one transaction. A step that failed,
or was kept although it failed, is done again when somebody asks how far it is, and at the next start or round.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from sqlalchemy import Connection

from crypto import hybrid
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.leaves import Entry
from crypto.objects import TRAILER, object_entry
from doors.problem import Busy, Closed, Conflict, NotFound, Refusal
from server.ledger import Job, Ledger
from server.objects import Objects
from server.storage import Storage

_DONE: Final = 60.0  # seconds for a transaction


class Finishing:
    """Puts objects into the storage, and deletes from it."""

    def __init__(self, objects: Objects, ledger: Ledger, storage: Storage, draw: Draw) -> None:
        self._objects, self._ledger, self._storage, self._draw = objects, ledger, storage, draw
        self._lock = threading.Lock()
        self._under_way: set[bytes] = set()

    def finish(self, name: bytes, length: int) -> None:
        """Do what is left to do. Raise Conflict where its bytes are not there: she begins again from 0."""
        with self._alone(name):
            try:
                entry = self._store(name, length)
                self._do(lambda connection, index: self._objects.make_whole(connection, index, name, entry))
            except NotFound:  # its report was destroyed meanwhile
                self._objects.path(name).unlink(missing_ok=True)
                self._storage.delete(name.hex())
                raise

    @contextmanager
    def _alone(self, name: bytes) -> Iterator[None]:
        with self._lock:
            if name in self._under_way:
                raise Busy
            self._under_way.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(name)

    def _store(self, name: bytes, length: int) -> Entry:
        """Put all of an object into the storage; return its leaf. What is there already is not put again."""
        path, auditors = self._objects.path(name), self._ledger.auditors
        if not auditors:
            raise Closed
        if path.exists() and path.stat().st_size == length:
            self._storage.put(name.hex(), path)
        elif self._storage.size(name.hex()) != length:
            self.begin_again(name)
            raise Conflict
        end = self._storage.read(name.hex(), length - TRAILER, TRAILER)
        path.unlink(missing_ok=True)
        return object_entry(end, hybrid.wrap_all(auditors, Label.RECORD.value, self._draw), self._draw)

    def begin_again(self, name: bytes) -> None:
        """Say that nothing of it is here: a disk lost what it had called durable, or came back from a copy."""

        def job(connection: Connection, _: int) -> tuple[Sequence[Entry], None]:
            self._objects.advance(connection, name, 0)
            return [], None

        self._do(job)

    def read(self, name: bytes, start: int, size: int) -> bytes:
        """Return bytes of a whole object, as long as its report is served."""
        self._objects.state(name)
        return self._storage.read(name.hex(), start, size)

    # -- by rounds and at the start ------------------------------------------------------------------------------------

    def look_after(self) -> None:
        """Finish what came whole, give up what was abandoned, delete what is nobody's, blur when the rest came."""
        for name, length in self._objects.names().items():
            if length is not None:
                with suppress(Refusal, OSError):  # it is tried again, by her or by the next round
                    self.finish(name, length)

        def job(connection: Connection, _: int) -> tuple[Sequence[Entry], None]:
            if self._objects.give_up(connection):
                self._ledger.destroyed()
            return [], None

        self._do(job)
        self.tidy()
        self._storage.forget_times()

    def tidy(self) -> None:
        """Delete bytes without a row: of reports that were destroyed, of uploads that were given up or cut short."""
        coming = {one.name for one in self._objects.folder.iterdir()}
        stored = set(self._storage.names())  # both before the rows: a row is always there before its bytes
        known = {name.hex() for name in self._objects.names()}
        for name in coming - known:
            (self._objects.folder / name).unlink(missing_ok=True)
        for name in stored - known:
            self._storage.delete(name)

    def _do(self, job: Job) -> Any:  # noqa: ANN401 - whatever the job gives
        return self._ledger.submit(job).result(_DONE)
