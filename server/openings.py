"""Openings: take sealed requests, carry them, keep the sealed answer for a while in memory only."""

import logging
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody

from crypto.hybrid import Draw
from crypto.relay import CLOSED, DONE, OPENINGS_LIMIT, WORKING, OpeningAnswer, Openings
from doors.problem import OCTETS, Busy, NotFound
from server.relay import Relay

KEPT: Final = 512  # answers of each sort in memory; who comes too late asks again
WORKERS: Final = 8
WAITING: Final = 64  # openings under way; more are told to come back


class Desk:
    """Openings under way and answered. Nothing of it is written to disk: it would say who asked when."""

    def __init__(self, relay: Relay, draw: Draw) -> None:
        self._relay, self._draw = relay, draw
        # Apart, so that a flood of junk, which ends in refusals, never pushes out an answer that somebody waits for.
        self._working: set[str] = set()
        self._done: OrderedDict[str, OpeningAnswer] = OrderedDict()
        self._not_done: OrderedDict[str, OpeningAnswer] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="opening")

    def take(self, openings: Openings) -> str:
        """Begin to carry; return the name to ask with."""
        name = self._draw(16).hex()
        with self._lock:
            if len(self._working) >= WAITING:
                raise Busy
            self._working.add(name)
        self._pool.submit(self._carry, name, openings)
        return name

    def _carry(self, name: str, openings: Openings) -> None:
        answer = OpeningAnswer(state=CLOSED, gates=[])
        try:
            answer = self._relay.carry(openings)
        except Exception as error:  # noqa: BLE001 - whatever it was, its place is free again and she is told
            logging.getLogger("amana").error(  # noqa: TRY400 - no text of it, which may hold input
                "%s in an opening", type(error).__name__
            )
        kept = self._done if answer.state == DONE else self._not_done
        with self._lock:
            self._working.discard(name)
            kept[name] = answer
            while len(kept) > KEPT:
                kept.popitem(last=False)

    def answer(self, name: str) -> OpeningAnswer:
        """Return what is there so far."""
        with self._lock:
            if name in self._working:
                return OpeningAnswer(state=WORKING, gates=[])
            answer = self._done.get(name) or self._not_done.get(name)
        if answer is None:
            raise NotFound
        return answer

    def stop(self) -> None:
        """Finish what is under way."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Taken:
    """The name of an opening under way."""

    opening: str


@post("/v1/openings", status_code=202, sync_to_thread=False, request_max_body_size=OPENINGS_LIMIT)
def begin(body: RawBody, desk: NamedDependency[Desk]) -> Taken:
    """Hand in a request sealed to each gate."""
    return Taken(desk.take(Openings.decode(body, limit=OPENINGS_LIMIT)))


@get("/v1/openings/{opening:str}", sync_to_thread=False)
def answer(opening: FromPath[str], desk: NamedDependency[Desk]) -> Response[bytes]:
    """Sealed verdicts, proofs and releases, as far as they are there."""
    return Response(desk.answer(opening).encode(), media_type=OCTETS)


routes = Router(path="/", route_handlers=[begin, answer], tags=["openings"])
