"""Draw a picture again from its pixels, in a process of its own that may do nothing else.

`python -m client.pictures SOURCE TARGET`: exit 0 and one word on standard output (`whole` or `first`, where only the
first picture of several was kept), 1 where it is no picture that can be drawn again. Nothing but pixels goes from one
file to the other. A hostile file meets bounds of memory, time and size first, and a decoder that can reach nothing.
"""

import resource
import sys
import warnings
from pathlib import Path
from typing import Any, Final

PIXELS: Final = 120_000_000  # of the largest camera phones
_MEMORY: Final = 3 << 30  # bytes of address space
_SECONDS: Final = 120  # of CPU
_FILE: Final = 1 << 30  # bytes written
_HANDLES: Final = 32
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")
_LOSSY: Final = ("JPEG", "WEBP", "AVIF")
_QUALITY: Final = 92


def bound() -> None:
    """Give up what a decoder does not need, before a byte of the file is read."""
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, _FILE),
        (resource.RLIMIT_NOFILE, _HANDLES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def redraw(source: Path, target: Path) -> str:
    """Write a new picture with the same pixels, the right way up. Raise whatever the library raises."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - after the bounds

    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(source, formats=_FORMATS) as picture:
        several = int(getattr(picture, "n_frames", 1)) > 1
        lossy = picture.format in _LOSSY
        upright: Any = ImageOps.exif_transpose(picture)
        seen = "A" in upright.getbands() or "transparency" in upright.info
        plain = upright.convert("RGBA" if seen else "L" if upright.mode in ("1", "L") else "RGB")
    new = Image.frombytes(plain.mode, plain.size, plain.tobytes())  # nothing else comes along
    if lossy and not seen:
        new.save(target, "JPEG", quality=_QUALITY, optimize=True)
    else:
        new.save(target, "PNG")
    return "first" if several else "whole"


def main() -> int:
    """Do it, and say nothing of why it failed: an error's text may hold what is in the file."""
    bound()
    try:
        word = redraw(Path(sys.argv[1]), Path(sys.argv[2]))
    except BaseException:  # noqa: BLE001 - memory, time and all else that a hostile file can do
        return 1
    sys.stdout.write(word)
    return 0


if __name__ == "__main__":
    sys.exit(main())
