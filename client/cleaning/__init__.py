"""Make a copy of a file without what it says of phone, place, time and author.

    cleaned = clean(source, target)      # or an AmanaError, and no target
    cleaned.sentence, cleaned.remains    # what was taken out; what stays, and must be said

Pictures are drawn again from their pixels. Sound and moving pictures are packed again by ffmpeg, and papers cleaned by
mat2, where this device has them. What cannot be cleaned is refused: no copy is ever made of it as it is.
Each tool runs by itself, without network, within bounds of memory, time and size: a hostile file harms nothing.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from client.cleaning import kinds, moving, papers, pictures
from client.cleaning.bare import is_bare
from client.cleaning.kinds import suffix_of
from client.cleaning.refusing import NOT_HERE, cannot
from client.cleaning.saying import Cleaned
from client.errors import UsageError

__all__ = ("Cleaned", "clean", "is_clean", "media_of", "suffix_of")

_INSTEAD: Final = {
    "image/heic": "Please make a JPEG of it: on an iPhone, Settings, Camera, Formats, Most Compatible.",
    "image/svg+xml": "Please take a picture of the screen: such a drawing can hold programs.",
    "application/zip": "Please unpack it, and attach the files that are in it.",
}


def clean(source: Path, target: Path) -> Cleaned:
    """Write a clean copy of `source` to `target`, which only this person may read. What `source` is, its content says.

    Raise UsageError where it is no file that can be read, RefusedError where it cannot be cleaned here. `target` is
    then as it was; no half copy stays beside it.
    """
    with _opened(source) as (file, size):
        media = kinds.kind_of(file)
        file.seek(0)
        with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as folder:
            private = Path(folder).resolve()
            if media in pictures.KINDS:
                made, cleaned = pictures.clean_picture(file, private)
            elif media in moving.KINDS:
                made, cleaned = moving.clean_moving(file, private, media, size)
            elif media == papers.PDF or kinds.is_office(media):
                made, cleaned = papers.clean_paper(file, private, media)
            else:
                raise cannot(NOT_HERE, _INSTEAD.get(media, ""))
            made.chmod(0o600)
            made.replace(target)
    return cleaned


def is_clean(path: Path) -> bool:
    """Whether a file is a JPEG, PNG or WebP of pixels alone. Of other kinds nobody can say so by looking: False."""
    return is_bare(path)


def media_of(path: Path) -> str:
    """Return a file's media type by its content, or `application/octet-stream`. Raise UsageError."""
    with _opened(path) as (file, _):
        return kinds.kind_of(file)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Open once, and never wait for what is no file (a pipe, a device). Give it and its size in bytes."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise UsageError("A file to be attached cannot be read.", "Check that it is there, and its name.") from None
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_size == 0:
        os.close(handle)
        raise UsageError("A thing to be attached is empty, or not a file.", "Leave it out, or choose another.")
    with os.fdopen(handle, "rb") as file:
        yield file, found.st_size
