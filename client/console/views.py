"""Opened sections as fields for a page: our names for them, her words as they are, and what to know before reading."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from client import contents
from client.console import wording
from client.contents import Card, Evidence, Identity, Story
from crypto.errors import MalformedError
from crypto.sections import Section
from policies.vocabulary import VALUES, consent_choices, in_words

_SCREEN: Final = 600  # characters of a field after which it gets a frame of its own to scroll in
_GRAVE: Final = {
    "T02": "Someone was hurt or killed.",
    "T03": "Someone was taken, is held or is missing.",
    "T04": "Sexual violence.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One field. `hers` is text that somebody typed: its direction is its own, and every sign in it is shown."""

    name: str
    values: tuple[str, ...]
    hers: bool = False

    @property
    def long(self) -> bool:
        """Whether it needs a frame of its own."""
        return self.hers and sum(map(len, self.values)) > _SCREEN


def fields(section: Section, content: bytes) -> list[Shown]:
    """Return what is in a section. What is not in its form is given in hex: she must be able to see it."""
    try:
        read = contents.read(section, content)
    except MalformedError:
        return [Shown("This section is not in its form. Its bytes", (content.hex(),), hers=True)]
    match read:
        case Card():
            found = _card(read)
        case Story():
            found = _story(read)
        case Identity():
            found = _identity(read)
        case Evidence():
            found = _files(read)
    return [one for one in found if any(one.values)]


def _card(card: Card) -> Iterator[Shown]:
    def several(name: str, part: str, codes: Iterable[str]) -> Shown:
        return Shown(name, tuple(wording.word(part, one) for one in codes), hers=True)

    yield several("What it is about", "tiles", card.tiles)
    yield several("Around it", "context_flags", card.context)
    yield Shown(
        "Who did it",
        tuple(
            "; ".join(
                (
                    wording.word("actors", kind),
                    wording.word("involvement", involvement),
                    wording.word("identification_basis", basis),
                )
            )
            for kind, involvement, basis in card.actors
        ),
        hers=True,
    )
    yield several("Who is affected", "who_affected", card.who)
    yield several("How many", "count_band", [card.count])
    yield Shown("Someone under 18", _said(card.minor), hers=True)
    precision, country, area, district, kind = card.place
    place = [one for one in (country, area, district) if one]
    yield Shown("Where", (", ".join((*place, *([wording.word("place_type", kind)] if kind else []))),), hers=True)
    yield Shown("How exact the place is", _said(in_words("location_precision").get(precision, precision)), hers=True)
    fineness, value, ongoing = card.time
    yield Shown("When", (" ".join(one for one in (value, "and it goes on" if ongoing else "") if one),), hers=True)
    yield Shown("How exact the time is", _said(in_words("time_precision").get(fineness, fineness)), hers=True)
    dimensions, levels, effects = card.harm
    yield several("Harm", "harm_dimension", dimensions)
    yield several("Harm to", "harm_level", levels)
    yield several("What it did", "harm_effect", effects)
    yield several("Who tells it", "source_link", [card.source_link])
    yield Shown("Consent given by", _said(card.given_by), hers=True)
    mode, window, never_outside = card.reply
    yield Shown("How she can be answered", _said(mode), hers=True)
    yield Shown("She can look safely from", (window,), hers=True)
    yield Shown("Outside of this service", ("never to be contacted",) if never_outside else ("may be contacted",))


def _said(code: str) -> tuple[str, ...]:
    return (wording.word("minor", code),) if code else ()


def _story(story: Story) -> Iterator[Shown]:
    yield Shown("Her words", (story.text,), hers=True)
    for number, (seconds, transcript) in enumerate(story.voice, 1):
        yield Shown(f"Spoken, {seconds} seconds (part {number}, written down, not confirmed)", (transcript,), hers=True)
    for kind, unit, person in story.accused:
        yield Shown(f"Accused: {wording.word('actors', kind)}", tuple(one for one in (unit, person) if one), hers=True)
    for purpose, names in story.recipients:
        label = in_words("consent_purposes").get(purpose, purpose)
        yield Shown(f"May be given on, for “{label}”, to", tuple(names), hers=True)


def _identity(identity: Identity) -> Iterator[Shown]:
    yield Shown("Her name", (identity.name,), hers=True)
    yield Shown("How to reach her", (identity.contact,), hers=True)
    yield Shown("Exact place", (identity.place,), hers=True)
    for role, name, knows, consent in identity.others:
        said = (role, name, f"knows: {knows or 'not said'}", *([f"consent by: {consent}"] if consent else []))
        yield Shown("Somebody else", tuple(one.replace("_", " ") for one in said if one), hers=True)


def _files(listed: Evidence) -> Iterator[Shown]:
    for number, piece in enumerate(listed.pieces, 1):
        where = "came with the report" if piece.object else "described only; it is still with her"
        said = (piece.kind, piece.media, f"{piece.size:,} bytes", ", ".join(piece.contains), where)
        yield Shown(f"File {number}", tuple(one.replace("_", " ") for one in said if one), hers=True)


def agreed(consent: bytes) -> list[str]:
    """Return the codes of what she agreed to; with her identity where she said so, and without it otherwise."""
    choices = consent_choices(consent)
    return [
        f"{code} with her identity" if one == VALUES[3] else code for code, one in choices.items() if one in VALUES[2:]
    ]


def consent(rules: bytes) -> list[tuple[str, str]]:
    """Return what she agreed to: each purpose in words, and her choice."""
    labels = in_words("consent_purposes")
    return [(labels[code], wording.CHOICES[choice]) for code, choice in consent_choices(rules).items()]


def care(card: Card | None, tier: int | None) -> list[str]:
    """Return what to know before a section is opened: never what is in it, only what kind of thing may be."""
    if card is None:
        return ["Nothing is known yet about what this report holds. It may be hard to read."]
    found = [_GRAVE[tile] for tile in card.tiles if tile in _GRAVE]
    effects = card.harm[2]
    found += ["Somebody died."] if "DEATH" in effects else []
    found += ["Somebody was injured badly."] if "INJURY_SERIOUS" in effects else []
    found += ["A child is affected."] if card.minor.upper() == "YES" else []
    found += ["It is of the third tier: the hardest things are told here."] if tier == 3 else []  # noqa: PLR2004
    return found or ["Nothing of the hardest kind was ticked. Her words may still be hard to read."]
