"""`amana review lock`: let go of what lies on this machine, before somebody else has it."""

import sys
from pathlib import Path

import click

from client.commands.options import fail, json_option, key_option, say
from client.errors import RefusedError, UsageError

_EXAMPLES = """\b
Examples:
  amana review lock --as me.key
  amana review lock --as me.key --wipe
  amana review lock --as me.key --wipe --at-once
"""
_AFTER = (
    "Copies elsewhere, what a flash disk keeps of deleted files, and what is in memory are not reached. "
    "Tell an officer now: `amana officer revoke YOU`; then `amana officer exposure YOU`."
)


@click.command("lock", epilog=_EXAMPLES)
@key_option
@click.option("--wipe", is_flag=True, help="The key file as well: nothing opens with it any more, here or ever.")
@click.option(
    "--at-once", is_flag=True, help="Ask for no passphrase and no yes; files that opened stay where they are."
)
@json_option
def lock(*, key: Path, wipe: bool, at_once: bool, as_json: bool) -> None:
    """Delete what lies here of reports: files that opened, asks that wait, the notebook that names them.

    With --wipe the key file too. Somebody of the desk has to have another key before you can work again; reports that
    are sealed to this one alone are lost. A console that runs is to be ended in its terminal first.
    """
    from client.wiping import Wiped, forget_beside, let_go  # noqa: PLC0415 - commands start fast

    if not key.is_file():
        raise UsageError(f"There is no key file at {key}.", "Check the path.")
    if wipe and not at_once and not _sure(key):
        raise RefusedError("Nothing was deleted.", "")
    if at_once:
        wiped = Wiped()
        forget_beside(key, wiped)
    else:
        from client.keys import open_key  # noqa: PLC0415

        wiped = let_go(key, open_key(key))
    if wipe:
        wiped.take(key)
    if wiped.left:
        error = RefusedError(f"{len(wiped.left)} files could not be deleted: {', '.join(wiped.left)}.", _AFTER)
        fail(as_json, error, gone=wiped.gone, left=wiped.left)
    lines = [*wiped.gone, f"{len(wiped.gone)} files were deleted.", *([_AFTER] if wipe else [])]
    say(as_json, "locked", "\n".join(lines), gone=wiped.gone, left=[])


def _sure(key: Path) -> bool:
    """Whether the name of the key file was typed. Without somebody there the answer is no."""
    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to say yes.", "With --at-once nothing is asked.")
    said: str = click.prompt(f"The key itself goes, for ever. Type {key.name} to go on", default="", err=True)
    return said == key.name
