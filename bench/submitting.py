"""(1) Durable submissions over a bare append, (2) group over single commits, (8) CPU of one submission."""

import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from bench.house import Founded, Template, load
from bench.measure import Spread, interleaved, ratios
from bench.processes import Served
from bench.result import Found, Picture, Row, Scale, at_least

MIDDLE: Final = 32
SLOW: Final = 2000  # microseconds: of a flush that really reaches a small server's disk
CASES: Final = ((1, 0), (8, 0), (MIDDLE, 0), (128, 0), (MIDDLE, SLOW))  # how many send at once, added to each flush
FLOOR, GOAL = 0.50, 0.75
DELAYS: Final = ((0, 1.3), (2000, 4.0), (8000, 6.0))  # microseconds added to each flush, and the floor
_SHIM: Final = """#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
static void wait_(void) { struct timespec t = {0, atol(getenv("BENCH_FLUSH_US")) * 1000}; nanosleep(&t, 0); }
int fsync(int f) { int (*real)(int) = dlsym(RTLD_NEXT, "fsync"); wait_(); return real(f); }
int fdatasync(int f) { int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync"); wait_(); return real(f); }
"""


class Side:
    """One way to take reports, with everything that was measured of it."""

    def __init__(self, served: Served, template: Template, clients: int, seconds: float) -> None:
        self._served, self._template, self._clients, self._seconds = served, template, clients, seconds
        self.seen: defaultdict[str, list[float]] = defaultdict(list)

    def __call__(self) -> float:
        """Run the load once; return reports a second."""
        before = self._served.cpu
        found: dict[str, Any] = load(self._served, self._template, self._clients, seconds=self._seconds)
        self.seen["cpu"].append((self._served.cpu - before) / found["accepted"])
        for name in ("p50", "p99"):
            self.seen[name].append(found[name])
        return float(found["accepted"] / found["seconds"])


def cases_of(scale: Scale) -> tuple[tuple[int, int], ...]:
    """How many send at once, and how much slower a flush is made."""
    return ((MIDDLE, 0),) if scale.quick else CASES


def durable(scale: Scale) -> Found:
    """(1), and (8) from the same runs."""
    found = Found("durable submissions per second, over Litestar with a group fdatasync of the same bytes")
    founded = Founded()
    template = founded.template
    spreads = []
    cpu = None
    for clients, delay in cases_of(scale):
        with tempfile.TemporaryDirectory(dir=scale.folder) as name:
            folder = Path(name)
            extra = slower(folder, delay)
            appends = {"BENCH_FILE": name + "/bodies", **extra}
            with (
                founded.house(folder / "home", extra=extra) as house,
                Served("bench.serving", "baseline", "--bind", "127.0.0.1:0", environment=appends) as bare,
            ):
                ours = Side(house, template, clients, scale.seconds)
                theirs = Side(bare, template, clients, scale.seconds)
                load(house, template, clients, count=clients)  # so that both are warm
                load(bare, template, clients, count=clients)
                rates = interleaved(scale.rounds, {"ours": ours, "bare": theirs})
        ratio = ratios(rates["ours"], rates["bare"])
        gated = (clients, delay) == (MIDDLE, 0)
        if not delay:
            spreads.append(ratio)
        mine, other = Spread.of(rates["ours"]), Spread.of(rates["bare"])
        latency = f"p50 {_ms(ours.seen['p50'])}, p99 {_ms(ours.seen['p99'])}"
        found.rows.append(
            Row(
                what=f"{clients} at once{_added(delay)}: ratio",
                number=ratio.text(),
                beside=f"{mine.text(0)}/s over {other.text(0)}/s; {latency}",
                floor=f"{FLOOR:.2f}, goal {GOAL:.2f}" if gated else "",
                held=at_least(ratio, FLOOR) if gated else None,
            )
        )
        if gated:
            cpu = ours.seen["cpu"], theirs.seen["cpu"]
    if cpu is not None:
        found.rows.append(cpu_row(*cpu))
    labels = [str(one) for one, delay in cases_of(scale) if not delay]
    title = "Durable submissions over a bare append, by clients"
    found.pictures.append(Picture("submissions", title, labels, {"ratio": spreads}, (FLOOR, GOAL)))
    found.notes.append(f"an envelope has {len(template.body):,} bytes and eight person slots; each sent one is new")
    return found


def cpu_row(ours: list[float], bare: list[float]) -> Row:
    """CPU of the server and its workers, a report: the part of the cost that hardly depends on the disk."""
    mine, other = (Spread.of(1e3 * one for one in values) for values in (ours, bare))
    ratio = ratios(ours, bare)
    return Row(
        "(8) CPU of the server a submission", f"{mine.text()} ms", f"bare append {other.text()} ms; {ratio.text()}"
    )


def grouped(scale: Scale) -> Found:
    """(2) What group commit is for: a disk that takes its time."""
    found = Found(f"group commit over one commit a report, at {MIDDLE} clients")
    founded = Founded()
    spreads = []
    delays = DELAYS[1:2] if scale.quick else DELAYS
    with tempfile.TemporaryDirectory(dir=scale.folder) as name:
        folder = Path(name)
        for delay, floor in delays:
            extra = slower(folder, delay)
            with (
                founded.house(folder / f"group-{delay}", extra=extra) as group,
                founded.house(folder / f"single-{delay}", single=True, extra=extra) as single,
            ):
                sides = {
                    "group": Side(group, founded.template, MIDDLE, scale.seconds),
                    "single": Side(single, founded.template, MIDDLE, scale.seconds),
                }
                rates = interleaved(scale.rounds, sides)
            ratio = ratios(rates["group"], rates["single"])
            spreads.append(ratio)
            what = _added(delay).removeprefix(", ") or "disk as it is"
            beside = f"{Spread.of(rates['group']).text(0)}/s over {Spread.of(rates['single']).text(0)}/s"
            found.rows.append(Row(what, ratio.text(), beside, f"{floor:.1f}", at_least(ratio, floor)))
    labels = [f"+{delay / 1000:.0f} ms" for delay, _ in delays]
    title = "Group over single commits, by delay of a flush"
    found.pictures.append(Picture("grouping", title, labels, {"ratio": spreads}, [floor for _, floor in delays]))
    return found


def slower(folder: Path, delay: int) -> dict[str, str]:
    """Compile the library that makes every flush so many microseconds slower; return the environment that loads it."""
    if not delay:
        return {}
    source, library = folder / "slow.c", folder / "slow.so"
    source.write_text(_SHIM, encoding="utf-8")
    command = ["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the compiler of this machine
    return {"LD_PRELOAD": str(library), "BENCH_FLUSH_US": str(delay)}


def _added(delay: int) -> str:
    return f", +{delay / 1000:.0f} ms a flush" if delay else ""


def _ms(values: list[float]) -> str:
    return f"{1e3 * Spread.of(values).median:.1f} ms"
