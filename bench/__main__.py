"""`python -m bench`: measure, print the table, write it and its plots. A miss is a word in the table, never a failure.

Every number stands beside what it is compared with, measured in turns in the same minutes: on a shared machine only
ratios mean something. `noisy` says that the machine itself changed by a quarter while an item was measured.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench import (
    appending,
    auditing,
    keeping,
    listing,
    looking,
    opening,
    plot,
    proving,
    sealing,
    sealing_files,
    submitting,
    uploading,
    visiting,
)
from bench.measure import probe
from bench.processes import ROOT
from bench.result import Found, Scale, markdown

ITEMS: Final[dict[int, Callable[[Scale], Found]]] = {
    1: submitting.durable,
    2: submitting.grouped,
    3: appending.appending,
    4: opening.openings,
    5: sealing.sealing,
    6: proving.proving,
    7: keeping.keeping,
    9: visiting.visiting,  # (8) is a row of the first, from the same runs
    10: looking.looking,
    11: sealing_files.sealing_files,
    12: uploading.uploading,
    13: auditing.auditing,
    14: listing.sheets,
}
LEAST: Final = 7  # rounds of a table that may be quoted


def machine() -> str:
    """Cores and memory: nothing else of a machine belongs in a file."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} cores, {pages / (1 << 30):.0f} GiB of memory"


def run(items: Sequence[int], scale: Scale) -> Iterator[tuple[int, Found]]:
    """Run the items one after another, with probes of the machine around each."""
    for number in items:
        sys.stderr.write(f"bench {number} ...\n")
        seconds = 0.02 if scale.quick else 0.3
        before = probe(scale.folder, seconds)
        one = ITEMS[number](scale)
        one.before, one.after = before, probe(scale.folder, seconds)
        yield number, one


def write(found: dict[int, Found], scale: Scale, into: Path) -> str:
    """Write table and plots; return the table."""
    into.mkdir(parents=True, exist_ok=True)
    text = (
        f"{scale.rounds} rounds a ratio; median [quartiles]. {'QUICK: no number here means anything. ' * scale.quick}"
    )
    text += markdown(found, machine())
    (into / "table.md").write_text("# Measured\n\n" + text, encoding="utf-8")
    for one in found.values():
        for picture in one.pictures:
            (into / f"{picture.name}.svg").write_text(plot.draw(picture), encoding="utf-8")
    return text


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", type=int, action="append", choices=sorted(ITEMS), help="one item; may be repeated")
    parser.add_argument("--rounds", type=int, default=LEAST, help=f"rounds of each ratio; {LEAST} for a table to quote")
    parser.add_argument("--seconds", type=float, default=1.0, help="of load, a way and round")
    parser.add_argument("--quick", action="store_true", help="tiny counts: whether everything runs to its end")
    parser.add_argument("--into", type=Path, default=ROOT / "bench" / "results", help="where table and plots go")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="amana-bench-") as folder:
        scale = Scale(Path(folder), options.rounds, options.seconds)
        if options.quick:
            scale = replace(scale, rounds=1, seconds=0.1, quick=True)
        found: dict[int, Found] = {}
        for number, one in run(options.only or list(ITEMS), scale):
            found[number] = one
            text = write(found, scale, options.into)  # after each, so that an interruption keeps the others
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
