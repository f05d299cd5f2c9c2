"""Have the gates make lists for the desk, at fixed times, and serve them to everybody alike (protocol 20).

What is handed over depends on nothing but which reports there are; what comes back is sealed. It is kept in memory
alone: after a restart lists are made anew.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Annotated, Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from sqlalchemy import Connection, func, insert, select

from crypto import leaves
from crypto.envelope import Header, Slots
from crypto.errors import CryptoError, MalformedError, ProofError
from crypto.hashing import sha256
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.leaves import Entry
from crypto.limits import limit
from crypto.notes import Vkey
from crypto.opening import Pair
from crypto.sheets import QueuePage, QueueReply, Sheet
from doors import clock
from doors.clock import Clock
from doors.database import Database
from doors.problem import OCTETS, Closed, NotFound, Refusal
from policies.bundle import Bundle
from policies.queues import QueueNote
from server import keeping
from server.gates import GateLink, Gates
from server.ledger import Ledger
from server.store import report, statement
from server.trust import TrustStore

_PAUSE: Final = 5.0  # seconds between two looks at whether it is time
_RESTS: Final = 9  # times as long as a making took, before the next: a gate's machine is never busy with lists alone
_AGAIN: Final = 15.0  # seconds after which a gate that gave none is asked again
_STEP: Final = 32  # reports that are read from the database at a time
_PUBLISHED: Final = 90.0  # seconds: a tick and some patience
_KIND: Final = Label.NOTE_QUEUE.value.decode().strip()

Handed = dict[str, list[tuple[bytes, bytes]]]
"""By gate: header and slot of each report."""


class Listing:
    """Hands over, checks, keeps the newest."""

    def __init__(  # noqa: PLR0913, PLR0917 - it works with most of the house
        self, database: Database, ledger: Ledger, trust: TrustStore, gates: Gates, draw: Draw, now: Clock
    ) -> None:
        self._database, self._ledger, self._trust, self._gates = database, ledger, trust, gates
        self._draw, self._now = draw, now
        self._sheets: Mapping[str, Sequence[Pair]] = {}
        self._due: dict[str, tuple[int, int]] = {}  # by gate: for which time, and how long a log, lists were made
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lists", daemon=True)

    def start(self) -> None:
        """Begin; the first look is now."""
        self._thread.start()

    def stop(self) -> None:
        """End after the sheet that is under way."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=30)

    def page(self, number: int) -> QueuePage:
        """Return the sheet of this number of every gate, in bundle order. Raise NotFound past the last."""
        kept, bundle = self._sheets, self._trust.state.bundle
        names = [] if bundle is None else [gate.name for gate in bundle.body.gates]
        found = [kept[name][number] for name in names if number < len(kept.get(name, ()))]
        if number and not found:
            raise NotFound
        return QueuePage(sheets=found)

    def _run(self) -> None:
        pause = _PAUSE
        while not self._ended.wait(pause):
            began = time.monotonic()
            try:
                lacking = self.look()
            except Exception as error:  # noqa: BLE001 - it is tried again; a thread that died would list nothing
                logging.getLogger("amana").warning("lists: %s", type(error).__name__)
                lacking = True
            pause = max(_PAUSE, _RESTS * (time.monotonic() - began), _AGAIN if lacking else 0.0)

    def look(self) -> bool:
        """Make what is due now; return whether a gate gave nothing."""
        bundle = self._trust.state.bundle
        if bundle is None or self._trust.state.directory is None:
            return False
        # Before anything is read: what comes meanwhile is for the next time.
        due = clock.minute(self._now) // limit("queue_minutes"), self._ledger.head.size if bundle.body.rehearsal else 0
        links = {name: link for name, link in self._gates.links().items() if self._due.get(name) != due}
        made = self._make(bundle, links) if links else {}
        self._sheets = {**self._sheets, **made}
        self._due |= dict.fromkeys(made, due)
        return len(made) < len(links)

    def _make(self, bundle: Bundle, links: dict[str, GateLink]) -> dict[str, list[Pair]]:
        """Return all sheets of each gate that made all of them."""
        made: dict[str, list[Pair]] = {}
        for name, link in links.items():
            try:
                link.follow()
                made[name] = []
            except (Refusal, CryptoError, OSError):
                continue
        count, below = self._count() if made else 0, None
        for number in range(count):
            handed, below = self._handed(list(made), below)
            for name in list(made):
                try:
                    made[name].append(self._sheet(bundle, links[name], (number, count), handed[name]))
                except (Refusal, CryptoError, OSError, FutureTimeoutError):
                    del made[name]  # the sheets that there are stay until it makes all of them again
        return made

    def _today(self) -> int:
        return clock.day(self._now)

    def _count(self) -> int:
        """How many sheets all reports take that are handed out; one at least, which may be empty."""
        query = keeping.served(select(func.count()), self._today())
        with self._database.reader.connect() as connection:
            there = connection.execute(query).scalar_one()
        return min(max(-(-int(there) // limit("queue_reports")), 1), limit("queue_sheets"))

    def _handed(self, names: Sequence[str], below: int | None) -> tuple[Handed, int | None]:
        """Return what a sheet is made of, newest first, and the number of its last report."""
        handed: Handed = {name: [] for name in names}
        orders: dict[bytes, list[str]] = {
            one.digest: [gate.name for gate in one.body.gates] for one in self._trust.state.bundles
        }
        with self._database.reader.connect() as connection:
            for number, data in self._newest(connection, below):
                below = number
                slots = Slots.decode(data, limit=limit("envelope"))
                header = Header.decode(slots.header, limit=limit("header"))
                for name, slot in zip(orders.get(header.bundle, []), slots.gates, strict=False):
                    if name in handed:
                        handed[name].append((slots.header, slot))
        return handed, below

    def _newest(self, connection: Connection, below: int | None) -> Iterator[tuple[int, bytes]]:
        """Yield number and slots of the next reports of a sheet, few at a time: slots are large."""
        left = limit("queue_reports")
        while left:
            query = keeping.served(select(report.c.number, report.c.slots), self._today())
            if below is not None:
                query = query.where(report.c.number < below)
            rows = connection.execute(query.order_by(report.c.number.desc()).limit(min(_STEP, left))).all()
            if not rows:
                return
            for number, data in rows:
                yield number, bytes(data)
            below, left = rows[-1].number, left - len(rows)

    def _sheet(
        self, bundle: Bundle, link: GateLink, place: tuple[int, int], reports: Sequence[tuple[bytes, bytes]]
    ) -> Pair:
        """Return the signed sheet; where the gate's note of today must be in the log first, see to that."""
        vkey = Vkey.parse(bundle.gate(link.name).vkey)
        reply = link.list(*place, reports)
        if reply.note:
            self._publish(reply, vkey)
            reply = link.list(*place, reports)
        if not reply.sheet:
            raise Closed
        sheet = Sheet.verify(reply.sheet[0], vkey.public, link.name)
        if (sheet.number, sheet.count) != place or sheet.ids != [sha256(header) for header, _ in reports]:
            raise ProofError("another sheet")
        return reply.sheet[0]

    def _publish(self, reply: QueueReply, vkey: Vkey) -> None:
        """Put a gate's note of today into the log, once, and wait until a checkpoint has it."""
        note = reply.note
        told = QueueNote.verify(note, [vkey])
        if abs(told.day - self._today()) > 1:  # a leaf for each day of a gate's fancy would be a way to fill the log
            raise MalformedError("day of a note")

        def job(connection: Connection, first: int) -> tuple[Sequence[Entry], Any]:
            same = select(statement.c.leaf).where(statement.c.kind == _KIND, statement.c.note == note)
            there = connection.execute(same).scalar()
            if there is not None:
                return [], int(there)
            row = {"leaf": first, "kind": _KIND, "number": told.day, "note": note, "body": b"", "certificates": b""}
            connection.execute(insert(statement), row)
            return [leaves.public_entry(note, self._draw)], first

        index = int(self._ledger.submit(job, urgent=True).result(_PUBLISHED))
        self._ledger.wait_published(index + 1, _PUBLISHED)


@get("/v1/queue", sync_to_thread=False)
def queue(
    listing: NamedDependency[Listing],
    sheet: Annotated[
        int, QueryParameter(description="number of the sheet, from 0", ge=0, le=limit("queue_sheets"))
    ] = 0,
) -> Response[bytes]:
    """Lists of what each of the desk may ask for, sealed to her; the same bytes for everybody."""
    return Response(listing.page(sheet).encode(), media_type=OCTETS)


routes = Router(path="/", route_handlers=[queue], tags=["reports"])
