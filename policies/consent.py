"""What is in force of all that she wished: consent by purpose, and whether her report is closed (protocol 16.5).

Pure: gates and auditors give what they found in the log, and the minutes at which it was first read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crypto.limits import limit
from crypto.slip import PURPOSES
from crypto.wishes import CLOSED, FINAL, OPEN, Wish

_HOUR: Final = 60  # minutes
_NOTHING: Final = bytes(PURPOSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The first leaf of one place: where it is, when it was first read, what it says (None: it cannot be read)."""

    index: int
    minute: int
    place: int
    wish: Wish | None

    @property
    def consent(self) -> bytes:
        """Consent that it asks for; what cannot be read asks for nothing."""
        return _NOTHING if self.wish is None else self.wish.consent

    @property
    def closed(self) -> int:
        """Whether it closes; what cannot be read does, until a later wish."""
        return CLOSED if self.wish is None else self.wish.closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The first sign of it: at which minute it was first known, and its leaf (None: only the gate's own address)."""

    minute: int
    index: int | None


def taken(found: Iterable[Placed], feeds: Sequence[tuple[int, int]]) -> list[Placed]:
    """Return the wishes that count, in the order of the log; minutes never go back, whatever a clock did.

    `feeds` are index and day of the feed notes in the log. Passed over are: a place lower than one that was taken, and
    a wish behind the feed note of the third day after it was made. So none can be held back and played later.
    """
    counted: list[Placed] = []
    for one in sorted(found, key=lambda one: one.index):
        last = counted[-1] if counted else None
        if last is not None and one.place <= last.place:
            continue
        if one.wish is not None and _void(one.wish, one.index, feeds):
            continue
        minute = one.minute if last is None else max(one.minute, last.minute)
        counted.append(Placed(index=one.index, minute=minute, place=one.place, wish=one.wish))
    return counted


def _void(wish: Wish, index: int, feeds: Sequence[tuple[int, int]]) -> bool:
    return any(leaf < index and day >= wish.made + limit("wish_days") for leaf, day in feeds)


def in_force(slip: bytes, wishes: Sequence[Placed], minute: int, hours: int) -> bytes:
    """Return the consent that counts at this minute, a byte a purpose.

    For each purpose the lowest value that she asked for at any time in the last `hours`: narrowing counts at once, and
    widening when nothing narrower was asked for that long. `slip` is what she said first; `wishes` are those `taken`.
    """
    states = [slip, *(one.consent for one in wishes)]
    opened = minute - hours * _HOUR  # each state but the last lasts until the next wish was read
    counting = [state for state, following in zip(states, wishes, strict=False) if following.minute > opened]
    return bytes(map(min, zip(*[*counting, states[-1]], strict=True)))


def closed(withdrawal: Withdrawal | None, wishes: Sequence[Placed], minute: int, hours: int) -> bool:
    """Whether the report is closed at this minute; what was closed for `hours` stays so, whatever comes after."""
    events = [(one.minute, one.closed) for one in wishes]
    if withdrawal is not None:
        later = [place for place, one in enumerate(wishes) if _follows(one, withdrawal)]
        events.insert(later[0] if later else len(events), (withdrawal.minute, CLOSED))
    state, since = OPEN, 0
    for when, value in [*events, (minute, None)]:
        if state == FINAL or (state == CLOSED and when - since >= hours * _HOUR):
            return True
        if value is not None:
            since = since if state == CLOSED else when
            state = value
    return state != OPEN


def _follows(wish: Placed, withdrawal: Withdrawal) -> bool:
    """Whether a wish came after the first sign of a withdrawal, by the log or by the gate's own clock."""
    return (withdrawal.index is not None and wish.index > withdrawal.index) or wish.minute > withdrawal.minute
