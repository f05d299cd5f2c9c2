"""`amana passphrase FILE`: give a key file a passphrase of its own. The key in it stays the same."""

from pathlib import Path

import click

from client.commands.options import json_option, say


@click.command(epilog="Example: amana passphrase ceremony/people/r1.key --new-from 3 3<new")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--new-from", type=int, metavar="FD", help="Read the new passphrase from this file descriptor.")
@json_option
def passphrase(*, file: Path, new_from: int | None, as_json: bool) -> None:
    """Give key file FILE another passphrase. After a ceremony everybody does this with her own file.

    The old passphrase comes from AMANA_PASSPHRASE_FILE or a prompt; the new one from --new-from, or is typed twice.
    """
    import os  # noqa: PLC0415 - commands start fast

    from client import descriptors, keys  # noqa: PLC0415

    ring = keys.open_key(file)
    new = keys.typed_twice() if new_from is None else descriptors.words_in(new_from)[0]
    keys.replace_key(file, ring, keys.long_enough(new), draw=os.urandom)
    say(as_json, "passphrase", f"{file} opens with the new passphrase only.", file=str(file))
