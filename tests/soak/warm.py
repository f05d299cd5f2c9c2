"""Start `python -m server`, `gate` and `witness` as processes of their own whose imports are done already.

One process imports what all need, has a single thread, and does nothing else but fork. What is killed again and again
is then killed in its work and not in its imports, which take a second of each start, and its start a tenth of one.
"""

import atexit
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from functools import cache
from typing import Final

MODULES: Final = ("server", "gate", "witness")
_MOST: Final = 1 << 18  # bytes of words and environment


class Forked:
    """One process that was forked for us: of `subprocess.Popen` what is needed here."""

    def __init__(self, words: list[str], environment: dict[str, str]) -> None:
        reading, writing = os.pipe()
        try:
            self.pid = _nursery().fork(words, environment, writing)
        finally:
            os.close(writing)
        self.stdout = os.fdopen(reading, encoding="utf-8")
        self._watched = os.pidfd_open(self.pid)

    def send_signal(self, number: int) -> None:
        """Send a signal to it alone; ProcessLookupError when it is gone."""
        signal.pidfd_send_signal(self._watched, number)

    def wait(self, timeout: float) -> None:
        """Wait until it has ended; TimeoutExpired after so many seconds."""
        ended, _, _ = select.select([self._watched], [], [], timeout)
        if not ended:
            raise subprocess.TimeoutExpired([str(self.pid)], timeout)

    def close(self) -> None:
        """Look at it no more."""
        self.stdout.close()
        os.close(self._watched)


class _Nursery:
    """The process that forks them; it ends with this one."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.soak.warm", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),))
        atexit.register(self._end)

    def fork(self, words: list[str], environment: dict[str, str], out: int) -> int:
        """Have one forked that prints into `out`; return its process id."""
        socket.send_fds(self._line, [json.dumps([words, environment]).encode()], [out])
        return int(self._line.recv(32))

    def _end(self) -> None:
        self._line.close()
        self._process.wait(10)


@cache
def _nursery() -> _Nursery:
    return _Nursery()


def _serve(line: socket.socket) -> list[str] | None:
    """Fork whenever we are asked. In the parent, return None at the end; in each child, what it is to be."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    while True:
        asked, given, _, _ = socket.recv_fds(line, _MOST, 1)
        if not asked:
            return None
        words, environment = json.loads(asked)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            os.dup2(given[0], 1)
            os.environ.clear()
            os.environ.update(environment)
        os.close(given[0])
        if pid == 0:
            line.close()
            return list(words)
        line.sendall(str(pid).encode())


def main() -> None:
    """Import, then serve; a child becomes `python -m` what it was told."""
    import doors.reporters  # noqa: PLC0415 - whoever only asks for a process needs none of it
    import doors.serve  # noqa: F401, PLC0415
    import gate.app  # noqa: F401, PLC0415
    import server.app  # noqa: F401, PLC0415
    import witness.app  # noqa: F401, PLC0415

    words = _serve(socket.socket(fileno=int(sys.argv[1])))
    if words is not None:
        sys.argv = words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
