"""`amana audit`: check, with public keys and without a network, that nobody opened anything silently."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import (
    fail,
    house_of,
    house_options,
    json_option,
    say,
    trust_of,
    trust_option,
)
from client.errors import UnprovenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.findings import Fault, Progress, Report
    from crypto.keyfile import KeyRing
    from policies.trust import Trust

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path)
_KEY_HELP = "Key file of an auditor."
_FOUND = "What was found means that somebody changed, withheld or invented something."
_NEXT = "Keep this folder; tell the officers and the other auditors."
_AUDIT_EXAMPLE = """\b
amana audit export log
amana audit verify log --as auditor.key
amana audit opened log --as auditor.key
amana audit replay log --as auditor.key
"""
_VERIFY_EXAMPLE = """\b
Examples:
  amana audit verify log
  amana audit verify log --as auditor.key --json
"""
_OPENED_EXAMPLE = "\b\nExample: amana audit opened log --as auditor.key"
_STATISTICS_EXAMPLE = "\b\nExample: amana audit statistics log --as auditor.key"
_REPLAY_EXAMPLE = "\b\nExample: amana audit replay log --as auditor.key"


@click.group(epilog=_AUDIT_EXAMPLE)
def audit() -> None:
    """Check offline that nobody opened anything silently.

    Only `export` needs the network. Exit code 3: something was found.
    """


@audit.command()
@click.argument("folder", type=_FOLDER)
@trust_option
@house_options
@json_option
def export(*, folder: Path, trust_path: Path | None, url: str | None, proxy: str | None, as_json: bool) -> None:
    """Fetch the whole log into FOLDER, or what is new since the last time.

    May be broken off and run again. Example: amana audit export log
    """
    from client import exporting  # noqa: PLC0415 - commands start fast

    trust = trust_of(trust_path)
    done = exporting.export(house_of(url, proxy, trust), trust, folder, progress=_progress("fetched"))
    _end_progress()
    sentence = f"{folder} holds the log up to {done.size} leaves; {done.new} of them are new."
    if done.erased:
        sentence += f" {done.erased} records are not there any more."
    if done.unnamed:
        sentence += f" Of these, no erasure in the log names {done.unnamed}: export again before you judge."
    say(as_json, "exported", f"{sentence}\nNow: amana audit verify {folder} --as KEY", **asdict(done))


@audit.command(epilog=_VERIFY_EXAMPLE)
@click.argument("folder", type=_FOLDER)
@click.option("--as", "key", type=_FILE, metavar="KEY", help=f"{_KEY_HELP} Without it, records stay closed.")
@trust_option
@json_option
def verify(*, folder: Path, key: Path | None, trust_path: Path | None, as_json: bool) -> None:
    """Check signatures, tree, statements, records, decisions and journals in FOLDER."""
    found, _, _ = _verified(folder, trust_path, key)
    fields = {"size": found.size, "counts": found.counts, "unchecked": found.unchecked}
    _end_with(as_json, found.faults, fields)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(found.counts.items()))
    lines = [f"All of it holds: {found.size} leaves ({counts}).", *found.unchecked]
    say(as_json, "verified", "\n".join(lines), faults=[], **fields)


@audit.command(epilog=_OPENED_EXAMPLE)
@click.argument("folder", type=_FOLDER)
@click.argument("report", required=False, metavar="[ID]")
@click.option("--as", "key", type=_FILE, metavar="KEY", required=True, help=_KEY_HELP)
@trust_option
@json_option
def opened(*, folder: Path, report: str | None, key: Path, trust_path: Path | None, as_json: bool) -> None:
    """List who asked for what, and what was decided: about one report, or all."""
    from client import auditor  # noqa: PLC0415 - commands start fast
    from client.reading import report_id  # noqa: PLC0415
    from policies.statements import day_text  # noqa: PLC0415

    wanted = None if report is None else report_id(report)
    found, _, _ = _verified(folder, trust_path, key)
    rows = auditor.rows(found, wanted)
    listed = [{**asdict(row), "day": day_text(row.day), "id": row.id.hex()} for row in rows]
    fields: dict[str, Any] = {"decisions": listed, "unchecked": found.unchecked}
    lines = [
        f"{row.index:>6}  {day_text(row.day)}  {row.gate}  {row.who} {row.action} {row.section} {row.id.hex()[:16]} "
        f"for {row.purpose}: {'permitted' if row.permitted else 'refused'} ({', '.join(row.rules)})"
        + (f", agreed: {', '.join(row.approvers)}" if row.approvers else "")
        for row in rows
    ]
    if found.faults and not as_json:
        click.echo("\n".join(lines))
    _end_with(as_json, found.faults, fields)
    say(as_json, "opened", "\n".join(lines) or "Nobody asked for anything.", faults=[], **fields)


@audit.command(epilog=_REPLAY_EXAMPLE)
@click.argument("folder", type=_FOLDER)
@click.option("--as", "key", type=_FILE, metavar="KEY", required=True, help=_KEY_HELP)
@trust_option
@json_option
def replay(*, folder: Path, key: Path, trust_path: Path | None, as_json: bool) -> None:
    """Verify FOLDER, then run the signed rules again on every decision, and compare."""
    from client import replaying  # noqa: PLC0415 - commands start fast
    from client.folder import Folder  # noqa: PLC0415

    found, _, ring = _verified(folder, trust_path, key)
    if ring is None:
        raise UsageError("Replaying needs an auditor's key.", "Name it with --as.")
    result = replaying.decide_again(found, Folder(folder), ring)
    fields = {"decided": result.decided, "unchecked": found.unchecked}
    _end_with(as_json, sorted({*found.faults, *result.faults}), fields)
    sentence = f"All of it holds, and the rules give the same for each of {result.decided} decisions."
    say(as_json, "replayed", "\n".join([sentence, *found.unchecked]), faults=[], **fields)


@audit.command(epilog=_STATISTICS_EXAMPLE)
@click.argument("folder", type=_FOLDER)
@click.option("--as", "key", type=_FILE, metavar="KEY", required=True, help=_KEY_HELP)
@trust_option
@json_option
def statistics(*, folder: Path, key: Path, trust_path: Path | None, as_json: bool) -> None:
    """Verify FOLDER, then say how much happened on each day that is over, in bands: what may be told to others.

    "Fewer than 10" may be none. There is nothing finer, and nothing to choose by: no hour, place, person or kind.
    """
    from client import tallies  # noqa: PLC0415 - commands start fast
    from client.folder import Folder  # noqa: PLC0415

    found, _, _ = _verified(folder, trust_path, key)
    _end_with(as_json, found.faults, {})
    days = tallies.tallies(found, Folder(folder).leaves[: found.size])
    lines = [f"{one.day}  " + ", ".join(f"{kind}: {one.bands[kind]}" for kind in tallies.KINDS) for one in days]
    rows = [{"day": one.day, **one.bands} for one in days]
    say(as_json, "statistics", "\n".join(lines) or "No day is over yet that the log knows.", days=rows)


def _verified(folder: Path, trust_path: Path | None, key: Path | None) -> "tuple[Report, Trust, KeyRing | None]":
    from client import auditor  # noqa: PLC0415 - commands start fast
    from client.keys import open_key  # noqa: PLC0415

    if not (folder / "checkpoint").is_file():
        raise UsageError(f"{folder} is no exported log.", f"Fetch it: amana audit export {folder}")
    trust = trust_of(trust_path)
    ring = None if key is None else open_key(key)
    found = auditor.verify(folder, trust, auditor=ring, progress=_progress("checked"))
    _end_progress()
    versions = found.history.directories
    named = ring is None or any(ring.encryption_public in one.value.auditors for one in versions)
    if versions and not named:
        raise UsageError("This key is of no auditor of this log, so no record opens to it.", "Use an auditor's key.")
    return found, trust, ring


def _end_with(as_json: bool, faults: "Sequence[Fault]", fields: dict[str, Any]) -> None:  # noqa: FBT001 - the flag
    """End with exit code 3 when something was found, after naming each leaf."""
    if not faults:
        return
    if not as_json:
        for one in faults:
            click.echo(f"leaf {one.index}: {one.fault}" if one.index >= 0 else f"the log: {one.fault}", err=True)
    found = [{"index": one.index, "fault": one.fault} for one in faults]
    fail(as_json, UnprovenError(f"{len(faults)} faults. {_FOUND}", _NEXT), faults=found, **fields)


def _progress(done: str) -> "Progress | None":
    """Return what tells a person at a terminal how far it is; nobody else is told."""
    if not sys.stderr.isatty():
        return None
    return lambda count, of: click.echo(f"\r{count} of {of} {done}\x1b[K", nl=False, err=True)


def _end_progress() -> None:
    """Leave a clean line behind."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
