"""What a request body may take: time by its size, and memory of all bodies together. Both before any handler runs.

A body is read whole before it is looked at, so this is where a flood must stop. Slow is allowed: 40 kB over a line of
16 kbit/s take 20 s. What comes slower than `PACE` is let go; what does not fit into `HELD` is told to come back.
"""

import asyncio
import time
from typing import Final

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from doors.problem import Busy, Malformed, TooSlow

PATIENCE: Final = 30.0  # seconds before the first byte, and to catch one's breath
PACE: Final = 1000  # bytes a second, counted from the end of that: half of 16 kbit/s
HELD: Final = 96 << 20  # bytes of all bodies that are being read or worked on


class BoundBodies(ASGIMiddleware):
    """Give every body a deadline that moves with what has arrived, and count what all of them hold."""

    def __init__(self, *, patience: float = PATIENCE, pace: int = PACE, held: int = HELD) -> None:
        self._patience, self._pace, self._most = patience, pace, held
        self.held = 0

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Hand on a `receive` that keeps the bounds; give back what this body held when it is answered."""
        mine = 0
        began = time.monotonic()
        whole = False

        async def bounded() -> HTTPReceiveMessage:
            nonlocal mine, whole
            if whole:
                return await receive()  # type: ignore[return-value]  # waits for her to hang up, as long as it takes
            try:
                async with asyncio.timeout(began + self._patience + mine / self._pace - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                raise TooSlow from None
            if message["type"] != "http.request":
                raise Malformed  # she hung up, or her chunks are none: not our failure, and nobody's to look into
            whole, size = not message["more_body"], len(message["body"])
            if size and self.held + size > self._most:
                raise Busy
            self.held += size
            mine += size
            return message

        try:
            await next_app(scope, bounded, send)
        finally:
            self.held -= mine
