"""Text that hides or turns is seen to; living languages are left as they are (domain 10, A04)."""

import pytest

from client.console.marks import runs

TURNS = [0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
UNSEEN = [0x00, 0x1B, 0x7F, 0x85, 0xAD, 0x200B, 0x2028, 0x2060, 0xFEFF, 0xE0041, 0xE000]


@pytest.mark.parametrize("number", TURNS + UNSEEN, ids=hex)
def test_a_sign_that_cannot_be_seen_is_named(number: int) -> None:
    before, sign, after = runs(f"a{chr(number)}b")
    assert (before.text, before.note, after.text, after.note) == ("a", "", "b", "")
    assert (sign.text, sign.sign) == (f"U+{number:04X}", True)
    assert sign.note
    assert (sign.note != "cannot be seen") == (number in TURNS)


@pytest.mark.parametrize("word", ["раypal", "Αmana", "pаssword", "аdmin"])
def test_a_word_of_two_alphabets_is_marked(word: str) -> None:
    said, marked, more = runs(f"to {word} now")
    assert (said.note, marked.text, more.note) == ("", word, "")
    assert marked.note.startswith("mixes alphabets")


@pytest.mark.parametrize("word", ["ｐａｙｐａｌ", "𝐩𝐚𝐲", "ℌello"])
def test_letters_that_only_look_like_plain_ones_are_marked(word: str) -> None:
    assert [one.note for one in runs(word)] == ["has letters that only look like plain ones"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "She said: it was on Tuesday.\nThen nothing.",
        "Ярина з Києва",
        "می‌خواهم بروم",  # with the joiner that Persian needs
        "قالت إنّهم جاؤوا ليلاً",
        "क्षेत्र में",
        "東京タワーへ行く",
        "한국漢字",
        "Việt Nam, Nguyễn, Çağla, naïve",
        "Site 12, км 40",
    ],
)
def test_a_living_language_is_shown_as_it_is(text: str) -> None:
    assert [(one.text, one.note) for one in runs(text)] == ([(text, "")] if text else [])


def test_a_pile_of_accents_is_cut() -> None:
    found = runs("e" + "\u0301" * 400 + "!")
    assert len([one for one in found if one.note == "a pile of accents"]) > 300
    assert (found[0].note, found[-1].text) == ("", "!")


def test_nothing_is_lost() -> None:
    text = "x\u202eа1 раypal ｐ\u0000\u2069 end\n"
    whole = "".join(chr(int("0x" + one.text[2:], 0)) if one.sign else one.text for one in runs(text))
    assert whole == text
