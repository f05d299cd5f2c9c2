"""Looking at the log: what is fetched depends on no words, and a log that is not the one is refused (protocol 14)."""

import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import leaves, looking, words
from crypto.errors import MalformedError, ProofError
from crypto.hashing import tag
from tests.vectors.returning import making
from tests.vectors.stream import Stream

SIZE = making.SIZES["short"]


def tiles(start: int, size: int) -> dict[str, bytes]:
    return {
        one.path: making.hash_tile(one.level, one.number, one.width, size) for one in looking.left_edge(start, size)
    }


def test_what_is_fetched_follows_from_start_and_size_alone() -> None:
    assert list(inspect.signature(looking.paths).parameters) == ["start", "size", "full"]
    assert looking.paths(512, SIZE, full=False) == [
        "tile/entries/002", "statements/2", "tile/entries/003.p/5", "statements/3", "tile/1/000.p/3",
    ]  # fmt: skip
    full = looking.paths(512, SIZE, full=True)
    assert [path for path in full if path.startswith("notices/")] == ["notices/2", "notices/3"]
    assert [path for path in full if not path.startswith("notices/")] == looking.paths(512, SIZE, full=False)
    assert looking.paths(0, 256, full=False) == ["tile/entries/000", "statements/0"]
    assert looking.begin(1023) == 768


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3), st.integers(0, 300))
def test_any_part_of_a_log_gives_its_root(first: int, more: int) -> None:
    start = 256 * first
    size = start + more
    edge = looking.frontier(start, size, {
        one.path: making.hash_tile(one.level, one.number, one.width, size) for one in looking.left_edge(start, size)
    })  # fmt: skip
    looking.check(
        edge, making.entries(size)[start:], [(size, making.root(size, size)), (start, making.root(start, size))]
    )


def test_a_log_that_is_another_one_is_refused() -> None:
    edge = looking.frontier(512, SIZE, tiles(512, SIZE))
    entries, root = making.entries(SIZE)[512:], making.root(SIZE, SIZE)
    looking.check(edge, entries, [(SIZE, root)])
    looking.check(edge, entries, [])
    for given_in, heads in (
        ([*entries[:9], bytes(48), *entries[10:]], [(SIZE, root)]),
        (entries[:-1], [(SIZE, root)]),
        (entries, [(SIZE - 1, root)]),
        (entries, [(SIZE, root), (511, making.root(511, SIZE))]),
        (entries, [(SIZE, root), (SIZE, bytes(32))]),
    ):
        with pytest.raises(ProofError):
            looking.check(edge, given_in, heads)
    changed = {path: bytes([data[0] ^ 1]) + data[1:] for path, data in tiles(512, SIZE).items()}
    with pytest.raises(ProofError):
        looking.check(looking.frontier(512, SIZE, changed), entries, [(SIZE, root)])


def test_a_tile_that_is_missing_or_of_another_size_is_refused() -> None:
    (path,) = tiles(512, SIZE)
    for data in (b"", bytes(32)):
        with pytest.raises(MalformedError):
            looking.frontier(512, SIZE, {path: data})
    with pytest.raises(MalformedError):
        looking.frontier(512, SIZE, {})
    for start in (1, 1024):
        with pytest.raises(MalformedError):
            looking.left_edge(start, SIZE)


def test_a_log_of_many_tiles_has_its_left_edge_in_few() -> None:
    size = 256**2 * 3 + 256 * 5 + 9
    start = 256**2 * 3 + 256 * 5
    found = [(one.level, one.first, one.span) for one in looking.left_edge(start, size)]
    assert found == [(2, 0, 2), (2, 2, 1), (1, 0, 4), (1, 4, 1)]


def test_the_edge_is_that_of_the_whole_tree() -> None:
    size = making.SIZES["long"]
    for start in (256 * 258, 256 * 3):
        edge = looking.frontier(start, size, tiles(start, size))
        assert edge.root() == making.root(start, size)


def test_arrivals_are_found_and_four_missing_numbers_end_the_search() -> None:
    entropy = words.entropy_of(words.new(Stream(b"arrivals")))
    log = making.entries(40).copy()
    for number, index in ((0, 30), (1, 3), (5, 7), (9, 2), (14, 9)):
        log[index] = leaves.received_leaf(words.Keys(entropy=entropy, number=number).received, bytes(32))
    assert looking.arrivals(entropy, 100, log) == {0: 130, 1: 103, 5: 107, 9: 102}  # 14 lies beyond four missing ones
    assert looking.arrivals(bytes(16), 0, log) == {}


def test_decisions_are_found_by_gate() -> None:
    log = making.entries(10).copy()
    log[4] = tag(b"k" * 32, log[5][16:]) + log[5][16:]
    assert looking.tagged({"gate-1": b"g" * 32, "gate-2": b"k" * 32}, 7, log) == [(11, "gate-2")]
