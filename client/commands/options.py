"""Options that many commands share, and how each of them speaks: one JSON object, or sentences."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from client.errors import AmanaError
from doors import environment

if TYPE_CHECKING:
    from client.api import House
    from client.trusting import InForce
    from policies.trust import Trust

F = TypeVar("F", bound=Callable[..., Any])

JSON_FLAG = "--json"


def json_option(command: F) -> F:
    """Add `--json` as the argument `as_json`."""
    return click.option(JSON_FLAG, "as_json", is_flag=True, help="Print one JSON object instead of sentences.")(command)


def trust_option(command: F) -> F:
    """Add `--trust FILE` as the argument `trust_path`."""
    return click.option(
        "--trust",
        "trust_path",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="trust.json as the officers gave it; default AMANA_HOME/trust.json.",
    )(command)


def house_options(command: F) -> F:
    """Add `--url` and `--proxy`."""
    command = click.option(
        "--proxy", metavar="URL", help="SOCKS or HTTP proxy; .onion addresses use Tor on this device by default."
    )(command)
    return click.option("--url", metavar="URL", help="Address of the house; default AMANA_URL, then trust.json.")(
        command
    )


def addresses(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Take options of the form NAME=URL, each name once."""
    pairs = [one.partition("=") for one in given]
    if not all(name and url for name, _, url in pairs) or any(" " in one for one in given):
        raise click.BadParameter("takes NAME=URL")
    found = {name: url for name, _, url in pairs}
    if len(found) < len(pairs):
        raise click.BadParameter("names one twice")
    return found


key_option = click.option(
    "--as", "key", type=click.Path(path_type=Path), metavar="KEY", required=True, help="Your key file."
)
because_option = click.option("--because", metavar="TEXT", default="", help="A sentence that only auditors will read.")


def agreement_options(command: F) -> F:
    """Add `--ask` and `--approval`, for what somebody has to agree to first."""
    ask = click.option(
        "--ask",
        "ask_path",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Ask file: go on with it, or write it here.",
    )
    approval = click.option(
        "--approval",
        "approvals",
        type=click.Path(path_type=Path),
        metavar="FILE",
        multiple=True,
        help="What a colleague sent back.",
    )
    return ask(approval(command))


def home() -> Path:
    """Return the organisation's folder, AMANA_HOME."""
    return environment.home(environment.read())


def trust_of(path: Path | None) -> "Trust":
    """Read the trust file that was named, or AMANA_HOME/trust.json."""
    from client.trusting import load_trust  # noqa: PLC0415 - commands start fast

    return load_trust(home() / "trust.json" if path is None else path)


def house_of(url: str | None, proxy: str | None, trust: "Trust | None" = None) -> "House":
    """Return the house at `--url`, AMANA_URL or the trust file's address."""
    from client.api import House  # noqa: PLC0415 - commands start fast

    address = url or environment.read().get("AMANA_URL") or (trust.url if trust is not None else "")
    return House(address, proxy=proxy)


def today() -> int:
    """Days since 1970 on this device."""
    from doors import clock  # noqa: PLC0415 - commands start fast

    return clock.day(clock.system)


def announce_rehearsal(found: "InForce") -> None:
    """Say on standard error when the organisation only practises."""
    from client.trusting import REHEARSAL  # noqa: PLC0415 - commands start fast

    if found.rehearsal:
        click.echo(REHEARSAL, err=True)


def say(as_json: bool, kind: str, sentence: str, **fields: object) -> None:  # noqa: FBT001 - the flag of `--json`
    """Print the result of a command that went well."""
    click.echo(json.dumps({"ok": True, "kind": kind, **fields}, ensure_ascii=False) if as_json else sentence)


def fail(as_json: bool, error: AmanaError, **fields: object) -> NoReturn:  # noqa: FBT001 - the flag of `--json`
    """Print how a command ended, and end with the error's exit code."""
    report(as_json, error.kind, error.sentence, error.next_step, **fields)
    sys.exit(error.code)


def report(as_json: bool, kind: str, sentence: str, next_step: str, **fields: object) -> None:  # noqa: FBT001
    """Print a failure: sentence and next step, or the same as JSON."""
    if as_json:
        found = {"ok": False, "kind": kind, "message": sentence, "next": next_step, **fields}
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(sentence, err=True)
    if next_step:
        click.echo(next_step, err=True)
