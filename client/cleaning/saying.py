"""What a person is told of a cleaned file, in plain words. Names of kinds only: never what stood in the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SEEN: Final = (
    "Cleaning takes out what a file says about phone, place and time. It does not change what can be seen: "
    "faces, number plates, uniforms and windows are still there."
)
HEARD: Final = "What can be heard stays as it is: voices, names, and sounds by which a place is known."
WRITTEN: Final = "What is written stays as it is: the text may still name people, its author too."

_KINDS: Final = (  # the names of fields that programs give to such things hold one of these
    ("the place", ("gps", "location", "latitude", "longitude", "xyz", "city", "country", "altitude")),
    ("the time", ("date", "time", "created", "modif", "year")),
    ("the phone or program", (
        *("make", "model", "software", "producer", "application", "encod", "serial", "lens", "program", "firmware"),
        *("template", "generator", "tool", "handler", "vendor", "hostcomputer", "version"),
    )),
    ("the author", ("author", "artist", "creator", "by", "owner", "company", "manager", "copyright", "editor")),
    ("titles and comments", ("title", "subject", "comment", "description", "keyword", "label", "caption", "remark")),
    ("small preview pictures", ("thumbnail", "preview")),
    ("a history of changes", ("xmp", "history", "photoshop", "iptc", "revision", "rsid")),
    ("the colour profile", ("icc",)),
    ("tracks besides picture and sound", ("data", "subtitle", "attachment", "chapter")),
)  # fmt: skip
_OTHER: Final = "other things that a file says of itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A clean copy was made: its media type, kinds of metadata that were taken out, what else a person must hear.

    `changed` says what is not as it was (the first picture of several, pages that are pictures now), `remains` what
    cleaning does not touch and she must decide about herself. Whole sentences in English, with nothing of the file.
    """

    media: str
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    remains: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What was done, in a line. `remains` is to be said besides."""
        found = f"Taken out: {', '.join(self.removed)}." if self.removed else "Nothing to take out was found in it."
        return " ".join((found, *self.changed))


def kinds_named(fields: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of metadata that fields of these names hold, in our own words and order."""
    found = set()
    for field in fields:
        small = field.lower()
        found |= {name for name, parts in _KINDS if any(part in small for part in parts)} or {_OTHER}
    return tuple(name for name in (*(name for name, _ in _KINDS), _OTHER) if name in found)
