"""`amana report look` and what follows from it: she comes back, everything is fetched, then her words are asked for."""

import os
import sys
from collections.abc import Callable
from functools import wraps
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
from client.errors import RefusedError, UnprovenError, UsageError

if TYPE_CHECKING:
    from client.api import House
    from client.inbox import Inbox, Sent
    from client.returning import Look
    from client.wishing import Body, Hers

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
_CONSENT_EXAMPLES = """\b
Examples:
  amana report consent --set MEDIA=no
  amana report consent --set SUPPORT=yes_without_identity --rest no
"""
_WITHDRAW_EXAMPLES = """\b
Examples:
  amana report withdraw
  amana report withdraw --now
"""
_REOPEN_EXAMPLE = "\b\nExample: amana report reopen"
_FOLLOW_UP_EXAMPLE = """\b
Examples:
  amana report follow-up more.json -o more.amana
  amana report send more.amana
"""
_SEE = "Look again in a few minutes: a change that you do not find there did not arrive."


def _look_options(command: F) -> F:
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


@click.command("look", epilog=_LOOK_EXAMPLES)
@click.option("--short", is_flag=True, help="Fetch less: answers and changes, but not who opened what.")
@click.option("--answers/--no-answers", default=None, help="Show answers; without it you are asked at a terminal.")
@_look_options
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
    """
    from client import telling  # noqa: PLC0415 - commands start fast

    visit = Visit(trust_path, url, proxy)
    inbox = _inbox(visit.look(days, full=not short), words_from, last=True)
    there = any(letter.answer is not None for one in inbox.sent for letter in one.letters)
    shown = bool(answers)
    if answers is None and there and not as_json and sys.stdin.isatty():
        shown = click.confirm("There is an answer for you. Show it now, on this screen?", err=True)
    lines = telling.told(inbox, letters=shown)
    say(as_json, "look", "\n".join(lines), **telling.as_fields(inbox, letters=shown))


@click.command("opened", epilog=_OPENED_EXAMPLE)
@_look_options
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

    inbox = _inbox(Visit(trust_path, url, proxy).look(days, full=True), words_from, last=True)
    say(as_json, "opened", "\n".join(telling.openings(inbox)), **telling.as_fields(inbox, letters=False))


def _wish_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the report that it is about, as a full look sees it, and what sends."""

    @_look_options
    @click.option(
        "--number", type=click.IntRange(1), help="Which report of these words, from 1; default all that came."
    )
    @trust_option
    @house_options
    @json_option
    @wraps(command)
    def run(  # noqa: PLR0913 - the options of a command
        *,
        days: str,
        words_from: int | None,
        number: int | None,
        trust_path: Path | None,
        url: str | None,
        proxy: str | None,
        as_json: bool,
        **arguments: object,
    ) -> None:
        visit = Visit(trust_path, url, proxy)
        command(_Wishing(visit, days, words_from, number, as_json), **arguments)

    return run


class _Wishing:
    """One change, for each report of hers that it is about."""

    def __init__(self, visit: Visit, days: str, words_from: int | None, number: int | None, as_json: bool) -> None:  # noqa: FBT001
        self._visit, self._days, self._words_from, self._number = visit, days, words_from, number
        self.as_json = as_json

    def reports(self, *, unseen: bool = False) -> "list[Hers]":
        """Return hers. `unseen`: also one that the look does not see, and also where the log cannot be proven."""
        from client.inbox import nothing, read  # noqa: PLC0415 - commands start fast
        from client.trusting import in_force  # noqa: PLC0415
        from client.wishing import Hers  # noqa: PLC0415

        try:
            found: Look | None = self._visit.look(self._days, full=True)
        except UnprovenError:
            if not unseen:
                raise
            click.echo("The log could not be checked. Taking it back works all the same.", err=True)
            found = None
        force = in_force(self._visit.house, self._visit.trust, today=today()) if found is None else found.in_force
        entropy = words_of(self._words_from, last=False)
        sent = [nothing(entropy, (self._number or 1) - 1)] if found is None else read(found, entropy).sent
        wanted = [one for one in sent if self._is_wanted(one, unseen=unseen)]
        if not wanted:
            raise RefusedError(
                "We do not see such a report of these words that far back, so nothing was sent.",
                "Look further back with --days; 1100 is the farthest.",
            )
        return [Hers(sent=one, in_force=force, today=today(), draw=os.urandom) for one in wanted]

    def _is_wanted(self, one: "Sent", *, unseen: bool) -> bool:
        if self._number is not None:
            return one.number == self._number - 1
        return one.arrival is not None or (unseen and one.number == 0)

    def send(self, bodies: "list[Body]") -> None:
        """Send one body for each report. Whatever it does, the house answers the same."""
        for body in bodies:
            self._visit.house.wish(body.data, withdraws=body.withdraws)


def _say_disclosed(hers: "list[Hers]") -> None:
    """Say what no change calls back."""
    from client.telling import disclosed  # noqa: PLC0415 - commands start fast

    lines = [line for one in hers for line in disclosed(one.sent)]
    if lines:
        click.echo("What cannot be called back any more:", err=True)
        for line in lines:
            click.echo(f"- {line}", err=True)


def _sure(question: str, *, yes: bool) -> None:
    """Ask at a terminal. Raise UsageError where there is none and --yes was not given."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask you at. Nothing was sent.", "Give --yes if you are sure.")
    if not click.confirm(question, err=True):
        raise RefusedError("Nothing was sent.", "")


def _pairs(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if not all(name and value for name, _, value in pairs):
        raise click.BadParameter("takes PURPOSE=CHOICE")
    return {name.upper(): value.lower() for name, _, value in pairs}


@click.command("consent", epilog=_CONSENT_EXAMPLES)
@click.option("--set", "values", multiple=True, callback=_pairs, metavar="PURPOSE=CHOICE", help="May be repeated.")
@click.option("--rest", type=click.Choice(["no", "default"]), help="For purposes not named; else as you said last.")
@_wish_options
def consent(wishing: _Wishing, *, values: dict[str, str], rest: str | None) -> None:
    """Change what may be done with your report.

    Choices: no, ask_me_first, yes_without_identity, yes_with_identity. What takes away counts from the next decision
    on. What gives more waits a day, is seen in your next look, and can be taken back until then. What was read is
    read, and what was handed on is not called back.
    """
    from client.wishing import check_values  # noqa: PLC0415 - commands start fast
    from policies.vocabulary import consent_choices  # noqa: PLC0415

    check_values(values)
    if not values and rest is None:
        raise UsageError("Nothing to change was named.", "Give --set PURPOSE=CHOICE.")
    hers = wishing.reports()
    _say_disclosed(hers)
    bodies = [one.change(values, rest) for one in hers]
    wishing.send(bodies)
    chosen = consent_choices(bodies[-1].consent)
    agreed = ", ".join(f"{name} {value.replace('_', ' ')}" for name, value in chosen.items() if value != "no")
    sentence = f"Sent. From now on: {agreed}; everything else no. {_SEE}"
    say(wishing.as_json, "consent", sentence, consent=chosen, reports=len(bodies))


@click.command("withdraw", epilog=_WITHDRAW_EXAMPLES)
@click.option("--now", is_flag=True, help="Destroy it at once. There is no way back.")
@click.option("--yes", is_flag=True, help="Do not ask twice.")
@_wish_options
def withdraw(wishing: _Wishing, *, now: bool, yes: bool) -> None:
    """Take your report back: closed at once for everybody, destroyed when the days to change your mind are over.

    Until then `amana report reopen` opens it again, once. It works also where the look does not see your report.
    What was read is read; what was handed on is not called back.
    """
    hers = wishing.reports(unseen=True)
    _say_disclosed(hers)
    _sure(f"Withdraw {'it' if len(hers) == 1 else f'these {len(hers)} reports'}?", yes=yes)
    how = "It is destroyed at once, for ever." if now else "It is closed at once, and destroyed after some days."
    _sure(f"{how} Are you sure?", yes=yes)
    bodies = [one.withdraw(now=now) for one in hers]
    wishing.send(bodies)
    hours = hers[0].in_force.bundle.body.withdraw_hours
    later = "and destroyed" if now else f"and destroyed after {hours} hours; until then `amana report reopen` opens it"
    disclosed = [
        {"number": one.sent.number, "decisions": sum(bool(d.notice and d.notice.opened) for d in one.sent.decisions)}
        for one in hers
    ]
    sentence = f"Sent: what these words sent is closed now, {later}. {_SEE}\nWhat was opened before stands in the look."
    say(wishing.as_json, "withdrawn", sentence, now=now, hours=0 if now else hours, reports=disclosed)


@click.command("reopen", epilog=_REOPEN_EXAMPLE)
@click.option("--yes", is_flag=True, help="Do not ask again.")
@_wish_options
def reopen(wishing: _Wishing, *, yes: bool) -> None:
    """Change your mind about a withdrawal: once, and only until it is destroyed."""
    hers = wishing.reports()
    bodies = [one.reopen() for one in hers]
    _sure("Let it be opened again, by the rules and by what you chose?", yes=yes)
    wishing.send(bodies)
    say(wishing.as_json, "reopened", f"Sent: it may be opened again, by the rules. {_SEE}", reports=len(bodies))


@click.command("follow-up", epilog=_FOLLOW_UP_EXAMPLE)
@click.argument("file", type=_FILE)
@click.option("-o", "--output", required=True, type=_FILE, help="Sealed file.")
@click.option("--keep", type=click.Choice(["3", "12", "36"]), default="12", help="Months that it is kept.")
@_look_options
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


COMMANDS = (look, opened, consent, withdraw, reopen, follow_up)
