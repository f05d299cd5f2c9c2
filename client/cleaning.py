"""Make a copy of a file without what it says of phone, place, time and author.

Pictures are drawn again from their pixels (client/pictures.py). Everything else the field's own tool cleans, mat2,
where it is installed. What cannot be cleaned is refused: no copy is ever made of it as it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client import bare, kinds
from client.errors import RefusedError, UsageError
from client.kinds import media_of, suffix_of

__all__ = ("Cleaned", "clean", "is_clean", "media_of", "suffix_of")

PICTURES: Final = frozenset({
    *("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/bmp", "image/avif"),
})  # fmt: skip
MAT2: Final = frozenset({
    *("application/pdf", "image/svg+xml", "audio/ogg", "audio/flac", "audio/mpeg", "audio/x-wav"),
    *("video/mp4", "video/x-msvideo"),
    *(media for media in kinds.SUFFIXES if media.startswith("application/vnd.")),
})  # fmt: skip
_SOUND: Final = ("audio/", "video/")
_SECONDS: Final = 900  # for a long video on a slow device
_DRAWING: Final = 180
_UNPACKED: Final = 1 << 30  # bytes that an office file may unpack to


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What was made, and what must be said of it."""

    media: str
    sentence: str


def clean(source: Path, target: Path) -> Cleaned:
    """Write a clean copy of `source` to `target`. Raise RefusedError where that cannot be done here."""
    try:
        media = media_of(source)
    except OSError:
        raise UsageError(f"{source} cannot be read.", "Check the path.") from None
    if media in PICTURES:
        return _redraw(source, target)
    if media in MAT2:
        return _mat2(source, target, media)
    raise _cannot(source, "this kind of file cannot be cleaned here")


def is_clean(path: Path) -> bool:
    """Whether a file is a picture that holds nothing but its pixels. Of other kinds nobody can say so by looking."""
    return bare.is_bare(path)


def _redraw(source: Path, target: Path) -> Cleaned:
    done = _run([sys.executable, "-m", "client.pictures", str(source), str(target)], _DRAWING)
    if done is None or not target.exists() or not bare.is_bare(target):
        target.unlink(missing_ok=True)
        raise _cannot(source, "this picture is damaged, or too large to be drawn again here")
    only = " It moves: only its first picture was kept." if done == "first" else ""
    return Cleaned(media=media_of(target), sentence=f"drawn again from its pixels; nothing else came along.{only}")


def _mat2(source: Path, target: Path, media: str) -> Cleaned:
    tool = shutil.which("mat2")
    if tool is None:
        raise _cannot(source, "mat2 is not installed on this device")
    if media.startswith("application/vnd.") and not _small(source):
        raise _cannot(source, "it unpacks to far more than it seems")
    with tempfile.TemporaryDirectory(prefix=".amana-", dir=target.parent) as private:
        copy = Path(private) / f"copy{suffix_of(media)}"
        shutil.copyfile(source, copy)
        copy.chmod(0o600)
        made = copy.with_name(f"copy.cleaned{copy.suffix}")
        if (
            _run([tool, "--unknown-members", "omit", str(copy)], _SECONDS, home=Path(private)) is None
            or not made.exists()
        ):
            raise _cannot(source, "the cleaning tool could not clean it")
        made.replace(target)
    found = media_of(target)
    sound = " What is heard and seen in it stays." if media.startswith(_SOUND) else " Its text may still name people."
    return Cleaned(media=found, sentence=f"cleaned by mat2.{sound}")


def _small(source: Path) -> bool:
    """Whether an office file unpacks to no more than a bound. What the archive says of itself is held against it."""
    import zipfile  # noqa: PLC0415 - only for these

    try:
        with zipfile.ZipFile(source) as archive:
            total = 0
            for one in archive.infolist():
                with archive.open(one) as member:
                    while piece := member.read(1 << 20):
                        total += len(piece)
                        if total > _UNPACKED:
                            return False
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, RuntimeError):
        return False
    return True


def _run(command: list[str], seconds: int, *, home: Path | None = None) -> str | None:
    """Run a program with nothing of our environment; return what it said, or None where it failed or took too long."""
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"} | (
        {} if home is None else {"HOME": str(home), "TMPDIR": str(home)}
    )
    try:
        done = subprocess.run(  # noqa: S603 - our own module, or the tool that was found on PATH
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")


def _cannot(source: Path, why: str) -> RefusedError:
    return RefusedError(
        f"{source.name} was not cleaned: {why}. Nothing was sealed.",
        "Leave it out, or let it go as an untouched original to the smaller circle only (--original-only).",
    )
