"""`amana audit questions`, `ask`, `report` and `compare`: answers for people who check such a service, offline."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import fail, json_option, say, trust_of, trust_option
from client.commands.verified import (
    FILE,
    FOLDER,
    FOUND,
    KEY_HELP,
    NEXT,
    end_progress,
    end_with,
    is_export,
    progress,
    verified,
)
from client.errors import UnprovenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.comparing import Side
    from client.questions.answered import Answered
    from client.questions.case import Case
    from client.questions.verdicts import Table

TWO_LOGS = "two logs under one name: leaves differ here, and the log signed both"
_EXPLAIN = "Each of them is something that somebody must explain."
_SHOWN = 20  # rows of a table that fit a terminal; all of them are in --json and --csv
_QUESTIONS_EXAMPLE = "\b\nExample: amana audit questions"
_ASK_EXAMPLE = """\b
Examples:
  amana audit ask log --as auditor.key
  amana audit ask log 5 6 --as auditor.key --csv sheets
  amana audit ask log 2 --report ID --as auditor.key --json
"""
_REPORT_EXAMPLE = "\b\nExample: amana audit report log --as auditor.key -o report.html"
_COMPARE_EXAMPLE = """\b
Examples:
  amana audit compare log hers
  amana audit compare log hers -o proof
"""


@click.command(epilog=_QUESTIONS_EXAMPLE)
@json_option
def questions(*, as_json: bool) -> None:
    """List the questions that `ask` answers, and what a clean answer proves."""
    from client.questions.catalogue import CATALOGUE  # noqa: PLC0415 - commands start fast

    lines = [f"{one.number:>2}  {one.question}\n    {one.proves}" for one in CATALOGUE]
    rows = [
        {"number": one.number, "question": one.question, "command": one.command, "proves": one.proves}
        for one in CATALOGUE
    ]
    say(as_json, "questions", "\n".join(lines), questions=rows)


@click.command(epilog=_ASK_EXAMPLE)
@click.argument("folder", type=FOLDER)
@click.argument("numbers", type=int, nargs=-1, metavar="[N]...")
@click.option("--as", "key", type=FILE, metavar="KEY", required=True, help=KEY_HELP)
@click.option("--report", "report_id", metavar="ID", help="Ask question 2 about this one report.")
@click.option("--csv", "sheets", type=FOLDER, metavar="DIR", help="Also write all tables as CSV into a new folder.")
@trust_option
@json_option
def ask(  # noqa: PLR0913 - options of a command
    *,
    folder: Path,
    numbers: tuple[int, ...],
    key: Path,
    report_id: str | None,
    sheets: Path | None,
    trust_path: Path | None,
    as_json: bool,
) -> None:
    """Answer the questions N, or all of them, from FOLDER alone. Exit code 3: something must be explained."""
    from client.questions import answered  # noqa: PLC0415 - commands start fast
    from client.questions import sheets as csv_files  # noqa: PLC0415

    case = _case(folder, trust_path, key, report_id)
    found = answered.answer(case, numbers)
    end_progress()
    written = [] if sheets is None else csv_files.save(sheets, found)
    faults = answered.faults(found)
    fields = {
        "size": case.audit.size,
        "root": case.audit.root.hex(),
        "questions": [_fields(one) for one in found],
        "files": written,
    }
    if not as_json:
        click.echo("\n".join(_text(one) for one in found))
    end_with(as_json, faults, fields, _EXPLAIN)
    if as_json:
        say(as_json, "answers", "", faults=[], **fields)


@click.command(epilog=_REPORT_EXAMPLE)
@click.argument("folder", type=FOLDER)
@click.option("--as", "key", type=FILE, metavar="KEY", required=True, help=KEY_HELP)
@click.option("-o", "--output", type=FILE, required=True, metavar="FILE", help="The HTML file; it must be new.")
@trust_option
@json_option
def report(*, folder: Path, key: Path, output: Path, trust_path: Path | None, as_json: bool) -> None:
    """Write all answers as one page to print, with pictures and the tables behind them.

    It names people by their pseudonyms and no report. Exit code 3: something in it must be explained.
    """
    from client.keys import write_new  # noqa: PLC0415 - commands start fast
    from client.questions import answered, printed  # noqa: PLC0415

    case = _case(folder, trust_path, key, None)
    found = answered.answer(case)
    end_progress()
    write_new(output, printed.page(case, found).encode())
    fields = {"file": str(output), "size": case.audit.size, "root": case.audit.root.hex()}
    if not as_json:
        click.echo(f"{output} holds {len(found)} answers about the log of {case.audit.size} leaves.")
    end_with(as_json, answered.faults(found), fields, _EXPLAIN)
    if as_json:
        say(as_json, "report", "", faults=[], **fields)


@click.command(epilog=_COMPARE_EXAMPLE)
@click.argument("folder", type=FOLDER)
@click.argument("other", type=FOLDER)
@click.option("-o", "--output", type=FOLDER, metavar="DIR", help="Where the proof of a fork is written; must be new.")
@trust_option
@json_option
def compare(*, folder: Path, other: Path, output: Path | None, trust_path: Path | None, as_json: bool) -> None:
    """Compare what two people exported: one log, or two under one name. Exit code 3: two, with both heads as proof."""
    from client import comparing  # noqa: PLC0415 - commands start fast

    for one in (folder, other):
        is_export(one)
    found = comparing.compare(folder, other, trust_of(trust_path))
    heads = [_head(side) for side in found.sides]
    if found.relation != comparing.FORKED:
        sizes = " and ".join(str(side.head.size) for side in found.sides)
        say(as_json, "compared", f"One log, {found.relation}: {sizes} leaves.", relation=found.relation, heads=heads)
        return
    if output is not None:
        comparing.keep(found, output)
    if not as_json:
        for side in found.sides:
            click.echo(side.note)
    fail(
        as_json,
        UnprovenError(f"The log is forked. At leaf {found.index} it says two things, both signed. {FOUND}", NEXT),
        faults=[{"index": found.index, "fault": TWO_LOGS}],
        heads=heads,
    )


def _head(side: "Side") -> dict[str, object]:
    return {"size": side.head.size, "root": side.head.root.hex(), "checkpoint": side.note}


def _case(folder: Path, trust_path: Path | None, key: Path, report_id: str | None) -> "Case":
    from client.folder import Folder  # noqa: PLC0415 - commands start fast
    from client.questions.case import Case  # noqa: PLC0415
    from client.reading import report_id as read_id  # noqa: PLC0415

    wanted = None if report_id is None else read_id(report_id)
    found, trust, ring = verified(folder, trust_path, key)
    if ring is None:
        raise UsageError("Questions need an auditor's key.", "Name it with --as.")
    return Case(trust, found, Folder(folder), ring, wanted, progress("decided again"))


def _fields(one: "Answered") -> dict[str, Any]:
    """One verdict for `--json`."""
    verdict = one.verdict
    return {
        "number": one.question.number,
        "question": one.question.question,
        "answer": verdict.answer,
        "limited": verdict.limited,
        "why": verdict.sentence,
        "counts": dict(verdict.counts),
        "faults": [{"index": fault.index, "fault": fault.fault} for fault in verdict.faults],
        "tables": {each.name: {"columns": each.columns, "rows": each.rows} for each in verdict.tables},
        "unsaid": list(verdict.unsaid),
    }


def _text(one: "Answered") -> str:
    """One verdict as a person reads it."""
    verdict = one.verdict
    lines = [f"{one.question.number:>2}  {one.question.question}", f"    {verdict.said.upper()}. {verdict.sentence}"]
    if verdict.counts:
        lines.append("    " + ", ".join(f"{what}: {count}" for what, count in verdict.counts.items()))
    lines += [f"    leaf {fault.index}: {fault.fault}" for fault in verdict.faults]
    for each in verdict.tables:
        lines += _rows(each)
    lines += [f"    Not said: {one}" for one in verdict.unsaid]
    return "\n".join([*lines, ""])


def _rows(each: "Table") -> "Sequence[str]":
    from client.reading import visible  # noqa: PLC0415 - commands start fast

    if not each.rows:
        return []
    shown = [each.columns, *([visible(str(cell)) for cell in row] for row in each.rows[:_SHOWN])]
    widths = [max(len(row[place]) for row in shown) for place in range(len(each.columns))]
    lines = ["      " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in shown]
    more = len(each.rows) - _SHOWN
    return [f"    {each.name}", *(line.rstrip() for line in lines), *([f"      and {more} more"] if more > 0 else [])]
