"""Pictures that say too much, and hostile ones: made when a test asks, none is kept in the repository.

Whatever a clean copy must not hold has the word CANARY in it, plainly or inside what is packed. `has_canary` finds it.
"""

import contextlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageCms

CANARY: Final = "CANARY"
SIZE: Final = (96, 64)
RED, BLUE = (220, 30, 30), (30, 30, 220)
_ASCII, _LONG, _RATIONAL, _BYTES = 2, 4, 5, 7
_WIDTHS: Final = {_ASCII: 1, _LONG: 4, _RATIONAL: 8, _BYTES: 1, 3: 2}


def has_canary(data: bytes) -> bool:
    """Whether the word is in it, as it is, in UTF-16, or in a zlib stream that begins anywhere."""
    words = (CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode("utf-16-be"))
    return any(word in part for word in words for part in (data, *_unpacked(data)))


def _unpacked(data: bytes) -> list[bytes]:
    found = []
    for start in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        at = data.find(start)
        while at >= 0:
            with contextlib.suppress(zlib.error):
                found.append(zlib.decompressobj().decompress(data[at:], 1 << 20))
            at = data.find(start, at + 1)
    return found


def drawing(size: tuple[int, int] = SIZE) -> Image.Image:
    """Red above, blue below: whoever turns it can tell."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (0, size[1] // 2, size[0], size[1]))
    return picture


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def jpeg(*, orientation: int = 1) -> bytes:
    """A phone's photo: Exif with place, time, phone, owner, maker's notes and preview; XMP, IPTC, profile, comment."""
    plain = saved(drawing(), "JPEG", quality=90)
    iptc = b"\x1c\x02\x50" + struct.pack(">H", 11) + b"CANARY-IPTC"
    photoshop = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
    said = (
        _segment(0xE1, b"Exif\0\0" + exif(orientation=orientation)),
        _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        _segment(0xED, photoshop),
        _segment(0xE2, b"ICC_PROFILE\0\1\1" + _profile()),
        _segment(0xEB, b"JP\0\1CANARY-C2PA"),
        _segment(0xFE, b"CANARY-COMMENT"),
    )
    return plain[:2] + b"".join(said) + plain[2:]


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(*, orientation: int = 1) -> bytes:
    """TIFF bytes with the directories that phones write."""
    preview = saved(drawing((32, 20)), "JPEG", comment=b"CANARY-PREVIEW")
    gps = {
        1: (_ASCII, b"N\0"),
        2: (_RATIONAL, struct.pack(">6I", 33, 1, 30, 1, 49, 1)),
        3: (_ASCII, b"E\0"),
        4: (_RATIONAL, struct.pack(">6I", 36, 1, 16, 1, 35, 1)),
        18: (_ASCII, b"CANARY-GPS\0"),
    }
    camera = {
        0x9003: (_ASCII, b"2026:01:02 03:04:05\0"),
        0x927C: (_BYTES, b"CANARY-MAKER"),
        0xA431: (_ASCII, b"CANARY-NR\0"),
    }
    first = {
        0x010F: (_ASCII, b"CANARY-MAKE\0"),
        0x0110: (_ASCII, b"CANARY-MODEL\0"),
        0x0112: (3, struct.pack(">H", orientation)),
        0x0131: (_ASCII, b"CANARY-SOFTWARE\0"),
        0x013B: (_ASCII, b"CANARY-ARTIST\0"),
    }
    at = 8 + _length(first, extra=2)
    camera_at, gps_at = at, at + _length(camera)
    second_at = gps_at + _length(gps)
    preview_at = second_at + _length({}, extra=2)
    first |= {0x8769: (_LONG, struct.pack(">I", camera_at)), 0x8825: (_LONG, struct.pack(">I", gps_at))}
    second = {0x0201: (_LONG, struct.pack(">I", preview_at)), 0x0202: (_LONG, struct.pack(">I", len(preview)))}
    parts = (
        _directory(first, 8, following=second_at),
        _directory(camera, camera_at),
        _directory(gps, gps_at),
        _directory(second, second_at),
    )
    return b"MM\0*\0\0\0\x08" + b"".join(parts) + preview


def _length(entries: dict[int, tuple[int, bytes]], *, extra: int = 0) -> int:
    return 6 + 12 * (len(entries) + extra) + sum(len(body) for _, body in entries.values() if len(body) > 4)


def _directory(entries: dict[int, tuple[int, bytes]], at: int, *, following: int = 0) -> bytes:
    rows, behind = b"", b""
    start = at + 6 + 12 * len(entries)
    for tag, (kind, body) in sorted(entries.items()):
        rows += struct.pack(">HHI", tag, kind, len(body) // _WIDTHS[kind])
        if len(body) > 4:
            rows += struct.pack(">I", start + len(behind))
            behind += body
        else:
            rows += body.ljust(4, b"\0")
    return struct.pack(">H", len(entries)) + rows + struct.pack(">I", following) + behind


def _profile() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace("No copyright".encode("utf-16-be"), "CANARY-RIGHT".encode("utf-16-be"))


XMP: Final = (
    b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
    b"xmlns:dc='http://purl.org/dc/elements/1.1/' dc:creator='CANARY-XMP'/></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
)


def png() -> bytes:
    """Text plain, packed and in Unicode, Exif, a profile, the time, and a chunk that nobody knows."""
    plain = saved(drawing(), "PNG")
    said = (
        chunk(b"iCCP", b"CANARY-ICC\0\0" + zlib.compress(_profile())),
        chunk(b"tEXt", b"Author\0CANARY-TEXT"),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"CANARY-ZTXT " * 9)),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        chunk(b"eXIf", exif()),
        chunk(b"tIME", bytes((7, 234, 1, 2, 3, 4, 5))),
        chunk(b"caNr", b"CANARY-CHUNK"),
    )
    head = 8 + 25
    return plain[:head] + b"".join(said) + plain[head:]


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def webp() -> bytes:
    return saved(drawing(), "WEBP", exif=b"Exif\0\0" + exif(), xmp=XMP, icc_profile=_profile())


def avif() -> bytes:
    return saved(drawing(), "AVIF", exif=b"Exif\0\0" + exif(), xmp=XMP)


def gif() -> bytes:
    """It moves: two pictures, a comment."""
    second = drawing().transpose(Image.Transpose.ROTATE_180)
    return saved(drawing(), "GIF", save_all=True, append_images=[second], comment=b"CANARY-COMMENT")


def tiff() -> bytes:
    """Two pages, as a scanner makes them."""
    tags = {270: "CANARY-DESCRIPTION", 315: "CANARY-ARTIST", 305: "CANARY-SOFTWARE"}
    return saved(drawing(), "TIFF", save_all=True, append_images=[drawing()], tiffinfo=tags, compression="tiff_lzw")


def bmp() -> bytes:
    return saved(drawing(), "BMP") + b"CANARY-TRAILING"


def two_in_one() -> bytes:
    """What many phones write: a JPEG that has a second one behind it."""
    return saved(drawing(), "MPO", save_all=True, append_images=[drawing((32, 20))], exif=b"Exif\0\0" + exif())


def jpeg_and_archive() -> bytes:
    behind = io.BytesIO()
    with zipfile.ZipFile(behind, "w") as archive:
        archive.writestr("CANARY.txt", "CANARY-ARCHIVE")
    return jpeg() + behind.getvalue()


def gif_and_script() -> bytes:
    """Shown as a picture, and run as a script by whoever believes it is one."""
    plain = bytearray(gif())
    plain[6:8] = b"/*"
    return bytes(plain) + b"*/=1;fetch('CANARY-SCRIPT')"


def png_and_page() -> bytes:
    return png() + b"<html><script>fetch('CANARY-PAGE')</script></html>"


def png_that_says_it_is_huge() -> bytes:
    """60,000 by 60,000 dots, in a few kilobytes."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (1 << 20))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def png_whose_text_explodes() -> bytes:
    """A comment of 64 MiB, packed into 64 KiB."""
    plain = saved(drawing(), "PNG")
    return plain[:33] + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * (64 << 20), 9)) + plain[33:]


PICTURES: Final[dict[str, Callable[[], bytes]]] = {
    "photo.jpg": jpeg,
    "screen.png": png,
    "shared.webp": webp,
    "new.avif": avif,
    "moving.gif": gif,
    "scanned.tiff": tiff,
    "old.bmp": bmp,
    "phone.jpg": two_in_one,
    "archive.jpg": jpeg_and_archive,
    "script.gif": gif_and_script,
    "page.png": png_and_page,
}
