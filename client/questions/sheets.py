"""Verdicts as CSV files, for people who work with sheets. What a sheet would run as a formula is made text."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from client.errors import UsageError
from client.plain_files import write
from client.questions.answered import Answered
from client.questions.verdicts import Cell
from client.reading import visible
from doors.environment import closed_folder

# What common programs take for the beginning of a formula, in both widths; a tab or line end may come before one.
_FORMULA: Final = tuple("=+-@\t\r\n|%＝＋－＠")  # noqa: RUF001 - the wide ones are meant


def neutral(cell: Cell) -> Cell:
    """Return a cell that no sheet takes for a formula, and that hides nothing."""
    if isinstance(cell, int):
        return cell
    text = visible(cell)
    return f"'{text}" if cell.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def save(folder: Path, answered: Iterable[Answered]) -> list[str]:
    """Write one file of verdicts, one of faults, and one a table; return their names. Nothing is overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there and not empty; it was not changed.", "Choose a new folder.")
    closed_folder(folder)
    found = list(answered)
    files: dict[str, tuple[Sequence[str], Iterable[Sequence[Cell]]]] = {
        "verdicts.csv": (
            ("number", "question", "answer", "why"),
            [(one.question.number, one.question.question, one.verdict.answer, one.verdict.sentence) for one in found],
        ),
        "counts.csv": (
            ("number", "what", "count"),
            [(one.question.number, what, count) for one in found for what, count in one.verdict.counts.items()],
        ),
        "faults.csv": (
            ("number", "leaf", "fault"),
            [(one.question.number, fault.index, fault.fault) for one in found for fault in one.verdict.faults],
        ),
    }
    for one in found:
        for each in one.verdict.tables:
            files[f"{one.question.number:02}-{each.name}.csv"] = (each.columns, each.rows)
    for name, (columns, rows) in files.items():
        write(folder / name, _text(columns, rows).encode())
    return list(files)


def _text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")  # RFC 4180
    writer.writerow([neutral(column) for column in columns])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return stream.getvalue()
