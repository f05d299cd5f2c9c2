"""Opened sections as a person reads them. Nothing in them may move the cursor, turn the line round, or fake a line."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from client import contents
from client.errors import UsageError
from crypto.errors import MalformedError
from crypto.sections import Section
from policies.vocabulary import consent_choices

_JOINERS: Final = "\u200c\u200d"  # Persian, Arabic and Indic spelling needs them
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def visible(text: str) -> str:
    """Return text with every control and direction mark written out, e.g. ⟨U+202E⟩."""
    return "".join(c if c in _JOINERS or unicodedata.category(c) not in _HIDDEN else f"⟨U+{ord(c):04X}⟩" for c in text)


def report_id(text: str) -> bytes:
    """Read a report's id as a person types it. Raise UsageError for anything else."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:  # noqa: PLR2004 - SHA-256
        raise UsageError("This is not the id of a report: 64 hex digits.", "`amana review list` prints them.")
    return found


def fields(section: Section, content: bytes) -> dict[str, Any]:
    """Return a section's fields by name. What is not in its form is given in hex: she must be able to see it."""
    try:
        found = contents.plain(contents.read(section, content))
        if section is Section.CARD:
            found["urgency"] = f"U{found['urgency']}"
            found["consent"] = consent_choices(bytes.fromhex(found["consent"]))
    except MalformedError:
        return {"malformed": content.hex()}
    return found


def page(section: Section, content: bytes) -> str:
    """Return a section as lines. Text of hers is behind a bar, so that no line of it looks like one of ours."""
    return "\n".join([f"== {section.label} ==", *lines(fields(section, content))]) + "\n"


def lines(found: Mapping[str, Any]) -> list[str]:
    """Return fields as lines, in the same way."""
    return [line for name, value in found.items() for line in _lines(name.replace("_", " "), value)]


def _lines(name: str, value: object) -> list[str]:
    if value in ("", [], {}):
        return []
    if isinstance(value, Mapping):
        return [f"{name}:", *(f"  {key}: {visible(_inline(one))}" for key, one in value.items())]
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        return [f"{name}:", *(f"  - {visible(_inline(one))}" for one in value)]
    if isinstance(value, str) and (len(value) > 60 or "\n" in value):  # noqa: PLR2004 - what fits beside its name
        return [f"{name}:", *(f"  | {visible(line)}" for line in value.split("\n"))]
    return [f"{name}: {visible(_inline(value))}"]


def _inline(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return value.replace("_", " ")
        case list():
            return ", ".join(part for part in map(_inline, value) if part)
        case dict():
            return ", ".join(f"{key} {_inline(one)}" for key, one in value.items() if one not in ("", [], {}))
        case _:
            return str(value)


def as_json(section: Section, content: bytes) -> str:
    """Return a section as JSON in ASCII: exact, and harmless on a screen."""
    return json.dumps(fields(section, content), indent=1) + "\n"
