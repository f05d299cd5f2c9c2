"""The unit files as systemd would read them, near enough to start what they start."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SYSTEMD = ROOT / "deploy" / "systemd"
PROGRAM = "/opt/amana/.venv/bin/python"
NAMES = ("amana-server", "amana-gate", "amana-witness")

# Denies memory that is writable and executable, as MemoryDenyWriteExecute= does, and becomes the program.
_WALLED = (
    "import ctypes, os, sys\n"
    "ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0 or sys.exit(9)\n"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True)
class Unit:
    """One unit file: every setting with all its values, in order."""

    name: str
    settings: Mapping[str, list[str]]

    @classmethod
    def read(cls, name: str) -> "Unit":
        found: dict[str, list[str]] = {}
        for line in (SYSTEMD / f"{name}.service").read_text("utf-8").splitlines():
            if "=" in line and not line.startswith("#"):
                key, _, value = line.partition("=")
                found.setdefault(key, []).append(value)
        return cls(name, found)

    def one(self, key: str) -> str:
        (value,) = self.settings[key]
        return value


@dataclass(frozen=True)
class Machine:
    """Folders that stand for /var/lib, /run and the credentials of each unit."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "lib"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def filled(self, text: str, unit: Unit) -> str:
        places = {"%S": self.state, "%t": self.run, "%d": self.folder / "credentials" / unit.name}
        return re.sub(r"%[Std]", lambda found: str(places[found[0]]), text)

    def start(self, unit: Unit) -> "subprocess.Popen[str]":
        """Start what the unit starts: its command and environment, without a network, without W+X memory."""
        (self.run / unit.one("RuntimeDirectory")).mkdir(parents=True, mode=int(unit.one("RuntimeDirectoryMode"), 8))
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        for line in unit.settings["Environment"]:
            environment |= dict(one.split("=", 1) for one in self.filled(line, unit).split())
        program, *arguments = self.filled(unit.one("ExecStart"), unit).split()
        assert program == PROGRAM
        command = ["unshare", "-n", sys.executable, "-c", _WALLED, sys.executable, *arguments]
        return subprocess.Popen(
            command,
            env=environment,
            cwd="/",
            umask=int(unit.one("UMask"), 8),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def can_wall() -> bool:
    """Whether this machine lets us take network and W+X memory away from a process."""
    probe = [sys.executable, "-c", _WALLED, sys.executable, "-c", ""]
    done = subprocess.run(["unshare", "-n", *probe], capture_output=True, check=False)
    return done.returncode == 0


def has_own_network(pid: int) -> bool:
    """Whether a process lives in another network than we, seen from outside."""
    return Path(f"/proc/{pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()


def end(process: "subprocess.Popen[str]") -> int:
    """Ask with SIGTERM, and wait as long as the unit does; what does not end by itself is killed."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=30)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
