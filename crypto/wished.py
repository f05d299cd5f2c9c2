"""What a gate found of her wishes, as the record of its decision tells auditors (protocol 16.7)."""

from crypto.canonical import require
from crypto.limits import limit
from crypto.opening import HASH, DecisionRecord


class WishedRecord(DecisionRecord, kw_only=True):
    """A decision's body with an eleventh element: place and key of every wish that was found, used or not.

    A key that was used makes no other wish: only the first leaf of a place counts.
    """

    wishes: list[tuple[int, bytes]]

    def check(self) -> None:
        """Raise MalformedError unless there are some, each place once, in order."""
        places = [place for place, _ in self.wishes]
        require(bool(places) and places == sorted(set(places)), "places of wishes")
        require(places[0] >= 1 and places[-1] <= limit("wishes"), "places of wishes")
        require(all(len(key) == HASH for _, key in self.wishes), "keys of wishes")


_ELEVEN = 0x9B  # first byte of an array of eleven


def read_body(data: bytes, *, limit: int) -> DecisionRecord:
    """Read the body of a decision's record, in either form. Raise MalformedError."""
    kind = WishedRecord if data[:1] == bytes([_ELEVEN]) else DecisionRecord
    return kind.decode(data, limit=limit)
