"""What waits for her, and how urgent it is: the gates' lists, without opening anything (protocol 20.5, 20.6).

A list is a hint that t gates agree on. What it does not say is not known: nothing follows from a report that no list
shows yet, and whoever asks for a card is told by a decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from client.api import House
from client.errors import NotFoundError
from crypto.errors import CryptoError
from crypto.hybrid import PrivateKey
from crypto.keyfile import KeyRing
from crypto.limits import limit
from crypto.opening import Pair
from crypto.sheets import Marked, QueuePage, Sheet
from policies.bundle import Bundle

OLD: Final = 2  # hours after which it is said of which hour the lists are
_HOUR: Final = 60  # minutes


class Standing(IntEnum):
    """What the lists say of a report, in the order in which they are shown."""

    HERS = 0  # t gates say that she may ask for its card
    UNLISTED = 1  # not listed yet, or by too few
    NOT_HERS = 2  # by the rules, as far as the lists say


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What the lists say to one person."""

    hers: Mapping[bytes, Marked]
    not_hers: frozenset[bytes]
    hour: int | None  # since 1970: t gates made their lists in it or later; None where fewer did

    def standing(self, report: bytes) -> Standing:
        """Return what is known of a report."""
        if report in self.hers:
            return Standing.HERS
        return Standing.NOT_HERS if report in self.not_hers else Standing.UNLISTED

    def urgency(self, report: bytes) -> int:
        """Return how urgent a report of hers is; -1 where the lists do not say."""
        return self.hers[report].urgency if report in self.hers else -1

    def age(self, minute: int) -> int | None:
        """How many hours ago the lists were made, by this device's clock; None where too few were."""
        return None if self.hour is None else max(minute // _HOUR - self.hour, 0)


@dataclass(slots=True)
class Told:
    """What one gate says, over all its sheets."""

    hour: int
    marks: dict[bytes, Marked | None]


def look(house: House, bundle: Bundle, ring: KeyRing, minute: int) -> Queue:
    """Fetch all sheets, as everybody does, and read what is hers. No house that lies makes this raise ProofError."""
    key, told, place = PrivateKey(ring.encryption), dict[str, Told](), 0
    number, count = 0, 1
    while number < count:
        try:
            page = house.queue(number)
        except NotFoundError:
            break
        for sheet in _sheets(page, bundle, number, minute):
            count = max(count, sheet.count)
            try:
                place, marks = sheet.read(key, place)
            except CryptoError:
                continue  # made for a directory without her, or not in its form: it tells her nothing
            mine = told.setdefault(sheet.gate, Told(sheet.hour, {}))
            mine.hour = min(mine.hour, sheet.hour)
            mine.marks = {**marks, **mine.marks}  # what a later sheet says of the same report counts for nothing
        number += 1
    return combine(told, len(bundle.body.gates), bundle.body.threshold)


def _sheets(page: QueuePage, bundle: Bundle, number: int, minute: int) -> list[Sheet]:
    """Return the sheets that count: signed by their gate, at their place, of the last hours, one a gate."""
    now = minute // _HOUR
    found: dict[str, Sheet] = {}
    for pair in page.sheets:
        sheet = _signed(pair, bundle)
        if sheet is None or sheet.number != number or not now - limit("queue_hours") <= sheet.hour <= now + 1:
            continue
        found.setdefault(sheet.gate, sheet)
    return list(found.values())


def _signed(pair: Pair, bundle: Bundle) -> Sheet | None:
    for gate in bundle.body.gates:
        try:
            return Sheet.verify(pair, gate.key.public, gate.name)
        except CryptoError:
            continue
    return None  # of a gate that was replaced, or of nobody


def combine(told: Mapping[str, Told], gates: int, threshold: int) -> Queue:
    """Believe what t gates say: so one that lists everything, or nothing, changes nothing alone."""
    said: dict[bytes, list[Marked | None]] = {}
    for one in told.values():
        for report, mark in one.marks.items():
            said.setdefault(report, []).append(mark)
    hers, not_hers = {}, set()
    for report, marks in said.items():
        yes = [mark for mark in marks if mark is not None]
        if len(yes) >= threshold:
            hers[report] = Marked(max(mark.urgency for mark in yes), max(mark.tier for mark in yes))
        elif gates - (len(marks) - len(yes)) < threshold:
            not_hers.add(report)
    hours = sorted((one.hour for one in told.values()), reverse=True)
    hour = hours[threshold - 1] if len(hours) >= threshold else None
    return Queue(hers=hers, not_hers=frozenset(not_hers), hour=hour)
