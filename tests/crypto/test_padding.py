"""Padding is exact, and carries nothing (protocol 1.6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError
from crypto.padding import PREFIX, pad, smallest, unpad


@given(content=st.binary(max_size=200), more=st.integers(0, 100))
def test_round_trip(content: bytes, more: int) -> None:
    bucket = len(content) + PREFIX + more
    padded = pad(content, bucket)
    assert len(padded) == bucket
    assert unpad(padded) == content
    with pytest.raises(MalformedError):
        pad(content, len(content) + PREFIX - 1)


@given(content=st.binary(max_size=50), more=st.integers(1, 50), data=st.data())
def test_a_mark_in_the_padding_is_refused(content: bytes, more: int, data: st.DataObject) -> None:
    padded = bytearray(pad(content, len(content) + PREFIX + more))
    place = data.draw(st.integers(PREFIX + len(content), len(padded) - 1))
    padded[place] = data.draw(st.integers(1, 255))
    with pytest.raises(MalformedError):
        unpad(bytes(padded))


@given(st.binary(max_size=64))
def test_anything_else_is_malformed(data: bytes) -> None:
    try:
        assert pad(unpad(data), len(data)) == data
    except MalformedError:
        return


def test_the_smallest_bucket_that_fits() -> None:
    assert [smallest(bytes(size), (8, 16)) for size in (0, 4, 5, 12)] == [8, 8, 16, 16]
    with pytest.raises(MalformedError):
        smallest(bytes(13), (8, 16))
