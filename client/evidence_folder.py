"""An evidence folder: files that a reviewer took along, and what proves them (protocol 19.11, docs/evidence.md)."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final, Literal

import msgspec

from client.errors import UsageError
from client.plain_files import inside, write

INDEX: Final = "evidence.json"
PROOFS: Final = "proofs"
STAMPS: Final = "stamps"
CHECKPOINT: Final = ".checkpoint"
TOKEN: Final = ".tsr"  # noqa: S105 - the ending of a file name
_LARGEST: Final = 1 << 20  # bytes of the index
_PROOF: Final = 1 << 17  # bytes of a proof with its checkpoint
_MOST: Final = 64  # entries of a kind


class Entry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One file. Bytes are hex; `path` and `proof` lie inside the folder.

    `changed`: it was cleaned again when it was taken along, so it is not the file that was sealed.
    """

    path: str
    sha256: str
    role: Literal["working", "original"]
    changed: bool
    size: int
    salt: str
    arrival: str
    seal: str
    leaf: str
    proof: str


class Event(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One leaf of the log that is about these files. What it says is an auditor's to confirm."""

    what: Literal["received", "opened", "copied", "exported", "erased"]
    section: str
    gate: str
    index: int
    leaf: str


class Evidence(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What `evidence.json` holds."""

    version: Literal[1] = 1
    origin: str
    report: str
    files: list[Entry]
    events: list[Event]


def read(folder: Path) -> Evidence:
    """Read the index. Raise UsageError where there is none, or it is not in its form."""
    try:
        data = _bytes(folder, INDEX, _LARGEST)
        found = msgspec.json.decode(data, type=Evidence)
    except (OSError, ValueError, RecursionError):
        raise UsageError(
            f"{folder} is no evidence folder.", "Name the folder that `amana review fetch` wrote."
        ) from None
    if not 1 <= len(found.files) <= _MOST or len(found.events) > _MOST:
        raise UsageError(f"{folder} is no evidence folder.", "It names no files, or far too many.")
    return found


def proof(folder: Path, name: str) -> str:
    """Read a tlog-proof. Raise OSError or ValueError where it is not there, or not inside."""
    return _bytes(folder, name, _PROOF).decode()


def place(folder: Path, name: str) -> Path:
    """Return a path inside the folder. Raise ValueError for one that leads out of it, or over a link."""
    pure = PurePosixPath(name)
    if not name or pure.is_absolute() or ".." in pure.parts or "\\" in name or "\0" in name:
        raise ValueError("outside of the folder")
    found = folder
    for part in pure.parts:
        found /= part
        if found.is_symlink():
            raise ValueError("a link")
    return found


def stamp_names(folder: Path) -> list[str]:
    """Return the names of stamps in a folder of stamps: sizes of the log."""
    names = {one.name.removesuffix(CHECKPOINT) for one in folder.glob(f"*{CHECKPOINT}") if not one.is_symlink()}
    return sorted(
        one for one in names if (folder / (one + TOKEN)).is_file() and not (folder / (one + TOKEN)).is_symlink()
    )


def stamped_proof(index: int, size: int) -> str:
    """Name of the proof of a leaf in a checkpoint that was stamped."""
    return f"{PROOFS}/{index}-{size}.proof"


def _bytes(folder: Path, name: str, most: int) -> bytes:
    path = place(folder, name)
    if path.stat().st_size > most:
        raise ValueError("too large")
    return path.read_bytes()


def save(folder: Path, evidence: Evidence, proofs: Sequence[tuple[str, str]]) -> None:
    """Write the index and its proofs; files that were taken along before stay named."""
    for name, text in proofs:
        write(place(inside(folder, PROOFS).parent, name), text.encode())
    write(folder / INDEX, msgspec.json.format(msgspec.json.encode(evidence), indent=1) + b"\n")
