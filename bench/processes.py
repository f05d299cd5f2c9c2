"""Servers under measurement: started on loopback, read through /proc, ended by their own id."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bench.memory import peak

READY: Final = "ready "
ROOT: Final = Path(__file__).resolve().parent.parent
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class Served:
    """One server and its workers. Use as a context."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANA_")}
        self._process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**kept, **(environment or {})},
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.url = ""
        for line in self._process.stdout or ():
            if line.startswith(READY):
                self.url = line.removeprefix(READY).strip()
                return
        self.stop()
        raise RuntimeError(f"{module} did not start")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def cpu(self) -> float:
        """CPU seconds that it and its workers have used."""
        return sum(sum(map(int, fields[11:13])) for fields in self._stats()) / _TICKS

    @property
    def memory(self) -> int:
        """Resident bytes of its largest process: the worker. The others only wait for it."""
        return max(int(fields[21]) for fields in self._stats()) * _PAGE

    @property
    def peak(self) -> int:
        """The most that any of its processes ever had resident; bytes."""
        return max((peak(pid) for pid in self._pids()), default=0)

    def _pids(self) -> Iterator[int]:
        waiting = [self._process.pid]
        while waiting:
            pid = waiting.pop()
            yield pid
            with suppress(FileNotFoundError, ProcessLookupError):  # a thread may end meanwhile
                for task in (Path("/proc") / str(pid) / "task").iterdir():
                    waiting += map(int, (task / "children").read_text().split())

    def _stats(self) -> Iterator[list[str]]:
        for pid in self._pids():
            with suppress(FileNotFoundError, ProcessLookupError):
                yield (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()

    def kill(self) -> None:
        """SIGKILL it and its workers: nothing of it gets to finish anything."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        """End it, and what it left behind."""
        if self._process.poll() is None:
            self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=25)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
