"""`amana doctor`: what is wrong here, and what to do about it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.options import home, house_of, house_options, json_option, today, trust_option
from client.errors import UsageError
from doors import environment
from doors.environment import SettingError

if TYPE_CHECKING:
    from client.doctor import Check
    from client.trusting import InForce
    from policies.trust import Trust

_EXAMPLES = """\b
Examples:
  amana doctor
  amana doctor --offline --json
  amana doctor --as me.key --trust trust.json
"""


@click.command(epilog=_EXAMPLES)
@click.option("--as", "key", type=click.Path(path_type=Path), metavar="KEY", help="Also try this key file.")
@click.option("--offline", is_flag=True, help="Do not ask the house: for a machine without a network.")
@trust_option
@house_options
@json_option
def doctor(  # noqa: PLR0913 - the options of a command
    *, key: Path | None, offline: bool, trust_path: Path | None, url: str | None, proxy: str | None, as_json: bool
) -> None:
    """Look at this machine, AMANA_HOME and the house; change nothing, read nothing sealed.

    Exit code 0: all right, maybe with warnings. 3: something is wrong. 4: only the house does not answer.
    """
    from client import doctor as looking  # noqa: PLC0415 - commands start fast
    from client import doctor_files, doctor_folder, doctor_stores, doctor_witnesses  # noqa: PLC0415

    settings = environment.read()
    folder, trust = doctor_folder.look(home(), trust_path or home() / "trust.json", settings)
    checks = [*looking.machine(settings), *folder, *doctor_folder.free(home())]
    checks += [*doctor_stores.look(home(), settings, trust), *doctor_files.look(home(), settings)]
    checks += doctor_witnesses.told(home(), trust)
    if trust is not None:
        house, found = ([], None) if offline else _house(url, proxy, trust)
        checks += house
        if key is not None:
            checks.append(_key(key, trust, found))
    code = looking.exit_code(checks)
    _print(checks, code, as_json=as_json)
    sys.exit(code)


def _house(url: str | None, proxy: str | None, trust: "Trust") -> "tuple[list[Check], InForce | None]":
    from client import doctor_house  # noqa: PLC0415 - commands start fast

    return doctor_house.look(house_of(url, proxy, trust), trust, today())


def _key(path: Path, trust: "Trust", found: "InForce | None") -> "Check":
    from client import doctor_house  # noqa: PLC0415 - commands start fast
    from client.doctor import FAULT, Check  # noqa: PLC0415
    from client.keys import open_key  # noqa: PLC0415

    try:
        if path.is_file() and path.stat().st_mode & 0o077:
            return Check("key", FAULT, f"Others can read {path}. Run: chmod 0600 on it, and tell an officer.")
        return doctor_house.own_key(open_key(path), trust, found)
    except UsageError as error:
        return Check("key", FAULT, f"{error.sentence} {error.next_step}")
    except SettingError as error:
        return Check("key", FAULT, f"The key was not tried: {error}.")


def _print(checks: "list[Check]", code: int, *, as_json: bool) -> None:
    if as_json:
        listed = [{"name": one.name, "state": one.state, "text": one.text} for one in checks]
        click.echo(json.dumps({"ok": code == 0, "kind": "doctor", "checks": listed}, ensure_ascii=False))
        return
    for one in checks:
        click.echo(f"{one.state:<8} {one.name}: {one.text}")
    counts = {state: sum(one.state == state for one in checks) for state in ("warning", "fault")}
    click.echo(f"{len(checks)} looked at: {counts['fault']} faults, {counts['warning']} warnings.")
