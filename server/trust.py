"""Trust files: what officers published, checked before it is a public leaf; and `current`, signed by the gates.

The server relays all of it and is believed in none of it.
"""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection, func, insert, select

from crypto import leaves, notes
from crypto.checkpoints import TlogProof
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.leaves import Entry
from crypto.limits import limit
from crypto.relay import PUBLICATION_LIMIT, Certificates, Publication
from doors import clock
from doors.clock import Clock, system
from doors.database import Database
from doors.problem import OCTETS, Busy, Conflict, Malformed, NotFound
from policies import statements
from policies.bundle import Bundle
from policies.directory import Directory
from policies.holds import OFFICERS, Hold
from policies.trust import Trust
from server import tree
from server.ledger import Ledger
from server.store import calendar, statement

_BY_MANY = frozenset({Label.NOTE_BUNDLE, Label.NOTE_DIRECTORY, Label.NOTE_PAGE})  # k officers, others one
# Written by `server.rounds` and, for gates, by `server.listing`; published by nobody.
_BY_HOUSE = frozenset({Label.NOTE_FEED, Label.NOTE_ERASURE, Label.NOTE_QUEUE})
_LOOKS, _PAUSE = 20, 0.2  # for the first `current` after a start: 4 s


@dataclass(frozen=True, slots=True)
class State:
    """What is in the log: every bundle and directory by number, who was revoked, how often the page was named."""

    bundles: tuple[Bundle, ...] = ()
    directories: tuple[Directory, ...] = ()
    revoked: frozenset[str] = frozenset()
    pages: int = 0
    holds: tuple[Hold, ...] = ()

    @property
    def bundle(self) -> Bundle | None:
        """The newest."""
        return self.bundles[-1] if self.bundles else None

    @property
    def record_sizes(self) -> frozenset[int]:
        """Sizes that a sealed record may have: one for each number of auditors that there was."""
        return frozenset(leaves.record_size(len(one.auditors)) for one in self.directories)

    @property
    def directory(self) -> Directory | None:
        """The newest."""
        return self.directories[-1] if self.directories else None


class TrustStore:
    """Checks publications, keeps their state in memory, appends their leaves."""

    def __init__(self, trust: Trust, database: Database, ledger: Ledger, draw: Draw, now: Clock = system) -> None:
        self._trust, self._database, self._ledger, self._draw, self._now = trust, database, ledger, draw, now
        self._lock = threading.Lock()
        self.state = State()
        self.current: str | None = None
        self._known: dict[bytes, tuple[int, int]] = {}  # leaf and size of what is in the log, by digest of the text
        with database.reader.connect() as connection:
            for row in connection.execute(select(statement).order_by(statement.c.leaf)):
                if statements.kind(row.note) in _BY_HOUSE:
                    continue
                self.state, _, _ = self._check(Publication(note=row.note, body=row.body, certificates=row.certificates))
                size = len(row.note.encode()) + len(row.body) + len(row.certificates)
                self._known[statements.digest(row.note)] = int(row.leaf), size
        self._tell_ledger()

    def _check(self, publication: Publication) -> tuple[State, Label, int]:
        """Return the state with this publication in it, its kind and number. Raise MalformedError or ProofError."""
        state = self.state
        kind = statements.kind(publication.note)
        match kind:
            case Label.NOTE_BUNDLE:
                bundle = Bundle.verify(publication.note, publication.body, trust=self._trust, previous=state.bundle)
                return replace(state, bundles=(*state.bundles, bundle)), kind, bundle.number
            case Label.NOTE_DIRECTORY:
                directory = Directory.verify(
                    publication.note, publication.body, trust=self._trust, previous=state.directory
                )
                Certificates.decode(publication.certificates, limit=PUBLICATION_LIMIT)
                return replace(state, directories=(*state.directories, directory)), kind, directory.number
            case Label.NOTE_REVOCATION:
                name = statements.Revocation.verify(publication.note, self._trust).name
                return replace(state, revoked=state.revoked | {name}), kind, 0
            case Label.NOTE_ANNOUNCEMENT:
                statements.Announcement.verify(publication.note, self._trust)
                return state, kind, 0
            case Label.NOTE_PAGE:
                page = statements.PageCode.verify(publication.note, self._trust, after=state.pages)
                return replace(state, pages=page.number), kind, page.number
            case Label.NOTE_HOLD:
                hold = Hold.verify(publication.note, self._trust)
                if any(one.id == hold.id and one.day > hold.day for one in state.holds):
                    raise Conflict  # signed before the one that counts, and kept back until now
                return replace(state, holds=(*state.holds, hold)), kind, 0
            case _:
                raise Malformed

    def publish(self, publication: Publication) -> tuple[int, bool]:
        """Check, append the public leaf; return its index and whether it is new. The same note is the same leaf."""
        text, _ = notes.split(publication.note)
        digest = statements.digest(text)
        with self._lock:
            known = self._known.get(digest)
            if known is not None:
                return known[0], False
            new, kind, number = self._check(publication)

            def job(connection: Connection, first: int) -> tuple[Sequence[Entry], Any]:
                same = select(statement.c.leaf).where(statement.c.note == publication.note)
                there = connection.execute(same).scalar()
                if there is not None:  # a commit that failed was kept all the same
                    return [], int(there)
                _check_room(connection, first, publication.note)
                if kind is Label.NOTE_BUNDLE and number == 1:  # from this day on there is a file of answers a day
                    connection.execute(insert(calendar), {"id": 0, "day": clock.day(self._now)})
                row = {
                    "leaf": first,
                    "kind": kind.value.decode().strip(),
                    "number": number,
                    "note": publication.note,
                    "body": publication.body,
                    "certificates": publication.certificates,
                }
                connection.execute(insert(statement), row)
                return [leaves.public_entry(publication.note, self._draw)], first

            index = int(self._ledger.submit(job, urgent=True).result(timeout=60))
            self.state = new
            size = len(publication.note.encode()) + len(publication.body) + len(publication.certificates)
            self._known[digest] = index, size
            self._tell_ledger()
            return index, True

    def expected(self, note: str) -> int:
        """Return how long the publication of this note may be. Raise ProofError when officers did not sign it."""
        kind = statements.kind(note)
        few = OFFICERS if kind is Label.NOTE_HOLD else 1
        text = notes.need(note, self._trust.officers, self._trust.threshold if kind in _BY_MANY else few)
        known = self._known.get(statements.digest(text))
        return PUBLICATION_LIMIT if known is None else known[1] + 2 * limit("note")

    def _tell_ledger(self) -> None:
        if self.state.bundle is not None:
            if self.state.bundle.body.origin != self._ledger.origin:
                raise Conflict
            self._ledger.tick = float(self.state.bundle.body.tick)
        if self.state.directory is not None:
            self._ledger.auditors = tuple(self.state.directory.auditors)

    def publications(self, start: int, end: int) -> list[Publication]:
        """Return the statements whose leaves lie from `start` to `end`."""
        with self._database.reader.connect() as connection:
            rows = connection.execute(
                select(statement).where(statement.c.leaf >= start, statement.c.leaf < end).order_by(statement.c.leaf)
            )
            return [Publication(note=row.note, body=row.body, certificates=row.certificates) for row in rows]

    def page_proof(self) -> str:
        """Return the tlog-proof of the newest note that names the page's code, or raise NotFound."""
        newest = select(func.max(statement.c.leaf)).where(statement.c.kind == Label.NOTE_PAGE.value.decode().strip())
        head = self._ledger.head
        with self._database.reader.connect() as connection:
            index = connection.execute(newest.where(statement.c.leaf < head.size)).scalar()
            if index is None:
                raise NotFound
            hashes = tree.Reader(connection).inclusion(int(index), head.size)
        return TlogProof(int(index), tuple(hashes), head.checkpoint).encode()

    def find(self, kind: Label, number: int) -> Publication:
        """Return one version, or raise NotFound."""
        with self._database.reader.connect() as connection:
            row = connection.execute(
                select(statement).where(statement.c.kind == kind.value.decode().strip(), statement.c.number == number)
            ).one_or_none()
        if row is None:
            raise NotFound
        return Publication(note=row.note, body=row.body, certificates=row.certificates)


def _check_room(connection: Connection, index: int, note: str) -> None:
    """Raise Busy where the notes of these 256 leaves would be more than anybody fetches at once (protocol 14.6).

    Half of it is left for what the log itself must be able to say.
    """
    start = index // tree.WIDTH * tree.WIDTH
    there = connection.execute(select(statement.c.note).where(statement.c.leaf >= start)).scalars()
    if sum(len(one.encode()) for one in (*there, note)) > limit("statements") // 2:
        raise Busy


def _text(body: str) -> Response[str]:
    return Response(body, media_type="text/plain; charset=utf-8")


def _octets(body: bytes) -> Response[bytes]:
    return Response(body, media_type=OCTETS)


Followers = Annotated[Any, "server.gates.Gates"]


@get("/trust/current")
async def current(trust: NamedDependency[TrustStore], gates: NamedDependency[Followers]) -> Response[str]:
    """Which bundle and directory are in force today, signed by the gates."""
    note = trust.current
    if note is None and trust.state.bundle is not None:
        gates.wake()  # just started: she waits a moment, holding no thread, while they are asked once for everybody
        for _ in range(_LOOKS):
            await asyncio.sleep(_PAUSE)
            note = trust.current
            if note is not None:
                break
    if note is None:
        raise NotFound
    return _text(note)


_KINDS = {"bundle": Label.NOTE_BUNDLE, "directory": Label.NOTE_DIRECTORY, "page": Label.NOTE_PAGE}


def _named(trust: TrustStore, name: str) -> Publication:
    kind, _, digits = name.partition("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:  # noqa: PLR2004
        raise NotFound
    number = int(digits)
    if kind == "leaf":
        for one in trust.publications(number, number + 1):
            return one
    if kind not in _KINDS:
        raise NotFound
    return trust.find(_KINDS[kind], number)


@get("/trust/{name:str}", sync_to_thread=True)
def note(name: FromPath[str], trust: NamedDependency[TrustStore]) -> Response[str]:
    """A statement's signed note: `bundle-3`, `directory-7`, `page-1`, or that of a public leaf, `leaf-12`."""
    return _text(_named(trust, name).note)


@get("/trust/{name:str}/body", sync_to_thread=True)
def body(name: FromPath[str], trust: NamedDependency[TrustStore]) -> Response[bytes]:
    """The body whose digest the note signs."""
    return _octets(_named(trust, name).body)


@get("/trust/{name:str}/certificates", sync_to_thread=True)
def certificates(name: FromPath[str], trust: NamedDependency[TrustStore]) -> Response[bytes]:
    """Sealed certificates of a directory."""
    return _octets(_named(trust, name).certificates)


@get("/trust/page/proof", sync_to_thread=True)
def page_proof(trust: NamedDependency[TrustStore]) -> Response[str]:
    """tlog-proof of the newest note that names the page's code; not found until a checkpoint has one."""
    return _text(trust.page_proof())


routes = Router(path="/", route_handlers=[current, page_proof, note, body, certificates], tags=["trust"])
