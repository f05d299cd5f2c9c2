"""(7) What is kept: memory of the server at rest and after many submissions, bytes on disk over bytes of envelopes."""

import tempfile
from pathlib import Path
from typing import Final

from bench.house import Founded, load
from bench.result import Found, Row, Scale

REPORTS: Final = 10_000
CLIENTS: Final = 32
WARM: Final = 500
GROWTH: Final = 0.10
STORED: Final = 1.35
_MIB: Final = 1 << 20


def keeping(scale: Scale) -> Found:
    """Count once; there is nothing to repeat."""
    found = Found(f"memory and disk after {REPORTS:,} submissions")
    reports = 60 if scale.quick else REPORTS
    warm = 20 if scale.quick else WARM
    founded = Founded()
    template = founded.template
    with tempfile.TemporaryDirectory(dir=scale.folder) as name:
        home = Path(name) / "home"
        with founded.house(home) as house:
            rest = house.memory
            load(house, template, CLIENTS, count=warm)
            warmed = house.memory
            load(house, template, CLIENTS, count=reports - warm)
            after = house.memory
        stored = sum(path.stat().st_size for path in (home / "server").glob("amana.db*"))
    grown = after / warmed - 1
    beside = f"{rest / _MIB:.1f} MiB before any, {warmed / _MIB:.1f} after {warm}, {after / _MIB:.1f} after {reports:,}"
    found.rows.append(
        Row("growth of resident memory, once warm", f"{grown:+.1%}", beside, f"< {GROWTH:.0%}", grown < GROWTH)
    )
    cold = after / rest - 1
    found.rows.append(
        Row("the same from before any submission", f"{cold:+.1%}", beside, f"< {GROWTH:.0%}", cold < GROWTH)
    )
    ratio = stored / (reports * len(template.body))
    beside = f"{stored / reports:,.0f} bytes a report, envelope {len(template.body):,}"
    found.rows.append(
        Row("stored over envelope bytes, after checkpoint", f"{ratio:.2f}", beside, f"<= {STORED}", ratio <= STORED)
    )
    return found
