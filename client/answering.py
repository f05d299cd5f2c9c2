"""A reviewer answers, and reads again what was answered: each a logged action of its own (protocol 15).

Her half of the key lies in the card, so the card is opened first, and that is in the log as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from msgspec import structs

from client import contents, reviewer
from client.asking import Desk
from client.contents import Card
from client.errors import ClosedError, RefusedError, UnprovenError, UsageError
from client.opened import Result
from client.returning import Filed, Look
from client.reviewer import Report
from crypto import answers
from crypto.answers import Answer, Grant
from crypto.errors import CryptoError, MalformedError, OpenError
from crypto.feed import AnswerPost
from crypto.hours import ANY, hours_of
from crypto.limits import limit
from crypto.opening import HASH
from crypto.sections import Section
from policies import feeds

REPLY: Final = "REPLY"
NO_REPLY: Final = "none"  # her card's mode: she wants no answer
_NOBODY: Final = Answer(id=bytes(32), request=bytes(32), author="n", day=0, text="-", hours=ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A report of which the card was opened for this, and what the gates said with it."""

    report: Report
    card: Card
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """In which day's file it will be, whether that is later than today's, and how many slots it took."""

    day: str
    late: bool
    slots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An answer that was written before. `answer` is None where it is in no file of the look, or does not hold."""

    request: bytes
    day: int | None
    answer: Answer | None


def check_text(text: str) -> None:
    """Raise UsageError, before anything is asked, for a text that cannot be sent."""
    try:
        structs.replace(_NOBODY, text=text).check()
    except MalformedError:
        most = limit("answer_text")
        raise UsageError(
            f"This text cannot be sent: it is empty, longer than {most} bytes, or has signs that turn lines round.",
            "Shorten it, or type it again without formatting.",
        ) from None


def begin(desk: Desk, report: Report, *, purpose: str, because: str, minute: int) -> Begun:
    """Open the card, as a logged opening, for the reply key in it."""
    session = reviewer.begin(
        desk.ring, report.id, [Section.CARD], action="open", purpose=purpose, minute=minute, draw=desk.draw
    )
    result = desk.ask(session, report, [], because, minute)
    try:
        card = contents.read(Section.CARD, result.opened[Section.CARD])
    except CryptoError:
        card = None
    if not isinstance(card, Card):
        raise UnprovenError("The card is not in its form, so there is no way to answer it.", "Tell an officer.")
    return Begun(report=report, card=card, result=result)


def answer(desk: Desk, begun: Begun, text: str, *, because: str, minute: int) -> HandedIn:
    """Ask to answer, seal, hand in. Raise RefusedError where she wants no answer, or the gates say no."""
    check_text(text)
    if begun.card.reply[0] == NO_REPLY:
        raise RefusedError(
            "She asked for no answer: one could put her in danger. Nothing was asked or sent.",
            "Write down for your colleagues why it would be needed.",
        )
    grants = _grants(desk, begun.report, "answer", REPLY, because=because, minute=minute)
    threshold = desk.in_force.bundle.body.threshold
    until, given = permissions(desk, grants, threshold)
    parts = {name: grants[name].parts[0][1] for name, _ in given[:threshold]}  # of none that gave nothing to write with
    request = next(iter(grants.values())).request
    made = Answer(
        id=begun.report.id,
        request=request,
        author=desk.ring.name,
        day=minute // 1440,
        text=text,
        hours=hours_of(begun.card.reply[1]),  # of the card that is open, never of what somebody types
    )
    slots = answers.seal_answer(made, made.sign(desk.ring.identity), reply=begun.card.reply_key, parts=parts)
    day, late = desk.house.hand_in(AnswerPost(request=request, until=until, slots=slots, permissions=given))
    return HandedIn(day=day, late=late, slots=len(slots))


def _grants(  # noqa: PLR0913 - an ask has these parts
    desk: Desk, report: Report, action: str, purpose: str, *, because: str, minute: int
) -> Mapping[str, Grant]:
    session = reviewer.begin(
        desk.ring, report.id, [Section.CARD], action=action, purpose=purpose, minute=minute, draw=desk.draw
    )
    return desk.ask(session, report, [], because, minute).grants


def permissions(desk: Desk, grants: Mapping[str, Grant], threshold: int) -> tuple[int, list[tuple[str, bytes]]]:
    """Return the minute that t gates name alike, and their permissions; a false one would spoil all of them."""
    by_minute: dict[int, list[tuple[str, bytes]]] = {}
    for name, grant in sorted(grants.items()):
        try:
            public = desk.in_force.bundle.gate(name).key.public
            answers.check_permission(public, grant.request, grant.until, grant.permission)
        except CryptoError:
            continue
        by_minute.setdefault(grant.until, []).append((name, grant.permission))
    for until, given in sorted(by_minute.items(), reverse=True):
        if len(given) >= threshold:
            return until, given
    raise ClosedError(
        "Too few gates allowed it in the same words, so the house would not take it. Nothing was sent.",
        "Ask again; if it happens again, a gate does not keep to the protocol: tell the operator.",
    )


def thread(  # noqa: PLR0913 - an ask has these parts
    desk: Desk, begun: Begun, look: Look, *, purpose: str, because: str, minute: int
) -> list[Read]:
    """Read again the newest answers that t gates permitted for this report, oldest first (protocol 15.9)."""
    grants = _grants(desk, begun.report, "thread", purpose, because=because, minute=minute)
    parts: dict[bytes, dict[str, bytes]] = {}
    for name, grant in sorted(grants.items()):
        for request, one in grant.parts:
            parts.setdefault(request, {})[name] = one
    threshold = desk.in_force.bundle.body.threshold
    known = {request: held for request, held in parts.items() if len(held) >= threshold}
    return [
        _find(look, request, held, begun, thresholds=sorted({threshold, *look.thresholds}))
        for request, held in known.items()
    ]


def _find(look: Look, request: bytes, held: Mapping[str, bytes], begun: Begun, *, thresholds: Sequence[int]) -> Read:
    """Find one answer in the files of the look; the first file that has its place counts."""
    for file in look.files:
        slots = {slot[:HASH]: slot for slot in reversed(file.slots)}
        if request in slots:
            found = _open(file, request, slots, held, begun, thresholds)
            return Read(request=request, day=file.day, answer=found)
    return Read(request=request, day=None, answer=None)


def _open(  # noqa: PLR0913, PLR0917 - what `_find` knows
    file: Filed,
    request: bytes,
    slots: Mapping[bytes, bytes],
    held: Mapping[str, bytes],
    begun: Begun,
    thresholds: Sequence[int],
) -> Answer | None:
    for threshold in thresholds:
        for names in combinations(sorted(held), threshold):
            key = answers.answer_key(begun.card.reply_key, request, {name: held[name] for name in names})
            try:
                found, signature = answers.open_answer(key, request, slots)
                if file.directory is None or found.id != begun.report.id:
                    return None
                feeds.check_author(found, signature, file.directory, file.revoked)
            except OpenError:
                continue
            except CryptoError:
                return None
            return found
    return None
