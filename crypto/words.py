"""Twelve words, and all that follows from them (protocol 2). Never stretched: they are 128 random bits."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from mnemonic import Mnemonic

from crypto.errors import MalformedError
from crypto.hashing import derive, digest, sha256
from crypto.hybrid import Draw
from crypto.labels import Label, sized

ENTROPY: Final = 16  # bytes
LANGUAGES: Final = {
    "en": "english",
    "fr": "french",
    "es": "spanish",
    "pt": "portuguese",
    "it": "italian",
    "cs": "czech",
    "ja": "japanese",
    "ko": "korean",
    "zh-Hans": "chinese_simplified",
    "zh-Hant": "chinese_traditional",
}  # fmt: skip - ten languages whose lists agree between Python and the page
_DIGITS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GateKeys:
    """What one gate and she share for one envelope."""

    gate_key: bytes
    link: bytes

    @property
    def log_key(self) -> bytes:
        """Finds decisions in the log."""
        return log_key(self.gate_key)

    @property
    def consent_key(self) -> bytes:
        """MACs of consent messages."""
        return derive(self.gate_key, Label.CONSENT_KEY)

    @property
    def answer_key(self) -> bytes:
        """The gate's half of an answer's key."""
        return derive(self.gate_key, Label.ANSWER_KEY)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """Keys of the n-th envelope of one set of words."""

    entropy: bytes
    number: int

    def _derive(self, label: Label) -> bytes:
        return derive(self.entropy, label, self.number.to_bytes(4, "big"))

    @property
    def withdrawal(self) -> bytes:
        """The preimage W_n. Whoever shows it closes the report."""
        return self._derive(Label.WITHDRAWAL_KEY)

    @property
    def withdrawal_hash(self) -> bytes:
        """What the header says of it."""
        return digest(Label.WITHDRAWAL_HASH, self.withdrawal)

    @property
    def reply(self) -> bytes:
        """Her half of an answer's key; in the card."""
        return self._derive(Label.REPLY_KEY)

    @property
    def received(self) -> bytes:
        """R_n, which opens her received leaf."""
        return self._derive(Label.RECEIVED_KEY)

    def gate(self, name: str) -> GateKeys:
        """Keys shared with one gate."""
        who = sized(name.encode())
        return GateKeys(
            gate_key=derive(self.entropy, Label.GATE_KEY, who, self.number.to_bytes(4, "big")),
            link=derive(self.entropy, Label.LINK_KEY, who),
        )


def log_key(gate_key: bytes) -> bytes:
    """log_g of K_g; the gate computes it from its slot."""
    return derive(gate_key, Label.LOG_KEY)


@cache
def _list(language: str) -> Mnemonic:
    if language not in LANGUAGES:
        raise MalformedError("no word list for this language")
    return Mnemonic(LANGUAGES[language])


def new(draw: Draw, language: str = "en") -> str:
    """Return twelve new words of one of `LANGUAGES`."""
    return str(_list(language).to_mnemonic(draw(ENTROPY)))


def new_digits(draw: Draw) -> str:
    """Return the same as forty digits in ten groups, for languages without a list and for saying aloud."""
    return digits(draw(ENTROPY))


def digits(entropy: bytes) -> str:
    """Protocol 2.4."""
    number = int.from_bytes(entropy, "big") << 4 | sha256(entropy)[0] >> 4
    text = str(number).zfill(_DIGITS)
    return " ".join(text[i : i + 4] for i in range(0, _DIGITS, 4))


def entropy_of(words: str) -> bytes:
    """Return the 16 bytes of twelve words (any listed language, any case) or forty digits (any script)."""
    text = unicodedata.normalize("NFKD", words).strip()
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    if re.fullmatch(r"[\d\s-]+", plain):
        return _of_digits(re.sub(r"[\s-]", "", plain))
    for language in LANGUAGES:
        try:
            entropy = bytes(_list(language).to_entropy(" ".join(text.lower().split())))
        except (ValueError, LookupError):
            continue
        if len(entropy) == ENTROPY:
            return entropy
    raise MalformedError("these are not twelve words of one list; one of them may be mistyped")


def _of_digits(text: str) -> bytes:
    number = int(text) if len(text) == _DIGITS else 1 << 132
    entropy = (number >> 4).to_bytes(ENTROPY + 1, "big")[1:]
    if number >> 132 or sha256(entropy)[0] >> 4 != number & 0xF:
        raise MalformedError("these are not forty digits; one of them may be mistyped")
    return entropy


def keys(words: str, number: int = 0) -> Keys:
    """Return the keys of the envelope `number` of these words. Raise MalformedError for a typo."""
    if not 0 <= number < 1 << 32:
        raise MalformedError("number")
    return Keys(entropy=entropy_of(words), number=number)
