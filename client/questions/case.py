"""What questions are asked of: one folder, audited once, with what was decided in it put in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from client.decisions import Found
from client.findings import Fault, Progress, Report
from client.folder import Folder
from client.questions.calendar import Calendar
from client.replaying import Facts, Replay, decide_again
from crypto.keyfile import KeyRing
from crypto.opening import READING
from policies.statements import day_text
from policies.trust import Trust

DAY: Final = 1440  # minutes


@dataclass(frozen=True, slots=True)
class Opening:
    """One section that one request was allowed to open, by as many gates as it takes."""

    index: int  # of the first gate's leaf
    found: Found  # that gate's decision
    gates: tuple[str, ...]

    @property
    def day(self) -> int:
        """Days since 1970, by the first gate's clock."""
        return self.found.decision.minute // DAY


@dataclass(frozen=True)
class Case:
    """An audited folder. Whatever costs time is done once, when a question needs it."""

    trust: Trust
    audit: Report
    source: Folder
    auditor: KeyRing
    report: bytes | None = None  # the one report that is asked about by its id
    progress: Progress | None = None

    @cached_property
    def leaves(self) -> list[bytes]:
        """The leaves that the checkpoint speaks of."""
        return self.source.leaves[: self.audit.size]

    @cached_property
    def replay(self) -> Replay:
        """All that was decided, decided again."""
        return decide_again(self.audit, self.source, self.auditor, progress=self.progress)

    @cached_property
    def facts(self) -> Facts:
        """What is known of the people and reports of each decision, from what is signed."""
        return Facts(self.audit, self.source, self.auditor)

    @cached_property
    def calendar(self) -> Calendar:
        """On which days a leaf may have come."""
        return Calendar.of(self.audit)

    @cached_property
    def openings(self) -> list[Opening]:
        """What was opened, copied or handed on, once a request and section, in the order of the log."""
        asked: dict[tuple[bytes, int], list[Found]] = {}
        for found in self.decided(READING, permitted=True):
            asked.setdefault((found.decision.request, found.decision.section), []).append(found)
        openings = []
        for same in asked.values():
            gates = tuple(sorted({one.decision.gate for one in same}))
            if len(gates) >= self.audit.history.bundle(same[0].decision.bundle).body.threshold:
                openings.append(Opening(same[0].index, same[0], gates))
        return sorted(openings, key=lambda one: one.index)

    def decided(self, actions: Iterable[str] | None = None, *, permitted: bool | None = None) -> list[Found]:
        """Return decisions by index: about these actions, allowed or refused."""
        wanted = None if actions is None else set(actions)
        found = [
            one
            for one in self.audit.decisions
            if (wanted is None or one.ask.action in wanted) and permitted in (None, one.decision.permitted)
        ]
        return sorted(found, key=lambda one: one.index)

    def newest_day(self) -> int | None:
        """The last day that any gate speaks of; None where none does."""
        return max((one.decision.minute // DAY for one in self.audit.decisions), default=None)


def day_of(found: Found) -> str:
    """Return the day of a decision, by its gate's clock."""
    return day_text(found.decision.minute // DAY)


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return each fault once, by leaf."""
    return tuple(sorted(set(faults)))
