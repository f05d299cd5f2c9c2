"""Getting in and out, and the queue."""

from typing import Any

from litestar import Response, Router, get, post

from client.console import queue
from client.console.given import AtWork, Pages, Sent
from client.console.pages import Front, asset
from client.console.work import Work
from client.errors import AmanaError


@get("/unlock", sync_to_thread=False)
def ask_passphrase(front: Pages) -> Response[Any]:
    """Ask for the passphrase."""
    return front.page("unlock", None, error=None, key=front.key)


@post("/unlock", sync_to_thread=True)
def unlock(front: Pages, form: Sent) -> Response[Any]:
    """Open her key, and begin."""
    try:
        front.lock.unlock(form.text("passphrase"))
    except AmanaError as error:
        return front.page("unlock", None, status=403, error=error, key=front.key)
    return front.to("/")


@post("/lock", sync_to_thread=False)
def lock(front: Pages) -> Response[Any]:
    """Drop everything; the browser lets go of what it kept of these pages."""
    front.lock.lock()
    response: Response[Any] = front.to("/unlock")
    response.headers["clear-site-data"] = '"cache"'
    return response


@get("/rest", sync_to_thread=False)
def rest(front: Pages) -> Response[Any]:
    """Take the place of a page that rested. This is no activity: another window may still be in use."""
    if front.lock.rested():
        response: Response[Any] = front.to("/unlock")
        response.headers["clear-site-data"] = '"cache"'
        return response
    return front.page("rested", None)


@get("/", sync_to_thread=True)
def show_queue(front: Pages, work: AtWork) -> Response[Any]:
    """Show what is hers to look at, from memory."""
    return _queue(front, work, said="", error=None)


@post("/sync", sync_to_thread=True)
def sync(front: Pages, work: AtWork) -> Response[Any]:
    """Fetch what is new. What came before a line broke is there all the same."""
    said, problem = "", None
    try:
        with work.acting:
            gone = queue.sync(work)
        said = f"{gone} reports were taken back or are over." if gone else ""
    except AmanaError as error:
        problem = error
    return _queue(front, work, said=said, error=problem)


def _queue(front: Front, work: Work, *, said: str, error: AmanaError | None) -> Response[Any]:
    shelf = work.shelf
    return front.page(
        "queue",
        work,
        rows=queue.rows(work),
        without=queue.without(work),
        fetched=None if shelf.fetched is None else queue.clock_time(shelf.fetched),
        left=shelf.left,
        lists="" if shelf.fetched is None else queue.old_lists(work),
        said=said,
        error=error,
        batch=queue.BATCH,
    )


@get("/console.css", media_type="text/css", sync_to_thread=False)
def style() -> bytes:
    """The one style sheet."""
    return asset("console.css")


@get("/icon.svg", media_type="image/svg+xml", sync_to_thread=False)
def icon() -> bytes:
    """A grey square: a browser asks for one."""
    return asset("icon.svg")


routes = Router(path="/", route_handlers=[ask_passphrase, unlock, lock, rest, show_queue, sync, style, icon])
