"""Put the console together."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from client.api import House
from client.cli import explain
from client.console import agreeing, front, reports, writing
from client.console.door import Door
from client.console.forms import ForeignError, from_these_pages, provide_form
from client.console.lock import Lock, LockedError, awake_or_not
from client.console.pages import Front
from client.console.work import Shift, Work, opener
from client.errors import ClosedError, NotFoundError, RefusedError, UnreachableError, UsageError
from client.trusting import REHEARSAL
from doors.clock import Clock, system
from policies.trust import Trust

BODY: Final = 1 << 18  # bytes of a form: an ask file is a quarter of it
_LOOK: Final = 1.0  # seconds between two looks whether she rests
_STATUS: Final[tuple[tuple[type[Exception], int], ...]] = (
    (NotFoundError, 404),
    (RefusedError, 403),
    (UsageError, 400),
    (UnreachableError, 503),
    (ClosedError, 503),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Whose console it is, and for which house."""

    key: Path
    house: House
    trust: Trust
    rest: float  # seconds until it locks by itself


def create_app(
    settings: Settings, port: int, *, now: Clock = system, awake: Callable[[], float] = awake_or_not
) -> Door:
    """Return the console behind its door, for this port of this machine. Two calls are two independent ones."""
    lock = Lock(opener(settings.key, settings.house, settings.trust, Shift(), now), settings.rest, awake)
    door = Door(port)
    form = secrets.token_urlsafe(24)
    pages = Front(lock=lock, base=door.folder, rehearsal=REHEARSAL, key=settings.key.name, form=form)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        watching = asyncio.create_task(_watch(lock))
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            lock.lock()

    def provide_front() -> Front:
        return pages

    def provide_work() -> Work:
        return lock.work()

    inner = Litestar(
        route_handlers=[front.routes, reports.routes, agreeing.routes, writing.routes],
        guards=[from_these_pages],
        dependencies={
            "front": Provide(provide_front, sync_to_thread=False),
            "work": Provide(provide_work, sync_to_thread=False),
            "form": Provide(provide_form, sync_to_thread=False),
        },
        exception_handlers={
            LockedError: _locked,
            ForeignError: _foreign,
            HTTPException: _http,
            Exception: _failed,
        },
        state=State({"front": pages}),
        lifespan=[lifespan],
        request_max_body_size=BODY,
        logging_config=None,
        openapi_config=None,
    )
    door.app = inner
    return door


async def _watch(lock: Lock) -> None:
    while True:
        await asyncio.sleep(_LOOK)
        lock.rested()


def _locked(request: Request[Any, Any, Any], _: LockedError) -> Response[Any]:
    pages: Front = request.app.state.front
    return pages.to("/unlock")


def _foreign(request: Request[Any, Any, Any], _: ForeignError) -> Response[Any]:
    return _problem(request, 403, "This form is not of now: it was locked meanwhile.", "Nothing was done. Begin again.")


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if error.status_code == 413:  # noqa: PLR2004 - too large
        return _problem(request, 413, "This file is too large to be an ask or an approval.", "Choose another one.")
    return _problem(request, error.status_code, "There is no such page here.", "Go back to the queue.")


def _failed(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 502)
    _, _, sentence, next_step = explain(error)
    return _problem(request, status, sentence, next_step)


def _problem(request: Request[Any, Any, Any], status: int, sentence: str, next_step: str) -> Response[Any]:
    """Say what went wrong, and how to go on. Nothing of the request is repeated but a report's name of this hour."""
    pages: Front = request.app.state.front
    try:
        work = pages.lock.work()
    except LockedError:
        return pages.to("/unlock")
    handle = str(request.path_params.get("handle", ""))
    there = handle if work.shelf.find(handle) is not None else ""
    return pages.page("problem", work, status=status, sentence=sentence, next_step=next_step, handle=there)
