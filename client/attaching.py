"""Choose what travels beside a report, and seal it (protocol 19.1): working copies, and by her choice originals.

A working copy is cleaned on this device first. What cannot be cleaned goes as an original only, where she says so, and
never as it is by itself.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client import cleaning
from client.contents import Files, Piece, Report
from client.errors import RefusedError, UsageError
from client.sealing_files import Described, Progress, add_decoys, seal_file
from crypto.hybrid import Draw
from crypto.limits import limit
from crypto.sections import Section

QUESTION: Final = (
    "Send the untouched files too? They may help as proof later. They can also show which phone and where."
)
_ASK: Final = "Say --originals or --no-originals."
_TWO_PEOPLE: Final = "T04"  # sexual violence: working copies only, unless she says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file on this device, and how it is to travel."""

    path: Path
    kind: str
    contains: tuple[str, ...]
    working: bool
    original: bool


def chosen(
    sample: Report, folder: Path, named: Sequence[Path], only: Sequence[Path], *, originals: bool | None
) -> list[Attachment]:
    """Return the files that a report names (`file`, relative to `folder`), then `named`, then those of `only`.

    `only` travel untouched, and not as working copies. Raise UsageError where nobody said whether originals go too.
    """
    listed = [one for one in sample.get("evidence") or () if isinstance(one, dict) and one.get("file") is not None]
    if not listed and not named and not only:
        return []
    both = _both(sample, originals=originals, asked=bool(listed or named))
    found = [
        Attachment(
            path=folder / str(one["file"]),
            kind=str(one.get("kind") or "file"),
            contains=tuple(map(str, one.get("contains") or ())),
            working=True,
            original=both if one.get("keep_original_sealed") is None else bool(one["keep_original_sealed"]) and both,
        )
        for one in listed
    ]
    found += [Attachment(path=path, kind="file", contains=(), working=True, original=both) for path in named]
    found += [Attachment(path=path, kind="file", contains=(), working=False, original=True) for path in only]
    most = limit("files")
    if len(found) > most:
        raise UsageError(f"These are more than {most} files.", "Send the rest as another report of the same words.")
    return found


def _both(sample: Report, *, originals: bool | None, asked: bool) -> bool:
    if originals is not None or not asked:
        return bool(originals)
    tiles = (sample.get("triage") or {}).get("tiles") or ()
    if _TWO_PEOPLE in tiles:
        return False
    raise UsageError(QUESTION, _ASK)


def seal_all(
    attachments: Sequence[Attachment],
    folder: Path,
    *,
    draw: Draw,
    progress: Progress | None = None,
    said: Callable[[str], None] | None = None,
) -> Files:
    """Clean and seal into a new folder, with decoys. Nothing is left there, nor of the clean copies, where it fails."""
    if folder.exists():
        raise UsageError(f"{folder} is already there; it was not changed.", "Give another name with -o.")
    working: list[Piece] = []
    untouched: list[Piece] = []
    remains: dict[str, None] = {}
    try:
        for one in attachments:
            if one.working:
                piece, left = _clean_and_seal(one, folder, draw, progress, said)
                working.append(piece)
                remains.update(dict.fromkeys(left))
            if one.original:
                described = Described(kind=one.kind, media=cleaning.media_of(one.path), contains=one.contains)
                untouched.append(seal_file(one.path, folder, described, draw=draw, progress=progress))
        add_decoys(folder, draw=draw)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if said is not None:
        for sentence in remains:
            said(sentence)
    return {Section.EVIDENCE: working, Section.ORIGINALS: untouched}


def _clean_and_seal(
    one: Attachment, folder: Path, draw: Draw, progress: Progress | None, said: Callable[[str], None] | None
) -> tuple[Piece, tuple[str, ...]]:
    """Return what was sealed, and what cleaning left in it."""
    # On the disk where the sealed files go: a temporary folder elsewhere may be another person's disk.
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".amana-", dir=folder.parent) as private:
        clean = Path(private) / "copy"
        try:
            cleaned = cleaning.clean(one.path, clean)
        except RefusedError as error:
            sentence = f"{one.path.name}: {error.sentence} Nothing was sealed."
            raise RefusedError(sentence, f"{error.next_step} (--original-only)") from None
        if said is not None:
            said(f"{one.path.name}: {cleaned.sentence}")
        described = Described(kind=one.kind, media=cleaned.media, contains=one.contains)
        return seal_file(clean, folder, described, draw=draw, progress=progress), cleaned.remains
