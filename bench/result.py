"""What a run found, as a table that stands by itself. A miss is a word in it, never a failure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import Probe, Spread


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    folder: Path  # on the disk that is measured
    rounds: int = 7
    seconds: float = 1.0  # of load, a way and round
    quick: bool = False
    """Tiny counts: whether everything runs, not how fast."""


@dataclass(frozen=True, slots=True)
class Row:
    """One number beside what it is compared with."""

    what: str
    number: str
    beside: str = ""
    floor: str = ""
    held: bool | None = None  # None where there is no floor

    @property
    def verdict(self) -> str:
        """One word."""
        return {None: "", True: "pass", False: "miss"}[self.held]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: one line a series over the same labels."""

    name: str
    title: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[Spread]]
    floors: Sequence[float] = ()


@dataclass(slots=True)
class Found:
    """What one item came to."""

    title: str
    rows: list[Row] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    before: Probe | None = None
    after: Probe | None = None

    @property
    def noisy(self) -> bool:
        """Whether the machine changed while this was measured."""
        return self.before is not None and self.after is not None and self.before.moved(self.after)


def at_least(spread: Spread, floor: float) -> bool:
    """Only the median decides."""
    return spread.median >= floor


def markdown(found: Mapping[int, Found], machine: str) -> str:
    """Return the whole table."""
    lines = [f"Machine: {machine}.", ""]
    lines += ["| # | what | measured | beside it | floor | verdict |", "|---|---|---|---|---|---|"]
    for number, one in found.items():
        noisy = " (noisy)" if one.noisy else ""
        lines.append(f"| {number} | **{one.title}**{noisy} | | | | |")
        lines += [f"| | {row.what} | {row.number} | {row.beside} | {row.floor} | {row.verdict} |" for row in one.rows]
    lines += ["", "Probes of the machine before and after each item:", ""]
    lines += ["| # | fdatasync/s | Ed25519 signs per CPU-second |", "|---|---|---|"]
    for number, one in found.items():
        if one.before and one.after:
            lines.append(
                f"| {number} | {one.before.syncs:,.0f}, {one.after.syncs:,.0f} "
                f"| {one.before.signs:,.0f}, {one.after.signs:,.0f} |"
            )
    notes = [f"- ({number}) {note}" for number, one in found.items() for note in one.notes]
    return "\n".join([*lines, *(["", *notes] if notes else []), ""])
