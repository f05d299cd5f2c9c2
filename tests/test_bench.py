"""The benchmark runs to its end and says what it found. What it found is never a reason to fail."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from bench.__main__ import ITEMS
from bench.measure import Probe, Spread
from tests.needs import need

ROOT = Path(__file__).parent.parent
PICTURES = {"appending", "grouping", "opening", "proving", "submissions"}


def test_every_item_runs_and_is_written_down(tmp_path: Path) -> None:
    if shutil.which("cc") is None or not Path("/proc/self/stat").exists():
        need("the benchmark", "a C compiler and /proc")
    command = [sys.executable, "-m", "bench", "--quick", "--into", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    table = (tmp_path / "table.md").read_text()
    assert table.endswith(done.stdout)
    assert "QUICK" in table
    for number in ITEMS:
        assert f"| {number} | **" in table
    verdicts = re.findall(r"\| (pass|miss) \|$", table, re.MULTILINE)
    assert len(verdicts) >= 8
    assert {path.stem for path in tmp_path.glob("*.svg")} == PICTURES
    for path in tmp_path.glob("*.svg"):
        assert path.read_text().count("<circle") >= 1
    if shutil.which("age") is None:
        need("the benchmark of sealing files beside age", "Debian's age")
    if shutil.which("chromium") is None:
        need("the benchmark of the page", "Debian's chromium")
    assert "NOT RUN" not in table


def test_noise_is_a_quarter_of_either_probe() -> None:
    before = Probe(1000, 1000)
    assert not before.moved(Probe(1240, 760))
    assert before.moved(Probe(1260, 1000))
    assert before.moved(Probe(1000, 740))


def test_spread_is_median_and_quartiles() -> None:
    assert Spread.of([7, 1, 6, 2, 5, 3, 4]) == Spread(4, 2.5, 5.5)
    assert Spread.of([3]) == Spread(3, 3, 3)
