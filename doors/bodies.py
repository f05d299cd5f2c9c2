"""What a request body may take: time by its size, and memory of all bodies together. Both before any handler runs.

A body is read whole before it is looked at, so this is where a flood must stop. Slow is allowed: 40 kB over a line of
16 kbit/s take 20 s. What comes slower than `PACE` is let go; what does not fit into `HELD` is told to come back.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from doors.problem import Busy, Malformed, TooSlow

PATIENCE: Final = 30.0  # seconds before the first byte, and to catch one's breath
PACE: Final = 1000  # bytes a second, counted from the end of that: half of 16 kbit/s
HELD: Final = 96 << 20  # bytes of all bodies that are being read or worked on


_LOOK: Final = 0.25  # seconds between two looks at all bodies; a timer for each piece of each cost a tenth of a report


@dataclass(slots=True, eq=False)
class _Body:
    """One body that is being read."""

    deadline: float
    reader: "asyncio.Task[Any] | None" = None  # while it waits for the next piece
    late: bool = False


class BoundBodies(ASGIMiddleware):
    """Give every body a deadline that moves with what has arrived, and count what all of them hold."""

    def __init__(self, *, patience: float = PATIENCE, pace: int = PACE, held: int = HELD) -> None:
        self._patience, self._pace, self._most = patience, pace, held
        self._reading: set[_Body] = set()
        self._looking: asyncio.AbstractEventLoop | None = None
        self.held = 0

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Hand on a `receive` that keeps the bounds; give back what this body held when it is answered."""
        mine = 0
        whole = False
        streams = scope.get("method") == "PATCH"  # files: minutes long, and on disk by the time more is asked for
        body = _Body(time.monotonic() + self._patience)
        left = 0.0  # when the handler of a stream was last given something: its own time is not hers

        async def bounded() -> HTTPReceiveMessage:
            nonlocal mine, whole, left
            if streams:
                self.held -= mine
                mine = 0
                body.deadline += time.monotonic() - left if left else 0.0
            if whole:
                return await receive()  # type: ignore[return-value]  # waits for her to hang up, as long as it takes
            message = await self._in_time(body, receive)
            if message["type"] != "http.request":
                raise Malformed  # she hung up, or her chunks are none: not our failure, and nobody's to look into
            whole, size = not message["more_body"], len(message["body"])
            if size and self.held + size > self._most:
                raise Busy
            self.held += size
            mine += size
            body.deadline += size / self._pace
            if streams:  # what came fast is no reason to be silent for an hour; what came is kept
                left = time.monotonic()
                body.deadline = min(body.deadline, left + self._patience)
            return message

        try:
            await next_app(scope, bounded, send)
        finally:
            self.held -= mine

    async def _in_time(self, body: _Body, receive: Receive) -> HTTPReceiveMessage:
        """Return the next piece. Raise TooSlow when its time is over before it is there."""
        body.reader = asyncio.current_task()
        self._reading.add(body)
        self._look_after()
        try:
            return await receive()  # type: ignore[return-value]  # of HTTP: no other scope has bodies
        except asyncio.CancelledError:
            if not body.late:
                raise
            if body.reader is not None:
                body.reader.uncancel()
            raise TooSlow from None
        finally:
            self._reading.discard(body)

    def _look_after(self) -> None:
        """See to it that somebody looks, in the loop that runs now."""
        loop = asyncio.get_running_loop()
        if self._looking is not loop:
            self._looking = loop
            loop.call_later(min(_LOOK, self._patience / 4), self._look)

    def _look(self) -> None:
        """Stop whoever waits for a piece that is late; go on while anybody reads."""
        self._looking = None
        now = time.monotonic()
        for body in self._reading:
            if body.deadline < now and body.reader is not None and not body.late:
                body.late = True
                body.reader.cancel()  # it is suspended in `receive` and nowhere else
        if self._reading:
            self._look_after()
