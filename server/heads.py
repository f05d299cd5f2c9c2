"""Which head of the log is signed, which is published, and whether anything may be signed at all (protocol 9.4, 9.5).

The ledger signs; whoever knows the witnesses says what it takes to publish. Without witnesses both are the same head.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from crypto.errors import ProofError
from doors.problem import Closed


@dataclass(frozen=True, slots=True)
class Head:
    """A signed tree head. Of size 0: there is none yet."""

    size: int
    checkpoint: str


NONE = Head(0, "")


class Heads:
    """What everybody else sees of the log moves here, and nowhere else. Called from any thread."""

    def __init__(self, signed: Head, last: Head = NONE) -> None:
        """`signed` is the newest that the log signed, `last` the one that was last published with cosignatures."""
        self._signed, self._last = signed, last
        self._published = signed  # until somebody says what that takes
        self._meets: Callable[[str], bool] = lambda _: True
        self._on_signed: Callable[[], None] = lambda: None
        self._lost = 0
        self._comparing, self._closed = False, False
        self._changed = threading.Condition()

    @property
    def published(self) -> Head:
        """The head that everybody is shown."""
        return self._published

    @property
    def signed(self) -> Head:
        """The newest head that the log has signed: for witnesses, and for nobody else before it is published."""
        return self._signed

    @property
    def writes(self) -> bool:
        """Whether anything is taken: not before witnesses were asked, and never after one of them has more."""
        return not self._comparing and not self._closed

    @property
    def closed(self) -> bool:
        """Whether somebody holds a head of this log that is not here."""
        return self._closed

    @property
    def lost(self) -> bool:
        """Whether the last round of all witnesses was short of the quorum."""
        return self._lost > 0

    def witnessed(self, meets: Callable[[str], bool], on_signed: Callable[[], None], *, compare: bool) -> None:
        """Publish only a checkpoint that `meets` accepts; call `on_signed` for each that it does not.

        With `compare`, nothing is signed before `agree` is called. To be called before the ledger starts.
        """
        self._meets, self._on_signed, self._comparing = meets, on_signed, compare
        if not meets(self._signed.checkpoint):
            self._published = self._last if meets(self._last.checkpoint) else NONE

    def agree(self) -> None:
        """Witnesses hold nothing that is not here: begin to sign."""
        with self._changed:
            self._comparing = False
            self._changed.notify_all()

    def close(self) -> None:
        """Somebody holds a head of this log that is not here: sign nothing any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def give_up(self) -> None:
        """The house ends: who waits for a comparison waits no longer."""
        if self._comparing:
            self.close()

    def may_write(self, seconds: float) -> bool:
        """Return `writes`, after waiting for a comparison that is under way, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: not self._comparing or self._closed, timeout=max(seconds, 0))
        return self.writes

    def sign(self, new: Head) -> None:
        """A head was signed and is on disk: publish it, if nobody else has to sign it."""
        self._signed = new
        if self._meets(new.checkpoint):
            self._show(new)
        else:
            self._on_signed()

    def publish(self, cosigned: Head) -> None:
        """Publish a head with what witnesses signed. Raise ProofError unless it is enough."""
        if not self._meets(cosigned.checkpoint):
            raise ProofError("no quorum")
        self._show(cosigned)

    def miss(self, size: int) -> None:
        """All witnesses were asked for a head of this size, and too few signed it."""
        with self._changed:
            self._lost = size
            self._changed.notify_all()

    def wait(self, size: int, seconds: float) -> Head:
        """Return a published head of at least `size` leaves. Raise Closed after so long, or when its quorum is lost."""

        def decided() -> bool:
            return self._published.size >= size or self._lost >= size or self._closed

        with self._changed:
            self._changed.wait_for(decided, timeout=seconds)
            if self._published.size < size:
                raise Closed
            return self._published

    def _show(self, new: Head) -> None:
        with self._changed:
            if new.size >= self._published.size:
                self._published, self._lost = new, 0
                self._changed.notify_all()
