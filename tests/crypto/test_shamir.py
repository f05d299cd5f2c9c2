"""Any t shares give the secret, fewer give nothing; `pyshamir` agrees (protocol 3.3)."""

from itertools import combinations

import pyshamir  # type: ignore[import-untyped]  # it says nothing of its types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import shamir
from crypto.errors import MalformedError

SHAPES = st.integers(2, 6).flatmap(lambda n: st.tuples(st.integers(2, n), st.just(n)))


@st.composite
def splits(draw: st.DrawFn) -> tuple[bytes, int, list[bytes]]:
    threshold, count = draw(SHAPES)
    secret = draw(st.binary(min_size=1, max_size=40))
    xs = draw(st.lists(st.integers(1, 255), min_size=count, max_size=count, unique=True))
    size = (threshold - 1) * len(secret)
    coefficients = draw(st.binary(min_size=size, max_size=size))
    return secret, threshold, shamir.split(secret, threshold, xs, coefficients)


@settings(max_examples=60)
@given(splits())
def test_any_t_shares_combine(made: tuple[bytes, int, list[bytes]]) -> None:
    secret, threshold, shares = made
    for chosen in combinations(shares, threshold):
        assert shamir.combine(chosen) == secret
        assert shamir.combine(chosen[::-1]) == secret
        assert bytes(pyshamir.combine([bytearray(share) for share in chosen])) == secret
    assert shamir.combine(shares) == secret  # more than t lie on the same polynomial


@settings(max_examples=60)
@given(x=st.integers(1, 255), y=st.integers(0, 255), secret=st.integers(0, 255), threshold=st.integers(2, 4))
def test_fewer_than_t_fit_every_secret(x: int, y: int, secret: int, threshold: int) -> None:
    """For one share of one byte, and any secret, there is exactly one last coefficient that explains it."""
    others = [x % 255 + 1, (x + 1) % 255 + 1, (x + 2) % 255 + 1]
    fits = [
        low
        for low in range(256)
        if shamir.split(bytes([secret]), threshold, [x, *others], bytes(threshold - 2) + bytes([low]))[0][0] == y
    ]
    assert len(fits) == 1


def test_fewer_than_t_do_not_combine() -> None:
    secret = bytes(range(32))
    shares = shamir.split(secret, 3, [5, 6, 7, 8], bytes(range(100, 164)))
    for chosen in combinations(shares, 2):
        assert shamir.combine(chosen) != secret


@pytest.mark.parametrize(("threshold", "count"), [(2, 2), (2, 5), (3, 5), (5, 9)])
def test_we_combine_what_pyshamir_splits(threshold: int, count: int) -> None:
    for secret in (bytes(32), bytes(range(32)), b"\xff" * 32):
        shares = [bytes(share) for share in pyshamir.split(secret, count, threshold)]
        for chosen in combinations(shares, threshold):
            assert shamir.combine(chosen) == secret


@given(st.lists(st.binary(max_size=5), max_size=5))
def test_anything_else_is_malformed(shares: list[bytes]) -> None:
    try:
        assert len(shamir.combine(shares)) == len(shares[0]) - 1
    except MalformedError:
        return
    assert len({share[-1] for share in shares}) == len(shares) >= 2
