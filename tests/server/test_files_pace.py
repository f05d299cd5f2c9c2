"""What the body of a file may take of time and memory: minutes if it must, but not by silence (doors/bodies.py)."""

import asyncio
from typing import Any

from litestar import Litestar, Request, patch

from doors.bodies import BoundBodies
from doors.problem import HANDLERS


def answered(chunks: list[tuple[float, int]], *, works: float = 0.0, **bounds: Any) -> tuple[int, int]:
    """Status, and how many bytes the handler was given: of chunks, each of its size after its pause."""
    bodies, given = BoundBodies(**bounds), [0]

    @patch("/", status_code=204, request_max_body_size=None)
    async def take(request: Request[Any, Any, Any]) -> None:
        async for piece in request.stream():
            given[0] += len(piece)
            await asyncio.sleep(works)

    app = Litestar([take], middleware=[bodies], exception_handlers=HANDLERS, openapi_config=None)
    said, rest = [], iter(chunks)

    async def receive() -> Any:
        for pause, size in rest:
            await asyncio.sleep(pause)
            return {"type": "http.request", "body": bytes(size), "more_body": True}
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    scope: Any = {
             "type": "http", "method": "PATCH", "path": "/", "raw_path": b"/", "query_string": b"", "headers": [],
             "root_path": "", "scheme": "http", "http_version": "1.1", "client": None, "server": None, "state": {},
             "extensions": {}, "asgi": {"version": "3.0", "spec_version": "2.4"}}  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert bodies.held == 0
    return int(said[0]["status"]), given[0]


BAD_LINE = {"patience": 0.3, "pace": 1000}


def test_a_bad_line_may_take_as_long_as_it_takes() -> None:
    assert answered([(0.05, 60)] * 20, **BAD_LINE) == (204, 1200)


def test_what_came_fast_is_no_reason_to_be_silent() -> None:
    """By the rule for whole bodies a megabyte would have bought a quarter of an hour."""
    assert answered([(0.0, 1 << 20), (1.0, 10)], **BAD_LINE) == (408, 1 << 20)


def test_a_byte_now_and_then_is_no_pace() -> None:
    assert answered([(0.0, 10), *[(0.1, 1)] * 20], **BAD_LINE)[0] == 408


def test_time_that_the_disk_takes_is_not_hers() -> None:
    assert answered([(0.15, 200)] * 4, works=0.4, **BAD_LINE) == (204, 800)


def test_what_is_on_disk_is_not_counted_as_held() -> None:
    assert answered([(0.0, 50_000)] * 20, held=100_000) == (204, 1_000_000)
    assert answered([(0.0, 150_000)], held=100_000) == (503, 0)
