"""Draw a picture again from its pixels: what is on standard input, into `clean` in this folder.

Run by client/cleaning/pictures.py in a process of its own, behind bounds and without network. On standard output it
says `pictures N`, then a line for each kind of thing that the picture said besides. Exit 1 where it cannot be drawn.
"""

import contextlib
import io
import sys
import warnings
from pathlib import Path
from typing import BinaryIO, Final

from PIL import ExifTags, Image, ImageCms

PIXELS: Final = 120_000_000  # of the largest camera phones
CLEAN: Final = "clean"
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")
_BEHIND: Final = "MPO"  # what many phones write: a JPEG with another behind it, for brightness or depth
_LOSSY: Final = frozenset({"JPEG", _BEHIND, "WEBP", "AVIF"})
_QUALITY: Final = 92
_MOST_FIELDS: Final = 1000
_ORIENTATION: Final = 0x0112
_SPOKEN: Final = frozenset(
    {270, 271, 272, 305, 306, 315, 316, 33432}
)  # of a TIFF: text; its other tags describe pixels
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DRAWN: Final = frozenset({  # what belongs to drawing
    *("jfif", "jfif_version", "jfif_unit", "jfif_density", "adobe", "adobe_transform", "progressive", "progression"),
    *("dpi", "gamma", "srgb", "aspect", "interlace", "background", "transparency", "loop", "duration", "extension"),
    *("compression", "version", "timestamp", "default_image", "chromaticity", "resolution", "mp", "mpoffset", "exif"),
    *("orientation", "xresolution", "yresolution", "resolutionunit", "ycbcrpositioning", "colorspace", "exifversion"),
    *("componentsconfiguration", "flashpixversion", "exifimagewidth", "exifimageheight", "exifoffset"),
})  # fmt: skip


def redraw(source: BinaryIO, target: Path) -> tuple[int, list[str]]:
    """Write a new picture with the same pixels, the right way up. Raise whatever the library raises."""
    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(source, formats=_FORMATS) as picture:
        several = 1 if picture.format == _BEHIND else int(getattr(picture, "n_frames", 1))
        lossy = picture.format in _LOSSY
        fields = _fields(picture)
        picture.load()
        turn = _TURNS.get(_orientation(picture))
        plain = _plain(picture)
    if turn is not None:
        plain = plain.transpose(turn)
    new = Image.frombytes(plain.mode, plain.size, plain.tobytes())  # nothing but pixels comes along
    if lossy and new.mode != "RGBA":
        new.save(target, "JPEG", quality=_QUALITY, optimize=True)
    else:
        new.save(target, "PNG")
    return several, fields


def _plain(picture: Image.Image) -> Image.Image:
    """Return it in the colours of every screen: grey, RGB, or RGB with transparency."""
    if "A" in picture.getbands() or "a" in picture.getbands() or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode in ("I", "F"):
        raise ValueError
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK"):
        with contextlib.suppress(Exception):  # a broken profile: colours as they stand
            standard = ImageCms.createProfile("sRGB")
            seen = ImageCms.profileToProfile(picture, io.BytesIO(profile), standard, outputMode="RGB")
            if seen is not None:
                return seen
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _orientation(picture: Image.Image) -> int:
    with contextlib.suppress(Exception):  # broken metadata turns nothing
        return int(picture.getexif().get(_ORIENTATION, 1))
    return 1


def _fields(picture: Image.Image) -> list[str]:
    """Return names of what it says besides its pixels, as far as that can be read."""
    found = {str(name) for name in picture.info} | ({"preview"} if picture.format == _BEHIND else set())
    with contextlib.suppress(Exception):
        exif = picture.getexif()
        found |= {ExifTags.TAGS.get(tag, "other") for tag in exif if picture.format != "TIFF" or tag in _SPOKEN}
        found |= {ExifTags.TAGS.get(tag, "other") for tag in exif.get_ifd(ExifTags.IFD.Exif)}
        found |= {"GPSInfo"} if exif.get_ifd(ExifTags.IFD.GPSInfo) else set()
        found |= {"thumbnail"} if picture.format != "TIFF" and exif.get_ifd(ExifTags.IFD.IFD1) else set()
    return sorted(name for name in found if name.lower() not in _DRAWN)[:_MOST_FIELDS]


def main() -> int:
    """Do it, and say nothing of why it failed: an error's text may hold what is in the file."""
    try:
        with open(0, "rb", closefd=False) as source:
            several, fields = redraw(source, Path(CLEAN))
        lines = (f"pictures {several}", *(" ".join(field.split()) for field in fields))
        sys.stdout.write("\n".join(lines))
    except BaseException:  # noqa: BLE001 - memory, time and all else that a hostile file can do
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
