"""Run a house: start gates and server as processes of their own, pass signals on, end all when one ends."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final

from client.errors import ClosedError, UsageError
from doors.environment import closed_folder

READY: Final = "ready "
_SOCKET_LENGTH: Final = 100  # bytes; Linux takes 107
_START: Final = 60.0  # seconds until `ready`
_END: Final = 25.0  # seconds to finish what was begun


class Processes:
    """Children that live and die together."""

    def __init__(self) -> None:
        self._children: list[subprocess.Popen[str]] = []
        self._ended = threading.Event()
        self._asked = False

    def listen(self) -> None:
        """Pass SIGTERM and SIGINT on to the children."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        self._asked = True
        self._ended.set()

    def start(self, module: str, arguments: Sequence[str]) -> str:
        """Start `python -m module` and return the address of its `ready` line. Its other output goes to our stderr."""
        child = subprocess.Popen(  # noqa: S603 - our own modules, arguments of the operator
            [sys.executable, "-m", module, *arguments],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # a group of its own: its workers can be ended even when it was killed
        )
        self._children.append(child)
        ready: list[str] = []
        came = threading.Event()
        threading.Thread(target=self._read, args=(child, ready, came), daemon=True).start()
        threading.Thread(target=self._watch, args=(child, came), daemon=True).start()
        if not came.wait(_START) or not ready:
            code = self.stop()
            if self._asked:
                sys.exit(code)
            if code == 2:  # noqa: PLR2004 - it has said what is wrong
                raise UsageError(f"The {module} did not start.", "See the line above.")
            raise ClosedError(f"The {module} did not start.", "See the lines above.")
        return ready[0]

    def _read(self, child: "subprocess.Popen[str]", ready: list[str], came: threading.Event) -> None:
        for line in child.stdout or ():
            if line.startswith(READY) and not ready:
                ready.append(line.removeprefix(READY).strip())
                came.set()
            else:
                sys.stderr.write(line)

    def _watch(self, child: "subprocess.Popen[str]", came: threading.Event) -> None:
        child.wait()  # not the end of its output: a worker may outlive it and hold that open
        came.set()
        self._ended.set()

    def wait(self) -> int:
        """Wait until a signal comes or a child ends, then end all. Raise ClosedError unless we were asked to."""
        while not self._ended.wait(1.0):
            pass
        self.stop()
        if not self._asked:
            raise ClosedError("A gate or the server ended by itself, so all were stopped.", "See the lines above.")
        return 0

    def stop(self) -> int:
        """End all children, the last first. Return the first bad exit code of those that ended by themselves."""
        codes = [child.returncode for child in self._children if child.poll() is not None]
        for child in reversed(self._children):
            if child.poll() is None:
                child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(_END)
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # what is left of its group; usually nothing
            child.wait()
        return next((abs(code) for code in codes if code), 0)


def run_gate(bind: str, key: Path) -> int:
    """Run one gate until a signal."""
    processes = Processes()
    processes.listen()
    return _announce(processes, processes.start("gate", ["--bind", bind, "--key", str(key)]))


def run_witness(bind: str, key: Path, logs: Sequence[str], *, first: bool) -> int:
    """Run one witness of these logs until a signal."""
    processes = Processes()
    processes.listen()
    arguments = ["--bind", bind, "--key", str(key), *(word for log in logs for word in ("--log", log))]
    return _announce(processes, processes.start("witness", [*arguments, *(["--first"] if first else [])]))


def run_server(  # noqa: PLR0913 - where everything is, by name
    bind: str,
    home: Path,
    *,
    with_gate: bool,
    gates: Mapping[str, str],
    witnesses: Mapping[str, str],
    reporters: str | None,
) -> int:
    """Run a server until a signal, and with it the gates whose keys are in the ceremony's folder.

    `gates` and `witnesses` give addresses by name, before the bundle's; `reporters` is a second socket, `unix:PATH`.
    """
    keys = _gate_keys(home) if with_gate else []
    if twice := sorted(set(gates) & {key.stem for key in keys}):
        raise UsageError(f"The gate {twice[0]} would be started here, and has an address.", "Leave one of them out.")
    processes = Processes()
    processes.listen()
    addresses = dict(gates)
    for key in keys:
        addresses[key.stem] = processes.start("gate", ["--bind", _gate_bind(home, key.stem), "--key", str(key)])
    arguments = ["--bind", bind, *([] if reporters is None else ["--reporters", reporters])]
    for name, address in addresses.items():
        arguments += ["--gate", f"{name}={address}"]
    for name, address in witnesses.items():
        arguments += ["--witness", f"{name}={address}"]
    return _announce(processes, processes.start("server", arguments))


def _announce(processes: Processes, url: str) -> int:
    sys.stdout.write(f"{READY}{url}\n")
    sys.stdout.flush()
    return processes.wait()


def _gate_keys(home: Path) -> list[Path]:
    keys = sorted((home / "ceremony" / "gates").glob("*.key"))
    if not keys:
        raise UsageError(
            f"There is no key of a gate in {home / 'ceremony' / 'gates'}.",
            "Make one with `amana officer init`, or start gates on their own with `amana gate`.",
        )
    return keys


def _gate_bind(home: Path, name: str) -> str:
    """Return a unix socket in the gate's folder; a free port of this machine where its path would be too long."""
    path = home / "gate" / f"{name}.sock"
    if len(os.fsencode(path)) > _SOCKET_LENGTH:
        return "127.0.0.1:0"
    closed_folder(path.parent)
    return f"unix:{path}"
