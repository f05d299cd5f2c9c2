"""What a witness remembers: for each log the newest head that it cosigned, and heads that did not fit, as evidence.

Plain text files, so that anybody can read what she has. A head is on disk before its cosignature leaves this machine.

ORIGIN/checkpoint                          the newest head, with the log's signatures and ours
ORIGIN/evidence/NAME/{held,refused,proof}  our head then, the head that we refused, the proof that came with it
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from crypto.hashing import sha256
from crypto.notes import b64
from crypto.witnessing import AddCheckpoint
from doors.environment import SettingError, closed_folder

KEPT: Final = 64  # pieces of evidence for a log: one is enough, and only who has the log's key can make more
_HEAD: Final = "checkpoint"


class Memory:
    """One folder. Who loses it loses the witness: without it a second history would be signed."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SettingError(
                f"{folder} is not there: a witness without her memory would sign a second history. Put it back, or make"
                " a new key with --new; --first begins without, for a key that has never signed"
            )
        self._folder = folder

    @staticmethod
    def begin(folder: Path) -> None:
        """Make an empty memory, for a key that has never signed. What is there stays."""
        closed_folder(folder)

    def head(self, origin: str) -> str | None:
        """Return the newest head of this log that was cosigned, as it was written."""
        try:
            return (self._place(origin) / _HEAD).read_text("utf-8")
        except FileNotFoundError:
            return None

    def keep(self, origin: str, checkpoint: str) -> None:
        """Put this head in the place of the one before. It is on disk when this returns."""
        place = self._place(origin)
        closed_folder(place)
        fresh = place / f"{_HEAD}.new"
        _write(fresh, checkpoint)
        fresh.replace(place / _HEAD)
        _flush(place)
        _flush(self._folder)

    def keep_evidence(self, origin: str, held: str, refused: AddCheckpoint) -> None:
        """Keep a head that the log signed and that does not fit the one we hold, and say so once."""
        place = self._place(origin) / "evidence" / sha256(refused.encode().encode()).hex()[:16]
        closed_folder(place.parent)
        if place.exists() or sum(1 for _ in place.parent.iterdir()) >= KEPT:
            return
        logging.getLogger("amana").error("a log signed a head that does not fit the one before: see %s", place)
        fresh = place.with_name(f"{place.name}.new")
        closed_folder(fresh)
        proof = f"old {refused.old}\n" + "".join(f"{b64(one)}\n" for one in refused.proof)
        files: Mapping[str, str] = {"held": held, "refused": refused.checkpoint, "proof": proof}
        for name, text in files.items():
            _write(fresh / name, text)
        _flush(fresh)
        fresh.rename(place)
        _flush(place.parent)
        _flush(place.parent.parent)

    def _place(self, origin: str) -> Path:
        return self._folder / sha256(origin.encode()).hex()


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
