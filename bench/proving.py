"""(6) Proofs from the tiles on disk, as the relay and the reporter's receipt use them: a new reader for each."""

import itertools
import math
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from bench.measure import Spread, cpu_seconds
from bench.result import Found, Picture, Row, Scale
from crypto.hashing import sha256
from crypto.merkle import Frontier, leaf_hash, verify_consistency, verify_inclusion
from doors.database import open_database
from server import tree
from server.store import metadata

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
_PIECE: Final = 1 << 16  # leaves of one insert
_TIMES: Final = 40
_MAKE: Final = 2_000  # microseconds a proof of the largest log may take to make
_CHECK: Final = 100  # and to check


def proving(scale: Scale) -> Found:
    """Grow one tree through all sizes; at each, time proofs of leaves drawn anew."""
    found = Found("proofs from SQLite; growth no faster than log n")
    sizes = SIZES[:2] if scale.quick else SIZES
    times = 3 if scale.quick else _TIMES
    spreads: dict[str, list[Spread]] = {"inclusion": [], "consistency": []}
    checks: list[Row] = []
    with tempfile.TemporaryDirectory(dir=scale.folder) as name:
        database = open_database(f"sqlite:///{Path(name) / 'log' / 'tree.db'}")
        with database.writer.begin() as connection:
            metadata.create_all(connection)
        have, edge = 0, Frontier()
        for size in sizes:
            with database.writer.begin() as connection:
                for piece in _pieces(have, size):
                    tree.append(connection, edge, [_leaf(index) for index in piece])
            have = size
            with database.reader.connect() as connection:
                for kind, prove in (("inclusion", _inclusion), ("consistency", _consistency)):
                    work = prove(connection, size)
                    work()
                    spread = Spread.of(1e6 * cpu_seconds(work, times) for _ in range(scale.rounds))
                    spreads[kind].append(spread)
                if size == sizes[-1]:
                    checks = [_checked(kind, work, scale, times) for kind, work in _verify(connection, edge).items()]
        database.dispose()
    for kind, line in spreads.items():
        for size, spread in zip(sizes, line, strict=True):
            each = spread.median / math.log2(size)
            last = size == sizes[-1]
            floor, held = (f"< {_MAKE:,} us", spread.median < _MAKE) if last else ("", None)
            found.rows.append(
                Row(f"{kind}, {size:,} leaves", f"{spread.text(0)} us", f"{each:.0f} us a level", floor, held)
            )
        grown, allowed = line[-1].median / line[0].median, math.log2(sizes[-1]) / math.log2(sizes[0])
        found.rows.append(
            Row(
                f"{kind}, growth", f"{grown:.2f}x", f"log n grows {allowed:.2f}x", f"<= {allowed:.2f}", grown <= allowed
            )
        )
    found.rows += checks
    labels = [f"{size:,}" for size in sizes]
    found.pictures.append(Picture("proving", "CPU microseconds a proof, by leaves in the log", labels, spreads))
    return found


def _verify(connection: Connection, edge: Frontier) -> dict[str, Callable[[], None]]:
    """Return what whoever gets a proof does with it."""
    reader, size = tree.Reader(connection), edge.size
    index, smaller = secrets.randbelow(size), 1 + secrets.randbelow(size - 1)
    included, consistent = reader.inclusion(index, size), reader.consistency(smaller, size)
    leaf, before, root = leaf_hash(_leaf(index)), reader.root(smaller), edge.root()
    return {
        "inclusion": lambda: verify_inclusion(leaf, index, size, included, root),
        "consistency": lambda: verify_consistency(smaller, size, consistent, before, root),
    }


def _checked(kind: str, work: Callable[[], None], scale: Scale, times: int) -> Row:
    spread = Spread.of(1e6 * cpu_seconds(work, times) for _ in range(scale.rounds))
    return Row(f"{kind}, checked", f"{spread.text(0)} us", "", f"< {_CHECK} us", spread.median < _CHECK)


def _leaf(index: int) -> bytes:
    return (sha256(index.to_bytes(8, "big")) * 2)[:48]


def _pieces(start: int, end: int) -> Iterator[range]:
    edges = [*range(start, end, _PIECE), end]
    return (range(first, last) for first, last in itertools.pairwise(edges))


def _inclusion(connection: Connection, size: int) -> Callable[[], list[bytes]]:
    return lambda: tree.Reader(connection).inclusion(secrets.randbelow(size), size)


def _consistency(connection: Connection, size: int) -> Callable[[], list[bytes]]:
    return lambda: tree.Reader(connection).consistency(1 + secrets.randbelow(size - 1), size)
