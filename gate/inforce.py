"""Which bundle and directory bind now: narrowing at once, everything else after its delay (protocol 8.7)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Connection, select

from crypto.errors import CryptoError, OpenError, ProofError
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.notes import Kind, Vkey
from crypto.relay import PUBLICATION_LIMIT, Certificates
from doors.problem import Closed
from gate import store
from policies import narrowing, statements
from policies.bundle import Bundle
from policies.directory import Certificate, Directory, Person, open_certificate
from policies.facts import Colleague
from policies.feeds import FeedNote
from policies.queues import QueueNote
from policies.trust import Trust


@dataclass(frozen=True, slots=True)
class Known:
    """Every version that was a public leaf, oldest first, and the ones in force at one minute."""

    bundles: tuple[Bundle, ...]
    directories: tuple[Directory, ...]
    sealed: dict[int, dict[str, bytes]]  # certificates of each directory
    bundle: Bundle
    directory: Directory
    revoked: frozenset[str]
    feeds: tuple[tuple[int, int], ...]  # leaf and day of each note of a day's file of answers, of days that have begun
    queued: frozenset[int]  # days on which this gate said in the log that it makes lists (protocol 20.3)
    followed: dict[int, int]  # directory that another one followed in force, and in which minute

    def replaced(self, digest: bytes) -> int | None:
        """Return since when the directory that an envelope names is not in force; None: it is, or may still be.

        Raise ProofError for one that was never published.
        """
        for directory in self.directories:
            if directory.digest == digest:
                return self.followed.get(directory.number)
        raise ProofError("unknown directory")

    def sealed_under(self, digest: bytes) -> Bundle:
        """Return the bundle that an envelope names, or raise ProofError."""
        for bundle in self.bundles:
            if bundle.digest == digest:
                return bundle
        raise ProofError("unknown bundle")

    def find(self, name: str) -> tuple[Person, Directory, bool]:
        """Return a person, her directory, and whether she is still in the one in force. Raise ProofError if unknown.

        Somebody who was removed is still known: her request is refused by rule, and logged.
        """
        for directory in (self.directory, *reversed(self.directories)):
            if directory.number <= self.directory.number and name in directory:
                return directory.person(name), directory, directory.number == self.directory.number
        raise ProofError("not in the directory")


V = TypeVar("V")
_DAY: Final = 1440  # minutes


def _binds(new: V, seen: int, wait: int, before: Sequence[tuple[V, int]], narrows: Callable[[V, V], bool]) -> int:
    """Return the minute from which a version binds (protocol 8.7).

    At once only where it narrows what binds already. Narrowing a version that still waits must not carry that one in.
    "At once" is 0 and not the minute of seeing it: a clock that goes back must not undo what was taken away.
    """
    in_force = [version for version, since in before if since <= seen]
    return 0 if wait == 0 or (in_force and narrows(in_force[-1], new)) else seen + wait


class InForce:
    """Reads statements into versions; parses each once."""

    def __init__(self, key: KeyRing, trust: Trust) -> None:
        self._key, self._trust = key, trust
        self._leaves: tuple[int, ...] = ()
        self._bundles: list[tuple[Bundle, int]] = []  # with the minute from which it binds
        self._directories: list[tuple[Directory, int]] = []
        self._sealed: dict[int, dict[str, bytes]] = {}
        self._certificates: dict[tuple[int, str], Certificate | None] = {}
        self._bound: list[tuple[int, int]] = []  # each directory, and the minute in which it came into force or will
        self._feeds: list[tuple[int, int]] = []
        self._queued: set[int] = set()

    def _read(self, connection: Connection) -> None:
        found = tuple(connection.execute(select(store.statement.c.leaf).order_by(store.statement.c.leaf)).scalars())
        if found[: len(self._leaves)] != self._leaves:
            raise Closed  # a rolled-back database under a running gate
        if found == self._leaves:
            return  # bodies are large: they are fetched once
        new = select(store.statement).where(store.statement.c.leaf >= found[len(self._leaves)])
        for row in connection.execute(new.order_by(store.statement.c.leaf)):
            kind = statements.kind(row.note)
            if kind is Label.NOTE_BUNDLE:
                self._add_bundle(row.note, row.body, row.seen)
            elif kind is Label.NOTE_DIRECTORY:
                self._add_directory(row.note, row.body, row.certificates, row.seen)
            elif kind is Label.NOTE_FEED:
                self._add_feed(row.leaf, row.note)
            elif kind is Label.NOTE_QUEUE:
                self._add_queue(row.note)
            self._leaves = (*self._leaves, row.leaf)

    def _add_bundle(self, note: str, body: bytes, seen: int) -> None:
        before = self._bundles[-1][0] if self._bundles else None
        bundle = Bundle.verify(note, body, trust=self._trust, previous=before)
        wait = 0 if before is None else before.body.widen_hours * 60
        self._bundles.append((bundle, _binds(bundle, seen, wait, self._bundles, narrowing.bundle_narrows)))

    def _add_directory(self, note: str, body: bytes, certificates: bytes, seen: int) -> None:
        before = self._directories[-1][0] if self._directories else None
        directory = Directory.verify(note, body, trust=self._trust, previous=before)
        wait = 0 if before is None or not self._bundles else self._bundles[-1][0].body.widen_hours * 60
        since = _binds(directory, seen, wait, self._directories, narrowing.directory_narrows)
        self._directories.append((directory, since))
        self._bound.append((directory.number, max(since, seen)))
        sealed = Certificates.decode(certificates, limit=PUBLICATION_LIMIT).sealed
        self._sealed[directory.number] = dict(sealed)

    def _add_feed(self, leaf: int, note: str) -> None:
        """A note that the log did not sign like this counts for nothing: it can only make wishes void."""
        policy = self._bundles[-1][0].log_policy if self._bundles else self._trust.log_policy
        try:
            feed = FeedNote.verify(note, policy)
        except CryptoError:
            return
        if feed.log == leaf:
            self._feeds.append((leaf, feed.day))

    def _add_queue(self, note: str) -> None:
        """Only this gate's own note counts; that of another is the other's business."""
        own = Vkey(self._key.name, Kind.ED25519, self._key.identity_public)
        with suppress(CryptoError):
            self._queued.add(QueueNote.verify(note, [own]).day)

    def _followed(self, minute: int) -> dict[int, int]:
        """By number: the minute in which a later directory was in force for the first time."""
        first: dict[int, int] = {}
        soonest = None
        for number, bound in reversed(self._bound):
            if soonest is not None and soonest <= minute:
                first[number] = soonest
            soonest = bound if soonest is None else min(soonest, bound)
        return first

    def known(self, connection: Connection, minute: int) -> Known:
        """Return what binds at this minute, or raise Closed when there is no bundle or directory yet."""
        try:
            self._read(connection)
        except CryptoError:
            raise Closed from None  # a statement in the log that officers did not sign like this: nothing opens
        bundles = [bundle for bundle, since in self._bundles if since <= minute]
        directories = [directory for directory, since in self._directories if since <= minute]
        if not bundles or not directories:
            raise Closed
        names = connection.execute(select(store.revoked.c.name)).scalars()
        return Known(
            bundles=tuple(bundle for bundle, _ in self._bundles),
            directories=tuple(directory for directory, _ in self._directories),
            sealed=self._sealed,
            bundle=bundles[-1],
            directory=directories[-1],
            revoked=frozenset(names),
            # A note of a day to come could only make her wishes void before their time.
            feeds=tuple((leaf, day) for leaf, day in self._feeds if day <= minute // _DAY),
            queued=frozenset(self._queued),
            followed=self._followed(minute),
        )

    def colleague(self, known: Known, name: str) -> Colleague:
        """Return what the rules need to know about a person; raise ProofError for somebody unknown."""
        person, directory, there = known.find(name)
        return Colleague(
            name=name,
            role=person.role,
            pools=tuple(person.pools),
            certificate=self._certificate(known, directory, person),
            revoked=name in known.revoked or not there,
        )

    def _certificate(self, known: Known, directory: Directory, person: Person) -> Certificate | None:
        place = directory.number, person.name
        if place not in self._certificates:
            sealed = known.sealed.get(directory.number, {}).get(person.name)
            try:
                found = None if sealed is None else open_certificate(self._key.encryption, sealed, person)
            except (OpenError, CryptoError):
                found = None  # the rules refuse who has none
            self._certificates[place] = found
        return self._certificates[place]
