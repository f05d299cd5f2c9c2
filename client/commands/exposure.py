"""`amana officer exposure`: what somebody could have opened, and what she did open."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import fail, home, house_of, house_options, json_option, say, trust_of, trust_option
from client.errors import UnprovenError, UsageError

if TYPE_CHECKING:
    from client.api import House
    from client.exposure import Could, Did, Exposure
    from crypto.keyfile import KeyRing
    from policies.trust import Trust

_FILE = click.Path(path_type=Path)
_EXAMPLES = """\b
Examples:
  amana officer exposure r3
  amana officer exposure r3 --as auditor.key
  amana officer exposure r3 log --as auditor.key --offline
"""
_FAULTS = "This log is not as it must be, so these lists may not be whole: `amana audit verify` says where."


@click.command("exposure", epilog=_EXAMPLES)
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False, metavar="[LOG]")
@click.option("--as", "key", type=_FILE, metavar="KEY", help="Key file of an auditor; without it, only who has slots.")
@click.option("--offline", is_flag=True, help="Ask no house; read only the exported LOG.")
@click.option("--ceremony", type=_FILE, metavar="DIR", help="Take trust.json from this folder of a ceremony.")
@trust_option
@house_options
@json_option
def exposure(  # noqa: PLR0913 - the options of a command
    *,
    name: str,
    folder: Path | None,
    key: Path | None,
    offline: bool,
    ceremony: Path | None,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Say which reports NAME could have opened, and which she did open, before she went and after.

    The first list is of what was sealed while she was in the directory: it needs no key, and is longer than the truth.
    An auditor's key shortens it, and gives the second list. No officer has such a key: do this together.
    """
    from client import auditor  # noqa: PLC0415 - commands start fast
    from client.exporting import export  # noqa: PLC0415
    from client.exposure import ask_house, expose  # noqa: PLC0415
    from client.folder import Folder  # noqa: PLC0415
    from client.keys import open_key  # noqa: PLC0415
    from crypto.errors import ProofError  # noqa: PLC0415

    if offline and (folder is None or key is None):
        raise UsageError("Offline, only an exported log tells, and only to an auditor.", "Name LOG, and --as KEY.")
    trust = _trust(trust_path, ceremony)
    house: House | None = None if offline else house_of(url, proxy, trust)
    ring: KeyRing | None = None if key is None else open_key(key)
    with ExitStack() as stack:
        if folder is None and house is not None:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="amana-"))) / "log"
            export(house, trust, folder)
        if folder is None or not (folder / "checkpoint").is_file():
            raise UsageError(f"{folder} is no exported log.", f"Fetch it: amana audit export {folder}")
        found = auditor.verify(folder, trust, auditor=ring)
        leaves = Folder(folder).leaves[: found.size]
        served = None if house is None else list(ask_house(house, found, trust, leaves))
    try:
        result = expose(name, found, served)
    except ProofError:
        raise UsageError(f"Nobody in the directory is or was called {name}.", "Check the name.") from None
    fields, text = _fields(result), "\n".join(_lines(result, with_key=ring is not None))
    if found.faults:
        if not as_json:
            click.echo(text)
        faults = [{"index": one.index, "fault": one.fault} for one in found.faults]
        fail(as_json, UnprovenError(_FAULTS, ""), faults=faults, **fields)
    say(as_json, "exposure", text, **fields)


def _trust(path: Path | None, ceremony: Path | None) -> "Trust":
    if path is None and ceremony is None and not (home() / "trust.json").exists():
        ceremony = home() / "ceremony"
    return trust_of(path if ceremony is None else ceremony / "trust.json")


def _fields(result: "Exposure") -> dict[str, Any]:
    return {
        "name": result.name,
        "ended_at": result.end,
        "could_open": {"before": _could(result.before), "after": _could(result.after)},
        "did_open": {part: [_did(one) for one in result.did if one.after == (part == "after")] for part in _PARTS},
        "agreed": [_did(one) for one in result.agreed],
        "refused": result.refused,
        "noise": result.noise,
        "unchecked": result.unchecked,
    }


_PARTS = ("before", "after")


def _could(rows: "list[Could]") -> list[dict[str, Any]]:
    return [{"id": one.id.hex(), "day": one.day, "leaf": one.leaf, "why": one.why} for one in rows]


def _did(one: "Did") -> dict[str, Any]:
    from policies.statements import day_text  # noqa: PLC0415 - commands start fast

    return {
        "id": one.id.hex(),
        "day": day_text(one.day),
        "section": one.section,
        "action": one.action,
        "purpose": one.purpose,
        "enough": one.enough,
    }


def _lines(result: "Exposure", *, with_key: bool) -> list[str]:
    name = result.name
    there = f"{name} is in the directory." if result.end is None else f"{name} was out from leaf {result.end} on."
    lines = [there, f"Could have opened: {len(result.before)}."]
    lines += [_could_line(one) for one in result.before]
    if result.end is not None:
        lines.append(f"Sealed to her and come after that, which the gates refuse her: {len(result.after)}.")
        lines += [_could_line(one) for one in result.after]
    if with_key:
        lines.append(f"Did open: {sum(not one.after for one in result.did)}.")
        lines += [_did_line(one) for one in result.did if not one.after]
        late = [one for one in result.did if one.after]
        if result.end is not None:
            lines.append(f"Was let open after that: {len(late)}{'.' if not late else '. This must not be.'}")
        lines += [_did_line(one) for one in late]
        lines.append(f"Gave her share for a colleague, and read nothing: {len(result.agreed)}.")
        lines += [_did_line(one) for one in result.agreed]
        lines.append(
            f"Was refused: {result.refused} requests. Held only noise, as far as decisions tell: {result.noise}."
        )
    return [*lines, *result.unchecked]


def _could_line(one: "Could") -> str:
    return f"  {one.id.hex()}  {one.day or 'destroyed since'}  {one.why}"


def _did_line(one: "Did") -> str:
    row = _did(one)
    few = "" if one.enough else " (by fewer gates than it takes)"
    return f"  {row['id']}  {row['day']}  {one.action} {one.section} for {one.purpose}{few}"
