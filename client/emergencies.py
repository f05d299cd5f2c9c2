"""Emergency openings as auditors see them: who opened alone, and whether she gave her reason in time (protocol 21).

A reason is what a request carries for auditors. That of the opening itself counts; so does that of a later `justify` by
the same person about the same report. What time it is, the log itself must say: gates' minutes and files of answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from client import decisions
from client.decisions import Found
from client.history import History
from crypto import leaves
from crypto.errors import CryptoError
from crypto.keyfile import KeyRing
from crypto.limits import limit
from policies.facts import EMERGENCY, JUSTIFY
from policies.statements import day_text

UNJUSTIFIED: Final = "an emergency opening for which nobody gave a reason in time"
JUSTIFIED, WAITING, OVERDUE, CLOSED = "justified", "waiting", "overdue", "taken back"
_DAY: Final = 1440  # minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """One section that one person opened where two are needed; `index` is the first gate's leaf of it."""

    index: int
    id: bytes
    who: str
    section: str
    purpose: str
    minute: int
    state: str
    reason: str  # empty while there is none
    not_hers: bool  # sealed to auditors of whom this one is none, so that she cannot judge

    @property
    def until(self) -> int:
        """The last minute in which a reason is in time."""
        return self.minute + limit("justify_hours") * 60

    def fields(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {
            "index": self.index,
            "id": self.id.hex(),
            "who": self.who,
            "section": self.section,
            "purpose": self.purpose,
            "day": day_text(self.minute // _DAY),
            "until": day_text(self.until // _DAY),
            "state": self.state,
            "reason": self.reason,
        }


def emergencies(
    decided: Sequence[Found], history: History, all_leaves: Sequence[bytes], auditor: KeyRing
) -> list[Emergency]:
    """Return all that a log shows, in its order. What several gates permitted alike is one."""
    first: dict[tuple[bytes, int], Found] = {}
    reasons: dict[tuple[bytes, str], list[tuple[int, str | None]]] = {}
    for found in sorted(decided, key=lambda one: one.index):
        if not found.decision.permitted or found.ask.action not in (EMERGENCY, JUSTIFY):
            continue
        whose = found.header.id, found.ask.asker
        reasons.setdefault(whose, []).append((found.decision.minute, _reason(found, history, auditor)))
        if found.ask.action == EMERGENCY:
            first.setdefault((found.decision.request, found.decision.section), found)
    now = _now(decided, history)
    withdrawn = {leaf[: leaves.TAG] for leaf in all_leaves if leaves.is_withdrawal(leaf)}
    return [_judged(found, reasons, now, withdrawn) for found in first.values()]


def overdue(found: Iterable[Emergency]) -> list[int]:
    """Return the leaves at which a reason is owed."""
    return [one.index for one in found if one.state == OVERDUE]


def _judged(
    found: Found, reasons: Mapping[tuple[bytes, str], Sequence[tuple[int, str | None]]], now: int, withdrawn: set[bytes]
) -> Emergency:
    minute = found.decision.minute
    last = minute + limit("justify_hours") * 60
    given = [text for at, text in reasons[found.header.id, found.ask.asker] if minute <= at <= last]
    reason = next((text for text in given if text), "")
    state = JUSTIFIED if reason else WAITING if now <= last else OVERDUE
    not_hers = not reason and None in given
    # Of what its reporter took back the house hands out nothing more, so nobody can ask anything about it.
    if state == OVERDUE and (not_hers or leaves.withdrawn_tag(found.header.withdrawal) in withdrawn):
        state = WAITING if not_hers else CLOSED
    return Emergency(
        index=found.index,
        id=found.header.id,
        who=found.ask.asker,
        section=found.section.label,
        purpose=found.ask.purpose,
        minute=minute,
        state=state,
        reason=reason,
        not_hers=not_hers,
    )


def _reason(found: Found, history: History, auditor: KeyRing) -> str | None:
    """What the asker wrote for auditors; None where it was sealed to a directory without this one."""
    versions = {one.value.number: one.value for one in history.directories}
    directory = versions.get(found.request.directory)
    if directory is None or auditor.encryption_public not in directory.auditors:
        return None
    try:
        return decisions.reason(found, auditor.encryption).strip()
    except (CryptoError, UnicodeError):
        return ""  # what does not open is no reason


def _now(decided: Sequence[Found], history: History) -> int:
    """The latest minute that the log knows of."""
    minutes = [found.decision.minute for found in decided]
    days = [(note.day + 1) * _DAY for _, note in history.feeds]  # made when that day is over
    return max([*minutes, *days], default=0)
