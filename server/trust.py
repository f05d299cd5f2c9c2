"""Trust files: what officers published, checked before it is a public leaf; and `current`, signed by the gates.

The server relays all of it and is believed in none of it.
"""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection, insert, select

from crypto import leaves, notes
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.leaves import Entry
from crypto.limits import limit
from crypto.relay import PUBLICATION_LIMIT, Certificates, Publication
from doors.database import Database
from doors.problem import OCTETS, Conflict, Malformed, NotFound
from policies import statements
from policies.bundle import Bundle
from policies.directory import Directory
from policies.trust import Trust
from server.ledger import Ledger
from server.store import statement

_LOOKS, _PAUSE = 20, 0.2  # for the first `current` after a start: 4 s


@dataclass(frozen=True, slots=True)
class State:
    """What is in the log: every bundle and directory by number, and who was revoked."""

    bundles: tuple[Bundle, ...] = ()
    directories: tuple[Directory, ...] = ()
    revoked: frozenset[str] = frozenset()

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

    def __init__(self, trust: Trust, database: Database, ledger: Ledger, draw: Draw) -> None:
        self._trust, self._database, self._ledger, self._draw = trust, database, ledger, draw
        self._lock = threading.Lock()
        self.state = State()
        self.current: str | None = None
        self._known: dict[bytes, tuple[int, int]] = {}  # leaf and size of what is in the log, by digest of the text
        with database.reader.connect() as connection:
            for row in connection.execute(select(statement).order_by(statement.c.leaf)):
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
                return State((*state.bundles, bundle), state.directories, state.revoked), kind, bundle.number
            case Label.NOTE_DIRECTORY:
                directory = Directory.verify(
                    publication.note, publication.body, trust=self._trust, previous=state.directory
                )
                Certificates.decode(publication.certificates, limit=PUBLICATION_LIMIT)
                return State(state.bundles, (*state.directories, directory), state.revoked), kind, directory.number
            case Label.NOTE_REVOCATION:
                name = statements.Revocation.verify(publication.note, self._trust).name
                return State(state.bundles, state.directories, state.revoked | {name}), kind, 0
            case Label.NOTE_ANNOUNCEMENT:
                statements.Announcement.verify(publication.note, self._trust)
                return state, kind, 0
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
        many = statements.kind(note) in {Label.NOTE_BUNDLE, Label.NOTE_DIRECTORY}
        text = notes.need(note, self._trust.officers, self._trust.threshold if many else 1)
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

    def find(self, kind: Label, number: int) -> Publication:
        """Return one version, or raise NotFound."""
        with self._database.reader.connect() as connection:
            row = connection.execute(
                select(statement).where(statement.c.kind == kind.value.decode().strip(), statement.c.number == number)
            ).one_or_none()
        if row is None:
            raise NotFound
        return Publication(note=row.note, body=row.body, certificates=row.certificates)


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


_KINDS = {"bundle": Label.NOTE_BUNDLE, "directory": Label.NOTE_DIRECTORY}


def _named(trust: TrustStore, name: str) -> Publication:
    kind, _, number = name.partition("-")
    if kind not in _KINDS or not number.isascii() or not number.isdigit() or len(number) > 9:  # noqa: PLR2004
        raise NotFound
    return trust.find(_KINDS[kind], int(number))


@get("/trust/{name:str}", sync_to_thread=True)
def note(name: FromPath[str], trust: NamedDependency[TrustStore]) -> Response[str]:
    """A bundle's or directory's signed note, `bundle-3` or `directory-7`."""
    return _text(_named(trust, name).note)


@get("/trust/{name:str}/body", sync_to_thread=True)
def body(name: FromPath[str], trust: NamedDependency[TrustStore]) -> Response[bytes]:
    """The body whose digest the note signs."""
    return _octets(_named(trust, name).body)


@get("/trust/{name:str}/certificates", sync_to_thread=True)
def certificates(name: FromPath[str], trust: NamedDependency[TrustStore]) -> Response[bytes]:
    """Sealed certificates of a directory."""
    return _octets(_named(trust, name).certificates)


routes = Router(path="/", route_handlers=[current, note, body, certificates], tags=["trust"])
