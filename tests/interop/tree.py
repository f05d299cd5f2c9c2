"""Our tree in memory, and the server's in a SQLite file, beside the naive one.

`python -m tests.interop.tree` checks every proof of every size up to 600; `make test` checks some of each size.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto import merkle
from doors.database import Database, open_database
from server import tree
from server.store import metadata
from tests.interop.naive import Naive, root_by_path, roots_by_proof, sha

SIZE: Final = 600
EVERY: Final = -1


@contextmanager
def database(folder: Path) -> Iterator[Database]:
    """Yield a fresh file with the server's tables."""
    opened = open_database(f"sqlite:///{folder / 'tree.db'}")
    try:
        with opened.writer.begin() as connection:
            metadata.create_all(connection)
        yield opened
    finally:
        opened.dispose()


def entries(count: int) -> list[bytes]:
    """Leaves of 48 bytes."""
    return [(sha(b"leaf" + n.to_bytes(8, "big")) * 2)[:48] for n in range(count)]


def some(seed: int, end: int, count: int) -> list[int]:
    """Return numbers below `end`: all, or both ends and `count` between."""
    if count == EVERY or end <= count + 2:
        return list(range(end))
    between = (int.from_bytes(sha(b"%d %d" % (seed, n))[:4], "big") % end for n in range(count))
    return sorted({0, end - 1, *between})


@dataclass
class Trees:
    """One log three times."""

    naive: Naive
    hashes: list[bytes]
    reader: tree.Reader

    def check_size(self, size: int, samples: int) -> int:
        """Check root, proofs of inclusion and of consistency at one size; return how many proofs."""
        leaves, root = self.hashes[:size], self.naive.head(0, size)
        assert merkle.root(leaves) == self.reader.root(size) == self.reader.frontier(size).root() == root
        indexes, olds = some(size, size, samples), some(-size, size + 1, samples)
        for index in indexes:
            self._check_inclusion(index, size)
        for old in olds:
            self._check_consistency(old, size)
        return len(indexes) + len(olds)

    def _check_inclusion(self, index: int, size: int) -> None:
        proof, root = self.naive.path(index, 0, size), self.naive.head(0, size)
        assert merkle.inclusion(self.hashes[:size], index) == self.reader.inclusion(index, size) == proof
        merkle.verify_inclusion(self.hashes[index], index, size, proof, root)
        assert root_by_path(self.naive.entries[index], index, size, proof) == root

    def _check_consistency(self, old: int, size: int) -> None:
        proof = self.naive.proof(old, size) if old else []
        before, after = self.naive.head(0, old), self.naive.head(0, size)
        assert merkle.consistency(self.hashes[:size], old) == self.reader.consistency(old, size) == proof
        merkle.verify_consistency(old, size, proof, before, after)
        if old:
            assert roots_by_proof(old, size, proof, before) == (before, after)


def grow(opened: Database, leaves: list[bytes], batches: Iterator[int]) -> Naive:
    """Append in batches, checking root and right edge after each."""
    naive = Naive(leaves)
    edge = merkle.Frontier()
    while edge.size < len(leaves):
        first = edge.size
        new = leaves[first : first + next(batches)]
        with opened.writer.begin() as connection:
            tree.append(connection, edge, new)
        with opened.reader.connect() as connection:
            reader = tree.Reader(connection)
            assert reader.root(edge.size) == edge.root() == naive.head(0, edge.size)
            assert reader.frontier(edge.size).edge == edge.edge
    return naive


def main() -> int:
    """Check everything; the first difference ends it with an error."""
    leaves = entries(SIZE)
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as opened:
        naive = grow(opened, leaves, iter(lambda: 7, 0))
        with opened.reader.connect() as connection:
            trees = Trees(naive, [merkle.leaf_hash(one) for one in leaves], tree.Reader(connection))
            proofs = sum(trees.check_size(size, EVERY) for size in range(SIZE + 1))
    sys.stdout.write(f"sizes 0 to {SIZE}: {proofs} proofs the same in all three trees\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
