"""What an audit finds: faults, each at its leaf and in constant words, and what could not be checked, said aloud."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from client.decisions import Found
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
    history: History = field(default_factory=History, repr=False)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def blame(self, index: int, fault: str) -> None:
        """Add one fault."""
        self.faults.append(Fault(index, fault))

    def count(self, what: str) -> None:
        """Count one leaf of a kind."""
        self.counts[what] = self.counts.get(what, 0) + 1
