"""Codes in words. What is not known here is shown as it came: nothing a reporter sent may be hidden."""

from collections.abc import Mapping
from typing import Final

from crypto.sections import Section
from policies.vocabulary import in_words

TIERS: Final = {
    1: "one reviewer",
    2: "one reviewer; story and names apart",
    3: "two reviewers together; names with a custodian",
}
CHOICES: Final = {
    "no": "no",
    "ask_me_first": "ask me first",
    "yes_without_identity": "yes, without my identity",
    "yes_with_identity": "yes, with my identity",
}
SECTIONS: Final = {
    Section.CARD: ("Card", "what kind of thing, how urgent, what she agreed to; no free text"),
    Section.STORY: ("Story", "her own words"),
    Section.IDENTITY: ("Identity", "names, contacts, the exact place"),
    Section.EVIDENCE: ("Evidence", "a list of cleaned files"),
    Section.ORIGINALS: ("Originals", "a list of untouched files"),
}
_LANGUAGES: Final = {
    "am": "Amharic", "ar": "Arabic", "bn": "Bengali", "ckb": "Central Kurdish", "en": "English", "es": "Spanish",
    "fa": "Persian", "fr": "French", "ha": "Hausa", "id": "Indonesian", "ln": "Lingala", "my": "Burmese",
    "ne": "Nepali", "prs": "Dari", "ps": "Pashto", "pt": "Portuguese", "ru": "Russian", "so": "Somali", "sw": "Swahili",
    "ti": "Tigrinya", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
}  # fmt: skip
_PARTS: Final = frozenset({"tiles", "actors", "involvement", "harm_dimension", "urgency"})
_SOFTER: Final = {"VICTIM": "the person affected", "UNK": "not known", "NOT_SAID": "not said"}


def word(part: str, code: str) -> str:
    """Return what a list of the vocabulary calls a code; else the code, as words."""
    if code in _SOFTER:
        return _SOFTER[code]
    return _named(part).get(code) or code.replace("_", " ").lower()


def _named(part: str) -> Mapping[str, str]:
    return in_words(part) if part in _PARTS else {}


def language(code: str) -> str:
    """Return a language's English name; the code where it is not known here."""
    return _LANGUAGES.get(code, code)


def tag(code: str) -> str:
    """Return a language's code for a page; `und` for what is none."""
    return code if code in _LANGUAGES else "und"


def urgency(level: int) -> str:
    """Return what an urgency means."""
    return word("urgency", f"U{level}")
