"""What `amana review open` does around the asking: who must agree first, and how to show what opened."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from client.commands.options import fail, say
from client.errors import ClosedError, RefusedError, UsageError

if TYPE_CHECKING:
    from client.asking import Desk
    from client.notebook import Notebook
    from client.opened import Result
    from client.reviewer import Session
    from crypto.sections import Section

SESSION: Final = ".session"  # beside the ask file: her session key, sealed to her own key


def minute() -> int:
    """Return minutes since 1970 on this device."""
    from doors import clock  # noqa: PLC0415 - commands start fast

    return clock.minute(clock.system)


def read_small(path: Path) -> bytes:
    """Read an ask, a session or an approval. Raise UsageError for what is not there, or too large to be one."""
    from client.approving import LIMIT  # noqa: PLC0415 - commands start fast

    try:
        if path.stat().st_size <= LIMIT:
            return path.read_bytes()
    except OSError:
        raise UsageError(f"{path} cannot be read.", "Check the path.") from None
    raise UsageError(f"{path} is too large to be an ask or an approval.", "Check the path.")


def check_same(session: "Session", wish: "Wish") -> None:
    """Raise UsageError when an ask file is about something else than the command, RefusedError when it is old."""
    ask = session.ask
    sections = sorted({int(one) for one in wish.sections})
    if (ask.id, ask.sections, ask.action, ask.purpose) != (wish.report, sections, wish.action, wish.purpose):
        raise UsageError("This ask file is about something else.", "Give the same report, sections and purpose.")
    if ask.until < minute():
        raise RefusedError("This ask is more than a day old.", "Ask anew: leave out --ask and --approval.")


def check_output(output: str, wanted: "Sequence[Section]", *, as_json: bool) -> None:
    """Raise UsageError before anything is asked when what opens could not be written."""
    if output != "-" and any(path_of(output, one, as_json=as_json).exists() for one in wanted):
        raise UsageError(f"{output} holds these sections already; nothing was asked.", "Name another folder with -o.")


def path_of(output: str, section: "Section", *, as_json: bool) -> Path:
    """Return where a section is written."""
    return Path(output) / f"{section.label}.{'json' if as_json else 'txt'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to ask the gates for, and with whose agreement."""

    report: bytes
    sections: "Sequence[Section]"
    action: str
    purpose: str
    because: str
    ask: Path | None
    approvals: "Sequence[Path]"
    two: bool = False  # somebody else of the desk agrees, whatever a slot asks for

    def check(self) -> None:
        """Raise UsageError before anything is fetched where it cannot be."""
        from client import reviewer  # noqa: PLC0415 - commands start fast

        reviewer.check_purpose(self.purpose)
        reviewer.check_reason(self.because)
        if self.approvals and (self.ask is None or not self.ask.exists()):
            raise UsageError("An approval belongs to an ask file.", "Name the one that was approved with --ask.")


def ask_gates(wish: Wish, desk: "Desk", notebook: "Notebook", *, as_json: bool) -> "Result":
    """Ask the gates, once everybody agreed who has to; else write the ask file and end."""
    from client import approving, reviewer  # noqa: PLC0415 - commands start fast
    from client.asking import remember  # noqa: PLC0415
    from client.withdrawn import working_on  # noqa: PLC0415

    path, because = wish.ask, wish.because
    given = approving.given([read_small(one) for one in wish.approvals])
    with working_on(desk, notebook, wish.report, tell_gone) as fetched:
        if path is not None and path.exists():
            kept = path.with_name(path.name + SESSION)
            session, before = approving.resume(read_small(path), read_small(kept), desk.ring)
            check_same(session, wish)
            because = because or before
        else:
            session = reviewer.begin(
                desk.ring,
                wish.report,
                wish.sections,
                action=wish.action,
                purpose=wish.purpose,
                minute=minute(),
                draw=os.urandom,
            )
        checked = [(one, *approving.check(session, one, desk.in_force, minute())) for one in given]
        role = reviewer.entry(desk.in_force, desk.ring).role
        agreed = [approval for _, approval, _ in checked]
        missing = approving.missing(fetched.slot, role, wish.sections, agreed, two=wish.two)
        new = path is None or not path.exists()
        if missing or (path is not None and new):
            stop_at = path if path is not None else Path(f"{wish.report.hex()[:16]}.ask")
            stop_for_agreement(Stop(desk, notebook, session, stop_at, because, new=new), missing, as_json=as_json)
        result = desk.ask(session, fetched, checked, because, minute())
    tell_kin(remember(desk, notebook, wish.report, result))
    return result


def tell_gone(report: bytes, deleted: int) -> None:
    """Say on standard error that a report was let go of."""
    click.echo(f"{report.hex()[:16]} was taken back or is over; {deleted} files of it were deleted.", err=True)


def tell_kin(others: "Sequence[bytes]") -> None:
    """Tell her of other reports of the same words."""
    for other in others:
        click.echo(f"The gates vouch: the same reporter sent {other.hex()}.", err=True)


@dataclass(frozen=True, slots=True)
class Stop:
    """An ask that has to wait for somebody's agreement."""

    desk: "Desk"
    notebook: "Notebook"
    session: "Session"
    path: Path
    because: str
    new: bool


def stop_for_agreement(stop: Stop, missing: list[str], *, as_json: bool) -> None:
    """Write the ask file, and end with what to do next."""
    from client import approving  # noqa: PLC0415 - commands start fast
    from client.keys import write_new  # noqa: PLC0415

    session_path = stop.path.with_name(stop.path.name + SESSION)
    if stop.new:
        kept = approving.keep(stop.session, stop.because, stop.desk.ring)
        stop.notebook.note(stop.session.ask.id, files=[stop.path, session_path])  # first: what is there is known
        write_new(session_path, kept)
        write_new(stop.path, approving.ask_file(stop.session).encode())
    who = " and ".join(missing) or "a second reviewer"
    error = ClosedError(
        f"Nothing was asked yet: {who} must agree first. The ask is in {stop.path}.",
        f"Ask {who}: amana review approve {stop.path} --as THEIR.key -o THEIRS.approval\n"
        f"Then go on with the same command and --ask {stop.path} --approval THEIRS.approval",
    )
    fail(as_json, error, ask=str(stop.path), missing=missing)


def warn(result: "Result") -> None:
    """Say on standard error what she must know about an answer."""
    for one in result.warnings:
        click.echo(f"Careful: {one}.", err=True)


def show(result: "Result", output: str, *, as_json: bool) -> None:
    """Print or write what opened; end with 1 when the gates refused a part of it."""
    from client import reading  # noqa: PLC0415 - commands start fast
    from client.keys import write_new  # noqa: PLC0415
    from client.reviewer import DENIED  # noqa: PLC0415

    fields: dict[str, object] = {
        "refused": [one.label for one in result.refused],
        "warnings": result.warnings,
        "leaves": result.leaves,
    }
    if output == "-":
        fields["sections"] = {one.label: reading.fields(one, content) for one, content in result.opened.items()}
        text = "\n".join(reading.page(one, content) for one, content in result.opened.items())
    else:
        files = []
        for one, content in result.opened.items():
            path = path_of(output, one, as_json=as_json)
            write_new(path, (reading.as_json if as_json else reading.page)(one, content).encode())
            files.append(str(path))
        fields["files"] = files
        text = "\n".join(files)
    if not as_json:
        warn(result)
    if result.refused:
        if not as_json:
            click.echo(text)
            click.echo(f"Not opened: {', '.join(one.label for one in result.refused)}.", err=True)
        fail(as_json, RefusedError(DENIED), **fields)
    say(as_json, "opened", text, **fields)
