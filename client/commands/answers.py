"""`amana review answer` and `thread`: write to a reporter, and read again what was written."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.openings import minute, tell_gone, tell_kin, warn
from client.commands.options import because_option, house_options, json_option, key_option, say, today, trust_option
from client.errors import UsageError

if TYPE_CHECKING:
    from client.answering import Begun, Read

_FILE = click.Path(path_type=Path)
_DAYS = ("7", "30", "90", "366", "1100")
_ANSWER_EXAMPLES = """\b
Examples:
  amana review answer ID --use received --as me.key
  amana review answer ID --use question --file question.txt --as me.key
  amana review answer ID --file - --as me.key < answer.txt
  amana review templates
"""
_THREAD_EXAMPLE = "\b\nExample: amana review thread ID --as me.key --days 90"
_LARGEST = 64 * 1024  # bytes of a file with an answer


@click.command("templates")
@click.option("--language", default="en", show_default=True, help="en, fr, es or ar.")
@json_option
def templates(*, language: str, as_json: bool) -> None:
    """Show words to answer with, and when each is for.

    Example: amana review templates --language fr
    """
    from client import replies  # noqa: PLC0415 - commands start fast

    texts = {name: replies.text(name, language) for name in replies.names()}
    lines = [f"{name} ({when})\n  {texts[name]}\n" for name, when in replies.names().items()]
    say(as_json, "templates", "\n".join(lines), templates=texts)


@click.command("answer", epilog=_ANSWER_EXAMPLES)
@click.argument("report", metavar="ID")
@key_option
@click.option("--use", "template", metavar="NAME", help="Begin with these words; see `review templates`.")
@click.option("--file", "file", metavar="FILE", help="Your own words, after those of --use; - reads standard input.")
@click.option("--language", metavar="CODE", help="Of --use; default that of the report.")
@because_option
@trust_option
@house_options
@json_option
def answer(  # noqa: PLR0913 - the options of a command
    *,
    report: str,
    key: Path,
    template: str | None,
    file: str | None,
    language: str | None,
    because: str,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Write to the reporter of ID. She finds it with her words, in a file that is the same for everybody.

    Two decisions are written in the log: opening the card, in which her half of the key lies, and the answer. It leaves
    the house at the end of the day. A long one takes several places; what finds no place waits a day, and you hear it.
    """
    from client import answering, replies, reviewer  # noqa: PLC0415 - commands start fast
    from client.asking import remember  # noqa: PLC0415
    from client.commands.review import desk_of  # noqa: PLC0415
    from client.notebook import Notebook  # noqa: PLC0415
    from client.reading import report_id  # noqa: PLC0415
    from client.withdrawn import working_on  # noqa: PLC0415

    reviewer.check_reason(because)
    if template is None and file is None:
        raise UsageError("There is nothing to send.", "Give --use NAME, or --file FILE, or both.")
    own = "" if file is None else _own(file)
    answering.check_text(replies.whole(template, language or "en", own))
    envelope_id = report_id(report)
    desk = desk_of(key, trust_path, url, proxy)
    notebook = Notebook.of(key, desk.ring)
    with working_on(desk, notebook, envelope_id, tell_gone) as fetched:
        begun = answering.begin(desk, fetched, purpose=answering.REPLY, because=because, minute=minute())
        warn(begun.result)
        text = replies.whole(template, language or begun.card.language, own)
        cautions = [*replies.cautions(begun.card), *replies.careful(text)]
        for one in cautions:
            click.echo(f"Careful: {one}.", err=True)
        done = answering.answer(desk, begun, text, because=because, minute=minute())
    tell_kin(remember(desk, notebook, envelope_id, begun.result))
    notebook.note(envelope_id, answered=today())
    when = (
        f"Today's file is full, so it goes into that of {done.day}" if done.late else f"It goes into that of {done.day}"
    )
    sentence = f"Handed in, in {done.slots} of the places of a day's file. {when}; she can read it the day after."
    say(as_json, "answered", sentence, id=report, day=done.day, late=done.late, slots=done.slots, cautions=cautions)


def _own(file: str) -> str:
    try:
        data = sys.stdin.buffer.read(_LARGEST) if file == "-" else Path(file).read_bytes()[:_LARGEST]
        return data.decode().strip()
    except OSError:
        raise UsageError("The file with your words cannot be read.", "Check the path.") from None
    except UnicodeError:
        raise UsageError("The file with your words is not text in UTF-8.", "Save it as plain text.") from None


@click.command("thread", epilog=_THREAD_EXAMPLE)
@click.argument("report", metavar="ID")
@key_option
@click.option("--purpose", default="TRIAGE", show_default=True, metavar="P", help="TRIAGE or REPLY.")
@click.option("--days", type=click.Choice(_DAYS), default="90", show_default=True, help="How far back to look.")
@because_option
@trust_option
@house_options
@json_option
def thread(  # noqa: PLR0913 - the options of a command
    *,
    report: str,
    key: Path,
    purpose: str,
    days: str,
    because: str,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Read again the newest answers to the reporter of ID, whoever wrote them. It is logged as an action of its own."""
    from client import answering, reviewer  # noqa: PLC0415 - commands start fast
    from client.commands.review import desk_of  # noqa: PLC0415
    from client.fetching import fetch  # noqa: PLC0415
    from client.notebook import Notebook  # noqa: PLC0415
    from client.reading import report_id  # noqa: PLC0415
    from client.returning import prove  # noqa: PLC0415
    from client.withdrawn import working_on  # noqa: PLC0415

    reviewer.check_purpose(purpose)
    reviewer.check_reason(because)
    envelope_id = report_id(report)
    desk = desk_of(key, trust_path, url, proxy)
    notebook = Notebook.of(key, desk.ring)
    look = prove(fetch(desk.house, desk.trust, today=today(), days=int(days), full=False), desk.trust)
    with working_on(desk, notebook, envelope_id, tell_gone) as fetched:
        begun: Begun = answering.begin(desk, fetched, purpose=purpose, because=because, minute=minute())
        found = answering.thread(desk, begun, look, purpose=purpose, because=because, minute=minute())
    newest = max((one.answer.day for one in found if one.answer is not None), default=0)
    page = notebook.page(envelope_id)
    notebook.note(envelope_id, answered=max(newest, page.answered))
    lines = [line for one in found for line in _lines(one)]
    say(
        as_json,
        "thread",
        "\n".join(lines) or "Nothing was answered, as far as the gates of today know.",
        id=report,
        answers=[
            {
                "day": None if one.answer is None else one.answer.day,
                "author": None if one.answer is None else one.answer.author,
                "text": None if one.answer is None else one.answer.text,
            }
            for one in found
        ],
    )


def _lines(one: "Read") -> list[str]:
    from client.reading import visible  # noqa: PLC0415 - commands start fast
    from policies.statements import day_text  # noqa: PLC0415

    if one.answer is None:
        return ["An answer that was allowed is in no file as far back as this looked, or does not hold."]
    return [
        f"{day_text(one.answer.day)}, {one.answer.author}:",
        *(f"  | {visible(line)}" for line in one.answer.text.split("\n")),
    ]


COMMANDS = (answer, thread, templates)
