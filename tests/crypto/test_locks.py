"""A share does not say whether it is a true one (protocol 3.2, 3.3)."""

import os
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import locks
from crypto.errors import MalformedError, OpenError
from crypto.sections import Section
from tests.vectors.stream import Stream

SECRET = bytes(range(32))


@settings(max_examples=60)
@given(threshold=st.integers(1, 5), more=st.integers(0, 5), others=st.integers(0, 20), seed=st.binary(max_size=8))
def test_true_and_random_shares_have_one_form(threshold: int, more: int, others: int, seed: bytes) -> None:
    true, fake = locks.split(SECRET, threshold, threshold + more, others, Stream(seed))
    both = [*true, *fake]
    assert (len(true), len(fake)) == (threshold + more, others)
    assert all(len(share) == locks.SHARE for share in both)
    numbers = [share[-1] for share in both]
    if threshold == 1:
        assert set(numbers) == {0}
        assert set(true) == {SECRET + b"\0"}
    else:
        assert len(set(numbers)) == len(both)
        assert 0 not in numbers
    assert locks.combine(true[-threshold:], threshold) == SECRET
    if threshold > 1 and fake:
        assert locks.combine([*true[: threshold - 1], fake[0]], threshold) != SECRET


def test_numbers_say_nothing_about_order() -> None:
    """True shares get any x: over many splits, each of 1..255 about as often."""
    draw = Stream(b"numbers")
    seen = Counter(share[-1] for _ in range(1500) for share in locks.split(SECRET, 2, 2, 1, draw)[0])
    assert set(seen) == set(range(1, 256))
    assert max(seen.values()) < 40  # 12 expected


def test_what_cannot_be_split() -> None:
    for threshold, holders, others in ((0, 2, 0), (3, 2, 0), (2, 200, 56), (1, 0, 3)):
        with pytest.raises(MalformedError):
            locks.split(SECRET, threshold, holders, others, os.urandom)


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=40) | st.binary(min_size=33, max_size=33), max_size=5), st.integers(0, 5))
def test_combine_gives_a_secret_or_does_not_open(shares: list[bytes], threshold: int) -> None:
    try:
        assert len(locks.combine(shares, threshold)) == locks.SECRET
    except OpenError:
        return


def test_subsets_find_the_secret_beside_a_wrong_share() -> None:
    true, fake = locks.split(SECRET, 2, 3, 1, Stream(b"subsets"))
    assert locks.subsets([fake[0], *true], 2).count(SECRET) == 3
    assert SECRET not in locks.subsets([fake[0], true[0]], 2)
    assert locks.subsets(true[:1], 2) == []
    assert locks.subsets([], 1) == []
    many = [os.urandom(32) + bytes([i + 1]) for i in range(40)]
    assert len(locks.subsets(many, 3)) == locks.SUBSETS


def test_three_locks_where_custodians_watch() -> None:
    assert {section: len(locks.lock_names(section)) for section in Section} == {0: 2, 1: 2, 2: 3, 3: 2, 4: 3}


@given(bound=st.integers(1, 256), seed=st.binary(max_size=4))
def test_below_is_below(bound: int, seed: bytes) -> None:
    assert 0 <= locks.below(bound, Stream(seed)) < bound
