"""The reporters' address: every route of the house is on one side or the other, and nothing else gets through (P4)."""

import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import anyio
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from doors.privacy import HEADERS
from doors.reporters import offered, only_offered
from server.app import create_app
from server.settings import Settings
from tests.harness import OFFICERS, Organisation

OFFERED = {
    "GET /",
    "GET /leave",
    "GET /page/page.js",
    "GET /health",
    "GET /openapi.json",
    "GET /log/checkpoint",
    "GET /log/notices/7",
    "GET /log/statements/7",
    "GET /log/tile/entries/x001/007.p/3",
    "GET /trust/current",
    "GET /trust/bundle-7",
    "GET /trust/bundle-7/body",
    "GET /trust/page/proof",
    "GET /v1/feed/2026-11-25",
    "GET /v1/objects/{sealed}/proof",
    "GET /v1/reports/{id}/proof",
    "DELETE /v1/objects/{sealed}",
    "HEAD /v1/objects/{sealed}",
    "PATCH /v1/objects/{sealed}",
    "POST /v1/consents",
    "POST /v1/objects",
    "POST /v1/reports",
    "POST /v1/withdrawals",
}
CLOSED = {
    "GET /v1/objects/{sealed}",
    "GET /v1/queue",
    "GET /v1/reports",
    "GET /v1/reports/{id}",
    "GET /v1/reports/{id}/slots",
    "GET /v1/openings/{opening}",
    "POST /v1/answers",
    "POST /v1/openings",
    "POST /v1/notes",
    "GET /trust/bundle-7/certificates",
    "GET /log/records/7",
    "GET /log/memos/7",
}
EXAMPLES = {
    "day:str": "2026-11-25",
    "envelope:str": "ab" * 32,
    "opening:str": "cd" * 16,
    "sealed:str": "ef" * 32,
    "name:str": "bundle-7",
    "rest:path": "entries/x001/007.p/3",
    "index:int": "7",
    "number:int": "7",
    "file:str": "page.js",
}
SHOWN = {"ab" * 32: "{id}", "cd" * 16: "{opening}", "ef" * 32: "{sealed}"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Litestar]:
    made = Organisation()
    url = f"sqlite:///{tmp_path / 'server' / 'amana.db'}"
    for name in OFFICERS:
        made.key("officer", name)
    app = create_app(Settings(home=tmp_path, database_url=url, trust=made.trust, log=made.log))
    with TestClient(app):
        yield app


def routes(app: Litestar) -> list[tuple[str, str]]:
    """Method and an example path of everything that the house answers."""
    found = []
    for route in app.routes:
        if route.path.startswith("/openapi.json/"):
            continue  # Litestar's way of saying that there is no other page
        path = re.sub(r"\{([^}]+)\}", lambda part: EXAMPLES[part[1]], route.path)
        found += [(method, path) for method in sorted(getattr(route, "methods", ())) if method != "OPTIONS"]
    return found


def test_every_route_is_on_one_side_and_a_new_one_must_choose(house: Litestar) -> None:
    sides: dict[bool, set[str]] = {True: set(), False: set()}
    for method, path in routes(house):
        shown = path
        for value, name in SHOWN.items():
            shown = shown.replace(value, name)
        sides[offered(method, path)].add(f"{method} {shown}")
    assert sides == {True: OFFERED, False: CLOSED}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/reports/"),
        ("GET", "//v1/reports"),
        ("GET", "/v1/reports?since=2026-01-01"),
        ("GET", "/health/../v1/reports"),
        ("GET", "/trust/../v1/reports"),
        ("GET", f"/v1/reports/{'ab' * 32}/slots/../proof"),
        ("GET", f"/v1/reports/{'ab' * 32}/proof\n"),
        ("GET", "/log/tile/../records/7"),
        ("GET", "/log/notices/٧"),
        ("GET", "/v1/feed/today"),
        ("GET", "/v1/feed/٢٠٢٦-11-25"),
        ("GET", "/v1/consents"),
        ("POST", "/v1/reports/"),
        ("PUT", "/v1/reports"),
        ("OPTIONS", "/v1/openings"),
        ("HEAD", "/v1/reports"),
        ("get", "/v1/reports"),
    ],
)
def test_nothing_like_it_gets_through(method: str, path: str) -> None:
    assert not offered(method, path)


def ask(method: str, path: str) -> tuple[list[str], list[MutableMapping[str, Any]]]:
    reached: list[str] = []
    said: list[MutableMapping[str, Any]] = []

    async def app(scope: Any, _: Any, __: Any) -> None:
        reached.append(scope["path"])

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("nothing of her request is read")

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    anyio.run(only_offered(app), {"type": "http", "method": method, "path": path}, receive, send)
    return reached, said


def test_what_is_offered_reaches_the_house() -> None:
    assert ask("GET", "/health") == (["/health"], [])


def test_what_is_not_is_a_404_like_any_other() -> None:
    reached, (start, body) = ask("POST", "/v1/openings")
    assert reached == []
    assert (start["status"], start["type"]) == (404, "http.response.start")
    assert set(HEADERS.items()) <= set(start["headers"])
    assert body["body"] == b'{"type":"tag:amana,2026:not-found","title":"There is nothing here.","status":404}'


def test_no_websocket_is_let_in() -> None:
    async def app(*_: Any) -> None:
        raise AssertionError("reached")

    anyio.run(only_offered(app), {"type": "websocket", "path": "/health"}, None, None)
