"""Twelve words of ten languages, or forty digits of any script (protocol 2)."""

import os
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from crypto import words
from crypto.errors import MalformedError
from tests.vectors.stream import Stream

ENTROPY = st.binary(min_size=16, max_size=16)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_ten_languages_however_they_are_typed(language: str) -> None:
    assert list(words.LANGUAGES) == ["en", "fr", "es", "pt", "it", "cs", "ja", "ko", "zh-Hans", "zh-Hant"]
    draw = Stream(language.encode())
    for _ in range(5):
        twelve = words.new(draw, language)
        entropy = words.entropy_of(twelve)
        assert Mnemonic(words.LANGUAGES[language]).to_entropy(twelve.split()) == entropy
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            typed = unicodedata.normalize(form, twelve)
            for text in (typed, typed.upper(), typed.title(), "\n " + typed.replace(" ", " \t ") + "\u3000"):
                assert words.entropy_of(text) == entropy


@given(ENTROPY)
def test_digits_round_trip_in_any_script(entropy: bytes) -> None:
    text = words.digits(entropy)
    assert len(text) == 49
    for zero in ("0", "٠", "۰", "०", "০", "၀", "០", "０", "𝟎"):
        typed = "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in text)
        for form in (typed, typed.replace(" ", ""), typed.replace(" ", "-"), f" {typed}\n"):
            assert words.entropy_of(form) == entropy


@settings(max_examples=60)
@given(entropy=ENTROPY, place=st.integers(0, 39), change=st.integers(1, 9))
def test_a_wrong_digit_is_mostly_noticed_and_never_crashes(entropy: bytes, place: int, change: int) -> None:
    text = words.digits(entropy).replace(" ", "")
    wrong = text[:place] + str((int(text[place]) + change) % 10) + text[place + 1 :]
    try:
        assert words.entropy_of(wrong) != entropy
    except MalformedError:
        return


@given(st.text(max_size=80))
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(MalformedError):
        words.entropy_of(text)


def test_fifteen_sixteenths_of_swaps_are_noticed() -> None:
    noticed = 0
    for i in range(200):
        twelve = words.new(Stream(b"swap %d" % i)).split()
        twelve[0], twelve[7] = twelve[7], twelve[0]
        try:
            words.entropy_of(" ".join(twelve))
        except MalformedError:
            noticed += 1
    assert noticed > 170


def test_keys_differ_by_number_gate_and_use() -> None:
    twelve = words.new(os.urandom)
    every = []
    for number in (0, 1, 256, 2**32 - 1):
        keys = words.keys(twelve, number)
        every += [keys.withdrawal, keys.withdrawal_hash, keys.reply, keys.received]
        for gate in ("a", "b", "aa"):
            shared = keys.gate(gate)
            every += [shared.gate_key, shared.log_key, shared.consent_key, shared.answer_key]
            assert shared.link == words.keys(twelve, 0).gate(gate).link  # the same for all n
    every += [words.keys(twelve, 0).gate(gate).link for gate in ("a", "b", "aa")]
    assert len(set(every)) == len(every)
    for number in (-1, 2**32):
        with pytest.raises(MalformedError):
            words.keys(twelve, number)
    with pytest.raises(MalformedError):
        words.new(os.urandom, "tlh")


def test_keys_are_not_printed() -> None:
    keys = words.keys(words.new(os.urandom))
    assert keys.entropy.hex() not in repr(keys)
    assert repr(keys.entropy) not in repr(keys)
    assert repr(keys.gate("a").link) not in repr(keys.gate("a"))


def test_new_words_and_new_digits_are_the_same_for_one_draw() -> None:
    said, dialled = words.new(Stream(b"draw")), words.new_digits(Stream(b"draw"))
    assert words.entropy_of(said) == words.entropy_of(dialled) == Stream(b"draw")(16)
    assert len(said.split()) == 12
    assert [len(group) for group in dialled.split()] == [4] * 10
