"""The log's tree on disk: leaves, and roots of complete subtrees of 256 (C2SP tlog-tiles)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, select

from crypto import merkle
from crypto.merkle import Frontier
from doors.database import insert_rows
from server.store import beside, leaf, subtree

WIDTH: Final = 256
_WIDTH_BITS: Final = 8


def entries(connection: Connection, start: int, end: int) -> list[bytes]:
    """Return the leaves from `start` to `end`."""
    rows = connection.execute(
        select(leaf.c.leaf).where(leaf.c.index >= start, leaf.c.index < end).order_by(leaf.c.index)
    )
    return [bytes(row[0]) for row in rows]


def find(connection: Connection, wanted: Sequence[bytes], start: int) -> dict[bytes, int]:
    """Return where these leaves are, as far as they are there. Leaves have no index: reads every one from `start`."""
    rows = connection.execute(select(leaf.c.leaf, leaf.c.index).where(leaf.c.index >= start, leaf.c.leaf.in_(wanted)))
    return {bytes(found): int(index) for found, index in rows}


def memos(connection: Connection, start: int, end: int) -> list[bytes]:
    """Return the sealed memos beside these leaves."""
    rows = connection.execute(
        select(beside.c.memo).where(beside.c.index >= start, beside.c.index < end).order_by(beside.c.index)
    )
    return [bytes(row[0]) for row in rows]


def hashes(connection: Connection, level: int, start: int, end: int) -> list[bytes]:
    """Return hashes of one tile level: leaf hashes at level 0, roots of complete tiles above."""
    if level == 0:
        return [merkle.leaf_hash(one) for one in entries(connection, start, end)]
    rows = connection.execute(
        select(subtree.c.root)
        .where(subtree.c.level == level, subtree.c.number >= start, subtree.c.number < end)
        .order_by(subtree.c.number)
    )
    return [bytes(row[0]) for row in rows]


class Reader:
    """Roots of perfect ranges, with complete tiles kept in memory for one piece of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tile = lru_cache(maxsize=64)(self._load)

    def _load(self, level: int, number: int) -> tuple[bytes, ...]:
        return tuple(hashes(self._connection, level, number * WIDTH, (number + 1) * WIDTH))

    def perfect(self, start: int, end: int) -> bytes:
        """Root of an aligned power of two of leaves (`merkle.Range`)."""
        bits = (end - start).bit_length() - 1
        level = bits // _WIDTH_BITS
        unit = 1 << (level * _WIDTH_BITS)
        first, count = start // unit, (end - start) // unit
        number, offset = divmod(first, WIDTH)
        return merkle.fold(self._tile(level, number)[offset : offset + count])

    def root(self, size: int) -> bytes:
        """Root of the first `size` leaves."""
        return merkle.range_root(self.perfect, 0, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Inclusion proof."""
        return merkle.inclusion_from(self.perfect, index, size)

    def consistency(self, size1: int, size2: int) -> list[bytes]:
        """Consistency proof."""
        return merkle.consistency_from(self.perfect, size1, size2)

    def frontier(self, size: int) -> Frontier:
        """The right edge at `size`, largest subtree first."""
        edge, start = [], 0
        for bit in range(size.bit_length() - 1, -1, -1):
            if size >> bit & 1:
                edge.append(self.perfect(start, start + (1 << bit)))
                start += 1 << bit
        return Frontier(size, edge)


def append(connection: Connection, edge: Frontier, new: Sequence[bytes]) -> None:
    """Write leaves, move the edge over them, and write the root of every tile that they complete."""
    insert_rows(connection, leaf, ("index", "leaf"), [(edge.size + i, one) for i, one in enumerate(new)])
    roots = []
    for one in new:
        closed = edge.append(merkle.leaf_hash(one))
        if len(closed) >= _WIDTH_BITS:
            roots += [
                (bits // _WIDTH_BITS, (edge.size >> bits) - 1, closed[bits - 1])
                for bits in range(_WIDTH_BITS, len(closed) + 1, _WIDTH_BITS)
            ]
    insert_rows(connection, subtree, ("level", "number", "root"), roots)
