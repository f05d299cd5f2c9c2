"""Holds, and what a house destroys on a day: officers decide the one and answer for the other (protocol 17)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client.api import House
from client.ceremony_folder import CeremonyFolder, sign
from client.doctor import sqlite
from client.doctor_stores import read_only
from client.errors import NotFoundError, UsageError
from client.fetching import fetch
from client.keys import write_new
from client.returning import prove
from crypto.envelope import RETENTION, Header
from crypto.errors import CryptoError, MalformedError
from crypto.labels import Label
from crypto.limits import limit
from policies import retention
from policies.holds import OFFICERS, Hold
from policies.retention import Due, Kept
from policies.statements import day_number, day_text
from policies.trust import Trust

HOLD: Final = "hold-"
_LONGEST: Final = 366  # days that a hold lasts, so a look of so many days sees every one that counts
_OPENED: Final = 2  # state of a closing that was opened again
_QUERY: Final = (
    "SELECT report.id, report.day, kept.until, closing.state, closing.due FROM report"
    " JOIN kept ON kept.report = report.number LEFT JOIN closing ON closing.report = report.number"
    " WHERE kept.until IS NOT NULL"
)
_HERE: Final = "Read on this machine: what is withdrawn is among them."
_FAR: Final = "Seen from elsewhere: what is withdrawn is not handed out, and not among them."


@dataclass(frozen=True, slots=True)
class Round:
    """What a round finds, of how many reports, and how it was seen."""

    due: Sequence[Due]
    reports: int
    seen: str


def sign_hold(folder: CeremonyFolder, report: bytes, *, day: int, until: int) -> tuple[str, str]:
    """Return name and note of a hold that two officers sign; the same again is the same note.

    `until` is its last day; the day itself ends an earlier hold. Raise UsageError for a day that cannot be.
    """
    try:
        text = Hold(id=report, day=day, until=until).text()
    except MalformedError:
        raise UsageError(
            "A hold lasts from today to at most 366 days later.", "Give an earlier day; it can be renewed."
        ) from None
    name = f"{HOLD}{day_text(day)}-{report.hex()[:16]}-{day_text(until)}"
    path = folder.statement(name)
    if path.is_file():
        return name, path.read_text("utf-8")
    note = sign(text, folder.officers(OFFICERS))
    Hold.verify(note, folder.trust())
    write_new(path, note.encode())
    return name, note


def from_house(house: House, trust: Trust, today: int, as_of: int) -> Round:
    """Return what a round of the day `as_of` would find among the reports that a house hands out today."""
    look = prove(fetch(house, trust, today=today, days=_LONGEST, full=False), trust)
    reports = list(_listed(house))
    return Round(retention.due(reports, look.holds, as_of), len(reports), _FAR)


def _listed(house: House) -> Iterator[Kept]:
    after = ""
    while listed := house.reports(after=after):
        for one in listed:
            try:
                header = Header.decode(house.slots(one.raw).header, limit=limit("header"))
            except NotFoundError:
                continue  # taken back since
            yield Kept(id=one.raw, arrived=day_number(one.day), months=header.retention)
        after = listed[-1].id


def from_database(path: Path, trust: Trust, as_of: int) -> Round:
    """Return the same from a house's own database, which is only read. Raise UsageError where it cannot be."""
    try:
        connection = read_only(path)
        try:
            rows = connection.execute(_QUERY).fetchall()
            kind = Label.NOTE_HOLD.value.decode().strip()
            notes = connection.execute("SELECT note FROM statement WHERE kind = ? ORDER BY leaf", (kind,)).fetchall()
        finally:
            connection.close()
    except sqlite.Error:
        raise UsageError(f"{path} cannot be read as a database.", "`amana doctor` looks what is wrong.") from None
    reports = [
        Kept(
            id=bytes(found),
            arrived=day,
            months=_months(day, until),
            closing=None if state in (None, _OPENED) else due,
        )
        for found, day, until, state, due in rows
    ]
    return Round(retention.due(reports, list(_holds(notes, trust)), as_of), len(reports), _HERE)


def _months(arrived: int, until: int) -> int:
    """Return the header's class: the database has the last day that follows from it."""
    return next((one for one in RETENTION if retention.due_day(arrived, one) == until), max(RETENTION))


def _holds(rows: Sequence[tuple[str]], trust: Trust) -> Iterator[Hold]:
    for (note,) in rows:
        try:
            yield Hold.verify(note, trust)
        except CryptoError:
            continue
