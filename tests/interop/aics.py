"""`aics-tlog` and `aics-witness`: somebody else's verifier and witness of C2SP logs, in an environment of their own.

They want Python 3.12 or later.
"""

import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx2

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


class Witness:
    """`aics-witness`, somebody else's witness, on a folder and a port of this machine."""

    name: Final = "witness.test.example/aics"

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {**os.environ, "AICS_WITNESS_CONFIG": str(folder / "witness.json")}
        folder.mkdir(parents=True)
        said = self._run("init", "--name", self.name, "--listen", f"127.0.0.1:{port}")
        self.vkey = next(line for line in said.splitlines() if line.startswith(self.name))
        self._child: subprocess.Popen[bytes] | None = None

    def _run(self, *words: str) -> str:
        command = [str(FOLDER / "bin" / "aics-witness"), *words]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    def know(self, origin: str, vkey: str) -> None:
        """Tell it of a log."""
        self._run("add-log", "--origin", origin, "--vkey", vkey)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(FOLDER / "bin" / "aics-witness"), "serve"]
        self._child = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 30
        while True:
            try:
                httpx2.get(f"{self.url}/healthz", trust_env=False)
            except httpx2.HTTPError:
                assert time.monotonic() < end, "aics-witness did not start"
                time.sleep(0.02)
                continue
            return

    def stop(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.kill()
            self._child.wait(20)
            self._child = None

    def evidence(self) -> int:
        """How many requests that did not fit it has kept."""
        found = json.loads(self._run("evidence") or "[]")
        return len(found if isinstance(found, list) else found.get("evidence", []))
