"""The hours of the day in which it is safe for her to look: four bytes that travel in an answer (protocol 15.4).

They stand in her card, which nobody but a reviewer opens, and she keeps nothing on her phone. So the answer brings
them back.
"""

import re
from typing import Final

from crypto.canonical import require

HOURS: Final = 4  # bytes: the first minute and the one after the last, of her day
ANY: Final = bytes(HOURS)  # she named none: at any hour
NEVER: Final = b"\xff" * HOURS  # she named some that nobody can read: at no hour by itself
_DAY: Final = 1440  # minutes
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


def check_hours(hours: bytes) -> None:
    """Raise MalformedError unless these are hours, ANY or NEVER."""
    first, end = _minutes(hours)
    require(hours in (ANY, NEVER) or (first < _DAY and end < _DAY and first != end), "hours")


def hours_of(window: str) -> bytes:
    """Return the four bytes of a card's `HH:MM-HH:MM`. What cannot be read is NEVER: it must not mean "always"."""
    if not window:
        return ANY
    found = _CLOCK.fullmatch(window)
    if found is None:
        return NEVER
    hour, minute, end_hour, end_minute = map(int, found.groups())
    first, end = hour * 60 + minute, end_hour * 60 + end_minute
    return NEVER if first == end else first.to_bytes(2, "big") + end.to_bytes(2, "big")


def within(hours: bytes, minute: int | None) -> bool:
    """Whether this minute of her day lies in her hours, which may go over midnight. None: her minute is not known."""
    if hours == ANY:
        return True
    if hours == NEVER or minute is None:
        return False
    first, end = _minutes(hours)
    return first <= minute < end if first < end else minute >= first or minute < end


def _minutes(hours: bytes) -> tuple[int, int]:
    require(len(hours) == HOURS, "hours")
    return int.from_bytes(hours[:2], "big"), int.from_bytes(hours[2:], "big")
