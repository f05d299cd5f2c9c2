"""The vocabulary: every code that a report may use, and the purposes she may consent to."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from crypto.canonical import require
from crypto.errors import MalformedError
from crypto.hashing import sha256
from crypto.slip import PURPOSES as PURPOSE_COUNT

Report = Mapping[str, Any]  # a report in the format of data/sample_reports.json

_DATA: Final = files("data").joinpath("vocabulary.json").read_bytes()
_WORDS: Final[Mapping[str, Any]] = json.loads(_DATA)

VALUES: Final = ("no", "ask_me_first", "yes_without_identity", "yes_with_identity")
PURPOSES: Final[tuple[str, ...]] = tuple(one["code"] for one in _WORDS["consent_purposes"])
_DEFAULTS: Final[Mapping[str, str]] = {one["code"]: one["default"] for one in _WORDS["consent_purposes"]}
_YES: Final = VALUES[2:]


def digest() -> bytes:
    """Return SHA-256 of the vocabulary file; the bundle names it."""
    return sha256(_DATA)


@cache
def codes(part: str) -> frozenset[str]:
    """Return the codes of one list of the vocabulary, e.g. `tiles` or `actors`."""
    return frozenset(one if isinstance(one, str) else one["code"] for one in _WORDS[part])


@cache
def in_words(part: str) -> Mapping[str, str]:
    """Return what a list of the vocabulary calls its codes, for those that it gives words."""
    named = (one for one in _WORDS[part] if not isinstance(one, str))
    return {str(one["code"]): one.get("plain") or one["label"] for one in named if "plain" in one or "label" in one}


@cache
def subtypes() -> frozenset[str]:
    """Return the codes of all sub-types of incidents, which reviewers use."""
    return frozenset(sub["code"] for category in _WORDS["categories"] for sub in category["subtypes"])


def consent_bytes(choices: Mapping[str, str]) -> bytes:
    """Return a byte a purpose, in the vocabulary's order. What she did not answer gets the vocabulary's default."""
    require(set(choices) <= set(PURPOSES) and set(choices.values()) <= set(VALUES), "consent")
    return bytes(VALUES.index(choices.get(purpose, _DEFAULTS[purpose])) for purpose in PURPOSES)


def consent_choices(consent: bytes) -> dict[str, str]:
    """Return the choices by purpose, all fifteen."""
    require(len(consent) == PURPOSE_COUNT and max(consent) < len(VALUES), "consent")
    return {purpose: VALUES[value] for purpose, value in zip(PURPOSES, consent, strict=True)}


def check_report(report: Report) -> None:
    """Raise MalformedError that names the fields, never their content, where a report does not use the vocabulary."""
    try:
        problems = sorted(set(_problems(report)))
    except (AttributeError, KeyError, TypeError) as error:
        raise MalformedError("form of the report") from error
    if problems:
        raise MalformedError(", ".join(problems))


def _problems(report: Report) -> Iterable[str]:
    slip, card = report["slip"], report.get("triage") or {}
    place, time, harm = (card.get(name) or {} for name in ("place", "time", "harm"))
    single = {
        "slip.urgency": ("urgency", slip["urgency"]),
        "slip.reviewer_preference": ("reviewer_preference", slip.get("reviewer_preference", "ANY")),
        "triage.count": ("count_band", card.get("count")),
        "triage.source_link": ("source_link", card.get("source_link")),
        "triage.place.precision": ("location_precision", place.get("precision")),
        "triage.place.type": ("place_type", place.get("type")),
        "triage.time.precision": ("time_precision", time.get("precision")),
    }
    several = {
        "triage.tiles": ("tiles", card.get("tiles")),
        "triage.context": ("context_flags", card.get("context")),
        "triage.who": ("who_affected", card.get("who")),
        "triage.harm.dimensions": ("harm_dimension", harm.get("dimensions")),
        "triage.harm.levels": ("harm_level", harm.get("levels")),
        "triage.harm.effects": ("harm_effect", harm.get("effects")),
    }
    for actor in card.get("actors") or ():
        single |= {
            "triage.actors.type": ("actors", actor["type"]),
            "triage.actors.involvement": ("involvement", actor["involvement"]),
            "triage.actors.basis": ("identification_basis", actor["basis"]),
        }
        yield from _unknown(single)
    yield from _unknown(single)
    for field, (part, values) in several.items():
        if not set(values or ()) <= codes(part):
            yield field
    for accused in report.get("accused") or ():
        if accused["type"] not in codes("actors"):
            yield "accused.type"
    if not set((report.get("coding") or {}).get("subtypes") or ()) <= subtypes():
        yield "coding.subtypes"
    yield from _incomplete(report)


def _unknown(single: Mapping[str, tuple[str, Any]]) -> Iterable[str]:
    """Name single codes that the vocabulary does not know; what was not given is no problem."""
    return (field for field, (part, value) in single.items() if value is not None and value not in codes(part))


def _incomplete(report: Report) -> Iterable[str]:
    """Name what a minimum report lacks: a tile, text or voice; and consent to be read at all."""
    narrative = report.get("narrative") or {}
    if not ((report.get("triage") or {}).get("tiles") or narrative.get("text") or narrative.get("voice")):
        yield "narrative.text"
    choices = report["consent"]["choices"]
    if not (set(choices) <= set(PURPOSES) and set(choices.values()) <= set(VALUES)):
        yield "consent.choices"
    elif choices.get("TRIAGE", _DEFAULTS["TRIAGE"]) not in _YES:
        yield "consent.choices.TRIAGE"
