"""`amana review`: open what the signed rules let her open, agree to what a colleague asks, or step aside."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.answers import COMMANDS as ANSWERS
from client.commands.fetching import fetch
from client.commands.handing_on import export
from client.commands.locking import lock
from client.commands.openings import (
    Wish,
    ask_gates,
    check_output,
    minute,
    path_of,
    read_small,
    show,
    tell_gone,
    warn,
)
from client.commands.options import (
    agreement_options,
    announce_rehearsal,
    because_option,
    house_of,
    house_options,
    json_option,
    key_option,
    say,
    today,
    trust_of,
    trust_option,
)
from client.commands.waiting import list_reports, watch
from client.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.asking import Desk

_FILE = click.Path(path_type=Path)
_SECTIONS = ("card", "story", "identity", "evidence", "originals")
_OPEN_EXAMPLES = """\b
Examples:
  amana review open ID card --purpose TRIAGE --as me.key
  amana review open ID story --purpose TRIAGE --as me.key -o case
  amana review open ID story --purpose TRIAGE --as me.key --ask my.ask --approval hers.approval
  amana review open ID story --purpose TRIAGE --as me.key --emergency --because "she is being followed now"
"""
_APPROVE_EXAMPLE = "\b\nExample: amana review approve theirs.ask --as me.key -o mine.approval"
_JUSTIFY_EXAMPLE = '\b\nExample: amana review justify ID --because "she was being followed" --as me.key'
OWED = "auditors ask for your reason within 72 hours: amana review justify ID --because TEXT --as KEY"
_RECUSE_EXAMPLE = "\b\nExample: amana review recuse ID --as me.key"


@click.group()
def review() -> None:
    """Open what the rules let you open; agree, or step back.

    Every opening is decided by the gates, and written in the log before anything opens: also what they refuse.
    """


for _one in (list_reports, watch, *ANSWERS, fetch, export, lock):
    review.add_command(_one)


@review.command("open", epilog=_OPEN_EXAMPLES)
@click.argument("report", metavar="ID")
@click.argument("sections", nargs=-1, required=True, type=click.Choice(_SECTIONS), metavar="SECTION…")
@click.option("--purpose", required=True, metavar="P", help="What for: TRIAGE, SUPPORT, … as in the vocabulary.")
@key_option
@because_option
@agreement_options
@click.option("-o", "--output", default="-", metavar="DIR", help="Folder for what opens; - is the screen.")
@click.option("--emergency", is_flag=True, help="Alone, where two are needed and she allowed it. Auditors ask you why.")
@trust_option
@house_options
@json_option
def open_sections(  # noqa: PLR0913 - the options of a command
    *,
    report: str,
    sections: tuple[str, ...],
    purpose: str,
    key: Path,
    because: str,
    ask_path: Path | None,
    approvals: tuple[Path, ...],
    output: str,
    emergency: bool,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Ask the gates for SECTIONs of report ID, and open them: card story identity evidence originals.

    Where somebody has to agree first, an ask file is written; send it to her, and go on with what she sends back. Where
    the gates ask for two people and no file is written by itself, name one with --ask.
    """
    from client.notebook import Notebook  # noqa: PLC0415 - commands start fast
    from client.reading import report_id  # noqa: PLC0415
    from crypto.sections import Section  # noqa: PLC0415

    wanted = [Section[name.upper()] for name in sections]
    if emergency and Section.CARD in wanted:
        raise UsageError("A card takes one person anyway.", "Open it without --emergency.")
    wish = Wish(
        report=report_id(report),
        sections=wanted,
        action="emergency" if emergency else "open",
        purpose=purpose,
        because=because,
        ask=ask_path,
        approvals=approvals,
    )
    wish.check()
    check_output(output, wanted, as_json=as_json)
    desk = desk_of(key, trust_path, url, proxy)
    notebook = Notebook.of(key, desk.ring)
    result = ask_gates(wish, desk, notebook, as_json=as_json)
    if emergency and not because.strip():
        result.warnings.append(OWED)
    if output != "-":
        files = [path_of(output, one, as_json=as_json) for one in result.opened]
        notebook.note(wish.report, files=[*files, *approvals])
    show(result, output, as_json=as_json)


@review.command(epilog=_APPROVE_EXAMPLE)
@click.argument("ask", type=_FILE, metavar="ASKFILE")
@key_option
@click.option("-o", "--output", type=_FILE, required=True, metavar="FILE", help="Approval file to send back.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@trust_option
@house_options
@json_option
def approve(  # noqa: PLR0913 - the options of a command
    *,
    ask: Path,
    key: Path,
    output: Path,
    yes: bool,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Agree to what a colleague asks: your share of the lock goes to her, sealed. You read nothing by it."""
    from client import approving  # noqa: PLC0415 - commands start fast
    from client.keys import write_new  # noqa: PLC0415
    from client.notebook import Notebook  # noqa: PLC0415
    from client.withdrawn import working_on  # noqa: PLC0415

    desk = desk_of(key, trust_path, url, proxy)
    wanted = approving.examine(read_small(ask), desk.ring, desk.in_force, minute())
    sections = ", ".join(one.label for one in wanted.sections)
    does = {
        "copy": "take along files of",
        "export": "hand on, to somebody outside,",
        "emergency": "open, in an emergency,",
    }.get(wanted.ask.action, "open")
    sentence = f"{wanted.ask.asker} asks to {does} {sections} of {wanted.ask.id.hex()} for {wanted.ask.purpose}."
    click.echo(sentence, err=True)
    if not yes and sys.stdin.isatty() and not click.confirm("Do you agree?", err=True):
        raise RefusedError("Nothing was given.", "")
    notebook = Notebook.of(key, desk.ring)
    with working_on(desk, notebook, wanted.ask.id, tell_gone) as fetched:
        file = approving.approve(wanted, fetched, desk.ring)
    notebook.note(wanted.ask.id, files=[output, ask])
    write_new(output, file.encode())
    say(
        as_json,
        "approved",
        f"You agreed. Send {output} to {wanted.ask.asker}.",
        file=str(output),
        asker=wanted.ask.asker,
        sections=[one.label for one in wanted.sections],
        purpose=wanted.ask.purpose,
        id=wanted.ask.id.hex(),
    )


@review.command(epilog=_RECUSE_EXAMPLE)
@click.argument("report", metavar="ID")
@key_option
@because_option
@trust_option
@house_options
@json_option
def recuse(  # noqa: PLR0913 - the options of a command
    *, report: str, key: Path, because: str, trust_path: Path | None, url: str | None, proxy: str | None, as_json: bool
) -> None:
    """Step aside from report ID, for good. You owe nobody a reason."""
    _say_only(Said(report, "recuse", because), lambda: desk_of(key, trust_path, url, proxy))
    say(as_json, "recused", "You stepped aside. The gates open nothing of this report to you any more.", id=report)


@review.command(epilog=_JUSTIFY_EXAMPLE)
@click.argument("report", metavar="ID")
@key_option
@click.option("--because", metavar="TEXT", required=True, help="Your reason; only auditors will read it.")
@trust_option
@house_options
@json_option
def justify(  # noqa: PLR0913 - the options of a command
    *, report: str, key: Path, because: str, trust_path: Path | None, url: str | None, proxy: str | None, as_json: bool
) -> None:
    """Give auditors your reason for opening ID alone, in an emergency. It is due within 72 hours, and opens nothing."""
    if not because.strip():
        raise UsageError("This is no reason.", "A sentence is enough.")
    _say_only(Said(report, "justify", because), lambda: desk_of(key, trust_path, url, proxy))
    say(as_json, "justified", "Your reason is in the log, for auditors alone.", id=report)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody puts into the log about a report, without anything being opened."""

    report: str
    action: str
    because: str


def _say_only(said: Said, arrive: "Callable[[], Desk]") -> None:
    """Ask the gates to write it down; RefusedError where they do not."""
    from client import reviewer  # noqa: PLC0415 - commands start fast
    from client.reading import report_id  # noqa: PLC0415
    from crypto.sections import Section  # noqa: PLC0415

    reviewer.check_reason(said.because)
    envelope_id = report_id(said.report)
    desk = arrive()
    fetched = desk.fetch(envelope_id)
    session = reviewer.begin(
        desk.ring, envelope_id, [Section.CARD], action=said.action, purpose="TRIAGE", minute=minute(), draw=os.urandom
    )
    warn(desk.ask(session, fetched, [], said.because, minute()))


def desk_of(key: Path, trust_path: Path | None, url: str | None, proxy: str | None) -> "Desk":
    """Return somebody at work with this key file, by the rules in force. Raise RefusedError unless she is in them."""
    from client.asking import at_work  # noqa: PLC0415 - commands start fast
    from client.keys import open_key  # noqa: PLC0415

    trust = trust_of(trust_path)
    ring = open_key(key)
    desk = at_work(house_of(url, proxy, trust), trust, ring, today=today())
    announce_rehearsal(desk.in_force)
    return desk
