"""The folder that `amana audit export` writes and every offline check reads: plain files, so that anybody can look.

trust.json checkpoint checkpoints/<size> leaves.bin notices.bin memos.bin records/<index>
earlier/<index>.{record,notice,memo}
bundles/<version>.{note,body}  directories/<version>.{note,body,certificates}

`earlier` holds what lay beside a leaf before the house destroyed it and said so (protocol 17.3). An auditor who had a
copy goes on judging by it; what the house hands out now is in the other files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from crypto import relay
from crypto.errors import MalformedError
from crypto.leaves import LEAF, MEMO, NOTICE
from crypto.limits import limit

TRUST: Final = "trust.json"
CHECKPOINT: Final = "checkpoint"
CHECKPOINTS: Final = "checkpoints"
LEAVES: Final = "leaves.bin"
NOTICES: Final = "notices.bin"
MEMOS: Final = "memos.bin"
RECORDS: Final = "records"
EARLIER: Final = "earlier"
BUNDLES: Final = "bundles"
DIRECTORIES: Final = "directories"
_RECORD_LIMIT: Final = 1 << 20  # bytes; a record is under 20 kB, a note under 64 kB


@dataclass(frozen=True)
class Folder:
    """One exported log. Nothing in it is believed; it only knows where things lie."""

    path: Path

    def text(self, name: str) -> str:
        """Return one small text file. Raise MalformedError where there is none, or it is no text."""
        try:
            return self._bytes(name, 4 * limit("note")).decode()
        except UnicodeError as error:
            raise MalformedError("not a text file") from error

    def _text_or_nothing(self, name: str) -> str:
        try:
            return self.text(name)
        except MalformedError:
            return ""

    @cached_property
    def leaves(self) -> list[bytes]:
        """The leaves, in order. A last one that is cut short counts for nothing."""
        data = self._whole(LEAVES)
        return [data[start : start + LEAF] for start in range(0, len(data) - LEAF + 1, LEAF)]

    @property
    def earlier(self) -> list[tuple[int, str]]:
        """Checkpoints of earlier exports, the smallest first, each with the size that its name says."""
        folder = self.path / CHECKPOINTS
        names = (
            [one.name for one in folder.iterdir() if one.name.isascii() and one.name.isdecimal()]
            if folder.is_dir()
            else []
        )
        return [(int(name), self._text_or_nothing(f"{CHECKPOINTS}/{name}")) for name in sorted(names, key=int)]

    def record(self, index: int) -> bytes | None:
        """What lies beside a leaf, or lay there: a sealed record or a note. None where there was nothing."""
        earlier = self._earlier(index, "record")
        return self.served(index) if earlier is None else earlier

    def notice(self, index: int) -> bytes:
        """The notice beside a leaf, or that lay there; shorter than a notice where it is missing."""
        return self._earlier(index, "notice") or self.beside(index)[0]

    def memo(self, index: int) -> bytes:
        """The memo beside a leaf, or that lay there; shorter than a memo where it is missing."""
        return self._earlier(index, "memo") or self.beside(index)[1]

    def served(self, index: int) -> bytes | None:
        """What the house hands out beside a leaf: a sealed record or a note. None where there is nothing."""
        try:
            return self._bytes(f"{RECORDS}/{index}", _RECORD_LIMIT)
        except MalformedError:
            return None

    def beside(self, index: int) -> tuple[bytes, bytes]:
        """Notice and memo as the house hands them out; zeros where they were destroyed, shorter where missing."""
        notice = self._notices[index * NOTICE : (index + 1) * NOTICE]
        return notice, self._memos[index * MEMO : (index + 1) * MEMO]

    def body(self, kind: str, number: int) -> bytes:
        """The body of one version of `bundles` or `directories`."""
        return self._bytes(f"{kind}/{number}.body", limit("body"))

    def certificates(self, number: int) -> Mapping[str, bytes]:
        """Sealed certificates of one version of the directory, by name; none where the file is missing or malformed."""
        try:
            data = self._bytes(f"{DIRECTORIES}/{number}.certificates", relay.CERTIFICATES_LIMIT)
            return dict(relay.Certificates.decode(data, limit=relay.CERTIFICATES_LIMIT).sealed)
        except MalformedError:
            return {}

    def _earlier(self, index: int, what: str) -> bytes | None:
        if index not in self._set_aside:
            return None
        try:
            return self._bytes(f"{EARLIER}/{index}.{what}", _RECORD_LIMIT)
        except MalformedError:
            return None

    @cached_property
    def _set_aside(self) -> frozenset[int]:
        """Indexes of which an earlier record was kept."""
        folder = self.path / EARLIER
        names = [one.stem for one in folder.glob("*.record")] if folder.is_dir() else []
        return frozenset(int(name) for name in names if name.isascii() and name.isdecimal())

    @cached_property
    def _notices(self) -> bytes:
        return self._whole(NOTICES)

    @cached_property
    def _memos(self) -> bytes:
        return self._whole(MEMOS)

    def _whole(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return b""

    def _bytes(self, name: str, most: int) -> bytes:
        path = self.path / name
        try:
            if path.stat().st_size > most:
                raise MalformedError("file too long")
            return path.read_bytes()
        except OSError as error:
            raise MalformedError("file missing") from error
