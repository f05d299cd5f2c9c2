"""Who may come in: one browser on this machine, and of that browser only what these pages themselves ask for.

Any page that she looks at may make her browser ask things of 127.0.0.1, and any program here may listen on a port. So
every request is looked at before anything else is done with it:

1. It names this address as its host: another name that was pointed here (DNS rebinding) gets 421.
2. The browser says (Sec-Fetch-Site) that it comes from these pages, or from an address that she opened herself. A page
   of another port of this machine counts as foreign.
3. A POST comes from this origin, and from a form of these pages (`client.console.forms` compares the secret in it).
4. It carries the cookie, which one browser got for the secret in the printed address. That secret opens once.

A cookie knows no port: the browser would carry it to any other program on 127.0.0.1. So its path is drawn anew at each
start, and everything lies below that path.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from hmac import compare_digest
from typing import Any, Final

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

HOST: Final = "127.0.0.1"
COOKIE: Final = "amana"
_DRAWN: Final = 24  # bytes of each secret
_SHOWN: Final = ("document", "style", "image")  # a frame, a script or a fetch is none of ours
HEADERS: Final = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    b"frame-ancestors 'none'; base-uri 'none'",
    b"cross-origin-embedder-policy": b"require-corp",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), clipboard-read=(), display-capture=(), geolocation=(), microphone=()",
    b"referrer-policy": b"same-origin",  # nothing to others. With no-referrer a browser hides the origin of a POST, too
    b"server": b"amana",
    b"x-content-type-options": b"nosniff",
    b"x-dns-prefetch-control": b"off",
    b"x-frame-options": b"DENY",
}
_PAGE: Final = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Console</title><h1>{}</h1><p>{}</p></html>'
_ELSEWHERE: Final = ("Not here", "This console answers at the address that it printed, and nowhere else.")
_FOREIGN: Final = ("Not from there", "Another page asked for this. Nothing was shown or done.")
_STRANGER: Final = ("Closed", "Open the address that <code>amana console</code> printed.")
_USED: Final = (
    "This address was used already",
    "It opens once. If it was not you who used it, end the console in its terminal now, and start it again.",
)


class Door:
    """Stands before `app`; `port` is where it listens. Secrets are drawn at the start and die with the process."""

    app: App

    def __init__(self, port: int) -> None:
        self._host = f"{HOST}:{port}"
        self.folder = "/" + secrets.token_urlsafe(_DRAWN)
        self.probe = "/" + secrets.token_urlsafe(_DRAWN)  # by which `ready` knows that it is this process that answers
        self._once: str | None = secrets.token_urlsafe(_DRAWN)
        self._cookie = secrets.token_urlsafe(_DRAWN)

    @property
    def url(self) -> str:
        """The address to print; its secret opens once."""
        return f"http://{self._host}/enter/{self._once}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on what may come in, with the protective headers on whatever is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["client"] = None
        guarded = _protected(send)
        refusal = self._refusal(scope)
        if refusal is not None:
            await _say(guarded, *refusal)
        elif scope["path"] == self.probe:
            await _say(guarded, 200, ("Here", ""))
        elif scope["path"].startswith("/enter/"):
            await self._enter(scope["path"].removeprefix("/enter/"), guarded)
        else:
            inner = {**scope, "path": scope["path"].removeprefix(self.folder) or "/", "raw_path": b"", "root_path": ""}
            await self.app(inner, receive, guarded)

    def _refusal(self, scope: Scope) -> tuple[int, tuple[str, str]] | None:
        """Return why this may not come in, or None."""
        headers = _Headers(scope["headers"])
        path, method = scope["path"], scope["method"]
        if headers.one("host") != self._host:
            return 421, _ELSEWHERE
        if path == self.probe:
            return None
        if _foreign(headers, method, self._host):
            return (405 if method not in {"GET", "POST"} else 403), _FOREIGN
        below = path == self.folder or path.startswith(self.folder + "/")
        if path.startswith("/enter/") or (below and self._known(headers.one("cookie"))):
            return None
        return 403, _STRANGER

    def _known(self, cookies: str | None) -> bool:
        """Whether ours is among them; other programs of this machine may have set more of the same name."""
        ours = f"{COOKIE}={self._cookie}".encode()
        return any(compare_digest(one.strip().encode(), ours) for one in (cookies or "").split(";"))

    async def _enter(self, given: str, send: Send) -> None:
        if self._once is None or not compare_digest(given.encode(), self._once.encode()):
            await _say(send, 403, _USED)
            return
        self._once = None
        cookie = f"{COOKIE}={self._cookie}; Path={self.folder}; HttpOnly; SameSite=Strict"
        headers = [(b"location", f"{self.folder}/".encode()), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


class _Headers:
    """Header fields of a request; one that came twice is as good as a false one."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._raw = [(name.lower(), value) for name, value in raw]

    def one(self, name: str) -> str | None:
        """Return a field; None where it is not there. Twice the same field is returned as what nothing is equal to."""
        found = [value.decode("latin-1") for key, value in self._raw if key == name.encode()]
        return None if not found else found[0] if len(found) == 1 else "\n"


def _foreign(headers: _Headers, method: str, host: str) -> bool:
    """Whether anybody but these pages, or she herself, made the browser ask this."""
    site, origin = headers.one("sec-fetch-site"), headers.one("origin")
    # `none` is an address that she opened herself. A browser that says nothing at all is too old to be let in.
    expected = {"GET": ("same-origin", "none"), "POST": ("same-origin",)}.get(method, ())
    own = origin == f"http://{host}" or (origin is None and method == "GET")
    return site not in expected or not own or headers.one("sec-fetch-dest") not in _SHOWN


def _protected(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.lower() not in HEADERS]
            message = {**message, "headers": [*kept, *HEADERS.items()]}
        await send(message)

    return guarded


async def _say(send: Send, status: int, words: tuple[str, str]) -> None:
    body = _PAGE.format(*words).encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
