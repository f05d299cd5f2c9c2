"""`amana review list` and `watch`: what waits for her, the most urgent first, without opening anything."""

import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from client.commands.openings import minute, tell_gone
from client.commands.options import (
    announce_rehearsal,
    house_of,
    house_options,
    json_option,
    key_option,
    say,
    today,
    trust_of,
    trust_option,
)
from client.errors import ClosedError, NotFoundError, UnreachableError, UsageError

if TYPE_CHECKING:
    from client.api import House, Listed
    from client.notebook import Notebook
    from client.triage import Queue
    from client.watching import Alert
    from crypto.keyfile import KeyRing
    from policies.trust import Trust

_FILE = click.Path(path_type=Path)
_LIST_EXAMPLE = "\b\nExample: amana review list --as me.key --since 2026-11-01"
_WATCH_EXAMPLES = """\b
Examples:
  amana review watch --as me.key
  amana review watch --as me.key --every 5 --quiet
  amana review watch --as me.key --once --json
"""
_NO_LISTS: Final = "The gates made no lists for you in the last day: how urgent anything is, is not known."
_AWAY: Final = "The house does not answer. Still trying; nothing is known of what waits."
_BACK: Final = "The house answers again."
_NOTE: Final = "Lists are hints. Whether something opens to you is decided when you ask."
_LEAST, _SPREAD, _WHOLE = 80, 41, 100  # percent of the time between two looks: from 80 to 120, so that it is no pattern


@click.command("list", epilog=_LIST_EXAMPLE)
@key_option
@click.option("--since", metavar="DAY", default="", help="Only reports since this day, YYYY-MM-DD.")
@trust_option
@house_options
@json_option
def list_reports(  # noqa: PLR0913 - the options of a command
    *, key: Path, since: str, trust_path: Path | None, url: str | None, proxy: str | None, as_json: bool
) -> None:
    """List reports, the most urgent first: what you may ask for, and when an answer is due.

    How urgent a report is, and whether it is for you, the gates say in lists that are sealed to you. A first answer is
    due within seven days, and word of where it stands three months later. This device knows answers that you wrote, or
    read with `review thread`.
    """
    from client import triage  # noqa: PLC0415 - commands start fast
    from client.commands.review import desk_of  # noqa: PLC0415
    from client.notebook import Notebook  # noqa: PLC0415
    from client.withdrawn import let_go  # noqa: PLC0415
    from crypto.errors import MalformedError  # noqa: PLC0415
    from policies.statements import day_number  # noqa: PLC0415

    try:
        day_number(since or "1970-01-01")
    except MalformedError:
        raise UsageError("This is not a day.", "Give --since as YYYY-MM-DD.") from None
    desk = desk_of(key, trust_path, url, proxy)
    found = desk.reports(since)
    queue = triage.look(desk.house, desk.in_force.bundle, desk.ring, minute())
    notebook = Notebook.of(key, desk.ring)
    for gone, deleted in let_go(notebook, desk.house, frozenset(one.raw for one, _ in found)).items():
        tell_gone(gone, len(deleted))
    listed = [_row(one, slot, queue, notebook) for one, slot in _ordered(found, queue)]
    lines = [_line(one) for one in listed]
    said = [*lines, *_of_the_lists(queue), _NOTE] if lines else ["There are no reports."]
    lists = None if queue.hour is None else queue.age(minute())
    say(as_json, "reports", "\n".join(said), reports=listed, lists_hours_old=lists)


def _ordered(found: "list[tuple[Listed, bool]]", queue: "Queue") -> "list[tuple[Listed, bool]]":
    """What she may ask for, by urgency and then by when somebody should have looked; what is not hers last."""
    from client.clocks import URGENCIES  # noqa: PLC0415 - commands start fast
    from policies.statements import day_number  # noqa: PLC0415

    def place(one: "tuple[Listed, bool]") -> tuple[int, bool, int, int]:
        listed, slot = one
        urgency, day = queue.urgency(listed.raw), day_number(listed.day)
        return queue.standing(listed.raw), not slot, -urgency, URGENCIES[urgency].look_by(day) if urgency >= 0 else day

    return sorted(found, key=place)


def _row(one: "Listed", slot: bool, queue: "Queue", notebook: "Notebook") -> dict[str, object]:  # noqa: FBT001
    from client import clocks  # noqa: PLC0415 - commands start fast
    from policies.statements import day_number, day_text  # noqa: PLC0415

    arrived, urgency = day_number(one.day), queue.urgency(one.raw)
    due = clocks.due(arrived, notebook.page(one.raw).answered, today())
    row: dict[str, object] = {"id": one.id, "day": one.day, "slot": slot, "due": day_text(due.day), "what": due.what}
    row |= {"pressing": due.pressing, "late": due.late > 0, "standing": queue.standing(one.raw).name.lower()}
    if urgency >= 0:
        meant = clocks.URGENCIES[urgency]
        row |= {"urgency": f"U{urgency}", "tier": queue.hers[one.raw].tier, "look_within_hours": meant.hours}
        row |= {"words": meant.words, "look_by": day_text(meant.look_by(arrived))}
    return row


def _line(row: dict[str, object]) -> str:
    standing, slot = row["standing"], row["slot"]
    if not slot:
        what = "no slot for you"
    elif standing == "hers":
        what = f"{row['words']}: look within {row['look_within_hours']} hours of its coming"
    else:
        what = "not listed yet" if standing == "unlisted" else "not for you"
    due = ""
    if slot and standing != "not_hers" and row["pressing"]:
        due = f"; {row['what']} {'was' if row['late'] else 'is'} due {row['due']}"
    return f"{row['day']}  {row['id']}  {what}{due}"


def _of_the_lists(queue: "Queue") -> list[str]:
    """Say what must be known of the lists themselves: that there are none, or that they are old."""
    from client.triage import OLD  # noqa: PLC0415 - commands start fast

    age = queue.age(minute())
    if age is None or queue.hour is None:
        return [_NO_LISTS]
    return [f"The lists are of {_hour(queue.hour)}, {age} hours ago; what came since is not in them."] * (age >= OLD)


def _hour(hour: int) -> str:
    from policies.statements import day_text  # noqa: PLC0415 - commands start fast

    return f"{day_text(hour // 24)} {hour % 24:02d}:00 UTC"


@click.command(epilog=_WATCH_EXAMPLES)
@key_option
@click.option("--every", type=click.IntRange(1, 1440), default=15, show_default=True, metavar="MINUTES", help="Pause.")
@click.option("--once", is_flag=True, help="Look once and end.")
@click.option("--quiet", is_flag=True, help="Numbers only: never show which reports they are.")
@trust_option
@house_options
@json_option
def watch(  # noqa: PLR0913 - the options of a command
    *,
    key: Path,
    every: int,
    once: bool,
    quiet: bool,
    trust_path: Path | None,
    url: str | None,
    proxy: str | None,
    as_json: bool,
) -> None:
    """Ring when something waits for you that nobody opened on this device; three times when it is urgent.

    Something urgent is told again after 60 and 90 minutes. Ctrl-C ends it. All look at the same bytes, so the house
    does not learn what you wait for.
    """
    from client.keys import open_key  # noqa: PLC0415 - commands start fast

    trust = trust_of(trust_path)
    eye = _Eye(house_of(url, proxy, trust), trust, key, open_key(key), quiet=quiet, as_json=as_json)
    if once:
        eye.look(once=True)
        return
    try:
        while True:
            eye.try_to_look()
            time.sleep(every * 60 * (_LEAST + secrets.randbelow(_SPREAD)) / _WHOLE)
    except KeyboardInterrupt:
        return


class _Eye:
    """Looks, and says what is new; what is wrong it says once."""

    def __init__(  # noqa: PLR0913 - whose house, whose key, how it is said
        self, house: "House", trust: "Trust", key: Path, ring: "KeyRing", *, quiet: bool, as_json: bool
    ) -> None:
        from client.watching import Watch  # noqa: PLC0415 - commands start fast

        self._house, self._trust, self._key, self._ring = house, trust, key, ring
        self._quiet, self._json = quiet, as_json
        self._watch, self._announced = Watch(), False
        self._away, self._old = False, False

    def try_to_look(self) -> None:
        """Look; a house that does not answer is told once, and once that it is back."""
        try:
            self.look()
        except (UnreachableError, ClosedError, NotFoundError):
            if not self._away:
                click.echo(_AWAY, err=True)
            self._away = True
            return
        if self._away:
            click.echo(_BACK, err=True)
        self._away = False

    def look(self, *, once: bool = False) -> None:
        """Look once, and say what is to be said; where it is the only look, also that nothing waits."""
        from client import watching  # noqa: PLC0415 - commands start fast

        now = minute()
        found, queue, notebook = watching.look(self._house, self._trust, self._key, self._ring, now)
        if not self._announced:
            announce_rehearsal(found)
            self._announced = True
        wrong = _of_the_lists(queue)
        if wrong and not self._old:
            click.echo(wrong[0], err=True)
        self._old = bool(wrong)
        alert = self._watch.notice(queue, watching.attended(notebook), now)
        if alert is not None:
            self._say(alert)
        elif once:
            say(self._json, "waiting", "nothing waiting", urgent=0, others=0, again=False)

    def _say(self, alert: "Alert") -> None:
        from client.clocks import URGENCIES  # noqa: PLC0415 - commands start fast

        shown = () if self._quiet else alert.reports
        lines = [alert.line, *(f"  {report.hex()}  {URGENCIES[urgency].words}" for report, urgency in shown)]
        listed = [{"id": report.hex(), "urgency": f"U{urgency}"} for report, urgency in shown]
        more: dict[str, object] = {} if self._quiet else {"reports": listed}
        if not self._json:
            click.echo("\a" * alert.bells, nl=False, err=True)
        say(
            self._json, "waiting", "\n".join(lines), urgent=alert.urgent, others=alert.others, again=alert.again, **more
        )
