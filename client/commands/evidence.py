"""`amana evidence`: check files that were taken along, and have a day's checkpoint stamped by an authority."""

import sys
import time
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.files import progress
from client.commands.options import fail, house_of, house_options, json_option, say, trust_of, trust_option
from client.errors import UnprovenError, UnreachableError

if TYPE_CHECKING:
    from client.evidence import Checked, Report

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path)
_CERTIFICATES = click.option(
    "--authority", "authorities", type=_FILE, multiple=True, metavar="PEM", help="Certificates of an authority."
)
_FOUND = "What was found means that a file is not the one that was sealed, or that its proof does not hold."
_NEXT = "Do not rely on these files; keep the folder as it is, and tell an auditor."
_SAYS = "It says that these bytes were there, unchanged. It says nothing of whether they are true."
_SECONDS = 60.0
_LARGEST = 1 << 16  # bytes of an authority's answer
_VERIFY_EXAMPLES = """\b
Examples:
  amana evidence verify case
  amana evidence verify case --authority tsa.pem
"""
_STAMP_EXAMPLE = "\b\nExample: amana evidence stamp stamps --ask http://tsa.example/ --authority tsa.pem"
_PROVE_EXAMPLE = "\b\nExample: amana evidence prove case stamps --authority tsa.pem"


@click.group()
def evidence() -> None:
    """Check files that were taken along with `amana review fetch`.

    `verify` needs no network, and trusts nobody but the keys that you name.
    """


@evidence.command(epilog=_VERIFY_EXAMPLES)
@click.argument("folder", type=_FOLDER)
@_CERTIFICATES
@trust_option
@json_option
def verify(*, folder: Path, authorities: tuple[Path, ...], trust_path: Path | None, as_json: bool) -> None:
    """Check every file of FOLDER offline: its bytes, its seal, its place in the log, and stamps. Exit code 3: a fault.

    Stamps are looked at where you name certificates of authorities that you trust.
    """
    from client import evidence as checking  # noqa: PLC0415 - commands start fast
    from client import stamping  # noqa: PLC0415
    from client.evidence_folder import STAMPS  # noqa: PLC0415

    log = trust_of(trust_path).log_policy
    roots = stamping.roots_of(authorities)
    stamps = stamping.load(folder / STAMPS, log, roots) if roots else []
    found = checking.verify(folder, log, stamps, None if as_json else progress("checked"))
    listed = [_as_json(one) for one in found.files]
    events = [
        {"what": one.what, "section": one.section, "gate": one.gate, "index": one.index} for one, _ in found.events
    ]
    if not as_json:
        click.echo("\n".join(_page(found)))
    faults = [{"index": place, "fault": fault} for place, fault in found.faults]
    if faults:
        fail(as_json, UnprovenError(_FOUND, _NEXT), faults=faults, files=listed, events=events)
    say(as_json, "proven", f"All of it holds. {_SAYS}", files=listed, events=events, faults=[])


def _page(found: "Report") -> list[str]:
    lines = [f"Files of report {found.report[:16]}…, log {found.origin}"]
    for place, one in enumerate(found.files):
        lines.append(f"{place}  {one.path}: {'holds' if not one.faults else '; '.join(one.faults)}")
        if one.leaves is not None:
            lines.append(f"   it was there when the log had {one.leaves} leaves{_when(one)}")
        lines += [f"   {note}" for note in one.notes]
    for event, fault in found.events:
        said = fault or "in the log; who it was, an auditor can say"
        lines.append(f"   {event.what} {event.section} ({event.gate}), leaf {event.index}: {said}")
    return lines


def _when(one: "Checked") -> str:
    if one.before is None:
        return "; no stamp says when that was"
    return f", before {one.before.astimezone(UTC):%Y-%m-%d %H:%M} UTC by a stamp"


def _as_json(one: "Checked") -> dict[str, object]:
    before = None if one.before is None else one.before.astimezone(UTC).isoformat()
    return {
        "path": one.path,
        "role": one.role,
        "holds": not one.faults,
        "notes": one.notes,
        "leaves": one.leaves,
        "before": before,
    }


@evidence.command(epilog=_STAMP_EXAMPLE)
@click.argument("folder", type=_FOLDER)
@click.option("--ask", "authority", required=True, metavar="URL", help="Address of a timestamp authority (RFC 3161).")
@_CERTIFICATES
@trust_option
@house_options
@json_option
def stamp(  # noqa: PLR0913 - the options of a command
    *,
    folder: Path,
    authority: str,
    authorities: tuple[Path, ...],
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Have the newest checkpoint stamped, and keep it in FOLDER. Once a day is enough, and all that is done.

    The authority learns one hash, and through --proxy not even who asks. Run it daily from wherever there is a line.
    """
    from client import stamping  # noqa: PLC0415 - commands start fast

    trust = trust_of(trust_path)
    roots = stamping.roots_of(authorities)
    log = trust.log_policy
    before = stamping.load(folder, log, roots) if folder.is_dir() else []
    stamping.check_pace(before, time.time())
    checkpoint = house_of(url, proxy, trust).checkpoint()
    found, token = stamping.stamp(checkpoint, log, roots, lambda query: _post(authority, proxy, query))
    stamping.save(folder, found, token)
    when = f"{found.time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    say(
        as_json, "stamped", f"Stamped: the log had {found.head.size} leaves by {when}.", size=found.head.size, time=when
    )


def _post(url: str, proxy: str | None, query: bytes) -> bytes:
    """Hand a query to an authority. Nothing is said of who asks, and no proxy of the environment is used."""
    import httpx2  # noqa: PLC0415 - a fifth of a second that offline commands do not pay

    from client.stamping import MEDIA  # noqa: PLC0415

    try:
        with (
            httpx2.Client(trust_env=False, proxy=proxy, timeout=_SECONDS, headers={"user-agent": "amana"}) as client,
            client.stream("POST", url, content=query, headers={"content-type": MEDIA}) as answer,
        ):
            parts, size = [], 0
            for part in answer.iter_bytes():
                size += len(part)
                if size > _LARGEST or answer.status_code != 200:  # noqa: PLR2004 - OK
                    break
                parts.append(part)
            else:
                return b"".join(parts)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, ImportError):
        pass
    raise UnreachableError("The authority did not answer.", "Try again later, or ask another one.")


@evidence.command(epilog=_PROVE_EXAMPLE)
@click.argument("folder", type=_FOLDER)
@click.argument("stamps", type=_FOLDER)
@_CERTIFICATES
@trust_option
@house_options
@json_option
def prove(  # noqa: PLR0913 - the options of a command
    *,
    folder: Path,
    stamps: Path,
    authorities: tuple[Path, ...],
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Put into FOLDER, for each file, the earliest of STAMPS that covers it, with the proof from the house's log."""
    from client import proving, stamping  # noqa: PLC0415 - commands start fast

    trust = trust_of(trust_path)
    log = trust.log_policy
    found = stamping.load(stamps, log, stamping.roots_of(authorities))
    count, whole = proving.prove(folder, stamps, found, house_of(url, proxy, trust), log)
    if not count:
        sys.stderr.write("No stamp covers these files yet: have a later checkpoint stamped.\n")
    say(as_json, "proven", f"{count} of {whole} files are proven in a stamped checkpoint.", files=whole, stamped=count)
