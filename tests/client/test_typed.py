"""Words as somebody types them in a hurry: what is wrong is said by its place, and nothing is said again."""

import os

import pytest

from client import typed
from client.errors import UsageError
from crypto import words

SAID = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def wrong(said: str) -> str:
    with pytest.raises(UsageError) as refused:
        typed.entropy(said)
    assert not any(word in f"{refused.value.sentence} {refused.value.next_step}" for word in ("legal", "7777", "zzz"))
    return refused.value.sentence


@pytest.mark.parametrize("language", sorted(words.LANGUAGES))
def test_any_list_any_case_any_spaces(language: str) -> None:
    said = words.new(os.urandom, language)
    entropy = words.entropy_of(said)
    assert typed.entropy(f"  {said.upper()} \n") == entropy
    assert typed.entropy("\u3000".join(said.split())) == entropy


def test_digits_of_any_script() -> None:
    said = words.new_digits(os.urandom)
    arabic = said.translate({ord("0") + digit: 0x660 + digit for digit in range(10)})
    persian = said.translate({ord("0") + digit: 0x6F0 + digit for digit in range(10)})
    burmese = said.translate({ord("0") + digit: 0x1040 + digit for digit in range(10)})
    assert {typed.entropy(one) for one in (said, arabic, persian, burmese, said.replace(" ", "-"))} == {
        words.entropy_of(said)
    }


def test_what_is_not_in_the_list_is_named_by_its_place() -> None:
    assert wrong(SAID.replace("year", "yearr")) == "Word 4 is not in the list."
    assert wrong(SAID.replace("thank", "zzz")) == "Words 3, 11 are not in the list."
    assert wrong("zzz zzz").startswith("None of this is a word of a list.")
    assert wrong("").startswith("None of this")


def test_too_few_too_many_and_words_that_do_not_belong_together() -> None:
    assert wrong(" ".join(SAID.split()[:11])) == "These are 11 words; it takes 12."
    assert wrong(f"{SAID} legal") == "These are 13 words; it takes 12."
    assert "do not belong together" in wrong(SAID.replace("winner thank year", "winner year thank"))


def test_digits_that_do_not_hold() -> None:
    said = words.digits(bytes(16))
    assert wrong(said[:-1]) == "These are 9 groups of 4 digits and 3 more; it takes 10 groups."
    assert "do not belong together" in wrong(said[:-1] + ("1" if said[-1] != "1" else "2"))
