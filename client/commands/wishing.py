"""`amana report consent`, `withdraw`, `reopen`: what she wants from now on, and what no change calls back."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.commands.options import house_options, json_option, say, today, trust_option
from client.commands.returning import Visit, look_options, words_of
from client.errors import RefusedError, UnprovenError, UsageError

if TYPE_CHECKING:
    from client.inbox import Sent
    from client.returning import Look
    from client.wishing import Body, Hers

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
_SEE = "Look again in a few minutes: a change that you do not find there did not arrive."


def _wish_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the report that it is about, as a full look sees it, and what sends."""

    @look_options
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


def _say_disclosed(sent: "Sent", *, purposes: list[str] | None = None) -> None:
    """Say what no change calls back: for the purposes that she takes away, or (None) for all."""
    from client.disclosed import told  # noqa: PLC0415 - commands start fast

    click.echo(f"What cannot be called back of report {sent.number + 1}:", err=True)
    for line in told(sent, purposes=purposes):
        click.echo(f"- {line}", err=True)


def _disclosed(sent: "Sent") -> list[dict[str, Any]]:
    from client.disclosed import disclosures  # noqa: PLC0415 - commands start fast

    return [one.fields() for one in disclosures(sent)]


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
    from client.disclosed import narrowed  # noqa: PLC0415 - commands start fast
    from client.wishing import check_values  # noqa: PLC0415
    from policies.vocabulary import consent_choices  # noqa: PLC0415

    check_values(values)
    if not values and rest is None:
        raise UsageError("Nothing to change was named.", "Give --set PURPOSE=CHOICE.")
    hers = wishing.reports()
    bodies = [one.change(values, rest) for one in hers]
    gone = {}
    for one, body in zip(hers, bodies, strict=True):
        before = None if one.sent.newest is None else one.sent.newest.consent
        taken = narrowed(before, body.consent)
        _say_disclosed(one.sent, purposes=taken)
        gone[one.sent.number + 1] = [each for each in _disclosed(one.sent) if each["purpose"] in taken]
    wishing.send(bodies)
    chosen = consent_choices(bodies[-1].consent)
    agreed = ", ".join(f"{name} {value.replace('_', ' ')}" for name, value in chosen.items() if value != "no")
    sentence = f"Sent. From now on: {agreed}; everything else no. {_SEE}"
    say(wishing.as_json, "consent", sentence, consent=chosen, reports=len(bodies), read=gone)


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
    for one in hers:
        _say_disclosed(one.sent)
    _sure(f"Withdraw {'it' if len(hers) == 1 else f'these {len(hers)} reports'}?", yes=yes)
    how = "It is destroyed at once, for ever." if now else "It is closed at once, and destroyed after some days."
    _sure(f"{how} Are you sure?", yes=yes)
    bodies = [one.withdraw(now=now) for one in hers]
    wishing.send(bodies)
    hours = hers[0].in_force.bundle.body.withdraw_hours
    later = "and destroyed" if now else f"and destroyed after {hours} hours; until then `amana report reopen` opens it"
    disclosed = [
        {
            "number": one.sent.number,
            "decisions": sum(bool(d.notice and d.notice.opened) for d in one.sent.decisions),
            "read": _disclosed(one.sent),
        }
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


COMMANDS = (consent, withdraw, reopen)
