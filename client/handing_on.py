"""Hand a section on to somebody outside: what is asked first, what stays here, what goes beside it (protocol 11.11)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from client import contents
from client.errors import RefusedError, UsageError
from client.reading import fields, lines, visible
from crypto.errors import MalformedError
from crypto.sections import Section
from crypto.slip import PURPOSES
from policies import wording
from policies.vocabulary import consent_choices

GUESS: Final = "Could anyone who reads this guess who told it? (few who knew, one date, an odd phrase)"
HARM: Final = "Could anyone who is named in it be harmed, and did not agree?"
REDACT: Final = (
    "You said that somebody could be guessed or harmed. Change or take out what tells it before this leaves your hands."
)
WORDS: Final = (
    "What stands below was told in confidence and for the purpose that is named here, and for no other. She may take "
    "her consent back; what you have then, please destroy."
)
_AUDITOR: Final = "Tell an auditor."
_LONGEST: Final = 60  # characters of a recipient
_KNOWS: Final = "knows"
_HERS: Final = ("reply", "consent", "given_by", "mode")  # of a card: how she is reached, and what she allowed to whom


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingOn:
    """What somebody wants to hand on, to whom, what for, and what she answered to the two questions."""

    purpose: str
    recipient: str
    guess: bool
    harm: bool

    def check(self) -> None:
        """Raise UsageError for a recipient that is no single short line."""
        shown = self.recipient.strip()
        if (
            shown != self.recipient
            or not shown
            or len(shown) > _LONGEST
            or ";" in shown
            or wording.UNSAFE.search(shown)
        ):
            raise UsageError(
                f"A recipient is one line of at most {_LONGEST} characters, without a semicolon.",
                "Name one organisation or office, as she would know it.",
            )

    @property
    def careful(self) -> bool:
        """Whether a second person must agree, whatever the rules ask for."""
        return self.guess or self.harm

    def reason(self, because: str) -> str:
        """Return the justification: recipient and answers first, so that an auditor can look for them."""
        return f"to {self.recipient}; guess {_yes(self.guess)}; harm {_yes(self.harm)}; {because}"

    def check_named(self, story: bytes) -> None:
        """Raise RefusedError when her story names recipients for this purpose, and not this one."""
        try:
            named = dict(contents.Story.decode(story, limit=len(story)).recipients).get(self.purpose, [])
        except MalformedError:
            raise RefusedError("Her story is not in its form, so nobody can see whom she named.", _AUDITOR) from None
        if named and self.recipient.casefold() not in [one.casefold() for one in named]:
            raise RefusedError(
                f"She named for this: {'; '.join(map(visible, named))}. Nothing was written.",
                "Name one of them as she wrote it, or write to her and ask.",
            )


def _yes(answer: bool) -> str:  # noqa: FBT001
    return "yes" if answer else "no"


def portion(section: Section, content: bytes) -> tuple[dict[str, Any], int]:
    """Return what of a section may leave, and how many people it leaves out. Raise RefusedError for what has no form.

    Whoever does not know that she is named, or could not be asked, stays here; so does how the reporter is reached.
    """
    found = fields(section, content)
    if "malformed" in found:
        raise RefusedError(f"The {section.label} is not in its form.", _AUDITOR)
    if section is Section.CARD:
        return {name: value for name, value in found.items() if name not in _HERS}, 0
    if section is Section.STORY:
        return {name: value for name, value in found.items() if name != "recipients"}, 0
    others = found["others"]
    known = [one for one in others if one[2] == _KNOWS]
    return found | {"others": known}, len(others) - len(known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What is handed on, as one document: her consent, and the lines of the log that say that it was."""

    handing_on: HandingOn
    consent: str  # value of the vocabulary, for this purpose
    day: str
    leaves: Mapping[str, Sequence[int]]  # by gate
    portions: Mapping[Section, dict[str, Any]]
    left_out: int

    def to_json(self) -> str:
        """Return it for programs: ASCII, and nothing in it is a formula or markup."""
        return (
            json.dumps({**self._head(), **{one.label: found for one, found in self.portions.items()}}, indent=1) + "\n"
        )

    def to_text(self) -> str:
        """Return it for people. Text of hers is behind a bar, as on a reviewer's own screen."""
        head = [f"{name.replace('_', ' ')}: {visible(str(value))}" for name, value in self._head().items()]
        body = [line for one, found in self.portions.items() for line in (f"== {one.label} ==", *lines(found))]
        return "\n".join([WORDS, "", *head, "", *body]) + "\n"

    def _head(self) -> dict[str, Any]:
        return {
            "purpose": self.handing_on.purpose,
            "recipient": self.handing_on.recipient,
            "consent": self.consent,
            "day": self.day,
            "log": ", ".join(f"{gate} {index}" for gate, found in sorted(self.leaves.items()) for index in found),
            "people_left_out": self.left_out,
        }


def value_of(consent: bytes, purpose: str) -> str:
    """Return what she chose for a purpose, as the gates said it now."""
    if len(consent) != PURPOSES:
        raise RefusedError("The gates did not say what she agreed to.", "Try again later.")
    return consent_choices(consent)[purpose]
