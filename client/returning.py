"""What was fetched, held against the log and the signatures: still without any words (protocol 14.5, 14.6, 15.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client.fetching import Fetched, unproven
from client.trusting import InForce, named_versions
from crypto import looking
from crypto.checkpoints import LogPolicy, parse_entry_bundle, tile_path
from crypto.errors import CryptoError, MalformedError, ProofError
from crypto.feed import FeedFile, PublicNotes
from crypto.labels import Label
from crypto.leaves import LEAF, NOTICE
from crypto.limits import limit
from crypto.looking import TILE
from policies import feeds, statements
from policies.bundle import Bundle
from policies.directory import Directory
from policies.erasures import Erasure
from policies.feeds import FeedNote
from policies.holds import Hold
from policies.statements import Revocation
from policies.trust import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One day's file: whole, and the one of its leaf. `directory` is None where nobody says who may write in it."""

    day: int
    index: int  # of its note's leaf
    slots: Sequence[bytes]
    directory: Directory | None
    revoked: frozenset[str]  # before this file, as far back as the look goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The log from `start` on, proven to its head; the files; what the public leaves say."""

    in_force: InForce
    today: int
    days: int
    full: bool
    witnesses: int  # that must have cosigned the head
    start: int
    entries: Sequence[bytes]
    notices: Sequence[bytes]  # one a leaf in a full look, else none
    files: Sequence[Filed]  # in order of days
    ends: Sequence[tuple[int, int]]  # index and day of each note of a day's file
    holds: Sequence[Hold]
    erasures: Sequence[tuple[int, Erasure]]  # with the index of its leaf
    bundles: Sequence[Bundle]

    @property
    def size(self) -> int:
        """Leaves of the log."""
        return self.start + len(self.entries)

    @property
    def gates(self) -> list[str]:
        """Gates of every bundle that the look brought."""
        return sorted({gate.name for bundle in self.bundles for gate in bundle.body.gates})

    @property
    def thresholds(self) -> list[int]:
        """How many gates it took, by every bundle that the look brought."""
        return sorted({bundle.body.threshold for bundle in self.bundles})

    def day_of(self, index: int) -> int | None:
        """Return the day on which a leaf came, at the latest; None: since the newest day's file."""
        return next((day for end, day in self.ends if end > index), None)

    def leaf(self, index: int) -> bytes:
        """Return a leaf of the look."""
        return self.entries[index - self.start]


def prove(found: Fetched, trust: Trust) -> Look:
    """Return the look. Raise UnprovenError where anything is missing, or is not what the log or the gates signed."""
    try:
        return _prove(found, trust)
    except CryptoError:
        raise unproven() from None


def _prove(found: Fetched, trust: Trust) -> Look:
    size, start = found.head.size, found.start
    tiles = range(start // TILE, -(-size // TILE))
    entries = [leaf for number in tiles for leaf in _entries(found, number)]
    # 14.5: one tree, from the left edge to the head; and t gates vouch for it.
    edge = looking.frontier(start, size, found.pieces)
    looking.check(edge, entries, [(size, found.head.root), found.in_force.current.log])
    # 14.6: every public leaf with its note, so that nothing public can be kept from her.
    told = feeds.check_statements(start, entries, [_notes(found, number) for number in tiles])
    policy = trust.log_policy
    revoked, holds, erasures = _said(told, trust)
    placed = _placed(told, policy, rehearsal=found.in_force.rehearsal)
    bundles, directories = _versions(found, trust)
    files = [
        Filed(
            day=note.day,
            index=note.log,
            slots=file.each(),
            directory=_directory(file, note, bundles, directories),
            revoked=frozenset(name for index, name in revoked if index < note.log),
        )
        for file, note in _files(found, told, placed, policy)
    ]
    return Look(
        in_force=found.in_force,
        today=found.today,
        days=found.days,
        full=found.full,
        witnesses=policy.quorum,
        start=start,
        entries=entries,
        notices=[one for number in tiles for one in _notices(found, number)] if found.full else [],
        files=files,
        ends=_ends(told, policy),
        holds=holds,
        erasures=erasures,
        bundles=list(bundles.values()),
    )


def _width(found: Fetched, number: int) -> int:
    return min(TILE, found.head.size - number * TILE)


def _entries(found: Fetched, number: int) -> list[bytes]:
    width = _width(found, number)
    path = tile_path(0, number, width).replace("tile/0/", "tile/entries/")
    entries = parse_entry_bundle(found.pieces[path])
    if len(entries) != width or any(len(leaf) != LEAF for leaf in entries):
        raise MalformedError("entries")
    return entries


def _notes(found: Fetched, number: int) -> PublicNotes:
    """Return the notes of a tile up to the head that is looked at; the log may have grown since."""
    notes = PublicNotes.decode(found.pieces[f"statements/{number}"], limit=limit("statements"))
    if any(index // TILE != number for index, _ in notes.notes):
        raise MalformedError("statements")
    return PublicNotes(notes=[(index, note) for index, note in notes.notes if index < found.head.size])


def _notices(found: Fetched, number: int) -> list[bytes]:
    data, width = found.pieces[f"notices/{number}"], _width(found, number)
    if len(data) < width * NOTICE:
        raise MalformedError("notices")
    return [data[place * NOTICE : (place + 1) * NOTICE] for place in range(width)]


def _said(told: Mapping[int, str], trust: Trust) -> tuple[list[tuple[int, str]], list[Hold], list[tuple[int, Erasure]]]:
    """Return revocations, holds and erasures that are signed as they must be; what is not counts for nothing."""
    revoked: list[tuple[int, str]] = []
    holds: list[Hold] = []
    erasures: list[tuple[int, Erasure]] = []
    for index, note in told.items():
        try:
            kind = statements.kind(note)
            if kind is Label.NOTE_REVOCATION:
                revoked.append((index, Revocation.verify(note, trust).name))
            elif kind is Label.NOTE_HOLD:
                holds.append(Hold.verify(note, trust))
            elif kind is Label.NOTE_ERASURE:
                erasures.append((index, Erasure.verify(note, trust.log_policy)))
        except CryptoError:
            continue
    return revoked, holds, erasures


def _ends(told: Mapping[int, str], policy: LogPolicy) -> list[tuple[int, int]]:
    return [(index, FeedNote.verify(told[index], policy).day) for index in _feeds(told)]


def _feeds(told: Mapping[int, str]) -> list[int]:
    return [index for index in sorted(told) if statements.kind(told[index]) is Label.NOTE_FEED]


def _placed(told: Mapping[int, str], policy: LogPolicy, *, rehearsal: bool) -> Mapping[int, int]:
    """Return the leaf of each day's note; in a rehearsal that of the newest for the day."""
    if not rehearsal:
        return feeds.check_order(told, policy)
    placed = {}
    for index in _feeds(told):
        note = FeedNote.verify(told[index], policy)
        if note.log != index:
            raise ProofError("note of a file at another leaf")
        placed[note.day] = index
    return placed


def _files(
    found: Fetched, told: Mapping[int, str], placed: Mapping[int, int], policy: LogPolicy
) -> list[tuple[FeedFile, FeedNote]]:
    """Return the files that are those of their leaves. Raise ProofError where one is another, or is kept back."""
    kept = []
    for day, file in sorted(found.files.items()):
        note = feeds.check_file(file, policy)
        if note.day != day:
            raise ProofError("file of another day")
        if note.log >= found.head.size:
            continue  # made since: no head that was fetched has its leaf, so the next look will see it
        if placed.get(day) != note.log or told[note.log] != file.note:
            raise ProofError("not the file of its leaf")
        kept.append((file, note))
    fetched = range(found.today - found.days - 1, found.today)
    if any(day in fetched and day not in found.files for day in placed):
        raise ProofError("a file is kept back")
    return kept


def _versions(found: Fetched, trust: Trust) -> tuple[dict[int, Bundle], dict[int, Directory]]:
    """Return what officers signed, by number; what they did not sign is not there."""
    bundles = {found.in_force.bundle.number: found.in_force.bundle}
    directories = {found.in_force.directory.number: found.in_force.directory}
    for number, version in found.bundles.items():
        bundle = Bundle.verify_any(*version, trust=trust)
        if bundle.number != number:
            raise ProofError("another version")
        bundles[number] = bundle
    for number, version in found.directories.items():
        directory = Directory.verify_any(*version, trust=trust)
        if directory.number != number:
            raise ProofError("another version")
        directories[number] = directory
    return bundles, directories


def _directory(
    file: FeedFile, note: FeedNote, bundles: Mapping[int, Bundle], directories: Mapping[int, Directory]
) -> Directory | None:
    """Return the directory that t gates said was in force on the day of a file; None where they did not."""
    if not file.current:
        return None
    try:
        bundle, directory = named_versions(file.current)
        current = feeds.current_of(file, note, bundles[bundle])
        current.check_directory(directories[directory])
    except CryptoError:
        return None
    return directories[directory]
