"""A few seconds of fuzzing in every run; longer by hand: `python -m tests.hostile.fuzz --seconds 3600` (P10)."""

import importlib.util
import re
import subprocess
import sys

from tests.hostile.fuzz import BROKEN
from tests.needs import need

SECONDS = 5


def fuzz(*options: str) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec("atheris") is None:
        need("fuzzing of every decoder", "the atheris package, which is there for Python 3.11")
    command = [sys.executable, "-m", "tests.hostile.fuzz", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_nothing_but_crypto_errors_leaves_a_decoder() -> None:
    done = fuzz("--seconds", str(SECONDS))
    assert done.returncode == 0, done.stderr[-2000:]
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    assert executed is not None
    assert int(executed[1]) > 1000


def test_a_decoder_with_a_fault_is_found() -> None:
    done = fuzz("--seconds", str(SECONDS), "--target", BROKEN)
    assert done.returncode != 0
    assert f"FOUND {BROKEN}" in done.stderr
