"""Peak memory of one process, as Linux counts it: a high-water mark, so that nothing between two looks is missed."""

import os
import re
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LOOK: Final = 0.01  # seconds
_MARK: Final = re.compile(r"VmHWM:\s+(\d+) kB")


def peak(pid: int | str = "self") -> int:
    """Return the most resident bytes that a process ever had; 0 where it is gone."""
    with suppress(OSError):
        found = _MARK.search((Path("/proc") / str(pid) / "status").read_text())
        return int(found[1]) * 1024 if found else 0
    return 0


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command came to."""

    code: int
    output: str
    peak: int  # bytes


class Watched:
    """A process that is looked at until it ends. What `getrusage` says of a child counts its parent's memory too."""

    def __init__(
        self, command: Sequence[str | Path], *, folder: Path, environment: dict[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own modules, and age
            list(map(str, command)),
            cwd=folder,
            env=environment if environment is not None else dict(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._peak, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(_LOOK):
            self._peak = max(self._peak, peak(self.process.pid))

    def end(self, seconds: float | None = None) -> Ended:
        """Wait for its end; kill it after so many seconds."""
        try:
            output, _ = self.process.communicate(timeout=seconds)
        finally:
            self.stop()
        return Ended(self.process.returncode, output, self._peak)

    def stop(self) -> None:
        """Kill it where it has not ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self._over.set()
        self._thread.join()
