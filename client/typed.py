"""Words as she types them: where a typo is, without saying a word of hers again (protocol 2, 14.2)."""

import re
import unicodedata
from functools import cache
from typing import Final

from mnemonic import Mnemonic

from client.errors import UsageError
from crypto import words
from crypto.errors import MalformedError

_WORDS, _DIGITS, _GROUP = 12, 40, 4
_AGAIN: Final = "Look at it again, slowly. Nothing was sent."


def entropy(said: str) -> bytes:
    """Return the 16 bytes of her words: any listed language, any case, any script's digits.

    Raise UsageError that says which word or group it is, and never what she typed.
    """
    try:
        return words.entropy_of(said)
    except MalformedError:
        raise UsageError(_wrong(said), _AGAIN) from None


def _wrong(said: str) -> str:
    text = unicodedata.normalize("NFKD", said).strip()
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    if re.fullmatch(r"[\d\s-]+", plain):
        return _wrong_digits(re.sub(r"[\s-]", "", plain))
    typed = text.lower().split()
    unknown = min((_unknown(typed, language) for language in words.LANGUAGES), key=len)
    if len(unknown) == len(typed):
        return "None of this is a word of a list. Are they in one language, and written as they were shown?"
    if unknown:
        places = ", ".join(map(str, unknown))
        return f"Word {places} is not in the list." if len(unknown) == 1 else f"Words {places} are not in the list."
    if len(typed) != _WORDS:
        return f"These are {len(typed)} words; it takes {_WORDS}."
    return "Each is a word of the list, but they do not belong together: two changed places, or one is another."


@cache
def _list(language: str) -> frozenset[str]:
    listed = Mnemonic(words.LANGUAGES[language]).wordlist
    return frozenset(unicodedata.normalize("NFKD", one) for one in listed)


def _unknown(typed: list[str], language: str) -> list[int]:
    known = _list(language)
    return [place for place, word in enumerate(typed, 1) if word not in known]


def _wrong_digits(digits: str) -> str:
    if len(digits) != _DIGITS:
        groups, rest = divmod(len(digits), _GROUP)
        more = f" and {rest} more" if rest else ""
        return f"These are {groups} groups of {_GROUP} digits{more}; it takes {_DIGITS // _GROUP} groups."
    return "There are forty digits, but they do not belong together: one is another, or two changed places."
