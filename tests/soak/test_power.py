"""P8: what was acknowledged survives a power cut. The disk beneath forgets what was not synced (tests/lossyfs.py)."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests import lossyfs
from tests.needs import need
from tests.soak.chance import Chance
from tests.soak.cutting import cut_repeatedly, lossy

ROUNDS = 2
MANY = 150  # commits


@pytest.fixture(autouse=True)
def _fuse() -> None:
    if not lossyfs.available():
        need("simulated power cut", "Linux, root and /dev/fuse")


def test_power_cut_under_load(tmp_path: Path) -> None:
    outcome = cut_repeatedly(tmp_path, ROUNDS, print, Chance())
    assert outcome.reports > 0
    assert outcome.opened > 0


def committed_and_kept(folder: Path, synchronous: str) -> tuple[int, int]:
    """Commit through `doors.database`, cut the power, count: what was acknowledged, and what is there afterwards."""
    place = folder / "disk"
    with lossy(place, folder / "store") as disk:
        (place / "lock").touch()
        words = [sys.executable, "-m", "tests.soak.committing", str(place / "one.db"), synchronous]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = 0
            for line in writer.stdout:
                acknowledged = int(line)
                if acknowledged == MANY:
                    break
            disk.cut()
            writer.kill()
        disk.plug()
        with closing(sqlite3.connect(place / "one.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            try:
                return acknowledged, int(database.execute("SELECT count(*) FROM kept").fetchone()[0])
            except sqlite3.OperationalError:  # not even the table is there
                return acknowledged, 0


def test_our_way_to_commit_keeps_everything(tmp_path: Path) -> None:
    acknowledged, kept = committed_and_kept(tmp_path, "")
    assert acknowledged <= kept


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_the_disk_bites(tmp_path: Path, synchronous: str) -> None:
    """Control: with less than synchronous=FULL the same cut loses what was acknowledged."""
    acknowledged, kept = committed_and_kept(tmp_path, synchronous)
    assert kept < acknowledged
