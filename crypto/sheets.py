"""Sheets: for each of the desk a sealed list of the reports that she may ask for, and how urgent (protocol 20).

All lists have one size, and one byte for each report of the sheet. A list opens nothing; it saves opening cards.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec import field

from crypto import hybrid, signing
from crypto.canonical import Message, require
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.hashing import sha256
from crypto.hybrid import PrivateKey
from crypto.labels import Label, sized
from crypto.limits import limit
from crypto.opening import HASH, Pair
from crypto.relay import SYNC_LIMIT, Sync
from crypto.slip import NAME

LIST: Final = limit("queue_reports") + hybrid.OVERHEAD  # bytes of a sealed list
SHEET_LIMIT: Final = limit("queue_reports") * (HASH + 4) + limit("people") * (LIST + 4) + 128
CALL_LIMIT: Final = SYNC_LIMIT + limit("queue_reports") * (limit("header") + limit("gate_slot") + 16) + 64
REPLY_LIMIT: Final = SHEET_LIMIT + limit("note") + 128
PAGE_LIMIT: Final = limit("gates") * (SHEET_LIMIT + signing.SIGNATURE + 16) + 64
_HOURS: Final = 1 << 32
_TIERS: Final = (1, 2, 3)
_MOST_URGENT: Final = 3


class Marked(NamedTuple):
    """What a list says of a report that she may ask for."""

    urgency: int  # 0 to 3, as in the slip
    tier: int  # 1 to 3


def mark(urgency: int, tier: int) -> int:
    """Return the byte of a report that she may ask for; 0 stands for every other."""
    require(0 <= urgency <= _MOST_URGENT and tier in _TIERS, "mark")
    return urgency << 2 | tier


def marked(one: int) -> Marked | None:
    """Read a byte. Raise MalformedError for what no gate writes."""
    if not one:
        return None
    found = Marked(one >> 2, one & 3)
    require(mark(*found) == one, "mark")
    return found


class QueueCall(Message, kw_only=True):
    """Server to gate: `POST /v1/queue`. Header and this gate's slot of some reports: all that one sheet holds."""

    version: int = 1
    sync: Sync
    number: int
    count: int
    reports: list[tuple[bytes, bytes]]

    def check(self) -> None:
        """Raise MalformedError where a size is wrong, inside too, or a report is there twice."""
        require(self.sync.version == 1, "call")
        self.sync.check()
        _check_place(self.number, self.count)
        require(len(self.reports) <= limit("queue_reports"), "reports")
        sizes = {(len(header), len(slot)) for header, slot in self.reports}
        require(sizes <= {(limit("header"), limit("gate_slot"))}, "report size")
        require(len({header for header, _ in self.reports}) == len(self.reports), "one report twice")


class Sheet(Message, kw_only=True):
    """What a gate made of them: whose bytes stand for which report, and a list for everybody of the desk."""

    version: int = 1
    gate: str
    hour: int  # since 1970, of the gate's clock
    number: int
    count: int
    ids: list[bytes]
    lists: list[bytes]

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(NAME.match(self.gate) is not None and 0 <= self.hour < _HOURS, "sheet")
        _check_place(self.number, self.count)
        require(len(self.ids) <= limit("queue_reports") and len(set(self.ids)) == len(self.ids), "ids")
        require(all(len(one) == HASH for one in self.ids), "ids")
        require(len(self.lists) <= limit("people") and all(len(one) == LIST for one in self.lists), "lists")

    def sign(self, identity: bytes) -> Pair:
        """Return the sheet as it travels, with the gate's signature."""
        data = self.encode()
        return data, signing.sign(identity, Label.SHEET, data)

    @classmethod
    def verify(cls, pair: Pair, public: bytes, gate: str) -> "Sheet":
        """Return what this gate signed. Raise ProofError or MalformedError."""
        data, signature = pair
        signing.verify(public, Label.SHEET, data, signature)
        sheet = cls.decode(data, limit=SHEET_LIMIT)
        if sheet.gate != gate:
            raise ProofError("sheet of another gate")
        return sheet

    def read(self, key: PrivateKey, first: int = 0) -> tuple[int, dict[bytes, Marked | None]]:
        """Find the list that opens to this key; return its place, and what it says of each report.

        `first` is the place to try first. Raise OpenError where none opens, MalformedError where it is not in its form.
        """
        places = sorted(range(len(self.lists)), key=lambda place: place != first)
        for place in places:
            try:
                marks = hybrid.unseal(key, self.lists[place], _info(self.gate, self.hour, self.number, self.ids))
            except OpenError:
                continue
            require(not any(marks[len(self.ids) :]), "list")
            return place, {one: marked(byte) for one, byte in zip(self.ids, marks, strict=False)}
        raise OpenError


class QueueReply(Message, kw_only=True):
    """Gate to server: its note, while the log does not have it (protocol 20.3); else the sheet."""

    version: int = 1
    note: str
    sheet: list[Pair] = field(default_factory=list)

    def check(self) -> None:
        """Raise MalformedError unless it is one of the two."""
        require(len(self.note) <= limit("note") and bool(self.note) != bool(self.sheet), "reply")
        require(len(self.sheet) <= 1, "reply")


class QueuePage(Message, kw_only=True):
    """Server to everybody: `GET /v1/queue`. The sheet of one number of each gate."""

    version: int = 1
    sheets: list[Pair]

    def check(self) -> None:
        """Raise MalformedError for more than there are gates."""
        require(len(self.sheets) <= limit("gates"), "page")


def seal_list(  # noqa: PLR0913 - a list, and all that it depends on
    to: bytes, marks: bytes, *, gate: str, hour: int, number: int, ids: Sequence[bytes]
) -> bytes:
    """Seal a list to one person: a byte for each id, and zeros up to the one size."""
    if len(marks) != len(ids) or len(ids) > limit("queue_reports"):
        raise MalformedError("list")
    padded = marks + bytes(limit("queue_reports") - len(marks))
    return hybrid.seal(to, padded, _info(gate, hour, number, ids))


def _info(gate: str, hour: int, number: int, ids: Sequence[bytes]) -> bytes:
    """All that the marks depend on: a list of another sheet, or beside other ids, does not open."""
    place = hour.to_bytes(4, "big") + number.to_bytes(2, "big")
    return Label.LISTED.value + sized(gate.encode()) + place + sha256(b"".join(ids))


def _check_place(number: int, count: int) -> None:
    require(0 <= number < count <= limit("queue_sheets"), "number of a sheet")
