"""What a section may be asked for: what its reporter agreed to, and in words why not the rest (rules R4 and R8).

It only saves a refusal that would be written in the log. The gates decide, by what she said last.
"""

from dataclasses import dataclass
from typing import Final

from crypto.sections import Section
from policies.vocabulary import PURPOSES, consent_choices, in_words

TRIAGE: Final = "TRIAGE"
_COUNTED: Final = ("STATS", "DIALOGUE")
_NOT_YET: Final = "The card is not open, so it is not known here whether she agreed."
_WHY: Final = {
    "no": "She said no.",
    "ask_me_first": "She said: ask me first. Until she answers, that is a no.",
    "yes_without_identity": "She agreed, but without her identity.",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One purpose; `why` is empty when it can be asked for."""

    code: str
    label: str
    why: str


def offers(section: Section, consent: bytes | None) -> list[Offer]:
    """Return all purposes for one section. `consent` is a byte a purpose as in the card, or None while it is closed."""
    choices = None if consent is None else consent_choices(consent)
    labels = in_words("consent_purposes")
    return [
        Offer(code, labels[code], _why(code, section, None if choices is None else choices[code])) for code in PURPOSES
    ]


def _why(code: str, section: Section, choice: str | None) -> str:
    if code in _COUNTED:
        return "Numbers come from counting, never from a report that somebody opens for them."
    if choice is None:
        return "" if code == TRIAGE else _NOT_YET
    if choice == "yes_with_identity" or (code == TRIAGE and section is not Section.IDENTITY):
        return ""  # triage is why she sent it
    if choice == "yes_without_identity" and section is not Section.IDENTITY:
        return ""
    return _WHY[choice]
