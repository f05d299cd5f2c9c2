"""`amana officer retention`: what a house destroys on a day, why, and what a hold keeps."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands.options import home, house_of, house_options, json_option, say, today, trust_of, trust_option
from client.errors import UsageError
from doors import environment

if TYPE_CHECKING:
    from policies.retention import Due

_RETENTION_EXAMPLES = """\b
Examples:
  amana officer retention --dry-run
  amana officer retention --dry-run --day 2027-01-01 --json
"""


@click.command("retention", epilog=_RETENTION_EXAMPLES)
@click.option("--dry-run", is_flag=True, help="Only say it; the house destroys by itself.")
@click.option("--day", metavar="DAY", help="As of this day, YYYY-MM-DD; default today.")
@trust_option
@house_options
@json_option
def retention(  # noqa: PLR0913 - the options of a command
    *, dry_run: bool, day: str | None, trust_path: Path | None, url: str | None, proxy: str | None, as_json: bool
) -> None:
    """Say what a house destroys in the round of a day, and why, and what a hold keeps.

    On the house's own machine it reads what is withdrawn as well. From elsewhere it sees what is handed out.
    """
    from client import holding  # noqa: PLC0415 - commands start fast
    from policies.statements import day_text  # noqa: PLC0415

    if not dry_run:
        raise UsageError("Nobody destroys by hand: the house does it once a day, by itself.", "Give --dry-run to look.")
    trust = trust_of(trust_path)
    asked = today() if day is None else day_of(day)
    store = database()
    if url is None and store is not None:
        found = holding.from_database(store, trust, asked)
    else:
        found = holding.from_house(house_of(url, proxy, trust), trust, today(), asked)
    lines = [_line(one) for one in found.due]
    rows = [
        {
            "id": one.id.hex(),
            "arrived": day_text(one.arrived),
            "due": day_text(one.due),
            "why": one.why,
            "held_until": None if one.held_until is None else day_text(one.held_until),
        }
        for one in found.due
    ]
    lines.append(f"{len(found.due)} of {found.reports} reports. {found.seen}")
    say(as_json, "retention", "\n".join(lines), day=day_text(asked), due=rows, reports=found.reports)


def database() -> Path | None:
    """Return the house's database, where it is on this machine."""
    settings = environment.read()
    url = settings.get("AMANA_DATABASE_URL", f"sqlite:///{home() / 'server' / 'amana.db'}")
    path = Path(url.removeprefix("sqlite:///"))
    return path if url.startswith("sqlite:///") and path.is_file() else None


def _line(one: "Due") -> str:
    from policies.statements import day_text  # noqa: PLC0415 - commands start fast

    kept = "" if one.held_until is None else f", held until {day_text(one.held_until)}"
    return f"{one.id.hex()}  arrived {day_text(one.arrived)}, due {day_text(one.due)}, {one.why}{kept}"


def day_of(text: str) -> int:
    """Read a day as a person types it. Raise UsageError for anything else."""
    from crypto.errors import MalformedError  # noqa: PLC0415 - commands start fast
    from policies.statements import day_number  # noqa: PLC0415

    try:
        return day_number(text)
    except MalformedError:
        raise UsageError("This is not a day.", "Give it as YYYY-MM-DD.") from None
