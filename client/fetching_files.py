"""Read files of a report that were opened: a range at a time, each piece proven by itself (protocol 19.3, 19.8)."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client.contents import Piece
from client.errors import ClosedError, UnprovenError, UnreachableError, UsageError
from client.files_house import FilesHouse
from crypto import leaves, objects
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import CryptoError
from crypto.objects import KEY, TRAILER, FileRoot

TRIES: Final = 8  # in a row, without a byte
_FIRST_PAUSE: Final = 0.5  # seconds, doubled with every try
_LEAST: Final = 16 << 10  # bytes of the smallest part that is asked for
_FALSE: Final = "A file is not the one that was sealed: a piece of it does not open. Nothing of it was kept."
_TELL: Final = "Do not use it; tell an auditor."

Progress = Callable[[int, int], None]
"""How many bytes of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What proves that an object arrived: its leaf, and the log's word for it."""

    seal: bytes
    leaf: bytes
    index: int
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A file as it was written: its SHA-256, and what proves it."""

    sha256: bytes
    arrival: Arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One file of a report, by its entry."""

    house: FilesHouse
    piece: Piece
    log: LogPolicy
    sleep: Callable[[float], None] = time.sleep

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the bytes from `start` to before `stop`, piece by piece; nothing else is fetched."""
        size = self.piece.size
        end = size if stop is None else min(stop, size)
        if not 0 <= start < end:
            raise UsageError(f"The file has {size} bytes; this part is not in it.", "Name another part.")
        for place in objects.places(size, start, end):
            plain = self._open(place)
            yield plain[max(0, start - place.start) : max(0, end - place.start)]

    def _open(self, place: objects.Place) -> bytes:
        sealed = self._get(place.sealed_start, place.sealed_size)
        one, count = self.piece, objects.pieces(self.piece.size)
        try:
            opened = objects.open_piece(one.key, one.object, place.number, count, sealed)
            return objects.unfill(opened, place, one.size)
        except CryptoError:
            raise UnprovenError(_FALSE, _TELL) from None

    def arrival(self) -> Arrival:
        """Prove that the object arrived as its entry says. Raise UnprovenError where anything does not hold."""
        one = self.piece
        end = self._get(objects.object_size(objects.bucket(one.size)) - TRAILER, TRAILER)
        key, seal = objects.arrival_key(one.key), end[KEY:]
        leaf = leaves.object_leaf(key, seal)
        try:
            proof = TlogProof.parse(self.house.proof(one.object))
            proof.verify(self.log, leaf)
        except CryptoError:
            raise UnprovenError("The log does not show that this file arrived.", _TELL) from None
        if end[:KEY] != key or one.seal not in (b"", seal):
            raise UnprovenError(_FALSE, _TELL)
        return Arrival(seal=seal, leaf=leaf, index=proof.index, proof=proof.encode())

    def save(self, target: Path, progress: Progress | None = None) -> Whole:
        """Write the whole file, proven against its seal; where it does not hold nothing is left."""
        arrival = self.arrival()
        root, hashed, size = FileRoot(), hashlib.sha256(), self.piece.size
        part = target.with_name(target.name + ".part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
                for piece in self.read():
                    root.add(piece)
                    hashed.update(piece)
                    file.write(piece)
                    if progress is not None:
                        progress(root.size, size)
                file.flush()
                os.fsync(file.fileno())
            objects.check_seal(arrival.seal, objects.salt(self.piece.key), root.value, size)
            part.replace(target)
        except CryptoError:
            raise UnprovenError(_FALSE, _TELL) from None
        finally:
            part.unlink(missing_ok=True)
        return Whole(sha256=hashed.digest(), arrival=arrival)

    def _get(self, start: int, size: int) -> bytes:
        """Ask for these bytes. Over a line that is cut, smaller parts are asked for; what came once is kept."""
        have, most, tried = bytearray(), size, 0
        while len(have) < size:
            try:
                have += self.house.read(self.piece.object, start + len(have), min(most, size - len(have)))
                tried = 0
            except (UnreachableError, ClosedError):
                tried += 1
                if tried == TRIES:
                    raise
                most = max(most // 2, _LEAST)
                self.sleep(_FIRST_PAUSE * 2.0 ** (tried - 1))
        return bytes(have)
