"""What an operator tells reporters in their languages: hours, duty to report, help near them (protocol 8.3)."""

import re
from typing import Final

from crypto.canonical import Message, require
from crypto.limits import limit

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?\Z")
# No control characters, line breaks or turns of direction: one line of text can neither hide nor reorder another.
# Joiners and marks of direction stay: Persian, Arabic and many scripts of India cannot be written without them.
UNSAFE: Final = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LAST_DAY: Final = 65535


def _check_line(text: str, most: int, *, needed: bool) -> None:
    require(len(text) <= most and (bool(text.strip(" ")) or not (needed or text)), "length of words")
    require(UNSAFE.search(text) is None, "characters of words")


class Help(Message, kw_only=True):
    """One place to turn to."""

    name: str
    how: str  # a number, an address, hours: as people there would say it
    checked: int  # day (since 1970) on which somebody made sure that it answers

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        _check_line(self.name, limit("words_name"), needed=True)
        _check_line(self.how, limit("words_text"), needed=True)
        require(0 <= self.checked <= _LAST_DAY, "day of words")


class Wording(Message, kw_only=True):
    """All of it in one language. An empty text means that the standard text is shown, marked as such."""

    language: str
    hours: str  # when somebody reads
    duty: str  # what the law makes readers report
    help: list[Help]

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(_LANGUAGE.match(self.language) is not None, "language of words")
        for text in (self.hours, self.duty):
            _check_line(text, limit("words_text"), needed=False)
        require(len(self.help) <= limit("words_help"), "help of words")
        for one in self.help:
            one.check()


def check(words: list[Wording]) -> None:
    """Raise MalformedError where there are too many, one language twice, or one is out of its bounds."""
    require(len(words) <= limit("words_languages"), "words")
    require(len({one.language for one in words}) == len(words), "one language twice")
    for one in words:
        one.check()
