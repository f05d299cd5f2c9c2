"""Put the gate together: one lock, one transaction a call (of a long one: a slice), seven doors."""

import os
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

from litestar import Litestar, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import RawBody
from sqlalchemy import ColumnElement, Connection, delete, func, literal_column, select

from crypto import notes, sheets
from crypto.checkpoints import LogPolicy
from crypto.hashing import digest
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.limits import limit
from crypto.opening import OPENING
from crypto.relay import (
    SYNC_LIMIT,
    DecisionsCall,
    Publication,
    ReleasesCall,
    SignedEntry,
    Sync,
    SyncReply,
)
from crypto.sheets import QueueCall
from crypto.wishes import Wishes
from doors import clock
from doors.bodies import BoundBodies
from doors.clock import Clock
from doors.database import OneProcess, open_database
from doors.privacy import ForgetCaller, protect
from doors.problem import HANDLERS, OCTETS, Closed, Malformed
from doors.scrub import scrub
from gate import store, wishes
from gate.decide import Decider
from gate.examine import Examiner
from gate.follow import Follower, Position, read_position, revoke, rolled_back
from gate.inforce import InForce, Known
from gate.listing import Lister
from gate.release import Releaser
from gate.settings import Settings
from policies import statements
from policies.statements import Current, Revocation

CALL_LIMIT: Final = SYNC_LIMIT + OPENING + (1 << 16)
NOTE_LIMIT: Final = limit("note") * 4 + 64  # a revocation has no body
OFFER_AGAIN: Final = 5  # minutes before a decision that the log does not show is offered again
KEPT: Final = 2 * 1440  # minutes for which a request's digest is remembered: longer than any ask lives
NEWEST: Final = 1000  # decisions that are remembered whatever the clock says


class Gate:
    """The gate's work. All that changes anything runs under one lock, in one transaction: a fault changes nothing."""

    def __init__(self, settings: Settings, draw: Draw, now: Clock) -> None:
        self._key, self._trust, self._now = settings.key, settings.trust, now
        self._process = OneProcess(settings.folder)
        self._database = open_database(f"sqlite:///{settings.folder / 'gate.db'}")
        with self._database.writer.begin() as connection:
            store.metadata.create_all(connection)
        self._lock = threading.Lock()
        self._in_force = InForce(settings.key, settings.trust)
        self._follower = Follower(settings.key, settings.trust)
        examiner = Examiner(settings.key, self._in_force)
        self._examiner = examiner
        self._decider = Decider(settings.key, examiner, draw)
        self._releaser = Releaser(settings.key, examiner)
        self._lister = Lister(settings.key, self._in_force)
        self._unscrubbed = True  # whoever was killed may have forgotten something just before

    def close(self) -> None:
        """Let go of the database and the lock file."""
        self._database.dispose()
        self._process.release()

    def _minute(self) -> int:
        return clock.minute(self._now)

    def _policy(self, connection: Connection) -> LogPolicy:
        """The witness policy of the bundle in force; before there is one, that of trust.json."""
        try:
            return self._in_force.known(connection, self._minute()).bundle.log_policy
        except Closed:
            return self._trust.log_policy

    def _follow(self, connection: Connection, sync: Sync) -> Position:
        return self._follower.apply(connection, sync, self._policy(connection), self._now())

    def sync(self, sync: Sync) -> SyncReply:
        """Read the log to its head; say what is in force, and offer what the log has lost."""
        with self._lock:
            with self._database.writer.begin() as connection:
                position = self._follow(connection, sync)
                self._forget(connection)
            self._scrub()
            with self._database.writer.begin() as connection:
                if position.unread:
                    return SyncReply(size=position.size, current="", pending=[])
                return SyncReply(
                    size=position.size, current=self._current(connection, position), pending=self._pending(connection)
                )

    def _forget(self, connection: Connection) -> None:
        """Forget requests that are too old to come again; never the newest, in case it is the clock that is wrong."""
        row: ColumnElement[int] = literal_column("rowid")
        newest = select(func.max(row)).select_from(store.decision).scalar_subquery()
        old = store.decision.c.minute < self._minute() - KEPT
        connection.execute(delete(store.decision).where(old, row <= newest - NEWEST))

    def _current(self, connection: Connection, position: Position) -> str:
        try:
            known = self._in_force.known(connection, self._minute())
        except Closed:
            return ""  # nothing in force yet
        text = Current(
            day=clock.day(self._now),
            bundle=(known.bundle.number, known.bundle.digest),
            directory=(known.directory.number, known.directory.digest),
            log=(position.size, position.root),
        ).text()
        return f"{text}\n{notes.sign_ed25519(self._key.name, self._key.identity, text)}"

    def _pending(self, connection: Connection) -> list[SignedEntry]:
        rows = connection.execute(
            select(store.pending)
            .where(store.pending.c.minute <= self._minute() - OFFER_AGAIN)
            .order_by(store.pending.c.sequence)
            .limit(64)
        )
        return [
            SignedEntry(leaf=row.leaf, record=row.record, notice=row.notice, memo=row.memo, signature=row.signature)
            for row in rows
        ]

    def decisions(self, call: DecisionsCall) -> bytes:
        """Step 2: follow the log, examine, ask the rules, write the journal; then answer."""
        with self._lock:
            self._keep_up(call.sync)
            with self._database.writer.begin() as connection:
                minute = self._minute()
                rolled_back(connection, minute)
                known = self._in_force.known(connection, minute)
                examined = self._examiner.examine(connection, known, call.opening, minute, again=False)
                reply = self._decider.decide(connection, known, examined, minute).encode()
            self._unscrubbed |= examined.gone
            self._scrub()
            return reply

    def _scrub(self) -> None:
        """What was forgotten leaves the write-ahead log too."""
        if self._unscrubbed:
            with suppress(Exception):  # the decision holds; a disk that is full now may not be so at the next sync
                self._unscrubbed = not scrub(self._database.writer)

    def releases(self, call: ReleasesCall) -> bytes:
        """Step 4: follow the log, examine again on fresh state, check the proofs, release."""
        with self._lock:
            position = self._keep_up(call.sync)
            with self._database.writer.begin() as connection:
                minute = self._minute()
                known = self._in_force.known(connection, minute)
                examined = self._examiner.examine(connection, known, call.opening, minute, again=True)
                policy = known.bundle.log_policy
                reply = self._releaser.release(connection, known, examined, call.proofs, policy, position, minute)
                return reply.encode()

    def queue(self, call: QueueCall) -> bytes:
        """Follow the log, then make lists for the desk in slices (protocol 20): openings go between."""
        with self._lock:
            self._keep_up(call.sync)
        return self._lister.make(call, self._inside).encode()

    @contextmanager
    def _inside(self) -> Iterator[tuple[Connection, Known, int]]:
        """Enter the lock and a transaction, to look and not to change."""
        with self._lock, self._database.writer.begin() as connection:
            minute = self._minute()
            rolled_back(connection, minute)
            yield connection, self._in_force.known(connection, minute), minute

    def _keep_up(self, sync: Sync) -> Position:
        """What was read stays read, whatever becomes of the opening that came with it."""
        with self._database.writer.begin() as connection:
            position = self._follow(connection, sync)
        if position.unread:
            raise Closed
        return position

    def note(self, publication: Publication) -> None:
        """Take a revocation at this gate's own address: binding now, before the log has it."""
        if statements.kind(publication.note) is not Label.NOTE_REVOCATION:
            raise Malformed
        name = Revocation.verify(publication.note, self._trust).name
        with self._lock, self._database.writer.begin() as connection:
            revoke(connection, name)

    def withdraw(self, body: bytes) -> None:
        """Take a withdrawal at this gate's own address (protocol 16.6): binding now, whatever a server does.

        It cannot tell what else such a body may be: then the hash is nobody's, and closes nothing.
        """
        shown = Wishes.from_body(body).shown
        with self._lock, self._database.writer.begin() as connection:
            wishes.hold(connection, digest(Label.WITHDRAWAL_HASH, shown), self._minute())

    def position(self) -> Position:
        """Where it stands, for tests and `doctor`."""
        with self._lock, self._database.writer.begin() as connection:
            return read_position(connection)[1]


def _octets(data: bytes) -> Response[bytes]:
    return Response(data, status_code=200, media_type=OCTETS)


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that this answers."""
    return {"status": "ok"}


@post("/v1/sync", status_code=200, sync_to_thread=True, request_max_body_size=CALL_LIMIT)
def sync(body: RawBody, gate: NamedDependency[Gate]) -> Response[bytes]:
    """Read the log to its head."""
    return _octets(gate.sync(Sync.decode(body, limit=CALL_LIMIT)).encode())


@post("/v1/decisions", status_code=200, sync_to_thread=True, request_max_body_size=CALL_LIMIT)
def decisions(body: RawBody, gate: NamedDependency[Gate]) -> Response[bytes]:
    """Decide a sealed request."""
    return _octets(gate.decisions(DecisionsCall.decode(body, limit=CALL_LIMIT)))


@post("/v1/releases", status_code=200, sync_to_thread=True, request_max_body_size=CALL_LIMIT)
def releases(body: RawBody, gate: NamedDependency[Gate]) -> Response[bytes]:
    """Release the shares of what was decided, against proofs that it is logged."""
    return _octets(gate.releases(ReleasesCall.decode(body, limit=CALL_LIMIT)))


@post("/v1/queue", status_code=200, sync_to_thread=True, request_max_body_size=sheets.CALL_LIMIT)
def queue(body: RawBody, gate: NamedDependency[Gate]) -> Response[bytes]:
    """Tell each of the desk, sealed, which of these reports she may ask for."""
    return _octets(gate.queue(QueueCall.decode(body, limit=sheets.CALL_LIMIT)))


@post("/v1/notes", status_code=200, sync_to_thread=True, request_max_body_size=NOTE_LIMIT)
def note(body: RawBody, gate: NamedDependency[Gate]) -> dict[str, str]:
    """Take a signed revocation from anybody."""
    gate.note(Publication.decode(body, limit=NOTE_LIMIT))
    return {"status": "ok"}


@post("/v1/withdrawals", status_code=202, sync_to_thread=True, request_max_body_size=limit("wish_body"))
def withdrawal(body: RawBody, gate: NamedDependency[Gate]) -> dict[str, str]:
    """Take a withdrawal from anybody; the answer is the same whatever it closes."""
    gate.withdraw(body)
    return {"status": "taken"}


def create_app(settings: Settings, *, draw: Draw = os.urandom, now: Clock = clock.system) -> Litestar:
    """Return the application of one gate."""
    gate = Gate(settings, draw, now)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            gate.close()

    def provide() -> Gate:
        return gate

    handlers: list[Any] = [health, sync, decisions, releases, queue, note, withdrawal]
    return Litestar(
        route_handlers=handlers,
        dependencies={"gate": Provide(provide, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        middleware=[ForgetCaller(), BoundBodies()],
        before_send=[protect],
        lifespan=[lifespan],
        logging_config=None,
        openapi_config=None,
    )
