"""What the log says of a day's file of answers, and whether a file is the one (protocol 15.7, 15.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crypto import leaves, notes
from crypto.answers import Answer
from crypto.canonical import require
from crypto.checkpoints import LogPolicy
from crypto.errors import ProofError
from crypto.feed import FeedFile, PublicNotes
from crypto.hashing import digest, sha256
from crypto.labels import Label
from crypto.limits import limit
from crypto.notes import Kind, Signer
from policies import statements
from policies.bundle import Bundle
from policies.directory import DESK, Directory
from policies.statements import Current, day_number, day_text

_FIELDS: Final = ("day", "slots", "digest", "current", "log")
_NONE: Final = "-"
_HASH: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedNote:
    """One day's file: how many slots, their digest, the gates' `current` in it, and how many leaves were before it."""

    day: int
    slots: int
    digest: bytes
    current: bytes | None  # digest of the text of `current`; None: there was none, and the file is noise
    log: int  # also the index of this note's own leaf

    @classmethod
    def of(cls, slots: list[bytes], current: str, *, day: int, log: int) -> "FeedNote":
        """Return the note of these slots; `current` is the gates' note, or empty."""
        named = statements.digest(current) if current else None
        return cls(day=day, slots=len(slots), digest=sha256(b"".join(slots)), current=named, log=log)

    def text(self) -> str:
        """Return what the log signs."""
        named = _NONE if self.current is None else notes.b64(self.current)
        lines = [("day", day_text(self.day)), ("slots", str(self.slots)), ("digest", notes.b64(self.digest))]
        return statements.text(Label.NOTE_FEED, [*lines, ("current", named), ("log", str(self.log))])

    def sign(self, log: Signer) -> str:
        """Return the note."""
        text = self.text()
        return f"{text}\n{log.sign(text)}"

    @classmethod
    def verify(cls, note: str, log: LogPolicy) -> "FeedNote":
        """Return what the log signed. Raise ProofError or MalformedError."""
        signed = notes.need(note, [key for key in log.log if key.kind is Kind.ED25519], 1)
        found = statements.fields(signed, Label.NOTE_FEED, _FIELDS)
        named = None if found["current"] == _NONE else notes.unb64(found["current"])
        hashed = notes.unb64(found["digest"])
        require(all(one is None or len(one) == _HASH for one in (named, hashed)), "digest")
        count = notes.decimal(found["slots"])
        require(limit("answers_least") <= count <= limit("answers_most"), "slots")
        return cls(
            day=day_number(found["day"]), slots=count, digest=hashed, current=named, log=notes.decimal(found["log"])
        )


def check_file(file: FeedFile, log: LogPolicy) -> FeedNote:
    """Return the note of a file that is whole. Raise ProofError or MalformedError."""
    note = FeedNote.verify(file.note, log)
    if (note.slots, note.digest) != (len(file.each()), sha256(file.slots)):
        raise ProofError("not the slots of this note")
    named = statements.digest(file.current) if file.current else None
    if note.current != named:
        raise ProofError("not the current of this note")
    return note


def current_of(file: FeedFile, note: FeedNote, bundle: Bundle) -> Current:
    """Return what t gates of this bundle said was in force on the day of a file, or on the next one."""
    return Current.verify(file.current, bundle, note.day + 1)


def check_statements(start: int, entries: list[bytes], found: list[PublicNotes]) -> Mapping[int, str]:
    """Return the notes of the public leaves from `start` on, by index (protocol 14.6).

    Raise ProofError where one is missing, another one, or has no leaf: nothing public can be kept from her.
    """
    told = {index: note for one in found for index, note in one.notes}
    public = [index for index, leaf in enumerate(entries, start) if leaves.is_public(leaf)]
    if sorted(told) != public:
        raise ProofError("statements are missing, or of no leaf")
    for index in public:
        leaves.check_public(entries[index - start], told[index].encode())
    return told


def check_order(told: Mapping[int, str], log: LogPolicy) -> Mapping[int, int]:
    """Return the index of each day's feed note. Raise ProofError where a day is there twice, missing, or out of order.

    For a house that is no rehearsal. A file that was made up later for an earlier day cannot be in order.
    """
    places: dict[int, int] = {}
    for index in sorted(told):
        if statements.kind(told[index]) is Label.NOTE_FEED:
            note = FeedNote.verify(told[index], log)
            if note.log != index or (places and note.day != max(places) + 1):
                raise ProofError("files of answers are not in order")
            places[note.day] = index
    return places


def check_author(answer: Answer, signature: bytes, directory: Directory, revoked: frozenset[str]) -> None:
    """Raise ProofError unless this day's directory has the author, at the desk and not revoked, and she signed it."""
    person = directory.person(answer.author)
    if person.role != DESK or person.name in revoked:
        raise ProofError("not by a reviewer of that day")
    answer.verify(person.identity, signature)


def check_hers(answer: Answer, received: bytes, arrival: bytes) -> None:
    """Raise ProofError unless the answer names the report whose arrival (a leaf) is hers (protocol 15.8)."""
    if arrival[leaves.TAG :] != digest(Label.RECEIVED_COMMITMENT, received, answer.id):
        raise ProofError("an answer to another report")
