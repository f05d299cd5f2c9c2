"""The daily round: destroy what is due, then make each past day's file of answers (protocol 15.7, 17.2).

One thread asks every half minute whether a day has ended. Each step is one transaction of the ledger that looks again
before it does anything, so whatever was cut short goes on where it was, also after days on which the house did not run.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from crypto import feed as feeds
from crypto import leaves
from crypto.answers import SLOT
from crypto.feed import FeedFile
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.leaves import Entry
from crypto.looking import DAYS
from crypto.notes import Signer
from doors import clock
from doors.clock import Clock
from doors.database import Database
from doors.scrub import sweep
from policies import erasures, retention
from policies.erasures import Erasure
from policies.feeds import FeedNote
from server import keeping
from server.finishing import Finishing
from server.gates import Gates
from server.inforce import InForce
from server.ledger import Job, Ledger
from server.settings import Settings
from server.store import answer, calendar, feed, permitted, statement, taken
from server.trust import TrustStore

CHUNK: Final = 128  # reports destroyed in one transaction: about a second of writing, in which nobody else writes
_EVERY, _PAUSE = 30.0, 0.5  # seconds between two looks, unless somebody wakes it; and even then
_PATIENCE: Final = 600.0  # seconds that a file waits for gates that do not answer; after that it is noise
_MEMORY: Final = 2  # days for which what was taken is known again
_DONE: Final = 60.0  # seconds for a step


class Rounds:
    """What a house does by itself, once a day."""

    def __init__(  # noqa: PLR0913, PLR0917 - it works with most of the house
        self,
        database: Database,
        ledger: Ledger,
        store: TrustStore,
        in_force: InForce,
        gates: Gates,
        files: Finishing,
        settings: Settings,
        draw: Draw,
        now: Clock,
    ) -> None:
        self._database, self._ledger, self._store, self._in_force = database, ledger, store, in_force
        self._gates, self._trust, self._draw, self._now = gates, settings.trust, draw, now
        self._files, self._tidied = files, -1
        self._signer = Signer(settings.log.name, settings.log.identity)
        self._missing: float | None = None  # since when gates are waited for
        self._shown: tuple[int, ...] = ()  # a rehearsal's answers that today's file has
        self._lock = threading.Lock()
        self._wake, self._ended, self._untidy = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="rounds", daemon=True)

    def start(self) -> None:
        """Begin; the first look is now."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step that is under way."""
        self._ended.set()
        self._wake.set()
        self._thread.join(timeout=30)

    def destroyed(self) -> None:
        """Rows of files are gone: their bytes are to go soon."""
        self._untidy.set()
        self._wake.set()

    def arrived(self) -> None:
        """An answer waits. A rehearsal does not let it wait for the end of the day."""
        bundle = self._store.state.bundle
        if bundle is not None and bundle.body.rehearsal:
            self._wake.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - it is tried again; a thread that died would destroy nothing
                logging.getLogger("amana").warning("rounds: %s", type(error).__name__)
            self._ended.wait(_PAUSE)
            self._wake.wait(_EVERY)
            self._wake.clear()

    def _look(self) -> None:
        if self._untidy.is_set():
            self._untidy.clear()
            try:
                self._files.tidy()
            except BaseException:
                self._untidy.set()  # tried again at the next look
                raise
        else:
            self.tick()

    def tick(self) -> None:
        """Do what is due now. Whatever fails is raised, and nothing of its step was done."""
        with self._lock:
            bundle, today = self._store.state.bundle, clock.day(self._now)
            if bundle is None:
                return
            first = self._first()
            if first is None:
                self._do(lambda connection, _: self._begin(connection, today))
                return
            if first < today:
                while self._do(lambda connection, index: self._destroy(connection, index, today)) == CHUNK:
                    pass
                self._tidied = -1
            while first < today and self._may_make(first, today):
                day, current, size = first, self._in_force.note(first), bundle.body.answers
                self._do(lambda connection, index: self._file(connection, index, day, current, size))  # noqa: B023
                first, self._missing = day + 1, None
            if bundle.body.rehearsal and first == today:
                self._show(today, bundle.body.answers)
            if self._tidied != today:  # last: a store that is away holds up nothing else
                self._files.look_after()
                self._tidied = today

    def _do(self, job: Job) -> int:
        return int(self._ledger.submit(job).result(_DONE))

    def _first(self) -> int | None:
        with self._database.reader.connect() as connection:
            return connection.execute(select(calendar.c.day)).scalar()

    @staticmethod
    def _begin(connection: Connection, today: int) -> tuple[Sequence[Entry], int]:
        if connection.execute(select(calendar.c.day)).first() is None:
            connection.execute(insert(calendar), {"id": 0, "day": today})
        return [], 0

    def _may_make(self, day: int, today: int) -> bool:
        """Whether the file of a day can be made now. That of yesterday waits a while for gates that say `current`.

        It waits also where no answer does, so that waiting says nothing.
        """
        if day < today - 1 or self._in_force.note(day):
            return True
        self._gates.tell()
        if self._in_force.note(day):
            return True
        now = self._now()
        if self._missing is None or now < self._missing:
            self._missing = now
        return now - self._missing >= _PATIENCE

    # -- steps, each in the log's transaction --------------------------------------------------------------------------

    def _destroy(self, connection: Connection, index: int, today: int) -> tuple[Sequence[Entry], int]:
        """Destroy some of what is due, and say so in the log."""
        found = keeping.due(connection, self._trust, today, CHUNK)
        if not found:
            return [], 0
        keeping.destroy(connection, found)
        self._ledger.destroyed()
        entries: list[Entry] = []
        for why in (retention.WITHDRAWN, retention.RETAINED):
            for some in erasures.batches([one.leaf for one in found if one.why == why]):
                note = Erasure(day=today, why=why, indexes=some).sign(self._signer)
                entries.append(self._publish(connection, index + len(entries), note, Label.NOTE_ERASURE, 0))
        return entries, len(found)

    def _file(
        self, connection: Connection, index: int, day: int, current: str, size: int
    ) -> tuple[Sequence[Entry], int]:
        """Make the file of a day that is over; forget what that many days have made old."""
        if connection.execute(select(calendar.c.day)).scalar() != day:
            return [], 0
        entry, taken_numbers = self._compose(connection, index, day, current, size)
        connection.execute(update(calendar).values(day=day + 1))
        sweep(connection, answer, answer.c.number.not_in(taken_numbers))
        sweep(connection, permitted, permitted.c.until >= day - _MEMORY)
        sweep(connection, taken, taken.c.day >= day - _MEMORY)
        connection.execute(delete(feed).where(feed.c.day < day - DAYS[-1]))
        self._ledger.destroyed()
        return [entry], 1

    def _show(self, today: int, size: int) -> None:
        """In a rehearsal: make today's file again whenever another answer waits. The newest file of a day counts."""
        with self._database.reader.connect() as connection:
            waiting = tuple(connection.execute(select(answer.c.number).order_by(answer.c.number)).scalars())
        if not waiting or waiting == self._shown:
            return
        if not self._in_force.note(today):
            self._gates.tell()
        current = self._in_force.note(today)
        if current:

            def job(connection: Connection, index: int) -> tuple[Sequence[Entry], int]:
                entry, _ = self._compose(connection, index, today, current, size)
                return [entry], 1

            self._do(job)
            self._shown = waiting

    def _compose(
        self, connection: Connection, index: int, day: int, current: str, size: int
    ) -> tuple[Entry, list[int]]:
        """Write the file of a day with the answers that fit. Without `current` it is noise, and answers wait on."""
        rows = connection.execute(select(answer).where(answer.c.day <= day).order_by(answer.c.number)).all()
        waiting = [_cut(bytes(row.slots)) for row in rows] if current else []
        slots, count = feeds.compose(waiting, size, self._draw)
        note = FeedNote.of(_cut(slots), current, day=day, log=index).sign(self._signer)
        values = {"leaf": index, "file": FeedFile(note=note, current=current, slots=slots).encode()}
        if not connection.execute(update(feed).where(feed.c.day == day).values(values)).rowcount:
            connection.execute(insert(feed), {"day": day, **values})
        return self._publish(connection, index, note, Label.NOTE_FEED, day), [row.number for row in rows[:count]]

    def _publish(self, connection: Connection, index: int, note: str, kind: Label, number: int) -> Entry:
        """Return the public leaf of a note of the log's own; it stands among the statements too."""
        row = {"leaf": index, "kind": kind.value.decode().strip(), "number": number, "note": note}
        connection.execute(insert(statement), {**row, "body": b"", "certificates": b""})
        return leaves.public_entry(note, self._draw)


def _cut(slots: bytes) -> list[bytes]:
    return [slots[start : start + SLOT] for start in range(0, len(slots), SLOT)]
