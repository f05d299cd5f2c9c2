"""(11) Sealing a file beside `age`, which does the same kind of thing in Go: speed, and memory as the file grows."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.measure import Spread, interleaved, ratios
from bench.memory import Watched
from bench.processes import ROOT
from bench.result import Found, Row, Scale, at_least

GOAL: Final = 1.0
MIB: Final = 1 << 20
_SIZE: Final = 256  # MiB
_SIZES: Final = (64, 512)  # MiB: memory is to be the same for both
_FLAT: Final = 1.1  # times as much memory, at most
_OURS: Final = """
import os, sys, time
from pathlib import Path
from client.sealing_files import Described, seal_file
began = time.perf_counter()
seal_file(Path(sys.argv[1]), Path(sys.argv[2]), Described(kind="video", media="video/mp4"), draw=os.urandom)
print(time.perf_counter() - began)
"""


class Way:
    """One program that seals, with the memory that each run of it took."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.peaks: list[int] = []  # bytes

    def _run(self, command: Sequence[str | Path]) -> str:
        ended = Watched(command, folder=ROOT).end(600)
        if ended.code:
            raise RuntimeError(f"{command[0]} ended with {ended.code}")
        self.peaks.append(ended.peak)
        return ended.output


class Ours(Way):
    """`client.sealing_files` in a process of its own, measured once Python has started."""

    def __call__(self, source: Path) -> float:
        """Seal; return seconds until it is on disk."""
        sealed = self.folder / "sealed"
        seconds = float(self._run([sys.executable, "-c", _OURS, source, sealed]))
        shutil.rmtree(sealed)
        return seconds


class Age(Way):
    """`age` to one recipient."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True)  # noqa: S607 - of this machine
        (recipient,) = [line for line in made.stderr.split() if line.startswith("age1")]
        self._to = folder / "recipient"
        self._to.write_text(recipient + "\n", encoding="utf-8")

    def __call__(self, source: Path) -> float:
        """Seal; return seconds until it is on disk: ours is, so age's is asked for too."""
        sealed = self.folder / "sealed.age"
        began = time.perf_counter()
        self._run(["age", "-R", self._to, "-o", sealed, source])
        with sealed.open("rb") as file:
            os.fsync(file.fileno())
        seconds = time.perf_counter() - began
        sealed.unlink()
        return seconds


def sealing_files(scale: Scale) -> Found:
    """Measure both in turns, then ours at two sizes."""
    size, sizes = (4, (4, 8)) if scale.quick else (_SIZE, _SIZES)
    found = Found(f"sealing a file of {size} MiB on a device, over `age -R`")
    with tempfile.TemporaryDirectory(dir=scale.folder) as name:
        folder = Path(name)
        if shutil.which("age") is None or shutil.which("age-keygen") is None:
            found.rows.append(Row("sealing beside age", "NOT RUN", "needs Debian's age"))
        else:
            found.rows += _beside(scale, folder, size)
        found.rows.append(_flat(folder, sizes))
    found.notes.append("until the sealed file is on disk; the start of Python is not in it, that of age is")
    return found


def _beside(scale: Scale, folder: Path, size: int) -> list[Row]:
    source, ours, age = _written(folder, size), Ours(folder), Age(folder)
    ours(source)
    took = interleaved(scale.rounds, {"ours": lambda: ours(source), "age": lambda: age(source)})
    mine, other = (Spread.of(size * MIB / 1e6 / one for one in took[name]) for name in ("ours", "age"))
    ratio = ratios(took["age"], took["ours"])
    speeds = f"{mine.text(0)} MB/s over {other.text(0)} MB/s"
    memory = Spread.of(one / MIB for one in ours.peaks), Spread.of(one / MIB for one in age.peaks)
    return [
        Row("speed: ratio", ratio.text(), speeds, f"{GOAL:.1f}", at_least(ratio, GOAL)),
        Row("peak memory", f"{memory[0].text(0)} MiB", f"age {memory[1].text(0)} MiB"),
    ]


def _flat(folder: Path, sizes: tuple[int, int]) -> Row:
    peaks = []
    for size in sizes:
        ours = Ours(folder)
        ours(_written(folder, size))
        peaks.append(ours.peaks[0] / MIB)
    growth = peaks[1] / peaks[0]
    beside = f"{peaks[0]:.1f} MiB at {sizes[0]} MiB, {peaks[1]:.1f} at {sizes[1]}"
    return Row("peak memory, growth", f"{growth:.2f}x", beside, f"<= {_FLAT:.1f}x", growth <= _FLAT)


def _written(folder: Path, size: int) -> Path:
    path = folder / "plain"
    with path.open("wb") as file:
        for _ in range(size):
            file.write(os.urandom(MIB))
        os.fsync(file.fileno())
    return path
