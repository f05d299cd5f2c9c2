"""`make test`: everything that this machine can run, step by step, and one summary at the end.

Two lines of steps go side by side, three tests at a time on two cores: whoever drives a browser or waits for a process
leaves a core to somebody else half of the time. What a step prints comes whole, when it has ended. Nothing runs twice.
The tests of crypto/ and policies/ run measured; `python -m tests.run coverage` (`make coverage`) is that part alone.

What cannot run is said aloud (`NOT RUN: what, needs what`); with AMANA_TEST_ALL=1 it counts as failed, and the journey
runs on the other supported Pythons too. One that is not on this machine is named (`NOT HERE`), and never counts: nobody
has to have all three.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.interop import node
from web.build import CannotBuildError, install

ROOT: Final = Path(__file__).resolve().parent.parent
BIN: Final = Path(sys.executable).parent  # not resolved: the tools are in the virtual environment
SUPPORTED: Final = ("3.11", "3.12", "3.13")
JOURNEY: Final = "tests/test_journey.py"
UV: Final = {"UV_NO_CONFIG": "1", "UV_SYSTEM_CERTS": "1"}
COUNTED: Final = re.compile(r"(\d+) (passed|failed|skipped|error)")
COUNTS: Final = re.compile(r"\d+ [a-z]+.* in [\d.]+s")  # pytest's last line; others may follow it
WHOLE: Final = ("tests/crypto", "tests/policies")  # these run every line and branch of the two rooms
ROOMS: Final = ("tests/attacks", "tests/client", "tests/gate", "tests/server")  # a third of the rest, without browsers
PYTEST: Final = ("-m", "pytest", "-q")
BOTH: Final = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")  # in the order of tests/conftest.py
ALL: Final = os.environ.get("AMANA_TEST_ALL") == "1"


@dataclass
class Summary:
    """What every step came to."""

    lines: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def step(self, name: str, *command: str, counted: bool = False) -> None:
        """Run one step, pass on its output, note how it ended. `counted`: it is pytest, and says how many."""
        say(f"-- begins: {name}")
        began = time.monotonic()
        code, output = run(command)
        with self.lock:
            say(f"-- {name}", *output)
            self._note(name, code, output, time.monotonic() - began, counted=counted)

    def _note(self, name: str, code: int, output: list[str], seconds: float, *, counted: bool) -> None:
        word = "passed" if code == 0 else "FAILED"
        self.lines += [f"{word}  {seconds:6.1f} s  {name}"]
        self.lines += [f"  {line[line.index('NOT RUN:') :]}" for line in output if "NOT RUN:" in line and counted]
        said = next((line for line in reversed(output) if COUNTS.search(line)), "") if counted else ""
        found = COUNTED.findall(said)
        for number, what in found:
            self.counts["failed" if what == "error" else what] += int(number)
        if not counted or (code and not any(what in {"failed", "error"} for _, what in found)):
            self.counts["failed" if code else "passed"] += 1

    def not_run(self, what: str, needs: str) -> None:
        """Note a step that cannot run here."""
        with self.lock:
            self.lines.append(f"NOT RUN: {what}, needs {needs}")
            self.counts["failed" if ALL else "skipped"] += 1


def say(*lines: str) -> None:
    """Print at once and in one piece, so that output of steps stays in its place."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def run(command: Sequence[str]) -> tuple[int, list[str]]:
    """Run a command in the project's folder; return its exit code and the lines that it printed."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | UV,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


def pythons() -> dict[str, Path]:
    """Return the supported Pythons of this machine besides the one that runs this, by version."""
    places = [Path(folder) / f"python{version}" for version in SUPPORTED for folder in os.get_exec_path()]
    places += sorted(Path.home().glob(".pyenv/versions/*/bin/python"))
    found: dict[str, Path] = {}
    for place in filter(Path.is_file, places):
        ask = [str(place), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        version = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
        if version in SUPPORTED and version != "{}.{}".format(*sys.version_info[:2]):
            found.setdefault(version, place)
    return found


def environment(version: str, python: Path) -> Path | None:
    """Return the Python of a hash-locked environment for one version; None when it cannot be made."""
    folder, lock = ROOT / f".venv-{version}", ROOT / "requirements" / "dev.txt"
    ready, inside = folder / ".ready", folder / "bin" / "python"
    if ready.exists() and ready.stat().st_mtime > max(lock.stat().st_mtime, (ROOT / "pyproject.toml").stat().st_mtime):
        return inside
    uv = str(BIN / "uv")
    install = (uv, "pip", "install", "-q", "--python", str(inside))
    for command in (
        (uv, "venv", "-q", "--clear", "--python", str(python), str(folder)),
        (*install, "--require-hashes", "-r", str(lock)),
        (*install, "--no-deps", "--no-build-isolation", "-e", "."),
    ):
        code, output = run(command)
        if code:
            say(f"-- the packages of Python {version}", *output)
            return None
    ready.touch()
    return inside


def prepare_node() -> None:
    """Install node's packages before several tests at once would; what cannot be had, the tests say themselves."""
    say("-- packages of node")
    node.missing()
    with suppress(CannotBuildError):
        install()


def measured(summary: Summary, *, alone: bool = False) -> None:
    """Run what tests crypto/ and policies/; see that it ran every line and branch. `alone`: both cores are free."""
    coverage = (sys.executable, "-m", "coverage")
    run((*coverage, "erase"))
    how = BOTH if alone else ()
    summary.step("pytest of crypto/ and policies/", *coverage, "run", *PYTEST, *how, *WHOLE, counted=True)
    run((*coverage, "combine", "-q"))
    summary.step("every line and branch of them was run", *coverage, "report")


def everything(summary: Summary) -> None:
    """Run all steps, in two lines side by side."""
    prepare_node()
    apart = [f"--ignore={folder}" for folder in (*WHOLE, *ROOMS)]
    lines: tuple[Callable[[], None], ...] = (
        lambda: summary.step("pytest of all else", sys.executable, *PYTEST, *BOTH, *apart, counted=True),
        lambda: beside(summary),
    )
    with ThreadPoolExecutor(len(lines)) as pool:
        for line in [pool.submit(line) for line in lines]:
            line.result()


def beside(summary: Summary) -> None:
    """Run, one after another, what leaves a core to the pages' tests."""
    summary.step("ruff format", str(BIN / "ruff"), "format", "--check", ".")
    summary.step("ruff check", str(BIN / "ruff"), "check", ".")
    summary.step("mypy", str(BIN / "mypy"))
    summary.step("import contracts", str(BIN / "lint-imports"), "--no-logo")
    measured(summary)
    journeys(summary)
    summary.step("pytest of the rooms", sys.executable, *PYTEST, *ROOMS, counted=True)


def journeys(summary: Summary) -> None:
    """Run the journey on each other supported Python that is here, where everything is to be run."""
    there = pythons()
    for version, place in there.items():
        name = f"the journey on Python {version}"
        if not ALL:
            with summary.lock:
                summary.lines.append(f"LEFT OUT: {name}; AMANA_TEST_ALL=1 runs it")
        elif not (ROOT / JOURNEY).exists():
            summary.not_run(name, JOURNEY)
        elif (inside := environment(version, place)) is None:
            summary.not_run(name, "the packages of requirements/dev.txt, from a network or a cache")
        else:
            summary.step(name, str(inside), *PYTEST, "-p", "no:cacheprovider", JOURNEY, counted=True)
    here = "{}.{}".format(*sys.version_info[:2])
    with summary.lock:
        summary.lines += [f"NOT HERE: Python {one}" for one in SUPPORTED if one != here and one not in there]


def main(only: Sequence[str]) -> int:
    """Run all steps, or only the measured ones; 0 when none failed."""
    began = time.monotonic()
    summary = Summary()
    if only == ["coverage"]:
        measured(summary, alone=True)
    else:
        everything(summary)
    say("-- summary")
    for line in summary.lines:
        say(line)
    total = ", ".join(
        f"{summary.counts[what]} {what}" for what in ("failed", "passed", "skipped") if summary.counts[what]
    )
    say(f"== {total} in {time.monotonic() - began:.2f}s ==")
    return 1 if summary.counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
