"""The ceremony's folder: where keys, signed versions and statements lie. It belongs on an offline, encrypted disk.

`roster.json` holds facts about people at risk (certificates and their salts). It never goes to a house.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from msgspec import structs

from client.errors import UnprovenError, UsageError
from client.keys import open_key, write_new
from client.trusting import load_trust
from crypto import notes
from crypto.errors import CryptoError
from crypto.keyfile import KeyRing
from policies.bundle import Bundle
from policies.directory import Certificate, Directory
from policies.trust import Trust

OFFICERS, PEOPLE, GATES, WITNESSES = "officers", "people", "gates", "witnesses"
BUNDLE, DIRECTORY = "bundle", "directory"
_STATEMENT: Final = re.compile(r"(revocation|notice|page|hold)-[a-z0-9.-]+\.note\Z")

Roster = dict[str, tuple[Certificate, bytes]]
"""Certificate and salt by name."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One version as it was signed."""

    note: str
    body: bytes
    certificates: bytes = b""


@dataclass(frozen=True, slots=True)
class CeremonyFolder:
    """Paths, and what lies there, verified."""

    path: Path

    def key(self, kind: str, name: str) -> Path:
        """Path of a key file of officers, people, gates or witnesses."""
        return self.path / kind / f"{name}.key"

    @property
    def log_key(self) -> Path:
        """Path of the log's key file."""
        return self.path / "log.key"

    def trust(self) -> Trust:
        """Read trust.json."""
        if not self.path.is_dir():
            raise UsageError(f"There is no ceremony at {self.path}.", "Name its folder with --ceremony.")
        return load_trust(self.path / "trust.json")

    # Versions

    def signed(self, kind: str) -> list[Signed]:
        """Return all versions of bundle or directory, in order."""
        found: list[Signed] = []
        while (note := self.path / f"{kind}-{len(found) + 1}.note").is_file():
            sealed = note.with_suffix(".certificates")
            certificates = sealed.read_bytes() if kind == DIRECTORY else b""
            found.append(Signed(note.read_text("utf-8"), note.with_suffix(".body").read_bytes(), certificates))
        return found

    def write(self, kind: str, number: int, version: Signed) -> None:
        """Write a new version; the note comes last, so that a version is there whole or not at all."""
        base = self.path / f"{kind}-{number}"
        if kind == DIRECTORY:
            write_new(base.with_suffix(".certificates"), version.certificates)
        write_new(base.with_suffix(".body"), version.body)
        write_new(base.with_suffix(".note"), version.note.encode())

    def newest(self) -> tuple[Bundle, Directory]:
        """Return the newest bundle and directory, after verifying the chain that leads to them."""
        trust = self.trust()
        bundle: Bundle | None = None
        directory: Directory | None = None
        try:
            for one in self.signed(BUNDLE):
                bundle = Bundle.verify(one.note, one.body, trust=trust, previous=bundle)
            for one in self.signed(DIRECTORY):
                directory = Directory.verify(one.note, one.body, trust=trust, previous=directory)
        except CryptoError:
            raise UnprovenError(
                "What lies in the ceremony's folder is not what the officers signed.", "Restore it from a copy."
            ) from None
        if bundle is None or directory is None:
            raise UsageError(f"{self.path} holds no bundle or no directory.", "Make them with `amana officer init`.")
        return bundle, directory

    # Statements

    def statement(self, name: str) -> Path:
        """Path of a revocation, a notice, a hold, or a note that names the page."""
        return self.path / "statements" / f"{name}.note"

    def statements(self) -> Iterator[tuple[str, str]]:
        """Give name and note of every statement, sorted by name."""
        folder = self.path / "statements"
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if _STATEMENT.fullmatch(path.name):
                yield path.stem, path.read_text("utf-8")

    # Officers

    def officers(self, count: int, named: str | None = None) -> list[KeyRing]:
        """Open the key files of `count` officers that are here, or of one by name."""
        known = {key.public for key in self.trust().officers}
        files = sorted((self.path / OFFICERS).glob("*.key"))
        if named is not None:
            files = [file for file in files if file.stem == named]
        if len(files) < count:
            raise UsageError(
                f"It takes {count} officers to sign this, and there are key files of {len(files)}.",
                f"Put their key files into {self.path / OFFICERS} for the time of signing.",
            )
        rings = [open_key(file) for file in files[:count]]
        if any(ring.role != "officer" or ring.identity_public not in known for ring in rings):
            raise UsageError("A key file here is not of an officer of trust.json.", "Remove it.")
        return rings

    # Roster

    def roster(self) -> Roster:
        """Read the private facts."""
        try:
            found = json.loads((self.path / "roster.json").read_bytes())
            return {name: _certified(one) for name, one in found.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, CryptoError):
            raise UsageError(
                "roster.json is missing or damaged; without it no new directory can be made.",
                "Restore it from the officers' copy.",
            ) from None

    def write_roster(self, roster: Roster) -> None:
        """Write the private facts anew, whole or not at all."""
        path, fresh = self.path / "roster.json", self.path / "roster.json.new"
        fresh.unlink(missing_ok=True)
        plain = {
            name: {"certificate": structs.asdict(certificate), "salt": notes.b64(salt)}
            for name, (certificate, salt) in sorted(roster.items())
        }
        write_new(fresh, (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode())
        fresh.replace(path)


def _certified(entry: Mapping[str, Any]) -> tuple[Certificate, bytes]:
    certificate = Certificate(**entry["certificate"])
    certificate.check()
    return certificate, notes.unb64(entry["salt"])


def sign(text: str, officers: Sequence[KeyRing]) -> str:
    """Return the note: the text and each officer's signature."""
    return text + "\n" + "".join(notes.sign_ed25519(one.name, one.identity, text) for one in officers)
