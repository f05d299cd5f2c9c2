"""What is in force: from `trust.json`, by the officers' and gates' signatures, never because a server says so.

These are steps (1) to (3) of protocol 13, the same for reporters and reviewers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from client.errors import UnprovenError, UsageError
from crypto import notes
from crypto.errors import CryptoError
from crypto.labels import Label
from policies.bundle import Bundle
from policies.directory import Directory
from policies.statements import Current, fields, numbered
from policies.trust import Trust

REHEARSAL: Final = (
    "This is a rehearsal: the people, keys and waiting times are for practice. Do not send anything real."
)


class Source(Protocol):
    """Where notes come from: a house, or a folder that `report prepare` filled."""

    def current(self) -> str:
        """Return the note `current`."""

    def bundle(self, version: int) -> tuple[str, bytes]:
        """Return note and body."""

    def directory(self, version: int, *, certificates: bool = True) -> tuple[str, bytes, bytes]:
        """Return note, body and certificates."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force today, verified. `certificates` is empty unless it was asked for."""

    bundle: Bundle
    directory: Directory
    certificates: bytes
    current: Current

    @property
    def rehearsal(self) -> bool:
        """Whether this organisation only practises; every client says so."""
        return self.bundle.body.rehearsal


def load_trust(path: Path) -> Trust:
    """Read `trust.json`. Raise UsageError when it is not there or not in its form."""
    try:
        return Trust.parse(path.read_bytes())
    except OSError:
        raise UsageError(
            f"There is no trust file at {path}.", "Ask an officer for trust.json and name it with --trust."
        ) from None
    except CryptoError:
        raise UsageError(f"{path} is not a trust file.", "Ask an officer for trust.json again.") from None


def named_versions(note: str) -> tuple[int, int]:
    """Return bundle and directory numbers that a `current` note names. NOT verified: only to know what to fetch."""
    found = fields(notes.split(note)[0], Label.NOTE_CURRENT, ("day", "bundle", "directory", "log"))
    return numbered(found["bundle"])[0], numbered(found["directory"])[0]


def in_force(source: Source, trust: Trust, *, today: int, certificates: bool = False) -> InForce:
    """Return what is in force on the day `today` (days since 1970). Raise UnprovenError when it cannot be shown."""
    try:
        note = source.current()
        bundle_number, directory_number = named_versions(note)
        bundle = Bundle.verify_any(*source.bundle(bundle_number), trust=trust)
        text, body, sealed = source.directory(directory_number, certificates=certificates)
        directory = Directory.verify_any(text, body, trust=trust)
        current = Current.verify(note, bundle, today)
        current.check_directory(directory)
    except CryptoError:
        raise UnprovenError(
            "It cannot be shown that these are the people and rules in force today. Nothing was sealed or opened.",
            "Check the date of this device and that trust.json is the officers'; if both are right, tell an officer.",
        ) from None
    return InForce(bundle, directory, sealed, current)
