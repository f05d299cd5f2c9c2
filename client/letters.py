"""Answers in the files of days: found by her words, and believed only where everything about them holds (15.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from client.returning import Filed, Look
from crypto import feed
from crypto.answers import Answer
from crypto.errors import CryptoError
from crypto.feed import Found
from crypto.leaves import Notice
from crypto.limits import limit
from crypto.words import Keys
from policies import feeds

REAL: Final = "real"
FALSE: Final = "false"  # somebody tried to write to her in the house's name
UNSEEN: Final = "unseen"  # the look does not go back to her report, so nobody can say whether it is about it


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One answer. `answer` is there only where it is real."""

    day: int  # of the file that it is in
    state: str
    answer: Answer | None


def letters(look: Look, keys: Keys, arrival: int | None, notices: Sequence[Notice]) -> list[Letter]:
    """Return what is for one envelope, in order of days. `notices` are those of its decisions, in a full look."""
    answer_keys = {name: keys.gate(name).answer_key for name in look.gates}
    decided = _Decided(notices)
    seen: set[bytes] = set()
    found = []
    for file in look.files:
        for one in feed.find(file.slots, reply=keys.reply, answer_keys=answer_keys, thresholds=look.thresholds):
            repeated = one.request in seen
            seen.add(one.request)
            if arrival is None:
                found.append(Letter(day=file.day, state=UNSEEN, answer=None))
                continue
            holds = not repeated and _holds(look, file, one, keys, arrival)
            if holds and look.full:
                holds = decided.take(one.gates, file.day)
            found.append(Letter(day=file.day, state=REAL if holds else FALSE, answer=one.answer if holds else None))
    return found


def _holds(look: Look, file: Filed, one: Found, keys: Keys, arrival: int) -> bool:
    """Whether it is whole, by a reviewer of that day, and about this report."""
    if one.answer is None or file.directory is None:
        return False
    try:
        feeds.check_author(one.answer, one.signature, file.directory, file.revoked)
        feeds.check_hers(one.answer, keys.received, look.leaf(arrival))
    except CryptoError:
        return False
    return True


class _Decided:
    """Permitted decisions to answer, each of which stands for one answer: an unused grant that was kept is no use."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        self._days: dict[str, list[int]] = {}
        for one in notices:
            if one.opened and one.action == "answer":
                self._days.setdefault(one.gate, []).append(one.day)
        for days in self._days.values():
            days.sort()

    def take(self, gates: Sequence[str], day: int) -> bool:
        """Use up one decision of as many different gates as it takes, the answer's own first. False: not enough."""
        first = day - limit("feed_days") - 1
        fitting: dict[str, int] = {}
        for gate in [*gates, *(name for name in sorted(self._days) if name not in gates)]:
            in_time = (one for one in self._days.get(gate, []) if first <= one <= day)
            oldest = next(in_time, None)
            if oldest is not None:
                fitting[gate] = oldest
        used = list(fitting.items())[: len(gates)]
        if len(used) < len(gates):
            return False
        for gate, one in used:
            self._days[gate].remove(one)
        return True
