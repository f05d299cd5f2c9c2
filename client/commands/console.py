"""`amana console`: a reviewer's own pages, on her own machine."""

from pathlib import Path

import click

from client.commands.options import house_of, house_options, key_option, trust_of, trust_option
from client.errors import UsageError

_EXAMPLES = """\b
Examples:
  amana console --as me.key
  amana console --as me.key --lock-after 5 --url http://….onion
"""


@click.command(epilog=_EXAMPLES)
@key_option
@click.option(
    "--lock-after",
    type=click.IntRange(1, 60),
    default=10,
    show_default=True,
    metavar="MINUTES",
    help="Lock when nothing was asked for so long.",
)
@trust_option
@house_options
def console(*, key: Path, lock_after: int, trust_path: Path | None, url: str | None, proxy: str | None) -> None:
    """Open your own pages in a browser of this machine: queue, openings, agreement, answers.

    It prints `ready URL`. That address opens once, in one browser, and is worth nothing after that. The passphrase is
    asked for in the page. Everything is forgotten when you lock it, when it rests, and when you end it with Ctrl-C.
    """
    from client.console.app import Settings  # noqa: PLC0415 - commands start fast
    from client.console.serving import serve  # noqa: PLC0415

    if not key.is_file():
        raise UsageError(f"There is no key file at {key}.", "Check the path.")
    trust = trust_of(trust_path)
    house = house_of(url, proxy, trust)
    serve(Settings(key=key, house=house, trust=trust, rest=60.0 * lock_after))
