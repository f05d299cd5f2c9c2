"""Put the server together: the only place that knows how."""

import logging
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from litestar import Litestar, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.openapi import OpenAPIConfig
from litestar.types import Scope

from crypto.hybrid import Draw
from doors.bodies import BoundBodies
from doors.clock import Clock, system
from doors.database import OneProcess, open_database
from doors.privacy import ForgetCaller, protect
from doors.problem import HANDLERS, Closed
from server import answering, audit, feed, files, listing, migrate, openapi, openings, page, reports, trust, wished
from server.answering import Answering
from server.arriving import Uploads
from server.cosigning import Call
from server.finishing import Finishing
from server.gates import Gates, Post
from server.inforce import InForce
from server.ledger import Ledger
from server.listing import Listing
from server.objects import Objects
from server.openings import Desk
from server.page import Page
from server.publish import publish
from server.relay import Relay
from server.reports import Today
from server.rounds import Rounds
from server.settings import Settings
from server.storage import open_storage
from server.submit import Intake
from server.trust import TrustStore
from server.wished import Wishing
from server.witnesses import Witnesses
from server.wraps import Stock

BODY: int = 1 << 16  # bytes of any other request body


@dataclass(frozen=True, slots=True)
class Health:
    """Whether this answers."""

    status: str


@get("/health", sync_to_thread=False)
def health(ledger: NamedDependency[Ledger]) -> Health:
    """Say that this answers. Nothing about load, versions or anybody.

    `waiting`: reports are taken, and nothing opens before enough witnesses sign again. 503: nothing is taken.
    """
    if not ledger.heads.writes:
        raise Closed
    return Health("waiting" if ledger.heads.lost else "ok")


async def _note_failure(error: Exception, scope: Scope) -> None:
    """Record that something failed: the kind of error and the handler, never its text, never the request."""
    if type(error).__module__.startswith(("doors", "crypto", "litestar")):
        return
    logging.getLogger("amana").error("%s in %s", type(error).__name__, scope.get("path_template", "?"))


def _give(value: object) -> Provide:
    """Return a provider of one value, with its type for Litestar to see."""

    def provide() -> object:
        return value

    provide.__annotations__["return"] = type(value)
    return Provide(provide, sync_to_thread=False)


def create_app(  # noqa: PLR0913 - what tests hand in, by name
    settings: Settings,
    *,
    draw: Draw = os.urandom,
    clock: Clock = system,
    gates: Mapping[str, Post] | None = None,
    witnesses: Mapping[str, Call] | None = None,
    ahead: bool = False,
    lists: bool = False,
) -> Litestar:
    """Return the application. Two calls are two independent houses.

    `gates` and `witnesses` let tests hand in their own clients; `ahead` starts a process beside it for what can be made
    ahead. `lists` has the gates make lists for the desk by the clock, and not only when `Listing.look` is called.
    """
    lock = OneProcess(settings.home / "server")
    database = open_database(settings.database_url)
    with database.writer.begin() as connection:
        migrate.upgrade(connection)
    ledger = Ledger(database, settings.log, draw, clock)
    store = TrustStore(settings.trust, database, ledger, draw, clock)
    followers = Gates(ledger, store, database, settings.gates, gates)
    desk = Desk(Relay(ledger, store, followers, database), draw)
    stock = Stock(draw, ahead=ahead)
    intake = Intake(ledger, store, settings.log, stock, clock)
    objects = Objects(database, settings.home / "uploads", clock)
    storage = open_storage(settings.objects or str(settings.home / "objects"))
    finishing = Finishing(objects, ledger, storage, draw)
    uploads = Uploads(objects, finishing, ledger)
    in_force = InForce(store)
    folder = settings.home / "server"
    outside = Witnesses(ledger, store, in_force, settings.trust, database, folder, settings.witnesses, witnesses)
    rounds = Rounds(database, ledger, store, in_force, followers, finishing, settings, draw, clock)
    wishing = Wishing(ledger, in_force, settings.trust, stock, rounds, clock)

    desk_lists = Listing(database, ledger, store, followers, draw, clock)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        ledger.start()
        outside.start()
        followers.start()
        rounds.start()
        if lists:
            desk_lists.start()
        try:
            yield
        finally:
            desk_lists.stop()
            rounds.stop()
            followers.stop()
            desk.stop()
            uploads.stop()
            ledger.stop()
            outside.stop()
            stock.stop()
            database.dispose()
            lock.release()

    provided: dict[str, Any] = {
        "database": database,
        "ledger": ledger,
        "trust": store,
        "gates": followers,
        "desk": desk,
        "intake": intake,
        "rounds": rounds,
        "listing": desk_lists,
        "wishing": wishing,
        "objects": objects,
        "finishing": finishing,
        "uploads": uploads,
        "answering": Answering(ledger, in_force, rounds, clock),
        "today": Today(clock),
        "page": Page.of(settings.trust),
        "witnesses": outside,
    }
    return Litestar(
        route_handlers=[
            health,
            page.routes,
            reports.routes,
            openings.routes,
            trust.routes,
            publish,
            audit.routes,
            feed.routes,
            wished.routes,
            answering.take,
            files.routes,
            listing.routes,
        ],
        dependencies={name: _give(value) for name, value in provided.items()},
        state=State({"intake": intake}),
        exception_handlers=HANDLERS,
        middleware=[ForgetCaller(), BoundBodies()],
        before_send=[protect],
        after_exception=[_note_failure],
        lifespan=[lifespan],
        logging_config=None,
        request_max_body_size=BODY,
        openapi_config=OpenAPIConfig(
            title="Amana",
            version="1",
            summary="Sealed reports in, sealed bytes and a public log out.",
            description="Files are brought to `/v1/objects` by tus 1.0.0 (protocol 19.7), which is not described here.",
            openapi_router=openapi.router(),
            use_handler_docstrings=True,
            render_plugins=[openapi.Description(path="/")],
        ),
    )
