"""What she sends when she wants something else from now on: one body of one size, whatever it is (protocol 16).

It needs a full look that sees her report: the next place follows from it, and a wish at a place that was used is void.
Only a first withdrawal goes without: the key that it shows closes the report at every gate by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from client.errors import RefusedError, UsageError
from client.inbox import Sent
from client.trusting import InForce
from crypto import wishes
from crypto.hybrid import Draw
from crypto.limits import limit
from crypto.slip import PURPOSES as COUNT
from crypto.wishes import CLOSED, FINAL, OPEN, Step
from policies.vocabulary import PURPOSES, VALUES, consent_bytes

_LEAST: Final = bytes([2]) + bytes(COUNT - 1)  # read for triage without her identity, and nothing else
_TRIAGE: Final = "TRIAGE"
_REST: Final = {"no": _LEAST, "default": consent_bytes({_TRIAGE: VALUES[2]})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What goes out, and by which of the two doors."""

    data: bytes
    withdraws: bool
    consent: bytes
    closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hers:
    """One report of hers as the look saw it, and by which rules it is sent."""

    sent: Sent
    in_force: InForce
    today: int
    draw: Draw

    def change(self, values: Mapping[str, str], rest: str | None) -> Body:
        """Return a change of consent; `rest` is what counts for what is not named: `no`, `default`, None: as before.

        Raise UsageError where it is not known what was before, RefusedError where there is nothing to change.
        """
        self._needs_look()
        self._needs_place()
        if _state(self.sent) == FINAL:
            raise RefusedError("This report is closed for ever, so there is nothing to change any more.", "")
        consent = self._consent(values, rest)
        return self._body(wishes.change(_state(self.sent), self.draw), consent, withdraws=False)

    def withdraw(self, *, now: bool) -> Body:
        """Return the first withdrawal, or, after she had opened it again, the one that is for ever."""
        if self.sent.destroyed:
            raise RefusedError("This report is destroyed already.", "")
        if _opened_again(self.sent):
            self._needs_look()
            step = wishes.withdraw_again(self.sent.keys, self.draw, now=now)
        elif self.sent.withdrawn is not None:
            raise RefusedError(
                "This report is withdrawn already, and closed. Nothing was sent.",
                "To have it destroyed without waiting: `amana report reopen`, then `amana report withdraw --now`."
                if now
                else "",
            )
        else:
            step = wishes.withdraw(self.sent.keys, self.draw, now=now)
        return self._body(step, self._last(), withdraws=True)

    def reopen(self) -> Body:
        """Return what opens a withdrawn report again; once, and only until it is destroyed."""
        self._needs_look()
        self._needs_place()
        if self.sent.withdrawn is None:
            raise RefusedError("This report is not withdrawn, as far as the log says.", "Look again in a few minutes.")
        if self.sent.destroyed or _state(self.sent) == FINAL:
            raise RefusedError("This report is closed for ever. It cannot be opened again.", "You can send a new one.")
        if _opened_again(self.sent):
            raise RefusedError("This report was opened again already.", "")
        return self._body(wishes.open_again(self.sent.keys), self._last(), withdraws=False)

    def _needs_look(self) -> None:
        if self.sent.place is None:
            raise RefusedError(
                "We do not see a report of these words that far back, so nothing was sent.",
                "Look further back with --days; 1100 is the farthest.",
            )

    def _needs_place(self) -> None:
        if self.sent.place is not None and self.sent.place > limit("wishes"):
            raise RefusedError("There is no place left for another change of this report.", "You can withdraw it.")

    def _last(self) -> bytes:
        """What she said last, for a body that is about something else; the least where that is not known."""
        newest = self.sent.newest
        return _LEAST if newest is None else newest.consent

    def _consent(self, values: Mapping[str, str], rest: str | None) -> bytes:
        check_values(values)
        newest = self.sent.newest
        if rest is None and newest is None and set(values) != set(PURPOSES):
            raise UsageError(
                "What you chose when you sent it is sealed, so it cannot be read here. Nothing was sent.",
                "Name all purposes with --set, or say with --rest what counts for the others: no, or default.",
            )
        base = _REST[rest] if rest is not None else (_LEAST if newest is None else newest.consent)
        return bytes(
            VALUES.index(values[name]) if name in values else old for name, old in zip(PURPOSES, base, strict=True)
        )

    def _body(self, step: Step, consent: bytes, *, withdraws: bool) -> Body:
        """Make one wish for each gate of the bundle in force, all the same."""
        place = self.sent.place
        made = wishes.body(
            step,
            keys=self.sent.keys,
            gates=[gate.name for gate in self.in_force.bundle.body.gates],
            place=None if place is not None and place > limit("wishes") else place,
            made=self._made(),
            consent=consent,
            draw=self.draw,
        )
        return Body(data=made.to_body(), withdraws=withdraws, consent=consent, closed=step.closed)

    def _made(self) -> int:
        """Her device's day, or that of `current` where they differ by more than one (protocol 16.8)."""
        named = self.in_force.current.day
        return self.today if abs(self.today - named) <= 1 else named


def check_values(values: Mapping[str, str]) -> None:
    """Raise UsageError for what is no purpose or no value, or would let nobody read it at all."""
    if not set(values) <= set(PURPOSES) or not set(values.values()) <= set(VALUES):
        raise UsageError(
            "This is no purpose, or no choice.",
            f"Purposes: {', '.join(PURPOSES)}. Choices: {', '.join(VALUES)}.",
        )
    if values.get(_TRIAGE, VALUES[2]) not in VALUES[2:]:
        raise UsageError(
            "If nobody may read it, it is withdrawn. Nothing was changed.", "That is `amana report withdraw`."
        )


def _opened_again(sent: Sent) -> bool:
    """Whether a wish behind the withdrawal opened it again: what is beside or behind a closed one says closed too."""
    return sent.withdrawn is not None and any(
        one.index > sent.withdrawn and one.wish is not None and one.wish.closed == OPEN for one in sent.wishes
    )


def _state(sent: Sent) -> int:
    """Return what a wish must say of being closed, so that it changes nothing about that."""
    newest = sent.wishes[-1] if sent.wishes else None
    if newest is not None and newest.wish is not None and newest.index > (sent.withdrawn or 0):
        return newest.wish.closed
    return OPEN if sent.withdrawn is None else CLOSED
