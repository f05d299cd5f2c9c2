"""Pictures: drawn again from their pixels by another process (redraw.py), and looked at afterwards (bare.py)."""

import sys
from pathlib import Path
from typing import BinaryIO, Final

from client.cleaning.bare import is_bare
from client.cleaning.bounded import Bounds, run
from client.cleaning.kinds import kind_of
from client.cleaning.refusing import cannot
from client.cleaning.saying import SEEN, Cleaned, kinds_named

KINDS: Final = frozenset({
    *("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/bmp", "image/avif"),
})  # fmt: skip
_BOUNDS: Final = Bounds(memory=3 << 30, seconds=120, size=1 << 30)
_PIXELS: Final = "Drawn again from its pixels."
_FIRST: Final = "It holds {} pictures: only the first was kept. Please attach the others as files of their own."
_CAMERA: Final = "Sometimes the camera itself can be recognised by its pixels, beside other pictures it made."


def clean_picture(source: BinaryIO, private: Path) -> tuple[Path, Cleaned]:
    """Return a new picture in the private folder. Raise RefusedError where it cannot be drawn."""
    said = run((sys.executable, "-P", "-m", "client.cleaning.redraw"), private, _BOUNDS, source=source)
    made = private / "clean"
    if said is None or not made.is_file() or not is_bare(made):
        raise cannot("This picture is damaged, or too large to be drawn again on this device.")
    number, *fields = said.splitlines()
    several = int(number.removeprefix("pictures "))
    changed = (_PIXELS,) if several == 1 else (_PIXELS, _FIRST.format(several))
    with made.open("rb") as file:
        media = kind_of(file)
    return made, Cleaned(media=media, removed=kinds_named(fields), changed=changed, remains=(SEEN, _CAMERA))
