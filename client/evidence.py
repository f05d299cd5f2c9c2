"""Check an evidence folder with nothing but keys that one trusts oneself (protocol 19.11). Nothing asks a network.

It says that these bytes existed, unchanged, when the log had so many leaves. It says nothing of whether they are true.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from client import evidence_folder
from client.evidence_folder import Entry, Event
from client.stamping import Stamp
from crypto import leaves, objects
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import CryptoError
from crypto.objects import PIECE, FileRoot

MISSING: Final = "the file is not there"
OTHER_BYTES: Final = "not the bytes that were taken along"
OTHER_FILE: Final = "not the file that was sealed"
OTHER_LEAF: Final = "not the leaf of this file"
NO_PROOF: Final = "the log does not show that this file arrived"
NO_EVENT: Final = "the log does not show this"
FORM: Final = "not in its form"
CHANGED: Final = "cleaned again when it was taken along: proven is the file that was sealed, not this copy"
C2PA: Final = "carries data of a camera or program about its making (C2PA): present, not checked here"
_MARK: Final = (b"c2pa", b"jumb")
_HEX: Final = 64

Progress = Callable[[int, int], None]
"""How many bytes of how many."""


@dataclass(slots=True)
class Checked:
    """What holds of one file."""

    path: str
    role: str
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    leaves: int | None = None  # of the log, when it was there
    before: datetime | None = None


@dataclass(slots=True)
class Report:
    """What holds of a folder."""

    report: str
    origin: str
    files: list[Checked] = field(default_factory=list)
    events: list[tuple[Event, str]] = field(default_factory=list)  # and what is wrong with each

    @property
    def faults(self) -> list[tuple[int, str]]:
        """Every fault with the number of its file, from 0; events count on after the files."""
        of_files = [(place, fault) for place, one in enumerate(self.files) for fault in one.faults]
        return of_files + [(len(self.files) + place, fault) for place, (_, fault) in enumerate(self.events) if fault]


def verify(folder: Path, log: LogPolicy, stamps: Sequence[Stamp], progress: Progress | None = None) -> Report:
    """Check every file and event. Raise UsageError where the folder is none."""
    found = evidence_folder.read(folder)
    report = Report(found.report, found.origin)
    for entry in found.files:
        report.files.append(_check(folder, entry, log, stamps, progress))
    for event in found.events:
        report.events.append((event, _event(folder, event, log)))
    if found.origin != log.origin:
        for one in report.files:
            one.faults.append(NO_PROOF)
    return report


def _check(folder: Path, entry: Entry, log: LogPolicy, stamps: Sequence[Stamp], progress: Progress | None) -> Checked:
    one = Checked(entry.path, entry.role)
    try:
        salt, arrival, seal, leaf = (_raw(value) for value in (entry.salt, entry.arrival, entry.seal, entry.leaf[32:]))
        whole = bytes.fromhex(entry.leaf)
    except ValueError:
        one.faults.append(FORM)
        return one
    if whole != leaves.object_leaf(arrival, seal) or whole[leaves.TAG :] != leaf:
        one.faults.append(OTHER_LEAF)
    _check_bytes(folder, entry, one, (salt, seal), progress)
    index = _check_proof(folder, entry.proof, whole, log, one)
    if index is not None:
        _check_stamps(folder, index, whole, log, stamps, one)
    return one


def _check_bytes(
    folder: Path, entry: Entry, one: Checked, sealed: tuple[bytes, bytes], progress: Progress | None
) -> None:
    salt, seal = sealed
    try:
        digest, root, marked = _read(evidence_folder.place(folder, entry.path), entry.size, progress)
    except (OSError, ValueError):
        one.faults.append(MISSING)
        return
    if digest != entry.sha256:
        one.faults.append(OTHER_BYTES)
    if marked:
        one.notes.append(C2PA)
    if entry.changed:
        one.notes.append(CHANGED)
        return
    if objects.seal_of(salt, root.value, root.size) != seal or root.size != entry.size:
        one.faults.append(OTHER_FILE)


def _read(path: Path, size: int, progress: Progress | None) -> tuple[str, FileRoot, bool]:
    """Read a file once, a piece at a time."""
    hashed, root, marked, before = hashlib.sha256(), FileRoot(), False, b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            hashed.update(piece)
            root.add(piece)
            marked = marked or any(mark in before + piece for mark in _MARK)
            before = piece[-8:]
            if progress is not None:
                progress(min(root.size, size), size)
    return hashed.hexdigest(), root, marked


def _check_proof(folder: Path, name: str, leaf: bytes, log: LogPolicy, one: Checked) -> int | None:
    try:
        proof = TlogProof.parse(evidence_folder.proof(folder, name))
        one.leaves = proof.verify(log, leaf).size
    except (OSError, ValueError, CryptoError):
        one.faults.append(NO_PROOF)
        return None
    return proof.index


def _check_stamps(  # noqa: PLR0913, PLR0917 - each is a different thing
    folder: Path, index: int, leaf: bytes, log: LogPolicy, stamps: Sequence[Stamp], one: Checked
) -> None:
    """The earliest stamp of a checkpoint in which the file is proven."""
    for stamp in stamps:
        name = evidence_folder.stamped_proof(index, stamp.head.size)
        try:
            proof = TlogProof.parse(evidence_folder.proof(folder, name))
            head = proof.verify(log, leaf)
        except (OSError, ValueError, CryptoError):
            continue  # it is proven in another one, or not at all by stamps
        if (head.size, head.root) == (stamp.head.size, stamp.head.root):
            one.before = stamp.time if one.before is None else min(one.before, stamp.time)


def _event(folder: Path, event: Event, log: LogPolicy) -> str:
    """What is wrong with an event; nothing where its leaf is in the log."""
    try:
        text = evidence_folder.proof(folder, f"{evidence_folder.PROOFS}/{event.index}.proof")
        proof = TlogProof.parse(text)
        proof.verify(log, bytes.fromhex(event.leaf))
    except (OSError, ValueError, CryptoError):
        return NO_EVENT
    return "" if proof.index == event.index else NO_EVENT


def _raw(text: str) -> bytes:
    if len(text) != _HEX:
        raise ValueError(text)
    return bytes.fromhex(text)
