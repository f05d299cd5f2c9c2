"""`amana review export`: hand sections on to somebody outside, as an action of its own (protocol 11.11)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.openings import Wish, ask_gates, warn
from client.commands.options import (
    agreement_options,
    because_option,
    fail,
    house_options,
    json_option,
    key_option,
    say,
    today,
    trust_option,
)
from client.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from client.handing_on import Paper

_FILE = click.Path(path_type=Path)
_SECTIONS = ("card", "story", "identity")
_EXAMPLES = """\b
Examples:
  amana review export ID story --purpose OVERSIGHT --to "Police Ombudsperson" --guess no --harm no --as me.key -o out
  amana review export ID story identity --purpose UN_LETTER --to "UN experts" --guess yes --harm no \\
      --as me.key -o out --ask my.ask --approval hers.approval --approval custodians.approval
"""


@click.command("export", epilog=_EXAMPLES)
@click.argument("report", metavar="ID")
@click.argument("sections", nargs=-1, required=True, type=click.Choice(_SECTIONS), metavar="SECTION…")
@click.option("--purpose", required=True, metavar="P", help="What for: OVERSIGHT, JUSTICE, … as in the vocabulary.")
@click.option("--to", "recipient", required=True, metavar="NAME", help="Who gets it: one organisation or office.")
@click.option("--guess", type=click.Choice(("yes", "no")), help="Could a reader guess who told it?")
@click.option("--harm", type=click.Choice(("yes", "no")), help="Could somebody named be harmed who did not agree?")
@key_option
@click.option("-o", "--output", type=_FILE, required=True, metavar="DIR", help="New folder for what is handed on.")
@because_option
@agreement_options
@trust_option
@house_options
@json_option
def export(  # noqa: PLR0913 - the options of a command
    *,
    report: str,
    sections: tuple[str, ...],
    purpose: str,
    recipient: str,
    guess: str | None,
    harm: str | None,
    key: Path,
    output: Path,
    because: str,
    ask_path: Path | None,
    approvals: tuple[Path, ...],
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Hand SECTIONs of report ID on to somebody outside: card story identity.

    The gates ask her consent for this purpose, and the log says that it was handed on; her reporter reads that. The
    story is asked for in any case: it says whom she named. Two questions are asked first; where one is answered with
    yes, a second reviewer has to agree, and you take out what tells it.
    """
    from client import handing_on  # noqa: PLC0415 - commands start fast
    from client.commands.review import desk_of  # noqa: PLC0415
    from client.handing_on import HandingOn  # noqa: PLC0415
    from client.notebook import Notebook  # noqa: PLC0415
    from client.reading import report_id  # noqa: PLC0415
    from client.reviewer import DENIED  # noqa: PLC0415
    from crypto.sections import Section  # noqa: PLC0415
    from policies.statements import day_text  # noqa: PLC0415

    wanted = sorted({Section[name.upper()] for name in sections})
    handing = HandingOn(
        purpose=purpose,
        recipient=recipient,
        guess=_answer(guess, handing_on.GUESS, "--guess"),
        harm=_answer(harm, handing_on.HARM, "--harm"),
    )
    handing.check()
    wish = Wish(
        report=report_id(report),
        sections=sorted({*wanted, Section.STORY}),
        action="export",
        purpose=purpose,
        because=handing.reason(because),
        ask=ask_path,
        approvals=approvals,
        two=handing.careful,
    )
    wish.check()
    if output.exists():
        raise UsageError(f"{output} is already there; nothing was asked.", "Name a new folder with -o.")
    desk = desk_of(key, trust_path, url, proxy)
    notebook = Notebook.of(key, desk.ring)
    result = ask_gates(wish, desk, notebook, as_json=as_json)
    if result.refused or result.rules is None:
        fail(as_json, RefusedError(DENIED), refused=[one.label for one in result.refused], leaves=result.leaves)
    handing.check_named(result.opened[Section.STORY])
    taken = {one: handing_on.portion(one, result.opened[one]) for one in wanted}
    paper = handing_on.Paper(
        handing_on=handing,
        consent=handing_on.value_of(result.rules.consent, purpose),
        day=day_text(today()),
        leaves=result.leaves,
        portions={one: found for one, (found, _) in taken.items()},
        left_out=sum(left for _, left in taken.values()),
    )
    files = _write(output, paper)
    notebook.note(wish.report, files=[*files, *approvals])
    if not as_json:
        warn(result)
        if handing.careful:
            click.echo(handing_on.REDACT, err=True)
        if paper.left_out:
            click.echo(f"Left out: {paper.left_out} people who do not know of it, or could not be asked.", err=True)
    names = [str(one) for one in files]
    say(as_json, "exported", "\n".join(names), files=names, left_out=paper.left_out, leaves=result.leaves)


def _answer(given: str | None, question: str, option: str) -> bool:
    """Whether it is yes; asked where somebody is there to answer. There is no answer that goes without saying."""
    if given is not None:
        return given == "yes"
    if not sys.stdin.isatty():
        raise UsageError(question, f"Answer it with {option} yes or {option} no.")
    return click.confirm(question, default=None, err=True)


def _write(output: Path, paper: "Paper") -> list[Path]:
    from client.keys import write_new  # noqa: PLC0415 - commands start fast

    files = [output / "handed-on.json", output / "handed-on.txt"]
    for path, text in zip(files, (paper.to_json(), paper.to_text()), strict=True):
        write_new(path, text.encode())
    return files
