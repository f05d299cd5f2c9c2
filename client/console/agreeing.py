"""Two people, two consoles, and files between them: an ask goes out, an approval comes back."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from client import approving
from client.approving import Wanted
from client.console import opening, wording
from client.console.given import AtWork, Pages, Sent
from client.console.pages import Front
from client.console.queue import moment
from client.console.work import Work
from client.errors import RefusedError
from policies.vocabulary import in_words

_OCTETS = "application/octet-stream"
_DOES = {
    "copy": "take along files of",
    "export": "hand on, to somebody outside,",
    "emergency": "open, in an emergency,",
}


def _file(data: bytes, name: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=_OCTETS, headers=headers)


@get("/asks/{name:str}/file", sync_to_thread=True)
def ask_file(work: AtWork, name: FromPath[str]) -> Response[bytes]:
    """Hand out an ask, to be sent to a colleague by any way: it is not secret, and names no content."""
    if name not in work.asks.pending:
        raise RefusedError("This ask is not here any more.", "Ask anew.")
    return _file(work.asks.pending[name].file, f"{name}.ask")


@post("/asks/{name:str}/approval", sync_to_thread=True)
def take_approval(front: Pages, work: AtWork, form: Sent, name: FromPath[str]) -> Response[Any]:
    """Take what a colleague sent back."""
    opening.answer(work, name, form.file("file"))
    return _back(front, work, name)


@post("/asks/{name:str}/open", sync_to_thread=True)
def go_on(front: Pages, work: AtWork, name: FromPath[str]) -> Response[Any]:
    """Ask the gates, now that everybody agreed."""
    back = _back(front, work, name)
    opening.go_on(work, name)
    return back


@post("/asks/{name:str}/drop", sync_to_thread=True)
def let_go(front: Pages, work: AtWork, name: FromPath[str]) -> Response[Any]:
    """Let go of an ask."""
    back = _back(front, work, name)
    work.asks.drop(name)
    return back


def _back(front: Front, work: Work, name: str) -> Response[Any]:
    pending = work.asks.pending.get(name)
    if pending is None:
        raise RefusedError("This ask is not here any more.", "Ask anew.")
    return front.to(f"/reports/{work.shelf.handle(pending.session.ask.id)}")


@get("/agree", sync_to_thread=True)
def choose_ask(front: Pages, work: AtWork) -> Response[Any]:
    """Ask for the file that a colleague sent."""
    return front.page("agree", work)


@post("/agree", sync_to_thread=True)
def examine(front: Pages, work: AtWork, form: Sent) -> Response[Any]:
    """Show who asks for what and why, after the asker's signature was verified."""
    with work.acting:
        desk = work.refresh()
        wanted = approving.examine(form.file("file"), desk.ring, desk.in_force, work.minute)
    name = wanted.ask.digest.hex()[:16]
    work.colleagues.wanted[name] = wanted
    return _wanted(front, work, name, wanted)


def _wanted(front: Front, work: Work, name: str, wanted: Wanted) -> Response[Any]:
    ask = wanted.ask
    return front.page(
        "wanted",
        work,
        name=name,
        asker=ask.asker,
        asker_role=work.desk.in_force.directory.person(ask.asker).role,
        does=_DOES.get(ask.action, "open"),
        sections=[wording.SECTIONS[one] for one in wanted.sections],
        purpose=in_words("consent_purposes").get(ask.purpose, ask.purpose),
        short=ask.id.hex()[:8],
        until=moment(ask.until),
        given=name in work.colleagues.given,
    )


@post("/agree/{name:str}", sync_to_thread=True)
def agree(front: Pages, work: AtWork, name: FromPath[str]) -> Response[Any]:
    """Give her share, sealed to the colleague alone."""
    wanted = work.colleagues.wanted.get(name)
    if wanted is None:
        raise RefusedError("This ask is not here any more.", "Choose the file again.")
    work.colleagues.given[name] = opening.agree(work, wanted)
    return _wanted(front, work, name, wanted)


@get("/agree/{name:str}/approval", sync_to_thread=True)
def approval_file(work: AtWork, name: FromPath[str]) -> Response[bytes]:
    """Hand out the approval, to be sent back."""
    if name not in work.colleagues.given:
        raise RefusedError("This approval is not here any more.", "Choose the ask again.")
    return _file(work.colleagues.given[name], f"{work.desk.ring.name}-{name}.approval")


routes = Router(
    path="/",
    route_handlers=[ask_file, take_approval, go_on, let_go, choose_ask, examine, agree, approval_file],
)
