"""What is inside the sections (protocol 10): how a reporter's device writes them and a reviewer's reads them.

Text that was not given is the empty string: absence has no form of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import structs

from crypto.canonical import Message, require
from crypto.errors import MalformedError
from crypto.hours import NEVER, hours_of
from crypto.limits import limit
from crypto.sections import BUCKETS, Section
from crypto.slip import PURPOSES

KEY: Final = 32  # bytes of a reply key
Report = Mapping[str, Any]
"""A report in the format of data/sample_reports.json."""


class Card(Message, kw_only=True):
    """The first thing that is read: codes only, no free text."""

    version: int = 1
    language: str
    urgency: int
    tier: int
    tiles: list[str]
    context: list[str]
    actors: list[tuple[str, str, str]]  # type, involvement, basis
    who: list[str]
    count: str
    minor: str
    place: tuple[str, str, str, str, str]  # precision, country, area, district, type
    time: tuple[str, str, bool]  # precision, value, ongoing
    harm: tuple[list[str], list[str], list[str]]  # dimensions, levels, effects
    source_link: str
    consent: bytes
    reply: tuple[str, str, bool]  # mode, safe window, never contact outside
    reply_key: bytes
    given_by: str
    mode: str

    def check(self) -> None:
        """Raise MalformedError where a size is wrong."""
        require(self.version == 1 and len(self.consent) == PURPOSES and len(self.reply_key) == KEY, "card")


class Story(Message, kw_only=True):
    """Her words, whom she names, whom she allows it to be given to."""

    version: int = 1
    text: str
    accused: list[tuple[str, str, str]]  # type, unit, person
    recipients: list[tuple[str, list[str]]]  # purpose, names
    voice: list[tuple[int, str]]  # seconds, transcript


class Identity(Message, kw_only=True):
    """Names, contacts, the exact place."""

    version: int = 1
    name: str
    contact: str
    others: list[tuple[str, str, str, str]]  # role, name, knows, consent_by
    place: str


class Piece(Message, kw_only=True):
    """One file (protocol 19.2). Without object and key it is described only, and still with her."""

    object: bytes
    key: bytes
    size: int
    seal: bytes
    kind: str
    media: str
    contains: list[str]

    def check(self) -> None:
        """Raise MalformedError where a size is wrong: a file that travels has object and key, and mostly a seal."""
        require(len(self.object) == len(self.key) in (0, KEY), "piece")
        require(len(self.seal) in (0, len(self.key)) and 0 <= self.size <= limit("file"), "piece")


class Evidence(Message, kw_only=True):
    """Working copies, or (the same form) untouched originals."""

    version: int = 1
    pieces: list[Piece]


SectionContent = Card | Story | Identity | Evidence
KINDS: Final[dict[Section, type[Card | Story | Identity | Evidence]]] = {
    Section.CARD: Card,
    Section.STORY: Story,
    Section.IDENTITY: Identity,
    Section.EVIDENCE: Evidence,
    Section.ORIGINALS: Evidence,
}


def read(section: Section, content: bytes) -> SectionContent:
    """Read an opened section. Raise MalformedError for anything that is not its form."""
    return KINDS[section].decode(content, limit=BUCKETS[section][-1])


def plain(content: SectionContent) -> dict[str, Any]:
    """Return a section's fields by name, for JSON and printing. The reply key is no text and is left out."""
    return {key: _plain(value) for key, value in structs.asdict(content).items() if key not in ("version", "reply_key")}


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return {key: _plain(one) for key, one in structs.asdict(value).items() if key != "key"}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.hex() if isinstance(value, bytes) else value


Files = Mapping[Section, Sequence[Piece]]
"""What travels with a report, by the section that lists it: `evidence`, `originals`."""
NO_FILES: Final[Files] = {}


def write(
    report: Report, *, urgency: int, consent: bytes, reply_key: bytes, files: Files = NO_FILES
) -> dict[Section, bytes]:
    """Write all five sections of a report. Raise MalformedError where its form is wrong or it is too long."""
    writers: dict[Section, Callable[[], SectionContent]] = {
        Section.CARD: lambda: _card(report, urgency, consent, reply_key),
        Section.STORY: lambda: _story(report),
        Section.IDENTITY: lambda: _identity(report),
        Section.EVIDENCE: lambda: _evidence(report, files, Section.EVIDENCE),
        Section.ORIGINALS: lambda: _evidence(report, files, Section.ORIGINALS),
    }
    try:
        written = {section: writer().encode() for section, writer in writers.items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise MalformedError("form of the report") from None
    for section, content in written.items():
        require(len(content) + 4 <= BUCKETS[section][-1], f"{section.label} is too long")
        read(section, content)  # what we write can be read: types are checked here
    return written


def _card(report: Report, urgency: int, consent: bytes, reply_key: bytes) -> Card:
    slip, card, given = report["slip"], report.get("triage") or {}, report["consent"]
    place, time, harm, reply = (source.get(name) or {} for source, name in (
        (card, "place"), (card, "time"), (card, "harm"), (report, "reply")))  # fmt: skip
    require(hours_of(_of(reply, "safe_window")) != NEVER, "safe hours are two different ones, as HH:MM-HH:MM")
    return Card(
        language=slip["lang"],
        urgency=urgency,
        tier=slip["tier"],
        tiles=_list(card, "tiles"),
        context=_list(card, "context"),
        actors=[(_of(one, "type"), _of(one, "involvement"), _of(one, "basis")) for one in card.get("actors") or ()],
        who=_list(card, "who"),
        count=_of(card, "count"),
        minor=_of(card, "minor"),
        place=(
            _of(place, "precision"),
            _of(place, "country"),
            _of(place, "area"),
            _of(place, "district"),
            _of(place, "type"),
        ),
        time=(_of(time, "precision"), _of(time, "value"), bool(time.get("ongoing"))),
        harm=(_list(harm, "dimensions"), _list(harm, "levels"), _list(harm, "effects")),
        source_link=_of(card, "source_link"),
        consent=consent,
        reply=(_of(reply, "mode"), _of(reply, "safe_window"), bool(reply.get("never_contact_outside", True))),
        reply_key=reply_key,
        given_by=_of(given, "given_by"),
        mode=_of(given, "mode"),
    )


def _story(report: Report) -> Story:
    narrative = report.get("narrative") or {}
    named = report["consent"].get("named_recipients") or {}
    return Story(
        text=_of(narrative, "text"),
        accused=[
            (_of(one, "type"), _of(one, "unit_text"), _of(one, "person_text")) for one in report.get("accused") or ()
        ],
        recipients=[(purpose, list(names)) for purpose, names in named.items()],
        voice=[(int(one["seconds"]), _of(one, "transcript")) for one in narrative.get("voice") or ()],
    )


def _identity(report: Report) -> Identity:
    people = report.get("identities") or {}
    reporter, exact = people.get("reporter") or {}, report.get("location_exact") or {}
    return Identity(
        name=_of(reporter, "name"),
        contact=_of(reporter, "contact"),
        others=[
            (_of(one, "role"), _of(one, "name"), _of(one, "knows"), _of(one, "consent_by"))
            for one in people.get("others") or ()
        ],
        place=_of(exact, "text"),
    )


def _evidence(report: Report, files: Files, section: Section) -> Evidence:
    """List the files that travel, and after them those that are described only and stay with her."""
    described = [one for one in report.get("evidence") or () if one.get("file") is None]
    pieces = [
        *files.get(section, ()),
        *(
            Piece(
                object=b"",
                key=b"",
                size=int(one["bytes"]),
                seal=b"",
                kind=_of(one, "kind"),
                media=_of(one, "mime"),
                contains=_list(one, "contains"),
            )
            for one in described
            if section is Section.EVIDENCE or one.get("keep_original_sealed")
        ),
    ]
    require(len(pieces) <= limit("files"), f"more than {limit('files')} files")
    return Evidence(pieces=pieces)


def _of(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _list(source: Mapping[str, Any], name: str) -> list[str]:
    return [str(one) for one in source.get(name) or ()]
