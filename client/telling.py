"""What a look found, in plain words for the one whose report it is, and the same for programs."""

from collections.abc import Iterator
from typing import Any, Final

from client.disclosed import WHO, section_name
from client.inbox import Decision, Inbox, Sent, Wished
from client.letters import FALSE, REAL, UNSEEN
from client.quiet import ANYWAY, QUIET
from client.reading import visible
from client.returning import Look
from crypto.leaves import Notice
from crypto.opening import READING
from crypto.sections import Section
from crypto.wishes import CLOSED, FINAL, OPEN
from policies.statements import day_text
from policies.vocabulary import consent_choices

NOBODY: Final = "Nobody has opened it. This is proven by the log up to now, not only said."
EMPTY: Final = (
    "There is nothing to show now for these words as far back as we looked. Words that belong to no report show the "
    "same, with the same requests of the same size: nobody who watches can tell which it is."
)
FALSE_ANSWER: Final = "Somebody tried to write to you in our name. It is not shown. Please believe none of it."
NO_WITNESS: Final = (
    "No outside witness has signed this log, so the people who run the house and its gates together could show you "
    "another log than others see."
)
_SHORT: Final = "Who opened what stands in a full look; this was a short one."
_DOES: Final = {
    "open": "opened",
    "copy": "took along files of",
    "export": "handed on to somebody outside:",
    "answer": "was allowed to answer you",
    "thread": "read again what was answered to you",
    "emergency": "opened alone, in an emergency,",
    "justify": "gave auditors a reason for an emergency",
    "recuse": "stepped aside: this person opens nothing of it any more",
}
_STATES: Final = {OPEN: "open", CLOSED: "closed", FINAL: "closed for ever"}


def told(inbox: Inbox, *, letters: bool) -> list[str]:
    """Return the lines for a person. `letters`: show the answers themselves, because she asked for it."""
    look = inbox.look
    lines = [] if look.witnesses else [NO_WITNESS]
    lines.append(f"We looked {look.days} days back, and checked every line of the log since then up to now.")
    if inbox.empty:
        return [*lines, EMPTY, ANYWAY]
    for one in inbox.sent:
        lines += ["", f"Report {one.number + 1} of these words:", *(f"  {line}" for line in _sent(look, one))]
        lines += [f"  {line}" for line in _letters(one, shown=letters)]
    return [*lines, ANYWAY]


def openings(inbox: Inbox) -> list[str]:
    """Return only who opened what."""
    if inbox.empty:
        return [EMPTY, ANYWAY]
    lines = [] if inbox.look.witnesses else [NO_WITNESS]
    for one in inbox.sent:
        lines += [f"Report {one.number + 1} of these words:", *(f"  {line}" for line in _opened(inbox.look, one))]
    return [*lines, ANYWAY]


def _sent(look: Look, one: Sent) -> Iterator[str]:
    if one.arrival is None:
        yield "We do not see it that far back. Look further back to know more."
    else:
        yield f"It arrived {_when(look, one.arrival)}."
    yield from _opened(look, one)
    yield from _fate(look, one)
    yield from _wishes(look, one)


def _opened(look: Look, one: Sent) -> Iterator[str]:
    if one.nobody:
        yield NOBODY
    elif one.arrival is None and not one.decisions:
        yield "Whether somebody opened it cannot be said: we do not see it that far back."
    elif not look.full:
        yield f"There were decisions about it. {_SHORT}"
    elif not one.decisions:
        yield "There were decisions about it; none of them opened anything."
    else:
        yield f"There were {len(one.decisions)} decisions about it:"
        yield from (f"- {line}" for line in _each(one))


def _each(one: Sent) -> Iterator[str]:
    for decision in one.decisions:
        if decision.notice is None:
            yield "a decision that cannot be read here: please tell an auditor"
        else:
            yield _decision(decision.notice)


def _decision(notice: Notice) -> str:
    day, gate = day_text(notice.day), notice.gate
    if not notice.opened:
        return f"{day}: somebody asked, and was refused ({gate})"
    what = _DOES.get(notice.action, "was allowed something")
    if notice.action in READING:
        what = f"{what} {section_name(notice.section)}, for {visible(notice.purpose)}"
    return f"{day}: {WHO.get(notice.role, 'somebody')} {what} ({gate})"


def _fate(look: Look, one: Sent) -> Iterator[str]:
    if one.withdrawn is not None:
        yield f"You withdrew it {_when(look, one.withdrawn)}."
    if one.destroyed is not None:
        day, why = one.destroyed
        because = "because you withdrew it" if why == "withdrawn" else "because its time was over"
        yield f"It was destroyed by {day_text(day)}, {because}; the log says so. What was read is read."
    if one.held_until is not None:
        yield (
            f"Two officers have its sealed bytes kept through {day_text(one.held_until)}. That opens nothing: what is "
            "closed stays closed."
        )


def _wishes(look: Look, one: Sent) -> Iterator[str]:
    for wished in one.wishes:
        yield f"Change {wished.place}, {_when(look, wished.index)}: {_wish(wished)}"
    if one.arrival is not None:
        hours = look.in_force.bundle.body.consent_hours
        yield (
            f"A change that you do not find here did not arrive. What takes away counts at once, what gives more waits "
            f"{hours} hours, and until then any narrower change takes it back."
        )


def _wish(wished: Wished) -> str:
    if wished.wish is None:
        return "what it says stands in a full look"
    chosen = consent_choices(wished.wish.consent)
    agreed = [f"{purpose}: {value.replace('_', ' ')}" for purpose, value in chosen.items() if value != "no"]
    return f"{_STATES[wished.wish.closed]}; {', '.join(agreed)}; everything else: no"


def _letters(one: Sent, *, shown: bool) -> Iterator[str]:
    if not one.shown:
        yield QUIET
        return
    real = [letter for letter in one.letters if letter.state == REAL]
    if not one.letters:
        yield "There is no answer as far back as we looked."
    if real:
        yield f"There {'is 1 answer' if len(real) == 1 else f'are {len(real)} answers'} for you."
    for letter in real if shown else ():
        assert letter.answer is not None  # noqa: S101 - it is real
        yield f"Answer of {day_text(letter.answer.day)}:"
        yield from (f"| {visible(line)}" for line in letter.answer.text.split("\n"))
    if any(letter.state == FALSE for letter in one.letters):
        yield FALSE_ANSWER
    if any(letter.state == UNSEEN for letter in one.letters):
        yield "There is an answer. Look further back, so that we can make sure that it is about your report."


def _when(look: Look, index: int) -> str:
    day = look.day_of(index)
    return "since the last night" if day is None else f"by {day_text(day)}"


def as_fields(inbox: Inbox, *, letters: bool) -> dict[str, Any]:
    """Return the same for `--json`. No key of hers is in it."""
    look = inbox.look
    return {
        "days": look.days,
        "full": look.full,
        "size": look.size,
        "witnesses": look.witnesses,
        "rehearsal": look.in_force.rehearsal,
        "empty": inbox.empty,
        "reports": [] if inbox.empty else [_fields(look, one, letters=letters) for one in inbox.sent],
    }


def _fields(look: Look, one: Sent, *, letters: bool) -> dict[str, Any]:
    real = [letter.answer for letter in one.letters if letter.answer is not None]
    return {
        "number": one.number,
        "arrived": one.arrival,
        "day": _day(None if one.arrival is None else look.day_of(one.arrival)),
        "nobody_has_opened_it": one.nobody,
        "decisions": [_decision_fields(decision) for decision in one.decisions],
        "withdrawn": one.withdrawn,
        "destroyed": None if one.destroyed is None else {"day": day_text(one.destroyed[0]), "why": one.destroyed[1]},
        "held_until": _day(one.held_until),
        "wishes": [
            {
                "place": wished.place,
                "index": wished.index,
                "closed": None if wished.wish is None else wished.wish.closed,
                "consent": None if wished.wish is None else consent_choices(wished.wish.consent),
            }
            for wished in one.wishes
        ],
        "answers_shown": one.shown,
        "answers": len(real),
        "letters": [
            {"day": day_text(answer.day), "author": answer.author, "text": answer.text, "id": answer.id.hex()}
            for answer in real
        ]
        if letters
        else [],
        "false_answers": sum(letter.state == FALSE for letter in one.letters),
        "unseen_answers": sum(letter.state == UNSEEN for letter in one.letters),
    }


def _day(day: int | None) -> str | None:
    return None if day is None else day_text(day)


def _decision_fields(decision: Decision) -> dict[str, Any]:
    notice = decision.notice
    found: dict[str, Any] = {"index": decision.index, "gate": decision.gate, "readable": decision.readable}
    if notice is not None:
        section = Section(notice.section).label if notice.section in set(Section) else ""
        found |= {
            "opened": notice.opened,
            "role": notice.role,
            "section": section,
            "action": notice.action,
            "purpose": notice.purpose,
            "day": day_text(notice.day),
        }
    return found
