"""Run a program on a hostile file: without network, names, our environment, much memory, or much time."""

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from client.cleaning import narrow

_SAID: Final = 1 << 20  # bytes of what a program says that are read
_SPACES: Final = (("--user", "--map-current-user", "--net"), ("--net",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a program may use: bytes of memory, seconds (of processor and of clock), bytes of any file it writes."""

    memory: int
    seconds: int
    size: int


def run(command: Sequence[str], folder: Path, bounds: Bounds, *, source: BinaryIO | None = None) -> str | None:
    """Run a program in a private folder, with `source` as its input; return what it said, or None where it failed.

    The file's own name never becomes an argument: arguments are seen by everybody on a machine.
    """
    program = shutil.which(command[0])
    if program is None:
        return None
    limits = (str(bounds.memory), str(bounds.seconds), str(bounds.size))
    said = folder / "said"
    with said.open("xb") as words:
        try:
            child = subprocess.Popen(  # noqa: S603 - our own module, or a tool of the system
                (*apart(), sys.executable, "-I", "-S", narrow.__file__, *limits, program, *command[1:]),
                cwd=folder,
                env={
                    "PATH": os.environ.get("PATH", os.defpath),
                    "LC_ALL": "C.UTF-8",
                    "HOME": ".",
                    "TMPDIR": str(folder),
                },
                stdin=subprocess.DEVNULL if source is None else source,
                stdout=words,
                stderr=subprocess.DEVNULL,  # it may repeat what is in the file
                start_new_session=True,
            )
            done = _wait(child, bounds.seconds)
        except OSError:
            done = False
    try:
        with said.open("rb") as words:
            return words.read(_SAID).decode("utf-8", "replace") if done else None
    finally:
        said.unlink()


def _wait(child: "subprocess.Popen[bytes]", seconds: int) -> bool:
    try:
        return child.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:  # also where we are interrupted: nothing goes on behind our back
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


@functools.cache
def apart() -> tuple[str, ...]:
    """Return what puts a program where no network is, or nothing where this machine does not let us."""
    tool = shutil.which("unshare")
    for space in _SPACES if tool else ():
        tried = subprocess.run((str(tool), *space, "true"), capture_output=True, check=False)  # noqa: S603
        if tried.returncode == 0:
            return (str(tool), *space)
    return ()
