"""Statements: signed notes of lines `key value` (protocol 8.1, 8.5, 8.6)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from crypto import notes
from crypto.canonical import require
from crypto.errors import MalformedError, ProofError
from crypto.hashing import sha256
from crypto.labels import Label
from crypto.slip import NAME
from policies.trust import Trust

if TYPE_CHECKING:
    from policies.bundle import Bundle
    from policies.directory import Directory

_EPOCH: Final = date(1970, 1, 1)
_LAST_DAY: Final = (date.max - _EPOCH).days
_HASH: Final = 32
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_FIRST_LINES: Final = {label.value.decode(): label for label in Label if label.name.startswith("NOTE_")}


def day_text(day: int) -> str:
    """Return days since 1970 as YYYY-MM-DD."""
    require(0 <= day <= _LAST_DAY, "day")
    return (_EPOCH + timedelta(days=day)).isoformat()


def day_number(text: str) -> int:
    """Read YYYY-MM-DD, in exactly this form."""
    try:
        day = (date.fromisoformat(text) - _EPOCH).days
    except ValueError as error:
        raise MalformedError("day") from error
    require(day >= 0 and day_text(day) == text, "day")
    return day


def text(label: Label, fields: Sequence[tuple[str, str]]) -> str:
    """Return the text to sign: the first line of this kind of note, then a line a field."""
    require(label.name.startswith("NOTE_"), "label of a note")
    for key, value in fields:
        require(key.isalpha() and _single_line(value), "field")
    return label.value.decode() + "".join(f"{key} {value}\n" for key, value in fields)


def fields(text: str, label: Label, names: Sequence[str]) -> dict[str, str]:
    """Read a statement's text: this kind, exactly these keys in this order, each with a value."""
    first = label.value.decode()
    require(text.startswith(first) and text.endswith("\n"), "kind of statement")
    lines = text.removeprefix(first).removesuffix("\n").split("\n")
    require(len(lines) == len(names), "fields")
    found = {}
    for line, name in zip(lines, names, strict=True):
        key, space, value = line.partition(" ")
        require(key == name and bool(space) and _single_line(value), "fields")
        found[key] = value
    return found


def _single_line(value: str) -> bool:
    return value.isprintable() and bool(value) and value == value.strip()


def digest(note_text: str) -> bytes:
    """Return the digest of a statement: of its text, signatures left out (given a whole note, of the text in it)."""
    signed = "\n\n" in note_text
    return sha256((notes.split(note_text)[0] if signed else note_text).encode())


def kind(note: str) -> Label:
    """Return which kind of statement a note says it is. No signature is checked here."""
    first = note.partition("\n")[0] + "\n"
    if first not in _FIRST_LINES:
        raise MalformedError("kind of statement")
    return _FIRST_LINES[first]


def numbered(value: str) -> tuple[int, bytes]:
    """Read `N <base64 digest>`."""
    number, _, encoded = value.partition(" ")
    found = notes.unb64(encoded)
    require(len(found) == _HASH, "digest")
    return notes.decimal(number), found


@dataclass(frozen=True, slots=True)
class Revocation:
    """Somebody opens nothing any more. One officer is enough, and it binds at once."""

    name: str
    day: int

    def text(self) -> str:
        """Return what the officer signs."""
        require(NAME.match(self.name) is not None, "name")
        return text(Label.NOTE_REVOCATION, (("name", self.name), ("day", day_text(self.day))))

    @classmethod
    def verify(cls, note: str, trust: Trust) -> "Revocation":
        """Return what one of the officers signed. Raise ProofError or MalformedError."""
        found = fields(notes.need(note, trust.officers, 1), Label.NOTE_REVOCATION, ("name", "day"))
        require(NAME.match(found["name"]) is not None, "name")
        return cls(found["name"], day_number(found["day"]))


@dataclass(frozen=True, slots=True)
class Announcement:
    """One line from the officers to everybody."""

    day: int
    line: str

    def text(self) -> str:
        """Return what the officer signs."""
        return text(Label.NOTE_ANNOUNCEMENT, (("day", day_text(self.day)), ("text", self.line)))

    @classmethod
    def verify(cls, note: str, trust: Trust) -> "Announcement":
        """Return what one of the officers signed. Raise ProofError or MalformedError."""
        found = fields(notes.need(note, trust.officers, 1), Label.NOTE_ANNOUNCEMENT, ("day", "text"))
        return cls(day_number(found["day"]), found["text"])


@dataclass(frozen=True, slots=True)
class PageCode:
    """The reporter's page that this organisation stands for: versions from 1, SHA-256 of the build's manifest.

    k officers sign it, as they sign a bundle: whoever names the page's code decides what every reporter types into.
    """

    number: int
    manifest: bytes

    def text(self) -> str:
        """Return what the officers sign; the hash in hex, as `sha256sum` prints it."""
        require(self.number >= 1 and len(self.manifest) == _HASH, "page")
        return text(Label.NOTE_PAGE, (("version", str(self.number)), ("manifest", self.manifest.hex())))

    @classmethod
    def verify(cls, note: str, trust: Trust, *, after: int | None = None) -> "PageCode":
        """Return what k of the officers signed. Raise ProofError or MalformedError; also unless it follows `after`."""
        signed = notes.need(note, trust.officers, trust.threshold)
        found = fields(signed, Label.NOTE_PAGE, ("version", "manifest"))
        require(_HEX.fullmatch(found["manifest"]) is not None, "manifest")
        page = cls(notes.decimal(found["version"]), bytes.fromhex(found["manifest"]))
        require(page.number >= 1, "page")
        if after is not None and page.number != after + 1:
            raise ProofError("does not follow its predecessor")
        return page


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """Which versions are in force today, so that nobody is served an old or a private one."""

    day: int
    bundle: tuple[int, bytes]  # number and digest
    directory: tuple[int, bytes]
    log: tuple[int, bytes]  # size and root

    def text(self) -> str:
        """Return what the gates sign."""
        rest = (("bundle", self.bundle), ("directory", self.directory), ("log", self.log))
        lines = [(key, f"{number} {notes.b64(value)}") for key, (number, value) in rest]
        return text(Label.NOTE_CURRENT, [("day", day_text(self.day)), *lines])

    @classmethod
    def verify(cls, note: str, bundle: "Bundle", today_day: int) -> "Current":
        """Return what t gates of this bundle signed today or yesterday, about this bundle."""
        signed = notes.need(note, bundle.gate_vkeys, bundle.body.threshold)
        found = fields(signed, Label.NOTE_CURRENT, ("day", "bundle", "directory", "log"))
        current = cls(
            day=day_number(found["day"]),
            bundle=numbered(found["bundle"]),
            directory=numbered(found["directory"]),
            log=numbered(found["log"]),
        )
        if current.day not in (today_day, today_day - 1):
            raise ProofError("not of today or yesterday")
        if current.bundle != (bundle.number, bundle.digest):
            raise ProofError("another bundle is in force")
        return current

    def check_directory(self, directory: "Directory") -> None:
        """Raise ProofError unless this directory is the one in force."""
        if self.directory != (directory.number, directory.digest):
            raise ProofError("another directory is in force")
