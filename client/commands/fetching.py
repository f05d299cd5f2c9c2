"""`amana review fetch`: take files of a report along, as an action of its own that the log tells apart from a look."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.cleaning import suffix_of
from client.commands.files import progress
from client.commands.openings import Wish, ask_gates, warn
from client.commands.options import (
    agreement_options,
    because_option,
    fail,
    house_options,
    json_option,
    key_option,
    say,
    trust_option,
)
from client.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from client.contents import Evidence, Piece
    from client.fetching_files import Reader
    from client.opened import Result
    from client.taking_along import Taken
    from crypto.sections import Section

_FILE = click.Path(path_type=Path)
_CARE = "Cleaned or not: whoever opens a file shows it to that program. Faces, voices and places are still in it."
_EXAMPLES = """\b
Examples:
  amana review fetch ID --purpose TRIAGE --as me.key -o case
  amana review fetch ID --file 2 --bytes 100000000-160000000 --purpose TRIAGE --as me.key -o case
  amana review fetch ID --originals --purpose JUSTICE --as me.key -o case --ask my.ask --approval theirs.approval
"""


def _part(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, dash, last = text.partition("-")
    if not (
        dash and first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and int(first) <= int(last)
    ):
        raise click.BadParameter("takes FIRST-LAST, both counted from 0")
    return int(first), int(last) + 1


@click.command("fetch", epilog=_EXAMPLES)
@click.argument("report", metavar="ID")
@click.option("--purpose", required=True, metavar="P", help="What for: TRIAGE, JUSTICE, … as in the vocabulary.")
@key_option
@click.option("-o", "--output", type=_FILE, required=True, metavar="DIR", help="Folder for the files and their proofs.")
@click.option(
    "--file", "numbers", type=click.IntRange(1), multiple=True, metavar="N", help="Only this file, as listed."
)
@click.option(
    "--bytes", "part", callback=_part, metavar="A-B", help="Only these bytes of one file; as they are sealed."
)
@click.option("--originals", is_flag=True, help="Untouched files; a custodian has to agree.")
@click.option("--as-it-is", is_flag=True, help="Also what cannot be cleaned. Open it only where nothing is online.")
@because_option
@agreement_options
@trust_option
@house_options
@json_option
def fetch(  # noqa: PLR0913 - the options of a command
    *,
    report: str,
    purpose: str,
    key: Path,
    output: Path,
    numbers: tuple[int, ...],
    part: tuple[int, int] | None,
    originals: bool,
    as_it_is: bool,
    because: str,
    ask_path: Path | None,
    approvals: tuple[Path, ...],
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Take files of report ID along: cleaned copies, or with --originals the untouched ones.

    The log says that files were taken along, and her reporter reads it. Nothing is opened or shown here.
    """
    from client import evidence_folder  # noqa: PLC0415 - commands start fast
    from client.commands.review import desk_of  # noqa: PLC0415
    from client.fetching_files import Reader  # noqa: PLC0415
    from client.files_house import FilesHouse  # noqa: PLC0415
    from client.notebook import Notebook  # noqa: PLC0415
    from client.reading import report_id  # noqa: PLC0415
    from client.taking_along import Taker, take, wanted  # noqa: PLC0415
    from crypto.sections import Section  # noqa: PLC0415

    section = Section.ORIGINALS if originals else Section.EVIDENCE
    wish = Wish(
        report=report_id(report),
        sections=[section],
        action="copy",
        purpose=purpose,
        because=because,
        ask=ask_path,
        approvals=approvals,
    )
    wish.check()
    if part is not None and (len(numbers) != 1 or not (as_it_is or originals)):
        raise UsageError("A part of a file cannot be cleaned.", "Name one file with --file, and say --as-it-is.")
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"{output} is already there; nothing was asked.", "Name a new folder with -o.")
    desk = desk_of(key, trust_path, url, proxy)
    notebook = Notebook.of(key, desk.ring)
    result = ask_gates(wish, desk, notebook, as_json=as_json)
    files = wanted(_listed(result, section), numbers)
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    house, log = FilesHouse(desk.house), desk.trust.log_policy

    def reader(piece: "Piece") -> Reader:
        return Reader(house=house, piece=piece, log=log)

    if not as_json:
        warn(result)
    if part is not None:
        written = _save_part(reader(files[0][1]), files[0][0], output, part)
        notebook.note(wish.report, files=[written, *approvals])
        say(as_json, "fetched", f"{written}: a part of a file, as it was sealed. {_CARE}", files=[str(written)])
        return
    taker = Taker(folder=output, reader=reader, as_it_is=as_it_is, progress=None if as_json else progress("fetched"))
    taken = take(taker, files, originals=originals)
    evidence = evidence_folder.Evidence(
        origin=desk.in_force.bundle.body.origin,
        report=report,
        files=taken.files,
        events=[
            evidence_folder.Event(
                what="copied", section=section.label, gate=gate, index=index, leaf=result.proofs[index][0].hex()
            )
            for gate, indices in sorted(result.leaves.items())
            for index in indices
        ],
    )
    if taken.files:
        decided = [(f"{evidence_folder.PROOFS}/{index}.proof", text) for index, (_, text) in result.proofs.items()]
        evidence_folder.save(output, evidence, [*taken.proofs, *decided])
    notebook.note(wish.report, files=[*(one for one in output.rglob("*") if one.is_file()), *approvals])
    _tell(output, taken, as_json=as_json)


def _listed(result: "Result", section: "Section") -> "Evidence":
    from client import contents  # noqa: PLC0415 - commands start fast

    found = contents.read(section, result.opened[section])
    if not isinstance(found, contents.Evidence):
        raise RefusedError("What the report lists is not in its form.", "Tell an auditor.")
    return found


def _save_part(reader: "Reader", number: int, output: Path, part: tuple[int, int]) -> Path:
    """Write some bytes of one file; only the pieces that hold them are fetched."""
    path = output / f"{number:02}-{part[0]}-{part[1] - 1}{suffix_of('')}"
    with path.open("xb") as file:
        path.chmod(0o600)
        for piece in reader.read(*part):
            file.write(piece)
    return path


def _tell(output: Path, taken: "Taken", *, as_json: bool) -> None:
    fields = {"files": [str(output / one.path) for one in taken.files], "left": taken.left}
    if not as_json:
        for line in taken.left:
            click.echo(line, err=True)
    if not taken.files:
        fail(as_json, RefusedError("No file was written.", "See above for each of them."), **fields)
    lines = [f"{output / one.path}{' (cleaned again here)' if one.changed else ''}" for one in taken.files]
    say(as_json, "fetched", "\n".join([*lines, _CARE]), **fields)
