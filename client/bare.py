"""Whether a picture holds nothing but its pixels: no metadata, no thumbnail, nothing after its end.

A reviewer's client writes a working copy as it was sealed only where this says yes, and draws it again otherwise.
"""

import zlib
from pathlib import Path
from typing import Final

_MOST: Final = 64 << 20  # bytes of a picture that is looked at
_SOI, _EOI, _SOS, _APP0, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE
_DRAWING: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, _SOS})  # frames, tables, restarts, scans
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_JFIF, _ADOBE = 16, 14  # bytes of these two segments where nothing is hidden in them
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def is_bare(path: Path) -> bool:
    """Look at the structure of a JPEG or PNG. False for anything else, and for whatever is not in order."""
    if path.stat().st_size > _MOST:
        return False
    data = path.read_bytes()
    try:
        return _jpeg(data) if data.startswith(b"\xff\xd8") else _png(data)
    except IndexError:
        return False


def _jpeg(data: bytes) -> bool:
    at = 2
    while True:
        if data[at] != 0xFF:  # noqa: PLR2004 - every marker begins so
            return False
        marker = data[at + 1]
        if marker == _EOI:
            return at + 2 == len(data)
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at + 4 : at + 2 + size]
        first = at == 2  # noqa: PLR2004 - right after the start
        plain = (
            marker == _APP0 and first and size == _JFIF and segment[:5] == b"JFIF\0" and segment[12:] == b"\0\0"
        ) or (marker == _APP14 and size == _ADOBE and segment[:5] == b"Adobe")
        if size < 2 or len(segment) != size - 2 or not (plain or marker in _DRAWING):  # noqa: PLR2004 - its own length
            return False
        at += 2 + size
        if marker == _SOS:
            at = _after_scan(data, at)


def _after_scan(data: bytes, at: int) -> int:
    """Return where the next marker is, behind the coded pixels."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise IndexError
        if data[at + 1] != 0 and data[at + 1] not in _STANDALONE:
            return at
        at += 2


def _png(data: bytes) -> bool:
    if not data.startswith(_PNG):
        return False
    at, pixels = len(_PNG), bytearray()
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        if name not in _PNG_CHUNKS or len(data) < at + 12 + size:
            return False
        if name == b"IDAT":
            pixels += body
        at += 12 + size
        if name == b"IEND":
            return (at, size) == (len(data), 0) and _no_rest(bytes(pixels))
    return False


def _no_rest(pixels: bytes) -> bool:
    """Whether nothing lies behind the compressed pixels, inside their chunks. A bomb is unpacked a piece at a time."""
    reader, left = zlib.decompressobj(), pixels
    try:
        while left:
            reader.decompress(left, 1 << 20)
            if reader.eof:
                return not reader.unused_data
            left = reader.unconsumed_tail
    except zlib.error:
        pass
    return False  # cut short, or no compressed pixels at all
