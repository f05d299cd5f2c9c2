"""Words in the head of a HEVC track, which packing it again does not take out: a program's name, or anything."""

import re
from typing import Final

_FIXED: Final = 22  # bytes of an HEVC configuration before its lists (ISO/IEC 14496-15, 8.3.3.1)
_SEI: Final = frozenset({39, 40})
_WORDS: Final = frozenset({4, 5})  # kinds of message that hold what anybody likes
_DUMPED: Final = re.compile(r"^[0-9a-f]{8}: ((?:[0-9a-f]{2,4} ?)+) ", re.MULTILINE)


def has_words(dumped: str) -> bool:
    """Whether such a head, as ffprobe dumps it, holds anybody's words. True as well where it is not in order."""
    head = bytes.fromhex("".join(_DUMPED.findall(dumped)))
    try:
        return any(_kinds(unit) & _WORDS for unit in _units(head))
    except IndexError:
        return True


def _units(head: bytes) -> list[bytes]:
    found, at = [], _FIXED + 1
    for _ in range(head[_FIXED]):
        count = int.from_bytes(head[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(head[at : at + 2], "big")
            unit = head[at + 2 : at + 2 + size]
            if len(unit) != size or not size:
                raise IndexError
            found.append(unit)
            at += 2 + size
    if at != len(head):
        raise IndexError  # something behind the lists
    return [unit for unit in found if unit[0] >> 1 & 63 in _SEI]


def _kinds(unit: bytes) -> set[int]:
    """Return the kinds of the messages in a unit (ITU-T H.265, 7.3.5)."""
    body, found, at = unit[2:].replace(b"\0\0\3", b"\0\0"), set(), 0
    while at + 1 < len(body):  # the last byte ends the unit
        numbers = []
        for _ in ("kind", "size"):
            number = 0
            while body[at] == 255:  # noqa: PLR2004 - goes on
                number, at = number + 255, at + 1
            numbers.append(number + body[at])
            at += 1
        found.add(numbers[0])
        at += numbers[1]
    return found
