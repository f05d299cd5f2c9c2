"""What an audit finds: faults, each at its leaf and in constant words, and what could not be checked, said aloud."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from client.decisions import Found
from client.emergencies import Emergency
from client.history import History

WHOLE: Final = -1  # index of a fault that is not one leaf's
Progress = Callable[[int, int], None]
"""Told now and then how many of how many leaves are done."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that is not as it must be: at which leaf (-1: the whole log), and what."""

    index: int
    fault: str


@dataclass(slots=True)
class Report:
    """What was looked at and found. No faults and nothing unchecked means that all of it holds."""

    size: int = 0
    root: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    decisions: list[Found] = field(default_factory=list, repr=False)
    arrived: set[int] = field(default_factory=set, repr=False)  # leaves of reports that came, where a key opened them
    ids: dict[int, bytes] = field(default_factory=dict, repr=False)  # of reports, by arrival, where a key opened them
    emergencies: list[Emergency] = field(default_factory=list, repr=False)
    history: History = field(default_factory=History, repr=False)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    @property
    def threshold(self) -> int:
        """How many gates are believed: as many as it takes to open something."""
        return self.history.bundles[-1].value.body.threshold if self.history.bundles else 1

    def clocks(self) -> Mapping[str, list[tuple[int, int]]]:
        """By gate, sorted: size that it had read, and minute, of each decision that nothing is wrong with."""
        wrong = {one.index for one in self.faults}
        found: dict[str, list[tuple[int, int]]] = {}
        for one in self.decisions:
            if one.index not in wrong:
                found.setdefault(one.decision.gate, []).append((one.decision.size, one.decision.minute))
        return {gate: sorted(said) for gate, said in found.items()}

    def blame(self, index: int, fault: str) -> None:
        """Add one fault."""
        self.faults.append(Fault(index, fault))

    def count(self, what: str) -> None:
        """Count one leaf of a kind."""
        self.counts[what] = self.counts.get(what, 0) + 1
