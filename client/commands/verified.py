"""What commands of auditors share: a folder verified first, faults named by leaf, how far it is at a terminal."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from client.commands.options import fail, trust_of
from client.errors import UnprovenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.findings import Fault, Progress, Report
    from crypto.keyfile import KeyRing
    from policies.trust import Trust

FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path)
KEY_HELP: Final = "Key file of an auditor."
FOUND: Final = "What was found means that somebody changed, withheld or invented something, or owes a reason."
NEXT: Final = "Keep this folder; tell the officers and the other auditors."


def verified(folder: Path, trust_path: Path | None, key: Path | None) -> "tuple[Report, Trust, KeyRing | None]":
    """Verify an exported folder, with an auditor's key if there is one."""
    from client import auditor  # noqa: PLC0415 - commands start fast
    from client.keys import open_key  # noqa: PLC0415

    is_export(folder)
    trust = trust_of(trust_path)
    ring = None if key is None else open_key(key)
    found = auditor.verify(folder, trust, auditor=ring, progress=progress("checked"))
    end_progress()
    versions = found.history.directories
    named = ring is None or any(ring.encryption_public in one.value.auditors for one in versions)
    if versions and not named:
        raise UsageError("This key is of no auditor of this log, so no record opens to it.", "Use an auditor's key.")
    return found, trust, ring


def is_export(folder: Path) -> None:
    """Raise UsageError for a folder that no export wrote."""
    if not (folder / "checkpoint").is_file():
        raise UsageError(f"{folder} is no exported log.", f"Fetch it: amana audit export {folder}")


def end_with(as_json: bool, faults: "Sequence[Fault]", fields: dict[str, Any], meaning: str = FOUND) -> None:  # noqa: FBT001
    """End with exit code 3 when something was found, after naming each leaf."""
    if not faults:
        return
    if not as_json:
        for one in faults:
            click.echo(f"leaf {one.index}: {one.fault}" if one.index >= 0 else f"the log: {one.fault}", err=True)
    found = [{"index": one.index, "fault": one.fault} for one in faults]
    fail(as_json, UnprovenError(f"{len(faults)} faults. {meaning}", NEXT), faults=found, **fields)


def progress(done: str) -> "Progress | None":
    """Return what tells a person at a terminal how far it is; nobody else is told."""
    if not sys.stderr.isatty():
        return None
    return lambda count, of: click.echo(f"\r{count} of {of} {done}\x1b[K", nl=False, err=True)


def end_progress() -> None:
    """Leave a clean line behind."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
