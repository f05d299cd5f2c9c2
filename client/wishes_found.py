"""Her wishes as an auditor finds them again, from the keys that a gate put into its records (protocol 16.7).

What waits by the clock is judged by what the gate said of itself, and by the days of the feed notes: an auditor knows
between which minutes a gate read a leaf, and so between which states it may have been.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from client.decisions import Found
from client.folder import Folder
from crypto import leaves, wishes
from crypto.checkpoints import LogPolicy
from crypto.errors import CryptoError
from crypto.labels import Label
from crypto.wished import WishedRecord
from crypto.wishes import Wish
from policies import consent, statements
from policies.bundle import Bundle
from policies.consent import Placed, Withdrawal
from policies.feeds import FeedNote

NOT_THERE: Final = "a decision on a wish that the log did not hold at the size it names"
LEFT_OUT: Final = "a decision that leaves out a wish of which its gate had said that it knows it"
ELSEWHERE: Final = "a decision that gives a wish another place, or another report, than one before"
_DAY: Final = 1440  # minutes
_HOUR: Final = 60

Between = tuple[int, int]
"""Two minutes: not read before the one, and read at the other at the latest."""
State = tuple[bytes, bool]
"""Consent in force, and whether the report is closed."""


def feed_days(source: Folder, all_leaves: Sequence[bytes], policy: LogPolicy) -> list[tuple[int, int]]:
    """Return index and day of every feed note that the log signed and that names its own place."""
    found = []
    for index, leaf in enumerate(all_leaves):
        data = source.record(index) if leaves.is_public(leaf) else None
        if data is None:
            continue
        try:
            leaves.check_public(leaf, data)
            note = data.decode()
            if statements.kind(note) is Label.NOTE_FEED and FeedNote.verify(note, policy).log == index:
                found.append((index, FeedNote.verify(note, policy).day))
        except (CryptoError, UnicodeError):
            continue  # a fault of its own (client/history.py); no gate counts it
    return found


class Readings:
    """When each gate read what, as far as its own decisions and the log's days tell."""

    def __init__(self, decisions: Iterable[Found], feeds: Sequence[tuple[int, int]], *, rehearsal: bool) -> None:
        self._feeds = [index for index, _ in feeds]
        # A day's note is made after its end, in a rehearsal also on that day; an hour is given for clocks that differ.
        begun = 0 if rehearsal else _DAY - _HOUR
        self._begun = list(accumulate((day * _DAY + begun for _, day in feeds), max))
        said: dict[str, list[tuple[int, int]]] = {}
        for found in decisions:
            said.setdefault(found.decision.gate, []).append((found.decision.size, found.decision.minute))
        self._sizes: dict[str, list[int]] = {}
        self._newest: dict[str, list[int]] = {}  # the last minute at which it had read so much or less
        self._oldest: dict[str, list[int]] = {}  # the first minute at which it had read so much or more
        for gate, pairs in said.items():
            pairs.sort()
            self._sizes[gate] = [size for size, _ in pairs]
            self._newest[gate] = list(accumulate((minute for _, minute in pairs), max))
            self._oldest[gate] = list(accumulate((minute for _, minute in reversed(pairs)), min))[::-1]

    def of(self, gate: str, index: int, *, by: int) -> Between:
        """Return between which minutes a gate read a leaf that it had read at minute `by`, counted in hours."""
        sizes = self._sizes.get(gate, [])
        place = bisect_right(sizes, index)
        soonest = self._newest[gate][place - 1] if place else 0
        latest = self._oldest[gate][place] if place < len(sizes) else by
        days = bisect_right(self._feeds, index)
        if days:
            soonest = max(soonest, self._begun[days - 1])
        latest = -(-min(latest, by) // _HOUR) * _HOUR
        return min(soonest, latest), latest


@dataclass(frozen=True, slots=True)
class _Seen:
    """The first leaf of one place of one gate, with its wish."""

    index: int
    place: int
    wish: Wish | None


class Wishes:
    """All wishes of which keys stand in records."""

    def __init__(self, source: Folder, all_leaves: Sequence[bytes], decisions: Sequence[Found]) -> None:
        self._source, self._leaves = source, all_leaves
        self._first: dict[bytes, int] = {}
        for index, leaf in enumerate(all_leaves):
            self._first.setdefault(leaf[: leaves.TAG], index)
        self._wishes: dict[bytes, Wish | None] = {}
        self._known: dict[tuple[str, bytes], dict[bytes, int]] = {}  # of gate and report: keys, with their places
        self._owner: dict[bytes, tuple[str, bytes, int]] = {}  # of a key: gate, report, place
        self._keyed: dict[tuple[str, bytes, int], bytes] = {}
        for found in decisions:
            for place, key in named(found):
                whose = (found.decision.gate, found.header.id)
                self._known.setdefault(whose, {}).setdefault(key, place)
                self._owner.setdefault(key, (*whose, place))
                self._keyed.setdefault((*whose, place), key)

    def faults(self, found: Found) -> Iterator[str]:
        """Say what is wrong with what a decision names of her wishes, and with what it does not name."""
        whose = (found.decision.gate, found.header.id)
        mine = named(found)
        for place, key in mine:
            if self._owner[key] != (*whose, place) or self._keyed[(*whose, place)] != key:
                yield ELSEWHERE
            if self._index(key, found.decision.size) is None:
                yield NOT_THERE
        keys = {key for _, key in mine}
        for key in self._known.get(whose, {}):
            if key not in keys and self._index(key, found.decision.size) is not None:
                yield LEFT_OUT

    def states(self, found: Found, bundle: Bundle, between: "Times", feeds: Sequence[tuple[int, int]]) -> list[State]:
        """Return every state in which a gate may have seen her report when it decided, wide consent first."""
        seen = [one for place, key in named(found) if (one := self._seen(place, key, found.decision.size)) is not None]
        soon, late = (
            consent.taken((self._placed(one, between.of(one.index)[end]) for one in seen), feeds) for end in (0, 1)
        )
        minute, body = found.decision.minute, bundle.body
        widest = consent.in_force(found.slip.consent, soon, minute, body.consent_hours)
        narrowest = consent.in_force(found.slip.consent, late, minute, body.consent_hours)
        said = [found.slip.consent, *(one.consent for one in soon)]
        # In force is the lowest of what she said since some moment: all that lies between the two is possible.
        least = accumulate(reversed(said), lambda one, other: bytes(map(min, one, other)))
        consents = {one for one in least if _within(narrowest, one, widest)}
        closed = {
            consent.closed(withdrawal, counted, minute, body.withdraw_hours)
            for counted in (soon, late)
            for withdrawal in between.withdrawals()
        }
        return [(one, shut) for one in sorted(consents, reverse=True) for shut in sorted(closed)]

    @staticmethod
    def _placed(seen: _Seen, minute: int) -> Placed:
        return Placed(index=seen.index, minute=minute, place=seen.place, wish=seen.wish)

    def _index(self, key: bytes, size: int) -> int | None:
        index = self._first.get(wishes.wish_tag(key))
        return None if index is None or index >= size else index

    def _seen(self, place: int, key: bytes, size: int) -> _Seen | None:
        index = self._index(key, size)
        if index is None:
            return None
        if key not in self._wishes:
            try:
                self._wishes[key] = wishes.read_wish(key, self._leaves[index], self._source.memo(index))
            except CryptoError:
                self._wishes[key] = None  # a gate takes it as closed, consent to nothing
        return _Seen(index, place, self._wishes[key])


@dataclass(frozen=True, slots=True)
class Times:
    """When the gate of one decision read this and that."""

    readings: Readings
    gate: str
    minute: int
    withdrawn: int | None  # index of the withdrawal, where the gate had read it

    def of(self, index: int) -> Between:
        """Between which minutes it read a leaf."""
        return self.readings.of(self.gate, index, by=self.minute)

    def withdrawals(self) -> list[Withdrawal | None]:
        """Return the withdrawal as soon as it may have known of it, and as late."""
        if self.withdrawn is None:
            return [None]
        return [Withdrawal(minute=minute, index=self.withdrawn) for minute in self.of(self.withdrawn)]


def named(found: Found) -> list[tuple[int, bytes]]:
    """Return place and key of every wish that a decision's record names."""
    return found.record.wishes if isinstance(found.record, WishedRecord) else []


def _within(low: bytes, one: bytes, high: bytes) -> bool:
    return all(a <= b <= c for a, b, c in zip(low, one, high, strict=True))
