"""What a question comes to: yes, no, or not provable here and why; with counts, faults by leaf, and tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from client.findings import Fault

YES: Final = "yes"
NO: Final = "no"
UNPROVABLE: Final = "not provable here"
TIMES: Final = "times"  # second column of what is counted
_LISTED: Final = 100  # leaves of one row

Cell = str | int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows behind a verdict. A column `leaf` is the proof: the index in the log at which it stands."""

    name: str  # of letters and hyphens: it names a file, too
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    private: bool = False  # for auditors alone: not in what is printed for others


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to one question. `faults` are what somebody must explain; without them nothing is wrong.

    `unsaid`: what the answer does not say, in whole sentences, so that nobody reads more into it.
    """

    answer: str  # YES, NO or UNPROVABLE
    sentence: str  # why, or what was found
    counts: Mapping[str, int | str] = field(default_factory=dict)  # a band where reports are counted by what they are
    faults: tuple[Fault, ...] = ()
    tables: tuple[Table, ...] = ()
    unsaid: tuple[str, ...] = ()
    limited: bool = False  # the answer holds, with a limit that nobody must overlook

    @property
    def said(self) -> str:
        """The answer in the fewest words that are true."""
        return f"{self.answer}, with a limit" if self.limited else self.answer


def unprovable(why: str, *, tables: Iterable[Table] = (), counts: Mapping[str, int | str] | None = None) -> Verdict:
    """Return that this log does not say it, and why."""
    return Verdict(answer=UNPROVABLE, sentence=why, counts=counts or {}, tables=tuple(tables))


def table(name: str, columns: str, rows: Iterable[Sequence[Cell]], *, private: bool = False) -> Table:
    """Return a table; `columns` are separated by commas."""
    return Table(name, tuple(one.strip() for one in columns.split(",")), tuple(map(tuple, rows)), private)


def tally(name: str, what: str, found: Iterable[tuple[str, int]]) -> Table:
    """Return how often each value occurs and at which leaves, the most frequent first."""
    counted: dict[str, list[int]] = {}
    for value, index in found:
        counted.setdefault(value, []).append(index)
    rows = sorted(counted.items(), key=lambda one: (-len(one[1]), one[0]))
    return table(name, f"{what}, {TIMES}, leaves", [(value, len(at), _listed(at)) for value, at in rows])


def _listed(indexes: list[int]) -> str:
    more = len(indexes) - _LISTED
    return " ".join(map(str, indexes[:_LISTED])) + (f" and {more} more" if more > 0 else "")
