"""Take files of a report along: working copies as they were sealed where they are clean, cleaned again otherwise.

A hostile reporter's client may have cleaned nothing. So nothing is written as it is, except a picture that holds pixels
alone, an original that was asked for as one, or what somebody insists on.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from client import cleaning
from client.contents import Evidence as Listed
from client.contents import Piece
from client.errors import RefusedError, UsageError
from client.evidence_folder import PROOFS, Entry
from client.fetching_files import Progress, Reader, Whole
from client.plain_files import inside
from crypto import objects

WORKING: Final = "files"
ORIGINALS: Final = "originals"
_INSIST: Final = "To have it all the same, untouched: --as-it-is. Open it only on a machine that is never online."


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Writes files into one folder."""

    folder: Path
    reader: Callable[[Piece], Reader]
    as_it_is: bool = False
    progress: Progress | None = None


@dataclass(slots=True)
class Taken:
    """What was written, and what was not and why."""

    files: list[Entry] = field(default_factory=list)
    proofs: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def wanted(listed: Listed, numbers: Sequence[int]) -> list[tuple[int, Piece]]:
    """Return the files that travel, numbered from 1 as they are listed; those of `numbers` where there are any."""
    travelling = [(number, one) for number, one in enumerate(listed.pieces, 1) if one.object]
    if not travelling:
        raise RefusedError("No file came with this report here.", "It may only describe files that are still with her.")
    missing = sorted(set(numbers) - {number for number, _ in travelling})
    if missing:
        raise UsageError(
            f"There is no file {missing[0]} that came with this report.", "`amana review open` lists them."
        )
    return [(number, one) for number, one in travelling if not numbers or number in numbers]


def take(taker: Taker, files: Sequence[tuple[int, Piece]], *, originals: bool) -> Taken:
    """Fetch and write each. What cannot be cleaned is left out and said; the others are there all the same."""
    taken = Taken()
    for number, piece in files:
        reader = taker.reader(piece)
        private = inside(taker.folder, ORIGINALS if originals else WORKING)
        raw = private / f"{number:02}.sealed"
        raw.unlink(missing_ok=True)
        try:
            whole = reader.save(raw, taker.progress)
            path, changed = _written(raw, number, as_it_is=originals or taker.as_it_is)
        except RefusedError as error:
            taken.left.append(f"file {number}: {error.sentence} {_INSIST}")
            continue
        finally:
            raw.unlink(missing_ok=True)
        name = f"{PROOFS}/{whole.arrival.index}.proof"
        taken.proofs.append((name, whole.arrival.proof))
        taken.files.append(
            _entry(path.relative_to(taker.folder).as_posix(), piece, whole, name, (originals, changed, path))
        )
    return taken


def _written(raw: Path, number: int, *, as_it_is: bool) -> tuple[Path, bool]:
    """Return where it lies now, and whether it was cleaned again. Its name says nothing but its number and kind."""
    suffix = cleaning.suffix_of(cleaning.media_of(raw))
    path = raw.with_name(f"{number:02}{suffix}")
    if path.exists():
        raise _there(path)
    if as_it_is or cleaning.is_clean(raw):
        raw.replace(path)
        return path, False
    made = raw.with_name(f"{number:02}.clean")
    cleaned = cleaning.clean(raw, made)
    path = raw.with_name(f"{number:02}{cleaning.suffix_of(cleaned.media)}")
    if path.exists():
        made.unlink()
        raise _there(path)
    made.replace(path)
    return path, True


def _there(path: Path) -> UsageError:
    return UsageError(f"{path} is already there; it was not changed.", "Name another folder with -o.")


def _entry(path: str, piece: Piece, whole: Whole, proof: str, how: tuple[bool, bool, Path]) -> Entry:
    original, changed, written = how
    role: Literal["working", "original"] = "original" if original else "working"
    return Entry(
        path=path,
        sha256=_sha256(written).hex() if changed else whole.sha256.hex(),
        role=role,
        changed=changed,
        size=piece.size,
        salt=objects.salt(piece.key).hex(),
        arrival=objects.arrival_key(piece.key).hex(),
        seal=whole.arrival.seal.hex(),
        leaf=whole.arrival.leaf.hex(),
        proof=proof,
    )


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
