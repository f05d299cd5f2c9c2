"""`amana serve` and `amana gate`: start the houses as processes of their own; this program imports neither."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from client.commands.options import addresses, home
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
@click.option("--reporters", metavar="unix:PATH", help="A second socket, with only what reporters need.")
def serve(*, bind: str, with_gate: bool, gates: Mapping[str, str], reporters: str | None) -> None:
    """Run a house in AMANA_HOME; it prints `ready URL` when it answers.

    It needs trust.json and log.key, and AMANA_PASSPHRASE_FILE. Example: amana serve --with-gate
    """
    from client.running import run_server  # noqa: PLC0415 - commands start fast

    _needs_passphrase()
    sys.exit(run_server(bind, home(), with_gate=with_gate, gates=gates, reporters=reporters))


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
