"""Fetch everything that an auditor needs into a plain folder (`client.folder`), to be checked without a network.

It may be broken off and run again: what is there is kept, and an older checkpoint stays beside the new one, so that a
log that was changed meanwhile is found.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client import history
from client.api import House
from client.auditor import roots_at
from client.errors import RefusedError, UnprovenError
from client.findings import Progress
from client.folder import (
    BUNDLES,
    CHECKPOINT,
    CHECKPOINTS,
    DIRECTORIES,
    LEAVES,
    MEMOS,
    NOTICES,
    RECORDS,
    TRUST,
    Folder,
)
from crypto import leaves
from crypto.checkpoints import Checkpoint
from crypto.errors import CryptoError
from crypto.labels import Label
from crypto.leaves import LEAF, MEMO, NOTICE
from doors.environment import closed_folder
from policies import statements
from policies.trust import Trust

_TILE: Final = 256  # leaves
_STEP: Final = 16 * _TILE  # leaves between two words of progress


@dataclass(frozen=True, slots=True)
class Exported:
    """What came: size of the log, how many leaves and records were new, how many records are not there any more."""

    size: int
    new: int
    records: int
    erased: int


def export(house: House, trust: Trust, folder: Path, *, progress: Progress | None = None) -> Exported:
    """Bring a folder up to the newest checkpoint. Raise UnprovenError for a log that is not the one seen before."""
    tell = progress if progress is not None else _silent
    closed_folder(folder)
    _same_trust(folder, trust)
    note = house.checkpoint()
    head = trust.log_policy.verify(note)
    before = _before(folder, trust)
    new = _leaves(house, folder, head.size, tell)
    _check_tree(folder, note, head, before)
    _fixed(folder / NOTICES, NOTICE, house.notices, head.size)
    _fixed(folder / MEMOS, MEMO, house.memos, head.size)
    records, erased = _records(house, folder, head.size, tell)
    _versions(house, folder, head.size)
    if before is not None and before.size != head.size:
        (folder / CHECKPOINT).replace(_inside(folder, CHECKPOINTS) / str(before.size))
    _write(folder / CHECKPOINT, note.encode())
    return Exported(head.size, new, records, erased)


def _silent(_done: int, _of: int) -> None:
    pass


def _same_trust(folder: Path, trust: Trust) -> None:
    text = trust.to_json()
    path = folder / TRUST
    if path.exists() and path.read_text("utf-8") != text:
        raise RefusedError(f"{folder} holds the log of another organisation; it was not changed.", "Choose another.")
    _write(path, text.encode())


def _before(folder: Path, trust: Trust) -> Checkpoint | None:
    if not (folder / CHECKPOINT).exists():
        return None
    try:
        return trust.log_policy.verify(Folder(folder).text(CHECKPOINT))
    except CryptoError:
        raise UnprovenError(
            f"The checkpoint in {folder} is not one of this log.", "Keep that folder, and export into a new one."
        ) from None


def _leaves(house: House, folder: Path, size: int, tell: Progress) -> int:
    path = folder / LEAVES
    have = path.stat().st_size // LEAF if path.exists() else 0
    start = min(have, size)
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate(have * LEAF)  # what was cut short is fetched again
        file.seek(0, os.SEEK_END)
        for first in range(start, size, _STEP):
            tell(first, size)
            file.write(b"".join(house.entries(first, min(first + _STEP, size))))
    return size - start


def _check_tree(folder: Path, note: str, head: Checkpoint, before: Checkpoint | None) -> None:
    """Compare with the checkpoint before and the new one. What contradicts is kept: it is the evidence."""
    known = [one for one in (before, head) if one is not None]
    roots = roots_at(Folder(folder).leaves, [one.size for one in known])
    shrunk = before is not None and before.size > head.size
    if shrunk or any(roots.get(one.size) != one.root for one in known):
        _write(_inside(folder, CHECKPOINTS) / str(head.size), note.encode())
        raise UnprovenError(
            "The log is not the one that was seen before: it was changed, cut or forked.",
            f"Keep {folder} as it is; it holds both signed checkpoints. Tell the other auditors and the witnesses.",
        )


def _fixed(path: Path, size: int, fetch: Callable[[int], list[bytes]], count: int) -> None:
    """Fetch what has one size beside each leaf, in pages of 256; what is not there any more is zeros."""
    have = min(path.stat().st_size // size if path.exists() else 0, count) // _TILE * _TILE
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate(have * size)
        file.seek(0, os.SEEK_END)
        for number in range(have // _TILE, -(-count // _TILE)):
            wanted = min(count - number * _TILE, _TILE) * size
            file.write(b"".join(fetch(number))[:wanted].ljust(wanted, b"\0"))


def _records(house: House, folder: Path, size: int, tell: Progress) -> tuple[int, int]:
    place = _inside(folder, RECORDS)
    there = {one.name for one in place.iterdir()}
    missing = [index for index in range(size) if str(index) not in there]
    erased = 0
    for done, index in enumerate(missing):
        if done % _TILE == 0:
            tell(done, len(missing))
        data = house.record(index)
        if data is None:
            erased += 1
        else:
            _write(place / str(index), data)
    return len(missing) - erased, erased


def _versions(house: House, folder: Path, size: int) -> None:
    """Fetch body and certificates of every version that a public leaf names."""
    source = Folder(folder)
    for index, leaf in enumerate(source.leaves[:size]):
        data = source.record(index) if leaves.is_public(leaf) else None
        if data is None:
            continue
        try:
            note = data.decode()
            kind = statements.kind(note)
            number = history.version_of(note) if kind in (Label.NOTE_BUNDLE, Label.NOTE_DIRECTORY) else 0
        except (CryptoError, UnicodeError):
            continue  # `verify` says what is wrong with it
        if number and kind is Label.NOTE_BUNDLE:
            _version(_inside(folder, BUNDLES), number, (note, *house.bundle(number)[1:]), ("note", "body"))
        elif number:
            parts = (note, *house.directory(number)[1:])
            _version(_inside(folder, DIRECTORIES), number, parts, ("note", "body", "certificates"))


def _version(place: Path, number: int, parts: tuple[str | bytes, ...], names: tuple[str, ...]) -> None:
    for name, part in zip(names, parts, strict=True):
        _write(place / f"{number}.{name}", part.encode() if isinstance(part, str) else part)


def _inside(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a record that was cut short would look like a fault of the house."""
    if path.exists() and path.read_bytes() == data:
        return
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
