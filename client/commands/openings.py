"""What `amana review open` does around the asking: who must agree first, and how to show what opened."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from client.commands.options import fail, say
from client.errors import ClosedError, NotFoundError, RefusedError, UsageError

if TYPE_CHECKING:
    from client.asking import Desk
    from client.notebook import Notebook
    from client.opened import Result
    from client.reviewer import Report, Session
    from crypto.opening import Approval
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


def check_purpose(purpose: str) -> None:
    """Raise UsageError for a purpose that the vocabulary does not have."""
    from policies.vocabulary import PURPOSES  # noqa: PLC0415 - commands start fast

    if purpose not in PURPOSES:
        raise UsageError("This is no purpose of the vocabulary.", f"Known are {', '.join(PURPOSES)}.")


def check_same(session: "Session", wish: "Wish") -> None:
    """Raise UsageError when an ask file is about something else than the command, RefusedError when it is old."""
    ask = session.ask
    sections = sorted({int(one) for one in wish.sections})
    if (ask.id, ask.sections, ask.action, ask.purpose) != (wish.report, sections, wish.action, wish.purpose):
        raise UsageError("This ask file is about something else.", "Give the same report, sections and purpose.")
    if ask.until < minute():
        raise RefusedError("This ask is more than a day old.", "Ask anew: leave out --ask and --approval.")


def check_reason(because: str) -> None:
    """Raise UsageError for a justification that does not fit its bucket."""
    from crypto.limits import limit  # noqa: PLC0415 - commands start fast

    most = limit("justification") - 4
    if len(because.encode()) > most:
        raise UsageError(f"The reason is longer than {most} bytes.", "A sentence is enough.")


def check_output(output: str, wanted: "Sequence[Section]", *, as_json: bool) -> None:
    """Raise UsageError before anything is asked when what opens could not be written."""
    if output != "-" and any(path_of(output, one, as_json=as_json).exists() for one in wanted):
        raise UsageError(f"{output} holds these sections already; nothing was asked.", "Name another folder with -o.")


def path_of(output: str, section: "Section", *, as_json: bool) -> Path:
    """Return where a section is written."""
    return Path(output) / f"{section.label}.{'json' if as_json else 'txt'}"


def missing_agreement(
    desk: "Desk", fetched: "Report", wanted: "Sequence[Section]", given: "Sequence[Approval]"
) -> list[str]:
    """Return who has to agree besides, in words; the slot's thresholds tell."""
    from client import reviewer  # noqa: PLC0415 - commands start fast
    from crypto.opening import CUSTODIAN  # noqa: PLC0415

    role = reviewer.entry(desk.in_force, desk.ring).role
    words = set()
    for section in wanted:
        needs = reviewer.needs(fetched.slot, section, role)
        mine = {(one.approver, one.role) for one in given if one.section == section}
        custodians = sum(part == CUSTODIAN for _, part in mine)
        if len(mine) - custodians < needs.desk:
            words.add("a second reviewer")
        if custodians < needs.custodians:
            words.add("a custodian")
    return sorted(words, reverse=True)


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

    def check(self) -> None:
        """Raise UsageError before anything is fetched where it cannot be."""
        check_purpose(self.purpose)
        check_reason(self.because)
        if self.approvals and (self.ask is None or not self.ask.exists()):
            raise UsageError("An approval belongs to an ask file.", "Name the one that was approved with --ask.")


def ask_gates(wish: Wish, desk: "Desk", notebook: "Notebook", *, as_json: bool) -> "Result":
    """Ask the gates, once everybody agreed who has to; else write the ask file and end."""
    from client import approving, reviewer  # noqa: PLC0415 - commands start fast

    path, because = wish.ask, wish.because
    given = approving.given([read_small(one) for one in wish.approvals])
    with working_on(desk, notebook, wish.report) as fetched:
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
        missing = missing_agreement(desk, fetched, wish.sections, [approval for _, approval, _ in checked])
        new = path is None or not path.exists()
        if missing or (path is not None and new):
            stop_at = path if path is not None else Path(f"{wish.report.hex()[:16]}.ask")
            stop_for_agreement(Stop(desk, notebook, session, stop_at, because, new=new), missing, as_json=as_json)
        result = desk.ask(session, fetched, checked, because, minute())
    remember(desk, notebook, wish.report, result)
    return result


@contextmanager
def working_on(desk: "Desk", notebook: "Notebook", report: bytes) -> "Iterator[Report]":
    """Give a report. What its reporter took back goes from this device as well, and it is said (protocol 17.7)."""
    from client.withdrawn import withdrawn  # noqa: PLC0415 - commands start fast

    try:
        fetched = desk.fetch(report)
    except NotFoundError:
        let_go(notebook, report)
        raise
    try:
        yield fetched
    except RefusedError:
        page = notebook.pages.get(report)  # who keeps nothing of it has nothing to look for
        if page is not None and withdrawn(desk.house, fetched.header, desk.trust.log_policy, since=page.seen):
            let_go(notebook, report)
        raise


def let_go(notebook: "Notebook", report: bytes) -> None:
    """Delete what lies here of a report, and say so on standard error."""
    known = report in notebook.pages
    deleted = notebook.forget(report)
    if known:
        click.echo(f"{report.hex()[:16]} was taken back or is over; {len(deleted)} files of it were deleted.", err=True)


def remember(desk: "Desk", notebook: "Notebook", report: bytes, result: "Result") -> None:
    """Note what the gates said, and tell her of other reports of the same words."""
    notebook.note(
        report,
        seen=1 + max(index for indices in result.leaves.values() for index in indices),
        threshold=desk.in_force.bundle.body.threshold,
        kin=sorted(result.kin.items()),
    )
    for other in notebook.same_reporter(report):
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
