"""Files beside a report, on the command line: which ones, how they are sealed, and how they travel after the words."""

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from client.errors import AmanaError

if TYPE_CHECKING:
    from client.api import House
    from client.contents import Files, Report
    from client.sending_files import Sent
    from crypto.checkpoints import LogPolicy
    from crypto.envelope import Envelope
    from crypto.hybrid import Draw

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path)
_FOLDER = ".files"


def attach_options(command: F) -> F:
    """Add what says which files travel, and how."""
    command = click.option(
        "--originals/--no-originals", default=None, help="Whether untouched files go too, to the smaller circle only."
    )(command)
    command = click.option(
        "--original-only",
        "only",
        type=_FILE,
        multiple=True,
        help="A file that goes untouched, to the smaller circle only.",
    )(command)
    return click.option(
        "--attach", type=_FILE, multiple=True, help="A photo, voice note, video or paper; cleaned before it is sealed."
    )(command)


def folder_of(sealed: Path) -> Path:
    """Where the sealed files of a sealed report lie: beside it."""
    return sealed.with_name(sealed.name + _FOLDER)


def seal_files(  # noqa: PLR0913 - each is a different thing
    sample: "Report",
    source: Path,
    target: Path,
    named: tuple[Sequence[Path], Sequence[Path], bool | None],
    *,
    draw: "Draw",
    quiet: bool,
) -> "Files":
    """Clean and seal what travels with one report, beside its sealed file."""
    from client.attaching import chosen, seal_all  # noqa: PLC0415 - commands start fast
    from client.contents import NO_FILES  # noqa: PLC0415

    attach, only, originals = named
    found = chosen(sample, source.parent, attach, only, originals=originals)
    if not found:
        return NO_FILES
    said = None if quiet else _say
    return seal_all(found, folder_of(target), draw=draw, progress=None if quiet else progress("sealed"), said=said)


def drop_files(target: Path) -> None:
    """Take sealed files away again, whose report was not sealed."""
    shutil.rmtree(folder_of(target), ignore_errors=True)


def send_files(file: Path, envelope: "Envelope", house: "House", log: "LogPolicy", *, quiet: bool) -> "Sent | None":
    """Bring the files of a report whose words have arrived; None where there are none."""
    from client.files_house import FilesHouse  # noqa: PLC0415 - commands start fast
    from client.sending_files import Carrier  # noqa: PLC0415

    folder = folder_of(file)
    if not folder.is_dir():
        return None
    carrier = Carrier(
        house=FilesHouse(house),
        report=envelope.id,
        received=envelope.received,
        log=log,
        progress=None if quiet else progress("sent"),
    )
    return carrier.bring(sorted(folder.iterdir()))


def not_all_sent(sent: "Sent") -> AmanaError | None:
    """Return what to tell where files are left: the words have arrived all the same."""
    if not sent.left:
        return None
    because = sent.because
    code: type[AmanaError] = type(because) if because is not None else AmanaError
    count = len(sent.left)
    return code(
        f"The words have arrived. {count} of {count + len(sent.whole)} files have not arrived whole yet.",
        "Run the same command again: it goes on where it was.",
    )


def progress(done: str) -> Callable[[int, int], None] | None:
    """Say on a terminal how far it is, in one line."""
    if not sys.stderr.isatty():
        return None

    def say(part: int, whole: int) -> None:
        sys.stderr.write(f"\r{part / 1e6:,.1f} of {whole / 1e6:,.1f} MB {done}" + ("\n" if part == whole else ""))
        sys.stderr.flush()

    return say


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
