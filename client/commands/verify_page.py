"""`amana verify-page`: is the page that a house serves the one that we have, and the one that the log names?"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.options import announce_rehearsal, fail, json_option, say, today, trust_of, trust_option
from client.errors import UnprovenError

if TYPE_CHECKING:
    from client.api import House
    from client.page_log import Named
    from policies.trust import Trust

_EXAMPLES = """\b
Examples:
  amana verify-page https://house.example --trust trust.json
  amana verify-page http://….onion --json
"""
_LOG = "log"  # in the place of a path
_UNPROVEN, _NONE, _OTHER = "not proven", "names no page", "names another page"
_NEXT = {
    _UNPROVEN: "Tell an officer and an auditor: the house may be hiding a note that the officers signed.",
    _NONE: "Ask the officers to name it: `amana officer page`.",
    _OTHER: "Take the version of the program that the officers named, or ask them to name this one.",
}
_BUT = {
    _UNPROVEN: "it cannot be shown which page the log names",
    _NONE: "the log names no page: no officers stand for it",
    _OTHER: "the log names another page",
}
_ALSO = {
    "": "The log names this package's page: what is served is not what the officers signed.",
    _UNPROVEN: "Nor can it be shown which page the log names.",
    _NONE: "The log names no page.",
    _OTHER: "The log names another page than this package's: this program may be of another version.",
}
_CHANGED = "Ask the operator which version runs there and take the same; check trust.json; then tell an officer."


@click.command("verify-page", epilog=_EXAMPLES)
@click.argument("url")
@trust_option
@click.option("--proxy", metavar="URL", help="SOCKS or HTTP proxy; .onion addresses use Tor on this device by default.")
@json_option
def verify_page(*, url: str, trust_path: Path | None, proxy: str | None, as_json: bool) -> None:
    """Fetch every part of the page at URL; compare it with this package, your trust.json, and what the log names.

    Exit code 0: the same in every byte, and the log's newest note of the officers names it. 3: not so; nobody should
    write there until it is explained.
    """
    from client.api import House  # noqa: PLC0415 - commands start fast
    from client.line import Line  # noqa: PLC0415
    from client.page import differences, package_manifest  # noqa: PLC0415
    from web.assets import assets  # noqa: PLC0415

    trust = trust_of(trust_path)
    ours = package_manifest()
    expected = assets(trust.to_json())
    line = Line(url, proxy=proxy)
    try:
        found = differences(line, expected)
        named, wrong = _of_log(House(url, client=line), trust, ours)
    finally:
        line.close()
    faults = [(one.path, one.fault) for one in found] + ([(_LOG, wrong)] if wrong else [])
    shown = None if named is None else {
        "leaf": named.index, "version": named.page.number, "manifest": named.page.manifest.hex()
    }  # fmt: skip
    if faults:
        if not as_json:
            for path, fault in faults:
                click.echo(f"{path}: {fault}", err=True)
        listed = [{"index": place, "path": path, "fault": fault} for place, (path, fault) in enumerate(faults)]
        fail(as_json, _error(len(found), wrong), faults=listed, manifest=ours.hex(), log=shown)
    assert named is not None  # noqa: S101 - else there is a fault
    sentence = (
        f"All {len(expected)} parts of the page are the ones of this package, and the log names it "
        f"(version {named.page.number}, leaf {named.index}). Manifest {ours.hex()}."
    )
    say(as_json, "same", sentence, parts=len(expected), manifest=ours.hex(), log=shown)


def _of_log(house: "House", trust: "Trust", ours: bytes) -> "tuple[Named | None, str]":
    """Return what the log names, and what is wrong with that, or an empty text."""
    from client.page_log import named  # noqa: PLC0415 - commands start fast
    from client.trusting import in_force  # noqa: PLC0415

    try:
        force = in_force(house, trust, today=today())
        announce_rehearsal(force)
        found = named(house, trust, force.current)
    except UnprovenError:
        return None, _UNPROVEN
    if found is None:
        return None, _NONE
    return found, "" if found.page.manifest == ours else _OTHER


def _error(changed: int, wrong: str) -> UnprovenError:
    if changed:
        sentence = f"{changed} of what this house serves is not what this package has. {_ALSO[wrong]}"
        return UnprovenError(f"{sentence} Nobody should write there.", _CHANGED)
    return UnprovenError(f"The page is the one of this package, but {_BUT[wrong]}.", _NEXT[wrong])
