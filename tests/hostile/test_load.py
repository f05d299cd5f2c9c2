"""Too many, too slow, too dear: what strangers can tie up is bounded, and honest requests go on meanwhile (P10)."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from litestar import Litestar, post
from litestar.params import RawBody

from client.reporter import seal
from crypto import words
from crypto.limits import limit
from crypto.relay import CLOSED, DONE, REFUSED, OpeningAnswer, Openings
from deploy.rehearsal import Rehearsal
from doors.bodies import PACE, PATIENCE, BoundBodies
from doors.problem import HANDLERS, Busy
from server import openings as openings_room
from server import submit
from server import trust as trust_room
from server.openings import Desk
from tests.harness import Post, Running, running
from tests.hostile import junk
from tests.hostile.cpu import MOST, VALID, measure, table
from tests.hostile.watching import check_answer
from tests.samples import samples

MANY = 200
ROUGHLY = 15.0  # seconds after which a half-open connection is gone


def connected(rehearsal: Rehearsal, start: bytes) -> socket.socket:
    where = urlsplit(rehearsal.url)
    line = socket.create_connection((where.hostname or "", where.port or 0), timeout=5)
    line.sendall(start)
    return line


def seconds_to_answer(rehearsal: Rehearsal) -> float:
    began = time.monotonic()
    with connected(rehearsal, b"GET /trust/current HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as line:
        assert line.recv(64).startswith(b"HTTP/1.1 200")
    return time.monotonic() - began


def test_half_open_and_slow_ones_hold_nobody_up_and_are_let_go(rehearsal: Rehearsal) -> None:
    """200 that begin a request, 100 that say nothing, 100 whose body does not come: others are answered meanwhile."""
    report = b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 40000\r\n\r\n" + bytes(100)
    sorts = (b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: a", b"")
    began = time.monotonic()
    with ExitStack() as stack:
        lines = [stack.enter_context(connected(rehearsal, sorts[0])) for _ in range(MANY)]
        lines += [stack.enter_context(connected(rehearsal, sorts[1])) for _ in range(MANY // 2)]
        bodies = [stack.enter_context(connected(rehearsal, report)) for _ in range(MANY // 2)]
        assert max(seconds_to_answer(rehearsal) for _ in range(10)) < 1.0
        for line in lines:
            line.settimeout(max(0.01, began + ROUGHLY - time.monotonic()))
            assert line.recv(1) == b"", "still there"
        assert seconds_to_answer(rehearsal) < 1.0
        for body in bodies:
            body.setblocking(False)  # noqa: FBT003
            with pytest.raises(BlockingIOError):
                body.recv(1)  # a bad line has more time than this


@contextmanager
def bounded(**bounds: Any) -> Iterator[tuple[BoundBodies, Any]]:
    bodies = BoundBodies(**bounds)

    @post("/", request_max_body_size=1 << 20)
    async def take(body: RawBody) -> int:
        await asyncio.sleep(0)
        return len(body)

    app = Litestar([take], middleware=[bodies], exception_handlers=HANDLERS, openapi_config=None)
    yield bodies, app


async def exchange(app: Any, chunks: list[tuple[float, bytes]], *, whole: bool = True) -> int:
    """Speak ASGI by hand: each chunk after its pause."""
    said: list[Any] = []
    rest = iter(chunks)

    async def receive() -> dict[str, Any]:
        for pause, data in rest:
            await asyncio.sleep(pause)
            return {"type": "http.request", "body": data, "more_body": True}
        if not whole:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send_(message: Any) -> None:
        said.append(message)

    scope: dict[str, Any] = {
             "type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "headers": [],
             "root_path": "", "scheme": "http", "http_version": "1.1", "client": None, "server": None, "state": {},
             "extensions": {}, "asgi": {"version": "3.0", "spec_version": "2.4"}}  # fmt: skip
    await app(scope, receive, send_)
    return int(said[0]["status"])


def test_a_bad_line_has_the_time_it_needs() -> None:
    """What the protocol says of a line of 16 kbit/s fits, the largest envelope too; what does not come, does not."""
    for size in (limit("story_bucket_small"), 40_000, limit("envelope")):
        assert size / 2000 < PATIENCE + size / PACE
    with bounded(patience=0.2, pace=1000) as (bodies, app):
        steady = [(0.05, bytes(100)) for _ in range(10)]
        assert asyncio.run(exchange(app, steady)) == 201
        assert asyncio.run(exchange(app, [(0.0, b"a"), (0.5, b"b")])) == 408
        assert asyncio.run(exchange(app, [(0.0, b"a"), *[(0.05, b"b")] * 20])) == 408  # a byte now and then is no pace
        assert bodies.held == 0


def test_who_hangs_up_in_the_middle_is_no_failure_of_ours() -> None:
    with bounded() as (bodies, app):
        assert asyncio.run(exchange(app, [(0.0, b"a")], whole=False)) == 400
        assert bodies.held == 0


def test_all_bodies_together_are_bounded_in_memory() -> None:
    """As many as fit are read; the rest hear `busy` and may come back; afterwards there is room again."""

    async def flood(app: Any) -> list[int]:
        many = [exchange(app, [(0.0, bytes(100_000)), (0.1, bytes(100_000))]) for _ in range(20)]
        return list(await asyncio.gather(*many))

    with bounded(held=1_000_000) as (bodies, app):
        answered = asyncio.run(flood(app))
        assert set(answered) == {201, 503}
        assert bodies.held == 0
        assert asyncio.run(exchange(app, [(0.0, bytes(900_000))])) == 201


def test_submissions_in_flight_are_bounded(world: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the log writes nothing, so many wait and no more; once it writes, all that waited are kept."""
    ledger = world.server.app.dependencies["ledger"].dependency()
    held: list[Any] = []
    honest = ledger.enter
    go_on = threading.Event()

    async def slow(job: Any, thing: Any) -> Any:
        held.append(thing)
        await asyncio.to_thread(go_on.wait, 10)
        return await honest(job, thing)

    monkeypatch.setattr(submit, "IN_FLIGHT", 3)
    monkeypatch.setattr(ledger, "enter", slow)
    made = [fresh_envelope(world) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(world.server.post, "/v1/reports", content=one) for one in made[:3]]
        until(lambda: len(held) == 3)
        late = pool.submit(world.server.post, "/v1/reports", content=made[3])
        try:
            answer = late.result(timeout=10)
        finally:
            go_on.set()
        check_answer(answer)
        assert (answer.status_code, answer.json()["type"]) == (503, "tag:amana,2026:busy")
        assert int(answer.headers["retry-after"]) > 0
        assert [one.result().status_code for one in waiting] == [201] * 3
    monkeypatch.setattr(ledger, "enter", honest)
    assert world.server.post("/v1/reports", content=made[3]).status_code == 201


def fresh_envelope(world: Running) -> bytes:
    return seal(samples()["S01"], world.in_force, words.new(os.urandom), draw=os.urandom).encode()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Carrier:
    """Stands where the relay stands: answers, or fails, as told."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.state = REFUSED
        self.fails = False

    def carry(self, _: Openings) -> OpeningAnswer:
        self.go.wait(10)
        if self.fails:
            raise KeyError("something unforeseen")
        return OpeningAnswer(state=self.state, gates=[])


def test_an_opening_that_fails_in_an_unforeseen_way_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings_room, "WAITING", 2)
    carrier = Carrier()
    carrier.fails = True
    desk = Desk(carrier, os.urandom)  # type: ignore[arg-type]
    names = [desk.take(junk.noise(["gate-1"])) for _ in range(2)]
    with pytest.raises(Busy):
        desk.take(junk.noise(["gate-1"]))
    carrier.go.set()
    until(lambda: all(desk.answer(name).state == CLOSED for name in names))
    desk.take(junk.noise(["gate-1"]))
    desk.stop()


def test_a_flood_of_junk_pushes_no_answer_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings_room, "KEPT", 4)
    carrier = Carrier()
    carrier.go.set()
    carrier.state = DONE
    desk = Desk(carrier, os.urandom)  # type: ignore[arg-type]
    mine = desk.take(junk.noise(["gate-1"]))
    until(lambda: desk.answer(mine).state == DONE)
    carrier.state = REFUSED
    for _ in range(20):
        name = desk.take(junk.noise(["gate-1"]))
        until(lambda name=name: desk.answer(name).state == REFUSED)  # type: ignore[misc]
    assert desk.answer(mine).state == DONE
    desk.stop()


def test_what_anybody_may_ask_sets_off_no_calls_to_gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`current` while there is none, and statements handed in again: the gates hear of neither, request by request."""
    monkeypatch.setattr(trust_room, "_LOOKS", 6)
    asked: list[str] = []
    away = [True]

    def wrap(_: str, honest: Post) -> Post:
        def call(path: str, content: bytes) -> Any:
            asked.append(path)
            if away[0]:
                raise OSError
            return honest(path, content)

        return call

    with running(tmp_path, publish=False, wrap=wrap) as world:
        publication = world.organisation.next_bundle()
        world.house.publish(publication)
        world.house.publish(world.organisation.next_directory())
        asked.clear()
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda _: world.server.get("/trust/current").status_code, range(12)))
        assert answers == [404] * 12
        assert len(asked) <= 6  # seconds, not requests
        away[0] = False
        until(lambda: world.server.get("/trust/current").status_code == 200)
        time.sleep(1.5)  # the round that was asked for
        asked.clear()
        for _ in range(5):
            assert world.house.publish(publication) == 0
        assert asked == []


def test_nobody_burns_more_than_three_submissions(rehearsal: Rehearsal) -> None:
    """What looks too dear is measured again, longer: a busy machine moves single figures, and never all of them."""
    found = measure(rehearsal, rounds=3, count=5, leaves=30)
    again = too_dear(found)
    if again:
        found = measure(rehearsal, rounds=7, count=15, leaves=1, only=again)
        assert too_dear(found) == {}, table(found)


def too_dear(found: dict[str, float]) -> dict[str, float]:
    return {name: seconds for name, seconds in found.items() if seconds > MOST * found[VALID]}
