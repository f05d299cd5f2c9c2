"""Locked and unlocked: her keys and what she opened are in memory between the two, and nowhere else.

It locks by a button, by itself after a rest, and when the process ends. A laptop that sleeps rests. A wrong passphrase
costs time, more each time. Python cannot wipe memory: what is dropped is unreachable, not overwritten (SECURITY.md).
"""

import gc
import threading
import time
from collections.abc import Callable
from typing import Final

from client.console.work import Work
from client.errors import AmanaError, RefusedError, UsageError

_LONGEST: Final = 60.0  # seconds between two tries
_ONCE: Final = "This passphrase does not open the key."


class LockedError(Exception):
    """Nobody is at work here: the passphrase is asked for first."""


def awake_or_not() -> float:
    """Return seconds that go on while the machine sleeps; a clock that stops would leave a closed laptop open."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() if clock is None else time.clock_gettime(clock)


class Lock:
    """At most one person at work. `rest` is seconds without a request until it locks by itself."""

    def __init__(self, unlock: Callable[[str], Work], rest: float, now: Callable[[], float] = awake_or_not) -> None:
        self._unlock, self.rest, self._now = unlock, rest, now
        self._mutex = threading.Lock()  # one passphrase at a time
        self._work: Work | None = None
        self._last = 0.0
        self._failed, self._next = 0, 0.0

    def unlock(self, passphrase: str) -> Work:
        """Open the key. Raise RefusedError while it is too early for another try, UsageError for a wrong passphrase.

        Any other error (no line to the house, nobody of the directory) locks as well.
        """
        with self._mutex:
            if (wait := self._next - self._now()) > 0:
                raise RefusedError(f"It is too early for another try: wait {int(wait) + 1} seconds.", "")
            self.lock()
            try:
                self._work = work = self._unlock(passphrase)
            except UsageError:
                self._failed += 1
                pause = min(2.0 ** (self._failed - 1), _LONGEST)
                self._next = self._now() + pause
                raise UsageError(_ONCE, f"The next try is possible in {pause:.0f} seconds.") from None
            except AmanaError:
                self.lock()
                raise
            self._failed, self._last = 0, self._now()
            return work

    def lock(self) -> None:
        """Drop keys, contents, and all that was fetched."""
        work, self._work = self._work, None
        if work is not None:
            work.drop()
            del work
            gc.collect()

    def rested(self) -> bool:
        """Lock when nobody asked for anything for long enough; say whether it is locked."""
        if self._work is not None and self._now() - self._last >= self.rest:
            self.lock()
        return self._work is None

    def work(self) -> Work:
        """Return who is at work. Raise LockedError when it is locked. This counts as activity."""
        if self.rested():
            raise LockedError
        work = self._work
        if work is None:  # it was locked this moment
            raise LockedError
        self._last = self._now()
        return work
