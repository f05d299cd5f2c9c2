"""Keys for records, made ahead in a process beside this one.

To seal a record is, but for a thousandth, to make a key and wrap it to each auditor: a third of what a report costs,
and Python does nothing else meanwhile. So a child makes them and writes them into a pipe. The full pipe is the stock;
the child waits behind it. When none is ready, whoever asks makes one herself, by the same call.

`python -m server.wraps` reads the auditors' public keys from standard input.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from crypto import hybrid
from crypto.hybrid import PUBLIC, Draw
from crypto.labels import Label

_AT_ONCE: Final = 16  # keys of one read


class Stock:
    """For one thread. What is taken is used once, for one record."""

    def __init__(self, draw: Draw, *, ahead: bool) -> None:
        self.draw, self._ahead = draw, ahead
        self._auditors: tuple[bytes, ...] = ()
        self._child: subprocess.Popen[bytes] | None = None
        self._ready: list[bytes] = []
        self._begun = b""  # of one that is not read to its end

    def take(self, auditors: tuple[bytes, ...]) -> bytes:
        """Return a new key, wrapped to these auditors (`hybrid.wrap_all`)."""
        if auditors != self._auditors:
            self.stop()
            self._auditors = auditors
            self._child = _started(auditors) if self._ahead else None
        if not self._ready:
            self._fetch(hybrid.wrapped_size(len(auditors)))
        if not self._ready:
            return hybrid.wrap_all(auditors, Label.RECORD.value, self.draw)
        return self._ready.pop()

    def _fetch(self, size: int) -> None:
        """Read what the child has made, a few at once: each read wakes it."""
        if self._child is None or self._child.stdout is None:
            return
        with suppress(BlockingIOError):
            more = os.read(self._child.stdout.fileno(), _AT_ONCE * size - len(self._begun))
            if not more:
                self.stop()  # it died; from here on we make our own
                return
            have = self._begun + more
            whole = len(have) - len(have) % size
            self._ready = [have[start : start + size] for start in range(0, whole, size)]
            self._begun = have[whole:]

    def stop(self) -> None:
        """End the child, forget what it made."""
        self._ready, self._begun = [], b""
        if self._child is None:
            return
        child, self._child = self._child, None
        child.kill()
        if child.stdout is not None:
            child.stdout.close()
        child.wait()


def _started(auditors: Sequence[bytes]) -> subprocess.Popen[bytes] | None:
    """Return a child that makes keys for these, or None where none can be started."""
    if not auditors:
        return None
    try:
        child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
    if child.stdin is not None and child.stdout is not None:
        with suppress(BrokenPipeError), child.stdin:
            child.stdin.write(b"".join(auditors))
        os.set_blocking(child.stdout.fileno(), False)
    return child


def main() -> int:
    """Make keys until nobody reads them any more."""
    keys = sys.stdin.buffer.read()
    auditors = [keys[start : start + PUBLIC] for start in range(0, len(keys), PUBLIC)]
    with suppress(BrokenPipeError):
        while True:
            made = hybrid.wrap_all(auditors, Label.RECORD.value, os.urandom)
            while made:
                made = made[os.write(sys.stdout.fileno(), made) :]
    return 0


if __name__ == "__main__":
    sys.exit(main())
