"""Evidence as sealed objects: sizes, pieces, seals, leaves, tickets (protocol 19)."""

import os
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import leaves, merkle, objects
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.hashing import sha256
from crypto.hybrid import public_key, wrap_all
from crypto.labels import Label
from crypto.limits import limit
from crypto.objects import BUCKETS, PIECE, SIZES, TRAILER, FileRoot

KEY, NAME = b"k" * 32, b"n" * 32
SMALLEST = 64 << 10


def sealed_file(data: bytes) -> list[bytes]:
    """Seal a file whole, as any device does."""
    filled = data + bytes(objects.bucket(len(data)) - len(data))
    count = objects.pieces(len(data))
    return [
        objects.seal_piece(KEY, NAME, one.number, count, filled[one.start : one.start + one.size])
        for one in objects.places(len(data))
    ]


def test_buckets_are_a_quarter_more_at_most() -> None:
    assert BUCKETS[0] == SMALLEST
    assert BUCKETS[-1] == limit("file") == 2 << 30
    assert all(one < two <= one * 5 // 4 for one, two in pairwise(BUCKETS))
    assert all(one % 16384 == 0 for one in BUCKETS)
    assert len(SIZES) == len(BUCKETS)


@pytest.mark.parametrize(("size", "filled"), [(1, 65536), (65536, 65536), (65537, 81920), (1 << 20, 1 << 20)])
def test_bucket_is_the_smallest_that_holds(size: int, filled: int) -> None:
    assert objects.bucket(size) == filled


@pytest.mark.parametrize("size", [0, -1, (2 << 30) + 1])
def test_no_bucket_outside(size: int) -> None:
    with pytest.raises(MalformedError):
        objects.bucket(size)


@given(st.integers(1, 2 << 30))
def test_places_lie_side_by_side(size: int) -> None:
    found = objects.places(size)
    assert len(found) == objects.pieces(size)
    assert [one.number for one in found] == list(range(len(found)))
    assert sum(one.size for one in found) == objects.bucket(size)
    assert all(one.sealed_start + one.sealed_size == two.sealed_start for one, two in pairwise(found))
    assert found[-1].sealed_start + found[-1].sealed_size + TRAILER == objects.object_size(objects.bucket(size))
    assert found[0].sealed_size <= 1_049_672


@given(st.integers(1, 8 << 20), st.data())
def test_a_range_needs_its_pieces_only(size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, size - 1))
    stop = data.draw(st.integers(start + 1, size))
    found = objects.places(size, start, stop)
    assert found[0].start <= start < found[0].start + found[0].size
    assert found[-1].start < stop <= found[-1].start + found[-1].size


@pytest.mark.parametrize("size", [1, 65536, 65537, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5])
def test_a_file_comes_back_piece_by_piece(size: int) -> None:
    data = os.urandom(size)
    sealed, count = sealed_file(data), objects.pieces(size)
    assert sum(map(len, sealed)) + TRAILER == objects.object_size(objects.bucket(size))
    opened = b""
    for one, piece in zip(objects.places(size), sealed, strict=True):
        assert len(piece) == one.sealed_size
        opened += objects.unfill(objects.open_piece(KEY, NAME, one.number, count, piece), one, size)
    assert opened == data


def test_a_piece_opens_in_its_place_only() -> None:
    first, second = sealed_file(bytes(PIECE) + b"x" * (PIECE - 7))
    assert objects.open_piece(KEY, NAME, 0, 2, first) == bytes(PIECE)
    for key, name, number, count, piece in (
        (KEY, NAME, 1, 2, first),  # another order
        (KEY, NAME, 0, 1, first),  # cut short
        (KEY, NAME, 0, 3, first),  # more to come
        (KEY, b"m" * 32, 0, 2, first),  # another object
        (b"j" * 32, NAME, 0, 2, first),  # another key
        (KEY, NAME, 0, 2, second),
        (KEY, NAME, 0, 2, first[:-1]),
        (KEY, NAME, 0, 2, b""),
        (KEY, NAME, 0, 2, first[:100] + bytes([first[100] ^ 1]) + first[101:]),
    ):
        with pytest.raises(OpenError):
            objects.open_piece(key, name, number, count, piece)


@pytest.mark.parametrize(("name", "number", "count"), [(b"short", 0, 1), (NAME, 1, 1), (NAME, -1, 1)])
def test_no_context_for_what_is_no_piece(name: bytes, number: int, count: int) -> None:
    with pytest.raises(MalformedError):
        objects.seal_piece(KEY, name, number, count, b"")


def test_filling_is_zeros_and_nothing_else() -> None:
    (place,) = objects.places(5)
    good = b"words" + bytes(SMALLEST - 5)
    assert objects.unfill(good, place, 5) == b"words"
    for bad in (good[:-1] + b"\1", b"words!" + bytes(SMALLEST - 6), good + b"\0", good[:-1]):
        with pytest.raises(MalformedError):
            objects.unfill(bad, place, 5)


def test_a_file_that_ends_in_an_earlier_piece_leaves_filling_only() -> None:
    size = 4 * PIECE + 1  # five pieces are filled
    last = objects.places(size)[-1]
    assert last.start + last.size == 5 * PIECE
    assert objects.unfill(b"e" + bytes(PIECE - 1), last, size) == b"e"
    beyond = objects.places(9 * PIECE)[-1]
    assert beyond.start == 9 * PIECE  # ten pieces: the last is filling alone
    assert objects.unfill(bytes(PIECE), beyond, 9 * PIECE) == b""


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 3 * PIECE))
def test_file_root_is_the_merkle_root_over_pieces(size: int) -> None:
    data, root = bytes(size), FileRoot()
    pieces = [data[at : at + PIECE] for at in range(0, size, PIECE)]
    for one in pieces:
        root.add(one)
    assert root.size == size
    assert root.value == merkle.root([sha256(b"\0" + one) for one in pieces])


def test_file_root_takes_no_piece_after_a_short_one() -> None:
    root = FileRoot()
    root.add(b"short")
    for piece in (b"more", b"", bytes(PIECE)):
        with pytest.raises(MalformedError):
            root.add(piece)
    for piece in (b"", bytes(PIECE + 1)):
        with pytest.raises(MalformedError):
            FileRoot().add(piece)


def test_a_seal_holds_for_one_file_one_salt_one_size() -> None:
    salted, root = objects.salt(KEY), sha256(b"root")
    seal = objects.seal_of(salted, root, 7)
    objects.check_seal(seal, salted, root, 7)
    for other in ((objects.salt(NAME), root, 7), (salted, sha256(b"other"), 7), (salted, root, 8)):
        with pytest.raises(ProofError):
            objects.check_seal(seal, *other)


def test_what_is_told_of_one_file_opens_nothing_else() -> None:
    assert len({KEY, objects.salt(KEY), objects.arrival_key(KEY)}) == 3
    assert objects.salt(KEY) != objects.salt(NAME)
    assert objects.arrival_key(KEY) != objects.arrival_key(NAME)


def test_trailer_makes_the_leaf_that_the_key_opens() -> None:
    seal = objects.seal_of(objects.salt(KEY), sha256(b"root"), 7)
    end = objects.trailer(KEY, seal)
    assert len(end) == TRAILER
    seed = os.urandom(32)
    entry = objects.object_entry(end, wrap_all([public_key(seed)], Label.RECORD.value, os.urandom), os.urandom)
    assert (len(entry.notice), len(entry.memo)) == (leaves.NOTICE, leaves.MEMO)
    objects.check_arrived(entry.leaf, objects.arrival_key(KEY), seal)
    record = leaves.open_record(seed, entry.record)
    assert (record.kind, record.salt, record.body) == ("object", objects.arrival_key(KEY), seal)
    leaves.check_record(entry.leaf, record, entry.notice, entry.memo)
    for leaf, arrival, one in (
        (bytes(48), objects.arrival_key(KEY), seal),
        (entry.leaf, objects.arrival_key(NAME), seal),
        (entry.leaf, objects.arrival_key(KEY), bytes(32)),
        (b"", objects.arrival_key(KEY), seal),
    ):
        with pytest.raises(ProofError):
            objects.check_arrived(leaf, arrival, one)
    with pytest.raises(ProofError):
        leaves.check_record(bytes(16) + entry.leaf[16:], record, entry.notice, entry.memo)
    with pytest.raises(MalformedError):
        objects.object_entry(end[1:], b"", os.urandom)
    with pytest.raises(MalformedError):
        objects.trailer(KEY, b"")


def test_decoys_fill_up_to_a_power_of_two() -> None:
    assert [objects.objects_count(real) for real in range(17)] == [0, 1, 2, 4, 4, *[8] * 4, *[16] * 8]
    for real in (-1, 17):
        with pytest.raises(MalformedError):
            objects.objects_count(real)
    size = objects.object_size(SMALLEST)
    assert len(objects.decoy(size, os.urandom)) == size
    with pytest.raises(MalformedError):
        objects.decoy(size - 1, os.urandom)


def test_a_ticket_is_for_one_object_of_one_length_of_one_report() -> None:
    one = objects.ticket(KEY, NAME, 100)
    assert len(one) == 32
    assert (
        len({one, objects.ticket(NAME, NAME, 100), objects.ticket(KEY, KEY, 100), objects.ticket(KEY, NAME, 101)}) == 4
    )
    for received, name in ((KEY[1:], NAME), (KEY, NAME[1:])):
        with pytest.raises(MalformedError):
            objects.ticket(received, name, 100)
