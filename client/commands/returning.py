"""`amana report look` and what follows from it: she comes back, everything is fetched, then her words are asked for."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from client.commands.options import (
    announce_rehearsal,
    house_of,
    house_options,
    json_option,
    say,
    today,
    trust_of,
    trust_option,
)
from client.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from client.api import House
    from client.inbox import Inbox
    from client.returning import Look

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path)
_DAYS = ("7", "30", "90", "366", "1100")
_TRIES = 5
_LOOK_EXAMPLES = """\b
Examples:
  amana report look
  amana report look --days 90 --answers
  amana report look --short --words-from 3 3<words
"""
_OPENED_EXAMPLE = "\b\nExample: amana report opened --days 366"
_FOLLOW_UP_EXAMPLE = """\b
Examples:
  amana report follow-up more.json -o more.amana
  amana report send more.amana
"""


def look_options(command: F) -> F:
    """Give a command how far back it looks, and where the words come from."""
    command = click.option("--words-from", type=int, metavar="FD", help="Read the words from this descriptor.")(command)
    return click.option(
        "--days", type=click.Choice(_DAYS), default="30", show_default=True, help="How far back to look."
    )(command)


class Visit:
    """One coming back: fetch all, then take the words, then find what is theirs."""

    def __init__(self, trust_path: Path | None, url: str | None, proxy: str | None) -> None:
        self.trust = trust_of(trust_path)
        self.house: House = house_of(url, proxy, self.trust)

    def look(self, days: str, *, full: bool) -> "Look":
        """Fetch and prove; nothing is asked of her yet."""
        from client.fetching import fetch  # noqa: PLC0415 - commands start fast
        from client.returning import prove  # noqa: PLC0415

        found = fetch(self.house, self.trust, today=today(), days=int(days), full=full, progress=_progress())
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", nl=False, err=True)
        announce_rehearsal(found.in_force)
        return prove(found, self.trust)


def _progress() -> Callable[[int, int], None] | None:
    if not sys.stderr.isatty():
        return None
    return lambda count, of: click.echo(f"\r{count} of {of} pieces fetched\x1b[K", nl=False, err=True)


def words_of(descriptor: int | None, *, last: bool) -> bytes:
    """Return what her words stand for, from a descriptor or a hidden prompt. `last`: nothing is sent after."""
    from client.descriptors import words_in  # noqa: PLC0415 - commands start fast
    from client.typed import entropy  # noqa: PLC0415

    if descriptor is not None:
        lines = words_in(descriptor)
        if len(lines) != 1:
            raise UsageError("One line of words is needed.", "Write the twelve words as one line.")
        return entropy(lines[0].split("\t")[-1])
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to type the words at.", "Give --words-from FD, e.g. 3 with 3<words.")
    if last:
        click.echo("Everything is fetched. You can turn the network off now; nothing more is sent.", err=True)
    for tried in range(1, _TRIES + 1):
        said = click.prompt("Your words (they are not shown)", hide_input=True, err=True)
        try:
            return entropy(said)
        except UsageError as error:
            if tried == _TRIES:
                raise
            click.echo(f"{error.sentence} {error.next_step}", err=True)
    raise UsageError("No words came.")


def _inbox(look: "Look", descriptor: int | None, *, last: bool) -> "Inbox":
    from client.inbox import read  # noqa: PLC0415 - commands start fast

    return read(look, words_of(descriptor, last=last))


def _quiet(inbox: "Inbox") -> "Inbox":
    """Return what may be on this screen at this hour (protocol 15.12)."""
    from client import quiet  # noqa: PLC0415 - commands start fast

    return quiet.quiet(inbox, quiet.her_minute())


@click.command("look", epilog=_LOOK_EXAMPLES)
@click.option("--short", is_flag=True, help="Fetch less: answers and changes, but not who opened what.")
@click.option("--answers/--no-answers", default=None, help="Show answers now, at any hour; else only in your hours.")
@look_options
@trust_option
@house_options
@json_option
def look(  # noqa: PLR0913 - the options of a command
    *,
    short: bool,
    answers: bool | None,
    days: str,
    words_from: int | None,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Come back with your words: did it arrive, who opened it, is there an answer, what did you choose.

    Everything is fetched first, then you are asked for the words, and nothing is sent after. Other words show an empty
    inbox by the same requests, so nobody who watches the line, or you, learns which words were the right ones.

    If you named hours in which it is safe to look, then outside of them the screen is as if nobody had written.
    """
    from client import telling  # noqa: PLC0415 - commands start fast

    visit = Visit(trust_path, url, proxy)
    inbox = _inbox(visit.look(days, full=not short), words_from, last=True)
    if not answers:
        inbox = _quiet(inbox)
    there = any(letter.answer is not None for one in inbox.sent for letter in one.letters)
    shown = bool(answers)
    if answers is None and there and not as_json and sys.stdin.isatty():
        shown = click.confirm("There is an answer for you. Show it now, on this screen?", err=True)
    lines = telling.told(inbox, letters=shown)
    say(as_json, "look", "\n".join(lines), **telling.as_fields(inbox, letters=shown))


@click.command("opened", epilog=_OPENED_EXAMPLE)
@look_options
@trust_option
@house_options
@json_option
def opened(  # noqa: PLR0913 - the options of a command
    *,
    days: str,
    words_from: int | None,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Who opened my report? Found by your words in the log that everybody can fetch; nobody is asked.

    It says "nobody" only where that is proven up to now.
    """
    from client import telling  # noqa: PLC0415 - commands start fast

    inbox = _quiet(_inbox(Visit(trust_path, url, proxy).look(days, full=True), words_from, last=True))
    say(as_json, "opened", "\n".join(telling.openings(inbox)), **telling.as_fields(inbox, letters=False))


@click.command("follow-up", epilog=_FOLLOW_UP_EXAMPLE)
@click.argument("file", type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE, help="Sealed file.")
@click.option("--keep", type=click.Choice(["3", "12", "36"]), default="12", help="Months that it is kept.")
@look_options
@trust_option
@house_options
@json_option
def follow_up(  # noqa: PLR0913 - the options of a command
    *,
    file: Path,
    output: Path,
    keep: str,
    days: str,
    words_from: int | None,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Seal something more under the same words: an answer, or what happened since. Send it with `report send`.

    It needs a look that sees your first report, to know which number comes next. Send one before you seal another.
    """
    from client import reporter  # noqa: PLC0415 - commands start fast
    from client.inbox import read  # noqa: PLC0415
    from client.keys import write_new  # noqa: PLC0415
    from crypto.words import digits  # noqa: PLC0415

    samples = reporter.load_reports(file)
    if len(samples) != 1 or output.exists():
        raise UsageError("One report goes into one new file.", "Give a file with one report, and another name with -o.")
    found = Visit(trust_path, url, proxy).look(days, full=False)
    entropy = words_of(words_from, last=True)
    number = read(found, entropy).next
    if number is None:
        raise RefusedError(
            "We do not see your first report that far back, so nothing was sealed.",
            "Look further back with --days; or make new words with `amana report seal`.",
        )
    sealed = reporter.seal(
        samples[0], found.in_force, digits(entropy), number=number, retention=int(keep), draw=os.urandom
    )
    write_new(output, sealed.encode())
    sentence = f"Sealed: {output}, report {number + 1} of your words. Send it with `amana report send {output}`."
    say(as_json, "sealed", sentence, file=str(output), number=number, id=sealed.id.hex())


COMMANDS = (look, opened, follow_up)
