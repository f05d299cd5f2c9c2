"""`amana report`: seal on this device, send what is sealed. The words leave by a descriptor or the terminal only."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.files import attach_options, drop_files, not_all_sent, seal_files, send_files
from client.commands.options import (
    announce_rehearsal,
    house_of,
    house_options,
    json_option,
    say,
    today,
    trust_of,
    trust_option,
)
from client.commands.options import report as report_failure
from client.commands.returning import COMMANDS as COMING_BACK
from client.commands.returning import look
from client.commands.wishing import COMMANDS as WISHING
from client.errors import AmanaError, UsageError

if TYPE_CHECKING:
    from client.api import House
    from client.trusting import InForce
    from crypto.checkpoints import LogPolicy

_FILE = click.Path(path_type=Path)
_SUFFIX = ".amana"
_SEAL_EXAMPLES = """\b
Examples:
  amana report seal report.json -o sealed.amana
  amana report seal report.json -o sealed.amana --notes notes --words-to 3 3>words
  amana report seal report.json -o sealed.amana --attach photo.jpg --no-originals
"""


@click.group()
def report() -> None:
    """Seal a report on this device, and send it.

    Only your device can read what you seal, and the people that the signed rules allow. The house that keeps it cannot.
    """


for _one in (*COMING_BACK, *WISHING):
    report.add_command(_one)
report.add_command(look, "return")  # the same by another name


@report.command()
@click.argument("folder", type=_FILE)
@trust_option
@house_options
@json_option
def prepare(*, folder: Path, trust_path: Path | None, url: str | None, proxy: str | None, as_json: bool) -> None:
    """Fetch into FOLDER what is needed to seal without a network.

    Good today and tomorrow. Example: amana report prepare notes
    """
    from client.notes_folder import NotesFolder, save  # noqa: PLC0415 - commands start fast
    from client.trusting import in_force  # noqa: PLC0415

    trust = trust_of(trust_path)
    house = house_of(url, proxy, trust)
    in_force(house, trust, today=today())
    save(house, folder)
    found = in_force(NotesFolder(folder), trust, today=today())
    announce_rehearsal(found)
    say(
        as_json,
        "prepared",
        f"{folder} is ready: you can seal today and tomorrow without a network.",
        rehearsal=found.rehearsal,
        bundle=found.bundle.number,
        directory=found.directory.number,
    )


@report.command(epilog=_SEAL_EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE, help="Sealed file; a folder where there are many reports.")
@click.option("--notes", type=_FILE, metavar="DIR", help="Folder of `report prepare`: seals without a network.")
@click.option("--words-to", type=int, metavar="FD", help="Write the new words to this file descriptor.")
@click.option("--words-from", type=int, metavar="FD", help="Use words from this descriptor instead of new ones.")
@click.option("--number", type=click.IntRange(0), default=0, help="How many reports these words sealed before.")
@click.option("--follows", metavar="ID", help="Id of your earlier report that this one adds to.")
@click.option("--language", metavar="CODE", help="Of the words: en, fr, es, … or `digits`; default by the report.")
@attach_options
@click.option("--keep", type=click.Choice(["3", "12", "36"]), default="12", help="Months that it is kept.")
@trust_option
@house_options
@json_option
def seal(  # noqa: PLR0913 - the options of a command
    *,
    files: tuple[Path, ...],
    output: Path,
    notes: Path | None,
    words_to: int | None,
    words_from: int | None,
    number: int,
    follows: str | None,
    language: str | None,
    keep: str,
    attach: tuple[Path, ...],
    only: tuple[Path, ...],
    originals: bool | None,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Seal each report of FILES on this device.

    New words are made for each, and go to the terminal or to --words-to: they are the only way back to a report.
    """
    from client import reporter  # noqa: PLC0415 - commands start fast
    from client.descriptors import words_in, words_out, write_words  # noqa: PLC0415
    from client.keys import write_new  # noqa: PLC0415

    samples = [(file, one) for file in files for one in reporter.load_reports(file)]
    if (attach or only) and len(samples) > 1:
        raise UsageError("--attach is for one report.", "Name files in the reports, or seal them one by one.")
    targets = _targets(output, len(samples))
    given = _given_words(words_in(words_from), len(samples), number) if words_from is not None else None
    thread = _thread(follows)
    found = _rules(trust_path, notes, url, proxy)
    announce_rehearsal(found)
    sealed = []
    with words_out(words_to) if given is None else nullcontext() as stream:
        for place, ((file, sample), target) in enumerate(zip(samples, targets, strict=True)):
            said, count = given[place] if given else (_new_words(sample, language), number)
            named = (attach, only, originals)
            travelling = seal_files(sample, file, target, named, draw=os.urandom, quiet=as_json)
            try:
                envelope = reporter.seal(
                    sample,
                    found,
                    said,
                    number=count,
                    thread=thread,
                    retention=int(keep),
                    files=travelling,
                    draw=os.urandom,
                )
                if given is None:  # before the file: a sealed report without words would be lost to her
                    write_words(stream, target.name if len(samples) > 1 else "", said)
                write_new(target, envelope.encode())
            except BaseException:
                if travelling:
                    drop_files(target)
                raise
            sealed.append({"file": str(target), "id": envelope.id.hex()})
    say(
        as_json,
        "sealed",
        f"Sealed: {', '.join(one['file'] for one in sealed)}. "
        "The house that keeps it cannot read it. What you wrote it in can still be read on this device.",
        rehearsal=found.rehearsal,
        reports=sealed,
    )


def _targets(output: Path, count: int) -> list[Path]:
    """Return where to write: names say nothing. Nothing that is there is overwritten."""
    if count == 1:
        targets = [output / f"0001{_SUFFIX}" if output.is_dir() else output]
    else:
        targets = [output / f"{place:04}{_SUFFIX}" for place in range(1, count + 1)]
    if any(one.exists() for one in targets) or (count > 1 and output.exists() and not output.is_dir()):
        raise UsageError(f"{output} is already there; it was not changed.", "Give another name with -o.")
    return targets


def _given_words(lines: list[str], count: int, number: int) -> list[tuple[str, int]]:
    """Return words and number of each report: a line each, or one line for several envelopes of the same words."""
    if len(lines) == count:
        return [(line, number) for line in lines]
    if len(lines) == 1:
        return [(lines[0], number + place) for place in range(count)]
    raise UsageError("There are not as many lines of words as reports.", "Give one line, or one for each report.")


def _new_words(sample: object, language: str | None) -> str:
    from client.reporter import new_words  # noqa: PLC0415 - commands start fast

    if language is None:
        slip = sample.get("slip") if isinstance(sample, dict) else None
        language = str(slip.get("lang")) if isinstance(slip, dict) else ""
    return new_words(language, os.urandom)


def _thread(follows: str | None) -> bytes:
    if follows is None:
        return b""
    try:
        thread = bytes.fromhex(follows)
    except ValueError:
        thread = b""
    if len(thread) != 32:  # noqa: PLR2004 - SHA-256
        raise UsageError("--follows takes the id of a report: 64 hex digits.", "It was printed when it was sent.")
    return thread


def _rules(trust_path: Path | None, notes: Path | None, url: str | None, proxy: str | None) -> "InForce":
    from client.notes_folder import NotesFolder  # noqa: PLC0415 - commands start fast
    from client.trusting import in_force  # noqa: PLC0415

    trust = trust_of(trust_path)
    source = NotesFolder(notes) if notes is not None else house_of(url, proxy, trust)
    return in_force(source, trust, today=today())


@report.command()
@click.argument("sealed", nargs=-1, required=True, type=_FILE)
@click.option("--words-only", is_flag=True, help="Send no files now; the same command without this sends them.")
@trust_option
@house_options
@json_option
@click.pass_context
def send(  # noqa: PLR0913 - the options of a command
    ctx: click.Context,
    *,
    sealed: tuple[Path, ...],
    words_only: bool,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Send sealed reports, or all of a folder: first the words, then the files. Sending one twice is one report.

    Example: amana report send sealed.amana
    """
    trust = trust_of(trust_path)
    house = house_of(url, proxy, trust)
    sent: list[dict[str, object]] = []
    faults: list[tuple[int, AmanaError]] = []
    for place, file in enumerate(_sealed_files(sealed)):
        try:
            sent.append(_send(file, house, trust.log_policy))
        except AmanaError as error:  # the others of a batch go on
            faults.append((place, error))
            if not as_json:
                click.echo(f"{file.name}: {error.sentence} {error.next_step}", err=True)
            continue
        if not as_json:
            one = sent[-1]
            how = "has arrived" if one["new"] else "was already there; it is one report"
            click.echo(f"{file.name} {how}. Id {one['id']}, place {one['index']} in the log.")
        left = None if words_only else _send_files(file, house, trust.log_policy, one=sent[-1], quiet=as_json)
        if left is not None:
            faults.append((place, left))
            if not as_json:
                click.echo(f"{file.name}: {left.sentence} {left.next_step}", err=True)
    worst = max((error for _, error in faults), key=lambda error: error.code, default=None)
    if worst is None:
        if as_json:
            say(as_json, "sent", "", reports=sent, faults=[])
        return
    if as_json:
        listed = [{"index": place, "fault": error.kind, "message": error.sentence} for place, error in faults]
        report_failure(as_json, worst.kind, worst.sentence, worst.next_step, reports=sent, faults=listed)
    ctx.exit(worst.code)


def _sealed_files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.iterdir() if one.is_file() and one.suffix == _SUFFIX)
        else:
            yield path


def _send(file: Path, house: "House", log: "LogPolicy") -> dict[str, object]:
    """Send one, and believe that it arrived only when the log has signed for it."""
    from client.reporter import check_receipt, load_envelope  # noqa: PLC0415 - commands start fast

    data, envelope_id = load_envelope(file)
    _, receipt, new = house.submit(data)
    index = check_receipt(receipt, envelope_id, log)
    return {"file": str(file), "id": envelope_id.hex(), "index": index, "new": new, "receipt": receipt}


def _send_files(
    file: Path, house: "House", log: "LogPolicy", *, one: dict[str, object], quiet: bool
) -> AmanaError | None:
    """Send what lies beside it, after it has arrived. Return what is to be told where some are left."""
    from client.reporter import load_envelope  # noqa: PLC0415 - commands start fast
    from crypto.envelope import Envelope  # noqa: PLC0415
    from crypto.limits import limit  # noqa: PLC0415

    data, _ = load_envelope(file)
    sent = send_files(file, Envelope.decode(data, limit=limit("envelope")), house, log, quiet=quiet)
    if sent is None:
        return None
    one["files"] = {"whole": len(sent.whole), "proven": len(sent.proven), "left": len(sent.left)}
    if not quiet:
        click.echo(f"Files: {len(sent.whole)} arrived whole, {len(sent.proven)} of them proven by the log.")
    return not_all_sent(sent)
