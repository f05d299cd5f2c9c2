"""Whether a picture holds nothing but its pixels: no metadata, no small preview, nothing after its end.

A reviewer's client writes a working copy as it was sealed only where this says yes, and draws it again otherwise. It
finds what programs and phones write into pictures. What a spy hides among coded pixels, nobody finds by looking.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_MOST: Final = 64 << 20  # bytes of a picture that is looked at
_EOI, _SOS, _DHT, _APP0, _APP14 = 0xD9, 0xDA, 0xC4, 0xE0, 0xEE
_TABLES: Final = frozenset({0xC0, 0xC1, 0xC2, _DHT, 0xDB, 0xDD, _SOS})  # frames, tables, restarts, scans
_INSIDE: Final = frozenset({0x00, *range(0xD0, 0xD8)})  # behind 0xFF, still the same scan
_JFIF: Final = 14  # bytes of that segment where it holds no preview
_ADOBE: Final = 12
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's kinds of colour
_HEAD: Final = 13  # bytes of IHDR
_WEBP_FLAGS: Final = 0x10  # transparency alone: no profile, Exif, XMP, animation


class _NotInOrderError(Exception):
    """The structure is not one that we can vouch for."""


def is_bare(path: Path) -> bool:
    """Look at the structure of a JPEG, PNG or WebP. False for anything else, and for whatever is not in order."""
    if path.stat().st_size > _MOST:
        return False
    data = path.read_bytes()
    try:
        if data.startswith(b"\xff\xd8"):
            return all(_is_drawing(marker, body, number) for number, (marker, body) in enumerate(_segments(data)))
        if data.startswith(_PNG):
            return _png(list(_chunks(data)))
        if data.startswith(b"RIFF"):
            return _webp(list(_riff(data)))
    except (_NotInOrderError, IndexError, zlib.error):
        pass
    return False


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give a JPEG's segments up to its end, which must be the file's end."""
    at = 2
    while True:
        if data[at] != 0xFF:  # noqa: PLR2004 - every marker begins so
            raise _NotInOrderError
        marker = data[at + 1]
        if marker == _EOI:
            if at + 2 != len(data):
                raise _NotInOrderError
            return
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if size < 2 or at + 2 + size > len(data):  # noqa: PLR2004 - its own length
            raise _NotInOrderError
        yield marker, data[at + 4 : at + 2 + size]
        at += 2 + size
        if marker == _SOS:
            at = _end_of_scan(data, at)


def _end_of_scan(data: bytes, at: int) -> int:
    while (at := data.find(b"\xff", at)) >= 0:
        if data[at + 1] not in _INSIDE:
            return at
        at += 2
    raise _NotInOrderError


def _is_drawing(marker: int, body: bytes, number: int) -> bool:
    if marker == _APP0 and number == 0:
        return len(body) == _JFIF and body.startswith(b"JFIF\0") and body.endswith(b"\0\0")
    if marker == _APP14:
        return len(body) == _ADOBE and body.startswith(b"Adobe")
    return marker in _TABLES


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give a PNG's chunks up to its end, which must be the file's end."""
    at = len(_PNG)
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if len(data) < at + 12 + size:
            raise _NotInOrderError
        yield name, body
        at += 12 + size


def _png(chunks: list[tuple[bytes, bytes]]) -> bool:
    """Whether there are a head, pixels exactly as many as it says, and an end; a palette where colours need one."""
    names = [name for name, _ in chunks]
    head = chunks[0][1]
    if names[0] != b"IHDR" or len(head) != _HEAD or head[12] != 0:  # not in several passes
        raise _NotInOrderError
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    bits, colour = head[8], head[9]
    expected = {b"IHDR", b"IDAT", b"IEND"}
    if colour == 3:  # noqa: PLR2004 - by palette
        expected |= {b"PLTE", b"tRNS"}
    if not set(names) <= expected or names.count(b"PLTE") > 1 or names.count(b"tRNS") > 1:
        return False
    if names.index(b"IEND") != len(names) - 1 or chunks[-1][1] or any(len(b) > 768 for n, b in chunks if n != b"IDAT"):  # noqa: PLR2004 - of the longest palette
        return False
    row = (width * bits * _CHANNELS.get(colour, 0) + 7) // 8 + 1
    return _unpacked(b"".join(body for name, body in chunks if name == b"IDAT"), at_most=row * height) == row * height


def _unpacked(packed: bytes, *, at_most: int) -> int:
    """Return how many bytes it holds, a piece at a time; refuse what goes on after its own end, or for too long."""
    reader, total = zlib.decompressobj(), 0
    while not reader.eof:
        piece = reader.decompress(packed, 1 << 20)
        total += len(piece)
        packed = reader.unconsumed_tail
        if total > at_most or not (piece or packed or reader.eof):
            raise _NotInOrderError
    if reader.unused_data:
        raise _NotInOrderError
    return total


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if data[8:12] != b"WEBP" or int.from_bytes(data[4:8], "little") + 8 != len(data):
        raise _NotInOrderError
    at = 12
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size
        if end + size % 2 > len(data) or any(data[end : end + size % 2]):
            raise _NotInOrderError
        yield data[at : at + 4], data[at + 8 : end]
        at = end + size % 2


def _webp(chunks: list[tuple[bytes, bytes]]) -> bool:
    names = tuple(name for name, _ in chunks)
    if names in ((b"VP8 ",), (b"VP8L",)):
        return True
    extended = names in ((b"VP8X", b"VP8 "), (b"VP8X", b"ALPH", b"VP8 "), (b"VP8X", b"VP8L"))
    return extended and len(chunks[0][1]) == 10 and not chunks[0][1][0] & ~_WEBP_FLAGS and not any(chunks[0][1][1:4])  # noqa: PLR2004 - flags, and two sizes
