"""What the log says about its own rules: every statement at its leaf, the chain of versions, who was revoked when.

Protocol 13, auditor (3), and the half of (7) that asks which versions were in force.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, Generic, TypeVar

from client.folder import BUNDLES, DIRECTORIES, Folder
from crypto import leaves
from crypto.errors import CryptoError, MalformedError, ProofError
from crypto.labels import Label
from crypto.notes import decimal
from policies import narrowing, statements
from policies.bundle import Bundle
from policies.directory import Directory, Person
from policies.erasures import Erasure
from policies.feeds import FeedNote
from policies.holds import Hold
from policies.queues import QueueNote
from policies.trust import Trust

V = TypeVar("V", Bundle, Directory)

NO_STATEMENT: Final = "a public leaf without its statement"
OTHER_STATEMENT: Final = "a statement that is not the one of its leaf"
UNKNOWN_KIND: Final = "a public leaf of a kind that does not exist"
UNSIGNED: Final = "a statement that the officers did not sign, or that does not follow its predecessor"
NOT_THE_LOGS: Final = "a note that the log did not sign, or that is not in its form"
HELD_BACK: Final = "a hold signed before the one of the same report that was in the log already"
NO_BODY: Final = "a version whose body is missing or another"
ABSENT: Final = "names a version that the log did not hold at the size it names"
OVERRULED: Final = "uses a version that a narrower one had replaced"
OUTDATED: Final = "uses a version after the time that the next one had to wait"
EARLY: Final = "uses a version before the time that it had to wait"
NOT_A_GATES: Final = "a note about lists that no gate of the rules before it signed, or that is not in its form"
_UNPROVEN: Final = {  # no officer signs these
    Label.NOTE_FEED: NOT_THE_LOGS,
    Label.NOTE_ERASURE: NOT_THE_LOGS,
    Label.NOTE_QUEUE: NOT_A_GATES,
}


@dataclass(frozen=True, slots=True)
class Placed(Generic[V]):
    """A version, the leaf that published it, and how many minutes a gate waits before it binds (protocol 8.7)."""

    index: int
    value: V
    wait: int


@dataclass(slots=True)
class History:
    """All public statements that hold, by leaf."""

    bundles: list[Placed[Bundle]] = field(default_factory=list)
    directories: list[Placed[Directory]] = field(default_factory=list)
    revocations: list[tuple[int, str]] = field(default_factory=list)
    announcements: int = 0
    pages: list[tuple[int, bytes]] = field(default_factory=list)  # manifests of the page's code, in order
    feeds: list[tuple[int, FeedNote]] = field(default_factory=list)
    erasures: list[tuple[int, Erasure]] = field(default_factory=list)
    holds: list[tuple[int, Hold]] = field(default_factory=list)
    queues: list[tuple[int, QueueNote]] = field(default_factory=list)

    def bundle(self, digest: bytes) -> Bundle:
        """Return the bundle of this digest. Raise ProofError where the log holds none."""
        return _named(self.bundles, digest)

    def directory(self, digest: bytes) -> Directory:
        """Return the directory of this digest. Raise ProofError where the log holds none."""
        return _named(self.directories, digest)

    def find(self, name: str, directory: Directory) -> tuple[Person, Directory]:
        """Return a person as a gate knows her under this directory: somebody who was removed is known from before.

        Raise ProofError for somebody who never was in it.
        """
        for one in (directory, *(placed.value for placed in reversed(self.directories))):
            if one.number <= directory.number and name in one:
                return one.person(name), one
        raise ProofError("not in the directory")

    @property
    def erased(self) -> frozenset[int]:
        """Leaves that erasures name: beside these nothing need lie."""
        return frozenset(index for _, note in self.erasures for index in note.indexes)

    def revoked(self, size: int) -> frozenset[str]:
        """Names that were revoked in the first `size` leaves."""
        return frozenset(name for index, name in self.revocations if index < size)


def _named(versions: Iterable[Placed[V]], digest: bytes) -> V:
    for one in versions:
        if one.value.digest == digest:
            return one.value
    raise ProofError("not in the log")


def read(folder: Folder, trust: Trust, all_leaves: Sequence[bytes]) -> tuple[History, list[tuple[int, str]]]:
    """Return the history of a log, and what is wrong with its public leaves."""
    history = History()
    faults = []
    for index, leaf in enumerate(all_leaves):
        if leaves.is_public(leaf):
            fault = _add(history, folder, trust, index, leaf)
            if fault is not None:
                faults.append((index, fault))
    return history, faults


def _add(history: History, folder: Folder, trust: Trust, index: int, leaf: bytes) -> str | None:
    data = folder.record(index)
    if data is None:
        return NO_STATEMENT
    try:
        leaves.check_public(leaf, data)
    except ProofError:
        return OTHER_STATEMENT
    kind = None
    try:
        note = data.decode()
        kind = statements.kind(note)
        return _add_note(history, folder, trust, (index, note, kind))
    except (CryptoError, UnicodeError):
        return UNSIGNED if kind is None else _UNPROVEN.get(kind, UNSIGNED)


def _add_note(history: History, folder: Folder, trust: Trust, found: tuple[int, str, Label]) -> str | None:
    """Add one note. Raise CryptoError where whoever must sign it did not."""
    index, note, kind = found
    match kind:
        case Label.NOTE_BUNDLE | Label.NOTE_DIRECTORY:
            return _add_version(history, folder, trust, found)
        case Label.NOTE_REVOCATION:
            history.revocations.append((index, statements.Revocation.verify(note, trust).name))
        case Label.NOTE_ANNOUNCEMENT:
            statements.Announcement.verify(note, trust)
            history.announcements += 1
        case Label.NOTE_PAGE:
            page = statements.PageCode.verify(note, trust, after=len(history.pages))
            history.pages.append((index, page.manifest))
        case Label.NOTE_HOLD:
            return _add_hold(history, index, Hold.verify(note, trust))
        case Label.NOTE_FEED:
            history.feeds.append((index, FeedNote.verify(note, trust.log_policy)))
        case Label.NOTE_ERASURE:
            history.erasures.append((index, Erasure.verify(note, trust.log_policy)))
        case Label.NOTE_QUEUE:
            gates = [gate for one in history.bundles for gate in one.value.gate_vkeys]
            history.queues.append((index, QueueNote.verify(note, gates)))
        case _:
            return UNKNOWN_KIND
    return None


def _add_hold(history: History, index: int, hold: Hold) -> str | None:
    """Add a hold. A house takes none that is older than the one that counts: one that was kept back would end it."""
    late = any(one.id == hold.id and one.day > hold.day for _, one in history.holds)
    if not late:
        history.holds.append((index, hold))
    return HELD_BACK if late else None


def version_of(note: str) -> int:
    """Return the version that a bundle or directory note says it is. No signature is checked here."""
    line = note.split("\n", 2)[1] if note.count("\n") > 1 else ""
    key, _, number = line.partition(" ")
    if key != "version":
        raise MalformedError("version")
    return decimal(number)


def _add_version(history: History, folder: Folder, trust: Trust, found: tuple[int, str, Label]) -> str | None:
    index, note, kind = found
    try:
        body = folder.body(BUNDLES if kind is Label.NOTE_BUNDLE else DIRECTORIES, version_of(note))
    except MalformedError:
        return NO_BODY
    # Both wait as long as the bundle before them says, as a gate that reads the leaves in order counts it.
    before = history.bundles[-1].value if history.bundles else None
    wait = 0 if before is None else before.body.widen_hours * 60
    if kind is Label.NOTE_BUNDLE:
        history.bundles.append(Placed(index, Bundle.verify(note, body, trust=trust, previous=before), wait))
    else:
        last = history.directories[-1].value if history.directories else None
        history.directories.append(Placed(index, Directory.verify(note, body, trust=trust, previous=last), wait))
    return None


Sighting = tuple[int, int]
"""Size of the log that a gate had read, and the minute at which it said so."""


class Sightings:
    """All that one gate said of itself, in order: each question costs a search, however long the log is."""

    def __init__(self, said: Iterable[Sighting]) -> None:
        pairs = sorted(said)
        self._sizes = [size for size, _ in pairs]
        self._newest = list(accumulate((minute for _, minute in pairs), max))
        self._oldest = list(accumulate((minute for _, minute in reversed(pairs)), min))[::-1]

    def first_with(self, index: int) -> int | None:
        """Return the earliest minute at which it had read a leaf."""
        place = bisect_right(self._sizes, index)
        return self._oldest[place] if place < len(self._sizes) else None

    def last_without(self, index: int) -> int | None:
        """Return the latest minute at which it had not."""
        place = bisect_right(self._sizes, index)
        return self._newest[place - 1] if place else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A decision names a version, at a size and a minute; `sightings` is all that its gate said of itself."""

    digest: bytes
    size: int
    minute: int
    sightings: Sightings


def wrong_bundle(history: History, naming: Naming) -> str | None:
    """Return what is wrong with a decision's bundle, or None."""
    return _wrong(history.bundles, naming, narrowing.bundle_narrows)


def wrong_directory(history: History, naming: Naming) -> str | None:
    """Return what is wrong with a decision's directory, or None."""
    return _wrong(history.directories, naming, narrowing.directory_narrows)


def _wrong(versions: Sequence[Placed[V]], naming: Naming, narrows: Callable[[V, V], bool]) -> str | None:
    """Protocol 8.7. A gate's clock says nothing about others, so only what this gate said itself counts against it."""
    visible = [one for one in versions if one.index < naming.size]
    place = next((i for i, one in enumerate(visible) if one.value.digest == naming.digest), None)
    if place is None:
        return ABSENT
    for later in visible[place + 1 :]:
        if narrows(visible[place].value, later.value):
            return OVERRULED
        seen = naming.sightings.first_with(later.index)
        if naming.minute - (naming.minute if seen is None else seen) >= later.wait:
            return OUTDATED
    return EARLY if _early(visible, place, naming, narrows) else None


def _early(visible: Sequence[Placed[V]], place: int, naming: Naming, narrows: Callable[[V, V], bool]) -> bool:
    """Whether a version could not yet bind: neither the first, nor narrower than one that did, nor waited for."""
    chosen = visible[place]
    unseen = naming.sightings.last_without(chosen.index)
    if place == 0 or unseen is None or naming.minute >= unseen + chosen.wait:
        return False
    before = [i for i in range(place) if narrows(visible[i].value, chosen.value)]
    return all(_early(visible, i, naming, narrows) for i in before)
