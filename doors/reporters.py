"""A second door for reporters: the same house behind another socket, which answers only what sealing needs.

The address that everybody may know must not offer all sealed reports for download, nor openings to work on. Nothing
depends on it for secrecy (all of it is sealed, all of it is checked); it keeps ciphertext from who collects it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

import msgspec
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from doors.privacy import HEADERS
from doors.problem import PROBLEM_JSON, NotFound, Problem

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

OFFERED: Final = {
    "POST": re.compile(r"/v1/(reports|objects|consents|withdrawals)"),
    "OPTIONS": re.compile(r"/v1/objects"),
    "HEAD": re.compile(r"/v1/objects/[0-9a-f]{64}"),
    "PATCH": re.compile(r"/v1/objects/[0-9a-f]{64}"),
    "DELETE": re.compile(r"/v1/objects/[0-9a-f]{64}"),
    "GET": re.compile(
        r"/|/leave|/page/[a-z][a-z0-9.-]{0,40}|/health|/openapi\.json|/v1/(reports|objects)/[0-9a-f]{64}/proof"
        r"|/v1/feed/\d{4}-\d\d-\d\d"
        r"|/trust/(current|page/proof|leaf-\d{1,9}|(bundle|directory)-\d{1,9}(/body)?)"
        r"|/log/(checkpoint|(notices|statements)/\d{1,18}|tile/(entries|[0-7])/(x\d{3}/){0,4}\d{3}(\.p/\d{1,3})?)",
        re.ASCII,
    ),
}
"""The page; hand in, the receipt's proof, what officers signed, answers, files on their way, and the log as far as
she looks for herself; what she wants from now on."""

_CONNECTIONS: Final = 1024  # at once
_HEADER_TIMEOUT: Final = 10_000  # milliseconds, as at the first door
_HEADER_BYTES: Final = 16_384
_PATIENCE: Final = 10.0  # seconds for a socket to appear, or for answers under way to end
_NOTHING: Final = msgspec.json.encode(
    Problem(type=f"tag:amana,2026:{NotFound.kind}", title=NotFound.title, status=NotFound.status)
)
_SAID: Final = [
    (b"content-type", PROBLEM_JSON.encode()),
    (b"content-length", str(len(_NOTHING)).encode()),
    *HEADERS.items(),
]


def offered(method: str, path: str) -> bool:
    """Whether the reporters' address answers this."""
    pattern = OFFERED.get(method)
    return pattern is not None and pattern.fullmatch(path) is not None


def only_offered(app: App) -> App:
    """Return the app with everything else taken away: it is not found, in the words of any other 404."""

    async def guarded(scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401 - ASGI has no type for it
        if scope["type"] == "http" and offered(scope["method"], scope["path"]):
            await app(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": NotFound.status, "headers": _SAID})
            await send({"type": "http.response.body", "body": _NOTHING})

    return guarded


def second_door(app: App, socket: Path) -> App:
    """Return the app that also answers reporters on a unix socket, from when it has started until it ends."""

    async def both(scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        door = _Door(only_offered(app), socket)

        async def telling(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "lifespan.startup.complete":
                await door.open()
            await send(message)

        async def hearing() -> MutableMapping[str, Any]:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await door.close()  # first nobody knocks any more, then the house ends
            return message

        await app(scope, hearing, telling)

    return both


class _Door:
    """One more listener in the loop of the one writing process."""

    def __init__(self, app: App, socket: Path) -> None:
        self._app, self._socket = app, socket.resolve()
        self._server: Any = None
        self._serving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen, and return when the socket is there."""
        self._socket.unlink(missing_ok=True)
        self._server = Server(
            self._app,
            uds=self._socket,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            websockets=False,
            log_enabled=False,
            log_access=False,
            backlog=_CONNECTIONS,
            backpressure=_CONNECTIONS,
            http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT, max_buffer_size=_HEADER_BYTES),
        )
        self._server.uds_permissions = 0o660  # its constructor does not take it yet
        self._serving = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(_PATIENCE):
            while not self._socket.exists():
                if self._serving.done():
                    self._serving.result()
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Stop listening."""
        if self._serving is None:
            return
        self._server.stop()
        async with asyncio.timeout(_PATIENCE):
            await self._serving
