"""`amana audit`: check, with public keys and without a network, that nobody opened anything silently."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from client.commands.options import house_of, house_options, json_option, say, trust_of, trust_option
from client.commands.questions import ask, compare, questions, report
from client.commands.verified import FILE, FOLDER, KEY_HELP, end_progress, end_with, progress, verified
from client.errors import UsageError

_AUDIT_EXAMPLE = """\b
amana audit export log
amana audit verify log --as auditor.key
amana audit opened log --as auditor.key
amana audit replay log --as auditor.key
amana audit ask log --as auditor.key
amana audit report log --as auditor.key -o report.html
"""
_VERIFY_EXAMPLE = """\b
Examples:
  amana audit verify log
  amana audit verify log --as auditor.key --json
"""
_OPENED_EXAMPLE = "\b\nExample: amana audit opened log --as auditor.key"
_STATISTICS_EXAMPLE = "\b\nExample: amana audit statistics log --as auditor.key"
_EMERGENCIES_EXAMPLE = "\b\nExample: amana audit emergencies log --as auditor.key"
_REPLAY_EXAMPLE = "\b\nExample: amana audit replay log --as auditor.key"


@click.group(epilog=_AUDIT_EXAMPLE)
def audit() -> None:
    """Check offline that nobody opened anything silently.

    Only `export` needs the network. Exit code 3: something was found.
    """


@audit.command()
@click.argument("folder", type=FOLDER)
@trust_option
@house_options
@json_option
def export(*, folder: Path, trust_path: Path | None, url: str | None, proxy: str | None, as_json: bool) -> None:
    """Fetch the whole log into FOLDER, or what is new since the last time.

    May be broken off and run again. Example: amana audit export log
    """
    from client import exporting  # noqa: PLC0415 - commands start fast

    trust = trust_of(trust_path)
    done = exporting.export(house_of(url, proxy, trust), trust, folder, progress=progress("fetched"))
    end_progress()
    sentence = f"{folder} holds the log up to {done.size} leaves; {done.new} of them are new."
    if done.erased:
        sentence += f" {done.erased} records are not there any more."
    if done.unnamed:
        sentence += f" Of these, no erasure in the log names {done.unnamed}: export again before you judge."
    say(as_json, "exported", f"{sentence}\nNow: amana audit verify {folder} --as KEY", **asdict(done))


@audit.command(epilog=_VERIFY_EXAMPLE)
@click.argument("folder", type=FOLDER)
@click.option("--as", "key", type=FILE, metavar="KEY", help=f"{KEY_HELP} Without it, records stay closed.")
@trust_option
@json_option
def verify(*, folder: Path, key: Path | None, trust_path: Path | None, as_json: bool) -> None:
    """Check signatures, tree, statements, records, decisions and journals in FOLDER."""
    found, _, _ = verified(folder, trust_path, key)
    fields: dict[str, Any] = {"size": found.size, "counts": found.counts, "unchecked": found.unchecked}
    fields["emergencies"] = [one.fields() for one in found.emergencies]
    end_with(as_json, found.faults, fields)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(found.counts.items()))
    lines = [f"All of it holds: {found.size} leaves ({counts}).", *found.unchecked]
    if found.emergencies:
        lines.append(f"{len(found.emergencies)} emergency openings: amana audit emergencies {folder} --as KEY")
    say(as_json, "verified", "\n".join(lines), faults=[], **fields)


@audit.command(epilog=_OPENED_EXAMPLE)
@click.argument("folder", type=FOLDER)
@click.argument("report", required=False, metavar="[ID]")
@click.option("--as", "key", type=FILE, metavar="KEY", required=True, help=KEY_HELP)
@trust_option
@json_option
def opened(*, folder: Path, report: str | None, key: Path, trust_path: Path | None, as_json: bool) -> None:
    """List who asked for what, and what was decided: about one report, or all."""
    from client import auditor  # noqa: PLC0415 - commands start fast
    from client.reading import report_id  # noqa: PLC0415
    from policies.statements import day_text  # noqa: PLC0415

    wanted = None if report is None else report_id(report)
    found, _, _ = verified(folder, trust_path, key)
    rows = auditor.rows(found, wanted)
    listed = [{**asdict(row), "day": day_text(row.day), "id": row.id.hex()} for row in rows]
    fields: dict[str, Any] = {"decisions": listed, "unchecked": found.unchecked}
    lines = [
        f"{row.index:>6}  {day_text(row.day)}  {row.gate}  {row.who} {row.action} {row.section} {row.id.hex()[:16]} "
        f"for {row.purpose}: {'permitted' if row.permitted else 'refused'} ({', '.join(row.rules)})"
        + (f", agreed: {', '.join(row.approvers)}" if row.approvers else "")
        for row in rows
    ]
    if found.faults and not as_json:
        click.echo("\n".join(lines))
    end_with(as_json, found.faults, fields)
    say(as_json, "opened", "\n".join(lines) or "Nobody asked for anything.", faults=[], **fields)


@audit.command(epilog=_EMERGENCIES_EXAMPLE)
@click.argument("folder", type=FOLDER)
@click.option("--as", "key", type=FILE, metavar="KEY", required=True, help=KEY_HELP)
@trust_option
@json_option
def emergencies(*, folder: Path, key: Path, trust_path: Path | None, as_json: bool) -> None:
    """List who opened alone in an emergency, and the reason that she gave, or until when she has to."""
    from client.reading import visible  # noqa: PLC0415 - commands start fast

    found, _, _ = verified(folder, trust_path, key)
    rows = [one.fields() for one in found.emergencies]
    lines = [
        f"{row['index']:>6}  {row['day']}  {row['who']} {row['section']} {str(row['id'])[:16]} for {row['purpose']}: "
        + (visible(str(row["reason"])) or f"{row['state']}; a reason is in time until {row['until']}")
        for row in rows
    ]
    if found.faults and not as_json:
        click.echo("\n".join(lines))
    end_with(as_json, found.faults, {"emergencies": rows})
    say(as_json, "emergencies", "\n".join(lines) or "Nobody opened anything in an emergency.", emergencies=rows)


@audit.command(epilog=_REPLAY_EXAMPLE)
@click.argument("folder", type=FOLDER)
@click.option("--as", "key", type=FILE, metavar="KEY", required=True, help=KEY_HELP)
@trust_option
@json_option
def replay(*, folder: Path, key: Path, trust_path: Path | None, as_json: bool) -> None:
    """Verify FOLDER, then run the signed rules again on every decision, and compare."""
    from client import replaying  # noqa: PLC0415 - commands start fast
    from client.folder import Folder  # noqa: PLC0415

    found, _, ring = verified(folder, trust_path, key)
    if ring is None:
        raise UsageError("Replaying needs an auditor's key.", "Name it with --as.")
    result = replaying.decide_again(found, Folder(folder), ring, progress=progress("decided again"))
    end_progress()
    fields = {"decided": result.decided, "unchecked": found.unchecked}
    end_with(as_json, sorted({*found.faults, *result.faults}), fields)
    sentence = f"All of it holds, and the rules give the same for each of {result.decided} decisions."
    say(as_json, "replayed", "\n".join([sentence, *found.unchecked]), faults=[], **fields)


@audit.command(epilog=_STATISTICS_EXAMPLE)
@click.argument("folder", type=FOLDER)
@click.option("--as", "key", type=FILE, metavar="KEY", required=True, help=KEY_HELP)
@trust_option
@json_option
def statistics(*, folder: Path, key: Path, trust_path: Path | None, as_json: bool) -> None:
    """Verify FOLDER, then say how much happened on each day that is over, in bands: what may be told to others.

    "Fewer than 10" may be none. There is nothing finer, and nothing to choose by: no hour, place, person or kind.
    """
    from client import tallies  # noqa: PLC0415 - commands start fast
    from client.folder import Folder  # noqa: PLC0415

    found, _, _ = verified(folder, trust_path, key)
    end_with(as_json, found.faults, {})
    days = tallies.tallies(found, Folder(folder).leaves[: found.size])
    lines = [f"{one.day}  " + ", ".join(f"{kind}: {one.bands[kind]}" for kind in tallies.KINDS) for one in days]
    rows = [{"day": one.day, **one.bands} for one in days]
    say(as_json, "statistics", "\n".join(lines) or "No day is over yet that the log knows.", days=rows)


for _one in (questions, ask, report, compare):
    audit.add_command(_one)
