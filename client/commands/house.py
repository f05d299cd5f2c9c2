"""`amana serve`, `amana gate`, `amana witness`: start them as processes of their own; this program imports none."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from client.commands.options import addresses, home, json_option, say
from client.errors import UsageError
from doors import environment


def _needs_passphrase() -> None:
    environment.passphrase(environment.read())  # a clear line now, instead of one from each process


@click.command()
@click.option("--bind", default="127.0.0.1:7290", show_default=True, metavar="HOST:PORT or unix:PATH")
@click.option("--with-gate", is_flag=True, help="Start the gates of AMANA_HOME/ceremony/gates first.")
@click.option(
    "--gate", "gates", multiple=True, callback=addresses, metavar="NAME=URL", help="Where a gate is; before the bundle."
)
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    callback=addresses,
    metavar="NAME=URL",
    help="Where a witness is; before the bundle.",
)
@click.option("--reporters", metavar="unix:PATH", help="A second socket, with only what reporters need.")
def serve(
    *, bind: str, with_gate: bool, gates: Mapping[str, str], witnesses: Mapping[str, str], reporters: str | None
) -> None:
    """Run a house in AMANA_HOME; it prints `ready URL` when it answers.

    It needs trust.json and log.key, and AMANA_PASSPHRASE_FILE. Example: amana serve --with-gate
    """
    from client.running import run_server  # noqa: PLC0415 - commands start fast

    _needs_passphrase()
    sys.exit(run_server(bind, home(), with_gate=with_gate, gates=gates, witnesses=witnesses, reporters=reporters))


@click.command()
@click.option("--bind", required=True, metavar="HOST:PORT or unix:PATH")
@click.option("--key", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Key file of this gate.")
def gate(*, bind: str, key: Path) -> None:
    """Run one gate; it prints `ready URL` when it answers.

    Example: amana gate --bind unix:/run/amana/gate.sock --key gate-1.key
    """
    from client.running import run_gate  # noqa: PLC0415 - commands start fast

    _needs_passphrase()
    if not key.is_file():
        raise UsageError(f"There is no key file at {key}.", "Check the path.")
    sys.exit(run_gate(bind, key))


_WITNESS_EXAMPLES = """\b
Examples:
  amana witness --new w1.partner.example --key witness.key
  amana witness --key witness.key --bind 127.0.0.1:7380 --log VKEY --first
  amana witness --key witness.key --bind 127.0.0.1:7380 --log VKEY
"""


@click.command(epilog=_WITNESS_EXAMPLES)
@click.option("--key", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Key file of this witness.")
@click.option("--new", "name", metavar="NAME", help="Make that key file, print its verifier key, and end.")
@click.option("--vkey", "show", is_flag=True, help="Print the verifier key of the key file, and end.")
@click.option("--bind", metavar="HOST:PORT or unix:PATH")
@click.option("--log", "logs", multiple=True, metavar="VKEY", help="Verifier key of a log to look after.")
@click.option("--trust", type=click.Path(path_type=Path), metavar="FILE", help="trust.json of a log to look after.")
@click.option("--first", is_flag=True, help="Begin without a memory: only with a key that has never signed.")
@json_option
def witness(  # noqa: PLR0913 - the options of a command
    *,
    key: Path,
    name: str | None,
    show: bool,
    bind: str | None,
    logs: Sequence[str],
    trust: Path | None,
    first: bool,
    as_json: bool,
) -> None:
    """Run a witness; it prints `ready URL` when it answers.

    A witness cosigns the head of a log only while that log grows and nothing in it changes. It holds nothing of any
    report. Run it at another organisation than the house. Never put its folder (AMANA_HOME/witness) back from a copy.
    """
    from client import witness_keys  # noqa: PLC0415 - commands start fast
    from client.running import run_witness  # noqa: PLC0415

    if name is not None or show:
        vkey = witness_keys.vkey(key) if name is None else witness_keys.new(key, name, os.urandom)
        say(as_json, "witness", str(vkey), vkey=str(vkey))
        return
    if bind is None:
        raise UsageError("Say where it answers.", "Give --bind HOST:PORT or unix:PATH.")
    _needs_passphrase()
    if not key.is_file():
        raise UsageError(f"There is no key file at {key}.", "Make one with `amana witness --new NAME`.")
    sys.exit(run_witness(bind, key, [*logs, *witness_keys.logs_of(trust)], first=first))
