"""All sizes from 0 to 600: the naive tree, ours in memory and the server's on disk agree; and around whole tiles."""

from collections.abc import Iterator
from itertools import count, cycle
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from crypto import merkle
from server import tree
from server.store import leaf, subtree
from tests.interop.tree import SIZE, Trees, database, entries, grow


def test_every_size_up_to_600(tmp_path: Path) -> None:
    leaves = entries(SIZE)
    sizes = cycle([1, 1, 2, 3, 1, 5, 8, 13, 64, 255, 1, 256])
    with database(tmp_path) as opened:
        naive = grow(opened, leaves, sizes)
        with opened.reader.connect() as connection:
            trees = Trees(naive, [merkle.leaf_hash(one) for one in leaves], tree.Reader(connection))
            assert sum(trees.check_size(size, 2) for size in range(SIZE + 1)) > 4000


def test_sizes_around_the_first_tile_of_the_third_level(tmp_path: Path) -> None:
    whole = 256 * 256
    leaves = entries(whole + 300)
    with database(tmp_path) as opened:
        naive = grow(opened, leaves, _to(whole))
        with opened.reader.connect() as connection:
            reader = tree.Reader(connection)
            assert tree.hashes(connection, 2, 0, 256) == [naive.head(0, whole)]
            for size in (whole - 1, whole, whole + 1, whole + 255, whole + 256, whole + 300):
                root = naive.head(0, size)
                assert reader.root(size) == reader.frontier(size).root() == root
                for index in (0, 255, 256, whole - 1, size - 1):
                    proof = reader.inclusion(min(index, size - 1), size)
                    assert proof == naive.path(min(index, size - 1), 0, size)
                for old in (1, 255, 256, 257, whole - 1, size):
                    assert reader.consistency(old, size) == naive.proof(old, size)


def _to(whole: int) -> Iterator[int]:
    """Batches that stop short of a tile, cross it, and fill it."""
    yield from (255, 2, whole - 258, 1, 1)
    yield from count(100)


def test_one_wrong_bit_on_disk_is_seen(tmp_path: Path) -> None:
    """These comparisons can fail: a leaf that was changed, and a tile's root that is missing, are noticed."""
    leaves = entries(600)
    with database(tmp_path) as opened:
        naive = grow(opened, leaves, cycle([256]))
        changes = (
            update(leaf).where(leaf.c.index == 599).values(leaf=bytes(48)),
            update(subtree).where(subtree.c.number == 1).values(root=bytes(32)),
            delete(subtree).where(subtree.c.number == 0),
        )
        for change in changes:
            with opened.writer.connect() as connection:
                connection.execute(change)
                reader = tree.Reader(connection)
                trees = Trees(naive, [merkle.leaf_hash(one) for one in leaves], reader)
                with pytest.raises((AssertionError, IndexError)):
                    trees.check_size(600, 2)
                connection.rollback()
