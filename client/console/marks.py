"""Text of somebody else, cut into what is shown as it is and what must be seen to be there.

Marked are: signs that cannot be seen or turn a line round, piles of accents, letters that only look like plain ones,
and words that mix alphabets. A word that is written in one alphabet throughout is shown as it is, whatever it imitates:
no rule could tell.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_JOINERS: Final = "\u200c\u200d"  # Persian, Arabic and Indic spelling needs them
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_PILE: Final = 5  # accents on one letter; living languages need up to three
_PARTS: Final = re.compile(r"[^\W\d_]+", re.UNICODE)
_TOGETHER: Final = ({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}, {"HANGUL", "CJK"})  # one word may have these
_NAMES: Final = {
    0x200E: "left-to-right mark",
    0x200F: "right-to-left mark",
    0x202A: "starts a line from left to right",
    0x202B: "starts a line from right to left",
    0x202C: "ends a turn of the line",
    0x202D: "turns the line: from left to right",
    0x202E: "turns the line: from right to left",
    0x2066: "starts a part from left to right",
    0x2067: "starts a part from right to left",
    0x2068: "starts a part of either direction",
    0x2069: "ends a part",
}


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text. `note` is empty for what is shown as it is; else it says why it is marked."""

    text: str
    note: str = ""
    sign: bool = False  # `text` stands for a sign that cannot be seen


def runs(text: str) -> list[Run]:
    """Cut a text into runs; the plain ones are as long as can be."""
    found: list[Run] = []
    for run in _by_sign(text):
        for part in [run] if run.sign else _by_word(run.text):
            if found and not part.note and not found[-1].note:
                found[-1] = Run(found[-1].text + part.text)
            else:
                found.append(part)
    return found


def _by_sign(text: str) -> Iterator[Run]:
    start, pile = 0, 0
    for place, char in enumerate(text):
        pile = pile + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if char in "\n" + _JOINERS or (pile <= _PILE and unicodedata.category(char) not in _HIDDEN):
            continue
        if start < place:
            yield Run(text[start:place])
        number = ord(char)
        yield Run(f"U+{number:04X}", _NAMES.get(number, "a pile of accents" if pile else "cannot be seen"), sign=True)
        start = place + 1
    if start < len(text):
        yield Run(text[start:])


def _by_word(text: str) -> Iterator[Run]:
    start = 0
    for match in _PARTS.finditer(text):
        if note := _note(match.group()):
            if start < match.start():
                yield Run(text[start : match.start()])
            yield Run(match.group(), note)
            start = match.end()
    if start < len(text):
        yield Run(text[start:])


def _note(word: str) -> str:
    if word.isascii():
        return ""
    scripts = {_script(char) for char in word if char.isalpha() and unicodedata.category(char) != "Lm"}
    if any(not char.isascii() and unicodedata.normalize("NFKC", char).isascii() for char in word if char.isalpha()):
        return "has letters that only look like plain ones"
    if len(scripts) > 1 and not any(scripts <= one for one in _TOGETHER):
        return "mixes alphabets: " + ", ".join(sorted(one.capitalize() for one in scripts))
    return ""


def _script(char: str) -> str:
    return unicodedata.name(char, "UNNAMED").partition(" ")[0]
