"""`aics-tlog`, somebody else's verifier of C2SP logs (Python 3.12 and later), in an environment of its own."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.run import BIN, ROOT, UV, pythons

FOLDER: Final = ROOT / ".venv-tlog"
LOCK: Final = ROOT / "requirements" / "tlog.txt"
NEWEST_FIRST: Final = ("3.13", "3.12")


@cache
def missing() -> str | None:
    """Install it, hash-locked, unless it is there; or return what that needs."""
    ready = FOLDER / ".ready"
    if ready.exists() and ready.read_text() == LOCK.read_text():
        return None
    python = _python()
    if python is None:
        return "Python 3.12 or later"
    uv, inside = str(BIN / "uv"), str(FOLDER / "bin" / "python")
    for command in (
        (uv, "venv", "-q", "--clear", "--python", str(python), str(FOLDER)),
        (uv, "pip", "install", "-q", "--python", inside, "--require-hashes", "-r", str(LOCK)),
    ):
        done = subprocess.run(command, env=os.environ | UV, capture_output=True, timeout=180, check=False)
        if done.returncode:
            return "the packages of requirements/tlog.txt, from a network or a cache"
    ready.write_text(LOCK.read_text())
    return None


def _python() -> Path | None:
    there = pythons()
    if sys.version_info >= (3, 12):
        return Path(sys.executable)
    return next((there[version] for version in NEWEST_FIRST if version in there), None)


def verify(what: str, **options: Any) -> dict[str, Any]:
    """Run `aics-tlog verify-<what>` and return its report; `ok` says how it ended."""
    arguments = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    done = subprocess.run(
        [FOLDER / "bin" / "aics-tlog", f"verify-{what}", *arguments], capture_output=True, timeout=60, check=False
    )
    report: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) is report["ok"]
    return report
