"""Write to a reporter, and read again what was written to her. Each is a decision of its own in the log."""

from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.params import FromPath

from client import answering, fetching, replies, returning, reviewer
from client.asking import remember
from client.console import opening, wording
from client.console.forms import Form
from client.console.given import AtWork, Pages, Sent
from client.console.pages import Front
from client.console.reports import find, known
from client.console.work import Work
from client.errors import AmanaError, RefusedError, UsageError
from policies.statements import day_text

DAYS: Final = ("7", "30", "90", "366", "1100")
_PURPOSES: Final = ("TRIAGE", "REPLY")


@get("/reports/{handle:str}/answer", sync_to_thread=True)
def begin(front: Pages, work: AtWork, handle: FromPath[str]) -> Response[Any]:
    """Show the form."""
    return _form(front, work, find(work, handle), Form(), None)


@post("/reports/{handle:str}/answer", sync_to_thread=True)
def write(front: Pages, work: AtWork, form: Sent, handle: FromPath[str]) -> Response[Any]:
    """Show the whole answer with what to think about; send it when that was seen."""
    report = find(work, handle)
    if form.text("do") == "change":
        return _form(front, work, report, form, None)
    try:
        text = _whole(form)
        answering.check_text(text)
        reviewer.check_reason(form.text("because").strip())
    except UsageError as error:
        return _form(front, work, report, form, error)
    if form.text("do") != "send":
        return _preview(front, work, report, form, text)
    with opening.on(work, report) as (desk, fetched):
        because = form.text("because").strip()
        begun = answering.begin(desk, fetched, purpose=answering.REPLY, because=because, minute=work.minute)
        done = answering.answer(desk, begun, text, because=because, minute=work.minute)
        work.shelf.kin[report] = remember(desk, work.notebook, report, begun.result)
        work.notebook.note(report, answered=work.today)
    return front.page("answered", work, **known(work, report), done=done)


def _whole(form: Form) -> str:
    return replies.whole(form.text("template") or None, form.text("language") or "en", form.text("own").strip())


def _preview(front: Front, work: Work, report: bytes, form: Form, text: str) -> Response[Any]:
    card = work.shelf.card(report)
    cautions = [*([] if card is None else replies.cautions(card)), *replies.careful(text)]
    return front.page("preview", work, **known(work, report), text=text, cautions=cautions, kept=_kept(form))


def _form(front: Front, work: Work, report: bytes, form: Form, error: AmanaError | None) -> Response[Any]:
    card = work.shelf.card(report)
    if card is not None and card.reply[0] == answering.NO_REPLY:
        raise RefusedError("She asked for no answer: one could put her in danger.", "Nothing was asked or sent.")
    language = form.text("language") or ("en" if card is None else card.language)
    return front.page(
        "answer",
        work,
        status=200 if error is None else 400,
        **known(work, report),
        cautions=[] if card is None else replies.cautions(card),
        templates=list(replies.names().items()),
        languages=[(one, wording.language(one)) for one in replies.LANGUAGES],
        kept={**_kept(form), "language": language if language in replies.LANGUAGES else "en"},
        error=error,
    )


def _kept(form: Form) -> dict[str, str]:
    return {name: form.text(name) for name in ("template", "language", "own", "because")}


@get("/reports/{handle:str}/thread", sync_to_thread=True)
def ask_thread(front: Pages, work: AtWork, handle: FromPath[str]) -> Response[Any]:
    """Ask how far back to look."""
    return front.page("thread", work, **known(work, find(work, handle)), days=DAYS, answers=None)


@post("/reports/{handle:str}/thread", sync_to_thread=True)
def thread(front: Pages, work: AtWork, form: Sent, handle: FromPath[str]) -> Response[Any]:
    """Read the newest answers again. They are on this one page and not kept."""
    report, days = find(work, handle), form.text("days")
    if days not in DAYS:
        raise UsageError("This is no number of days that is offered.", "")
    with opening.on(work, report) as (desk, fetched):
        look = fetching.fetch(desk.house, desk.trust, today=work.today, days=int(days), full=False)
        proven = returning.prove(look, desk.trust)
        how: dict[str, Any] = {"purpose": _PURPOSES[0], "because": "", "minute": work.minute}
        begun = answering.begin(desk, fetched, **how)
        found = answering.thread(desk, begun, proven, **how)
        newest = max((one.answer.day for one in found if one.answer is not None), default=0)
        page = work.notebook.page(report)
        work.notebook.note(report, answered=max(newest, page.answered))
        work.keep(report, begun.result)
    answers = [
        (day_text(one.answer.day), one.answer.author, one.answer.text) for one in found if one.answer is not None
    ]
    lost = sum(one.answer is None for one in found)
    return front.page("thread", work, **known(work, report), days=DAYS, answers=answers, lost=lost)


routes = Router(path="/", route_handlers=[begin, write, ask_thread, thread])
