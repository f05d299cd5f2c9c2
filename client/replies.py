"""Words to answer a reporter with, and words that had better not be in an answer."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from client.contents import Card
from client.errors import UsageError

LANGUAGES: Final = ("en", "fr", "es", "ar")
_VIA: Final = "via_field_officer"
_WHEN: Final = "when"
_UNSAFE: Final[Mapping[str, str]] = {
    r"\bvictims?\b|\balleged|\bcomplain": "say “you”, “the person affected”, “what you saw”",
    r"\bprove\b|\bwhy did you\b": "say “if you know” and “only if you want”",
    r"\bwe will help\b|\bwe promise\b|\bguarantee": "promise nothing that is not yours to keep",
    r"100 ?%|\bcompletely (?:safe|secure|anonymous)\b": "say what can still go wrong",
    r"\+?\d[\d ().-]{6,}\d|[\w.+-]+@[\w-]+\.\w": "whoever sees this number or address sees with whom she is in touch",
    r"\b(?:call|phone|e-?mail|text|visit) you\b|\bcome to your\b": "never reach her outside; she said so, or could not",
}


@cache
def _all() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(files("data").joinpath("replies.json").read_text("utf-8"))[
        "replies"
    ]
    return found


def names() -> dict[str, str]:
    """Return each template's name, and when it is for."""
    return {name: texts[_WHEN] for name, texts in _all().items()}


def text(name: str, language: str) -> str:
    """Return a template in her language, or in English where there is none. Raise UsageError for another name."""
    if name not in _all():
        raise UsageError("There are no such words.", f"Known are {', '.join(_all())}.")
    return _all()[name][language if language in LANGUAGES else LANGUAGES[0]]


def careful(said: str) -> list[str]:
    """Return what to think about before this is sent. It looks for some English words only, and forbids nothing."""
    return [advice for pattern, advice in _UNSAFE.items() if re.search(pattern, said, re.IGNORECASE)]


def whole(template: str | None, language: str, own: str) -> str:
    """Return what would be sent: the words of a template, then her own."""
    return "\n\n".join(one for one in ("" if template is None else text(template, language), own) if one)


def cautions(card: Card) -> list[str]:
    """Return what the card asks of whoever writes to her."""
    mode, window, never_outside = card.reply
    found = []
    if window:
        found.append(f"she can look safely only from {window}; never ask her to come at another hour")
    if never_outside:
        found.append("she wants to be reached here only, never outside")
    if mode == _VIA:
        found.append("a field officer has the words and reads this first; write nothing that she must read alone")
    return found
