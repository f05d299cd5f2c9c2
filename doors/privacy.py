"""Forget who knocked: no address, no user agent, no cookie reaches a handler, a log or an answer."""

from typing import Any, Final

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

KEPT: Final = frozenset(
    {
        *(b"content-length", b"content-type", b"host", b"range", b"transfer-encoding"),
        *(
            b"tus-resumable",
            b"upload-length",
            b"upload-metadata",
            b"upload-offset",
            b"upload-checksum",
        ),  # protocol 19.7
    }
)
HEADERS: Final = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"server": b"amana",
    b"x-content-type-options": b"nosniff",
    b"date": b"Thu, 01 Jan 1970 00:00:00 GMT",
}
"""`date` and `server` are given so that the server beneath does not add its own."""


class ForgetCaller(ASGIMiddleware):
    """Blank the address and drop all request headers but a few that the protocol needs."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Change the scope before anything else sees it."""
        scope["client"] = None
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() in KEPT]
        await next_app(scope, receive, send)


async def protect(message: Message, scope: Scope) -> None:
    """Put the protective headers on every answer, 404 and 405 included (a `before_send` hook)."""
    if message["type"] != "http.response.start":
        return
    headers: Any = message["headers"]
    if scope["path"].startswith("/v1/objects"):
        headers = [*headers, (b"tus-resumable", b"1.0.0")]  # refusals too (tus 1.0.0)
        if message["status"] == 412:  # noqa: PLR2004 - another version was asked for
            headers.append((b"tus-version", b"1.0.0"))
    present = {name.lower() for name, _ in headers}
    message["headers"] = [*headers, *((name, value) for name, value in HEADERS.items() if name not in present)]
