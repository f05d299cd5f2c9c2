"""Seal a file on this device, piece by piece: memory does not grow with it (protocol 19.2 to 19.4)."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from client.contents import Piece
from client.errors import RefusedError, UsageError
from crypto import objects
from crypto.hybrid import Draw
from crypto.limits import limit
from crypto.objects import PIECE, TRAILER, FileRoot
from doors.environment import closed_folder

Progress = Callable[[int, int], None]
"""How many bytes of how many."""
_RANDOM: Final = PIECE  # bytes of a decoy drawn at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What the people who may open it are told of a file besides its bytes."""

    kind: str
    media: str
    contains: tuple[str, ...] = ()


def seal_file(
    source: Path, folder: Path, described: Described, *, draw: Draw, progress: Progress | None = None
) -> Piece:
    """Seal a file into `folder`, under the name of its object. Return its entry.

    Raise UsageError for a file that cannot be read or is empty or too large, RefusedError where it changes meanwhile.
    """
    name, key = draw(32), draw(32)
    try:
        with source.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_size(source, size)
            with _new(folder, name) as target:
                root = _pieces(file, target, (key, name, size), progress)
                seal = objects.seal_of(objects.salt(key), root.value, size)
                target.write(objects.trailer(key, seal))
                _down(target)
    except OSError as error:
        if error.filename is not None and Path(error.filename) != source:
            raise UsageError("The sealed file cannot be written.", "Is the disk full?") from None
        raise UsageError(f"{source} cannot be read.", "Check the path.") from None
    return Piece(
        object=name,
        key=key,
        size=size,
        seal=seal,
        kind=described.kind,
        media=described.media,
        contains=list(described.contains),
    )


def _pieces(file: BinaryIO, target: BinaryIO, known: tuple[bytes, bytes, int], progress: Progress | None) -> FileRoot:
    key, name, size = known
    root, count, sealed = FileRoot(), objects.pieces(size), memoryview(bytearray(objects.SEALED))
    with ThreadPoolExecutor(1) as beside:  # hashing takes longer than sealing: it goes on meanwhile
        for place in objects.places(size):
            plain = file.read(min(place.size, max(0, size - place.start)))
            hashed = beside.submit(root.add, plain) if plain else None
            filled = plain + bytes(place.size - len(plain))
            target.write(sealed[: objects.seal_into(sealed, key, name, place.number, count, filled)])
            if hashed is not None:
                hashed.result()
            if progress is not None:
                progress(min(size, place.start + place.size), size)
    if root.size != size or file.read(1):
        raise RefusedError("The file changed while it was sealed.", "Seal again when nothing writes to it.")
    return root


def add_decoys(folder: Path, *, draw: Draw) -> None:
    """Fill up to the next power of two with objects that are none, of the size of the smallest (19.6)."""
    made = sorted(one.stat().st_size for one in folder.iterdir()) if folder.is_dir() else []
    for _ in range(objects.objects_count(len(made)) - len(made)):
        with _new(folder, draw(32)) as target:
            for start in range(0, made[0], _RANDOM):
                target.write(draw(min(_RANDOM, made[0] - start)))
            _down(target)


def _check_size(source: Path, size: int) -> None:
    if not 1 <= size <= limit("file"):
        what = "is empty" if not size else "is larger than 2 GiB"
        raise UsageError(f"{source.name} {what}.", "Leave it out, or send a shorter part of it.")


def _new(folder: Path, name: bytes) -> BinaryIO:
    closed_folder(folder)
    return os.fdopen(os.open(folder / name.hex(), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb")


def _down(target: BinaryIO) -> None:
    target.flush()
    os.fsync(target.fileno())


def read_name(path: Path) -> bytes:
    """Return the object that a sealed file is, from its name. Raise RefusedError for anything else."""
    try:
        name = bytes.fromhex(path.name)
    except ValueError:
        name = b""
    if len(name) != objects.NAME or path.stat().st_size <= TRAILER:
        raise RefusedError(f"{path.name} is no sealed file.", "Do not rename or change what lies in this folder.")
    return name
