"""Fetch everything that an auditor needs into a plain folder (`client.folder`), to be checked without a network.

It may be broken off and run again: what is there is kept, and an older checkpoint stays beside the new one, so that a
log that was changed meanwhile is found.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from client import history, setting_aside
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
from client.plain_files import inside, write
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
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Exported:
    """What came: size of the log, how many leaves and records were new, how many records are not there any more.

    `unnamed`: how many of these no erasure in the log names. After a round that is under way the next export finds it.
    """

    size: int
    new: int
    records: int
    erased: int
    unnamed: int = 0


def export(house: House, trust: Trust, folder: Path, *, progress: Progress | None = None) -> Exported:
    """Bring a folder up to the newest checkpoint. Raise UnprovenError for a log that is not the one seen before."""
    done = _once(house, trust, folder, progress)
    for _ in range(_TRIES - 1):
        # A round may have destroyed records while they were fetched; then a newer head names them.
        if not done.unnamed or trust.log_policy.verify(house.checkpoint()).size <= done.size:
            break
        again = _once(house, trust, folder, progress)
        done = replace(again, new=done.new + again.new, records=done.records + again.records)
    return done


def _once(house: House, trust: Trust, folder: Path, progress: Progress | None) -> Exported:
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
    records, absent = _records(house, folder, head.size, tell)
    erased = setting_aside.named(Folder(folder), trust.log_policy, head.size)
    aside = setting_aside.set_aside(house, folder, erased)
    _versions(house, folder, head.size)
    if before is not None and before.size != head.size:
        (folder / CHECKPOINT).replace(inside(folder, CHECKPOINTS) / str(before.size))
    write(folder / CHECKPOINT, note.encode())
    return Exported(head.size, new, records, len(absent) + aside, len(set(absent) - erased))


def _silent(_done: int, _of: int) -> None:
    pass


def _same_trust(folder: Path, trust: Trust) -> None:
    text = trust.to_json()
    path = folder / TRUST
    if path.exists() and path.read_text("utf-8") != text:
        raise RefusedError(f"{folder} holds the log of another organisation; it was not changed.", "Choose another.")
    write(path, text.encode())


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
        write(inside(folder, CHECKPOINTS) / str(head.size), note.encode())
        raise UnprovenError(
            "The log is not the one that was seen before: it was changed, cut or forked.",
            f"Keep {folder} as it is; it holds both signed checkpoints. Tell the other auditors and the witnesses.",
        )


def _fixed(path: Path, size: int, fetch: Callable[[int], list[bytes]], count: int) -> None:
    """Fetch what has one size beside each leaf, in pages of 256; what is not there any more is zeros.

    What came before is kept, also of a page that was not full.
    """
    have = min(path.stat().st_size // size if path.exists() else 0, count)
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate(have * size)
        file.seek(0, os.SEEK_END)
        for number in range(have // _TILE, -(-count // _TILE)):
            first, last = max(have - number * _TILE, 0), min(count - number * _TILE, _TILE)
            wanted = (last - first) * size
            file.write(b"".join(fetch(number)[first:last]).ljust(wanted, b"\0"))


def _records(house: House, folder: Path, size: int, tell: Progress) -> tuple[int, list[int]]:
    """Fetch every record that is not there yet; return how many came, and which did not."""
    place = inside(folder, RECORDS)
    there = {one.name for one in place.iterdir()}
    missing = [index for index in range(size) if str(index) not in there]
    absent = []
    for done, index in enumerate(missing):
        if done % _TILE == 0:
            tell(done, len(missing))
        data = house.record(index)
        if data is None:
            absent.append(index)
        else:
            write(place / str(index), data)
    return len(missing) - len(absent), absent


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
            _version(inside(folder, BUNDLES), number, (note, *house.bundle(number)[1:]), ("note", "body"))
        elif number:
            parts = (note, *house.directory(number)[1:])
            _version(inside(folder, DIRECTORIES), number, parts, ("note", "body", "certificates"))


def _version(place: Path, number: int, parts: tuple[str | bytes, ...], names: tuple[str, ...]) -> None:
    for name, part in zip(names, parts, strict=True):
        write(place / f"{number}.{name}", part.encode() if isinstance(part, str) else part)
