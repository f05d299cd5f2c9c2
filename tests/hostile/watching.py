"""What must hold of every answer, and what must not have moved after it."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from doors import problem
from doors.problem import PROBLEM_JSON, Refusal
from tests.harness import Running


def kinds(kind: type[Refusal] = Refusal) -> list[type[Refusal]]:
    """Every refusal that there is."""
    return [kind, *(one for sub in kind.__subclasses__() for one in kinds(sub))]


WORDS: Final = frozenset((f"tag:amana,2026:{one.kind}", one.title) for one in kinds(problem.Refusal))


def check_answer(answer: Any) -> None:
    """2xx, or a refusal in the one shape and in constant words, by a status that a hostile caller may get."""
    status = answer.status_code
    if 200 <= status < 300:
        return
    assert 400 <= status < 500 or status == 503, (status, answer.content[:200])
    assert answer.headers["content-type"] == PROBLEM_JSON
    if answer.request.method == "HEAD":
        return  # it has no body
    said = json.loads(answer.content)
    assert set(said) - {"size"} == {"type", "title", "status"}
    assert (said["type"], said["title"]) in WORDS
    assert said["status"] == status
    assert ("retry-after" in answer.headers) == said["type"].endswith(":busy")


SHOWN: Final = 8  # bytes: shorter ones stand in any text


class Watch:
    """Remembers where house and gates stand."""

    def __init__(self, world: Running) -> None:
        self._world = world
        self._before = self._state()

    def _state(self) -> dict[str, Any]:
        house = self._world.house
        found: dict[str, Any] = {
            "checkpoint": self._world.server.get("/log/checkpoint").text,
            "reports": house.reports(),
            "bundle": self._world.server.get("/trust/bundle-1").text,
        }
        for name in self._world.gate_clients:
            position = gate_of(self._world, name).position()
            found[name] = (position.size, position.root, position.sequence, position.journal)
        return found

    def nothing_changed(self) -> None:
        """The log has its head, the list its reports, each gate its place and journal."""
        now = self._state()
        assert {name: now[name] for name in now if now[name] != self._before[name]} == {}


def gate_of(world: Running, name: str) -> Any:
    """The gate behind an app of the harness."""
    return world.gate_clients[name].app.dependencies["gate"].dependency()


@contextmanager
def nothing_logged(*marks: bytes) -> Iterator[None]:
    """Fail when a log record of any logger holds one of these, in its words, arguments or traceback."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name.startswith(("httpx", "httpcore", "hypothesis")):
                return  # our own client in the tests
            lines.append(logging.Formatter().format(record))

    handler, root = Keep(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    for mark in (one for one in marks if len(one) >= SHOWN):
        forms = (mark.decode("latin-1"), mark.hex(), repr(mark)[2:-1])
        assert not any(form in line for line in lines for form in forms), mark
