"""Sections say little by their size, and open to their own key alone (protocol 3.1, 3.4, 3.5)."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import sections
from crypto.errors import MalformedError, OpenError
from crypto.limits import limit
from crypto.sections import BUCKETS, SEALED_SIZES, Section, seal_section, section_key, unseal_section

KEY, NONCE = bytes(range(32)), bytes(range(32, 64))


def test_twenty_characters_and_two_thousand_are_the_same_size() -> None:
    small, large = (seal_section(Section.STORY, NONCE, KEY, b"x" * size) for size in (20, 2000))
    assert len(small) == len(large)


@pytest.mark.parametrize("section", Section)
def test_every_bucket_has_its_sealed_size(section: Section) -> None:
    for bucket, sealed_size in zip(BUCKETS[section], SEALED_SIZES[section], strict=True):
        content = os.urandom(bucket - 4)
        sealed = seal_section(section, NONCE, KEY, content)
        assert len(sealed) == sealed_size == sections.sealed_size(bucket)
        assert unseal_section(section, NONCE, KEY, sealed) == content
    with pytest.raises(MalformedError):
        seal_section(section, NONCE, KEY, bytes(BUCKETS[section][-1] - 3))


SEALED = seal_section(Section.CARD, NONCE, KEY, b"a card")


@settings(max_examples=80)
@given(place=st.integers(0, len(SEALED) - 1), change=st.integers(1, 255))
def test_any_changed_byte_closes_it(place: int, change: int) -> None:
    bad = bytearray(SEALED)
    bad[place] ^= change
    with pytest.raises(OpenError):
        unseal_section(Section.CARD, NONCE, KEY, bytes(bad))


def test_chunks_of_a_long_story_keep_their_places() -> None:
    sealed = seal_section(Section.STORY, NONCE, KEY, os.urandom(limit("story_bucket_middle") - 4))
    first, second = slice(56, 56 + 16400), slice(56 + 16400, 56 + 32800)
    for bad in (
        sealed[: first.start] + sealed[second] + sealed[first] + sealed[second.stop :],
        sealed[: second.start],
        sealed[: second.stop],
        sealed[: second.start] + sealed[second.stop :],
        sealed[:72],
    ):
        with pytest.raises(OpenError):
            unseal_section(Section.STORY, NONCE, KEY, bad)


def test_another_key_nonce_or_section() -> None:
    for section, nonce, key, sealed in (
        (Section.CARD, NONCE, bytes(32), SEALED),
        (Section.CARD, bytes(32), KEY, SEALED),
        (Section.STORY, NONCE, KEY, SEALED),
        (Section.CARD, NONCE, KEY, b""),
        (Section.CARD, NONCE, KEY, SEALED[:-1]),
        (Section.CARD, NONCE, KEY, SEALED + b"\0"),
    ):
        with pytest.raises(OpenError):
            unseal_section(section, nonce, key, sealed)


def test_a_key_follows_from_every_part() -> None:
    one, two, three = (bytes([i] * 32) for i in (1, 2, 3))
    keys = {
        section_key(section, nonce, secrets)
        for section in Section
        for nonce in (NONCE, bytes(32))
        for secrets in ([one, two], [two, one], [one, two, three], [one, two + three], [one + two, three])
    }
    assert len(keys) == 5 * 2 * 5
