"""What replayed leaves say is done again: statements, withdrawals, erasures, days of answers (protocol 9.6)."""

import os
from collections.abc import Sequence
from typing import Final, Protocol

from sqlalchemy import Connection, insert, select, update

from crypto import leaves, notes
from crypto.errors import MalformedError
from crypto.hashing import digest
from crypto.labels import Label
from crypto.leaves import TAG
from policies import statements
from policies.bundle import Bundle
from policies.directory import Directory
from policies.erasures import Erasure
from policies.feeds import FeedNote
from policies.statements import PageCode
from policies.trust import Trust
from server import keeping
from server.keeping import CLOSED, Due
from server.store import calendar, closing, kept, report, statement

_DAY_HOURS: Final = 24


class Source(Protocol):
    """Where leaves and what lies beside them come from."""

    @property
    def leaves(self) -> Sequence[bytes]:
        """Every leaf."""

    def beside(self, index: int) -> tuple[bytes, bytes, bytes]:
        """Return record, notice and memo of a leaf."""

    def version(self, kind: Label, number: int) -> tuple[bytes, bytes]:
        """Return body and certificates of a bundle or directory."""


def redo(connection: Connection, source: Source, trust: Trust, start: int, today: int) -> None:
    """Go through the leaves from `start` on, in order. Raise CryptoError for a statement that nobody signed."""
    hours = 0
    for note in connection.execute(select(statement.c.note).order_by(statement.c.leaf)).scalars():
        hours = _hours(note, source, trust, hours)
    for index, leaf in enumerate(source.leaves[start:], start):
        if leaves.is_withdrawal(leaf):
            _withdraw(connection, leaf, today + -(-hours // _DAY_HOURS))
        elif leaves.is_public(leaf):
            note = _text(source.beside(index)[0])
            _publish(connection, source, trust, (index, note), today)
            hours = _hours(note, source, trust, hours)


def _text(note: bytes) -> str:
    try:
        return note.decode()
    except UnicodeError:
        raise MalformedError("a statement is no text") from None


def _hours(note: str, source: Source, trust: Trust, before: int) -> int:
    """Return how long a withdrawn report is kept, by this note if it is a bundle's."""
    if statements.kind(note) is not Label.NOTE_BUNDLE:
        return before
    number = _number(note)
    return Bundle.verify_any(note, source.version(Label.NOTE_BUNDLE, number)[0], trust=trust).body.withdraw_hours


def _number(note: str) -> int:
    return notes.decimal(note.split("\n", 2)[1].removeprefix("version "))


def _withdraw(connection: Connection, leaf: bytes, due: int) -> None:
    """Close the report whose preimage this is. What she told to open it again by came beside the leaf, and is lost."""
    wanted = digest(Label.WITHDRAWAL_HASH, leaf[TAG:])
    never = closing.c.report.is_(None)
    found = select(kept.c.report).outerjoin(closing, closing.c.report == kept.c.report)
    for number in connection.execute(found.where(kept.c.withdrawal == wanted, never)).scalars().all():
        values = {"report": number, "state": CLOSED, "due": due, "next": os.urandom(32)}
        connection.execute(insert(closing), values)


def _publish(connection: Connection, source: Source, trust: Trust, found: tuple[int, str], today: int) -> None:
    index, note = found
    kind, number = statements.kind(note), 0
    body, certificates = b"", b""
    match kind:
        case Label.NOTE_BUNDLE | Label.NOTE_DIRECTORY:
            number = _number(note)
            body, certificates = source.version(kind, number)
            (Bundle if kind is Label.NOTE_BUNDLE else Directory).verify_any(note, body, trust=trust)
            if kind is Label.NOTE_BUNDLE and number == 1:
                _move_calendar(connection, today)
        case Label.NOTE_PAGE:
            number = PageCode.verify(note, trust).number
        case Label.NOTE_FEED:
            number = FeedNote.verify(note, trust.log_policy).day
            if number < today:  # a rehearsal makes today's again and again
                _move_calendar(connection, number + 1)
        case Label.NOTE_ERASURE:
            _erase(connection, Erasure.verify(note, trust.log_policy))
        case _:
            pass  # the house checked it before it was a leaf, and checks it again when it starts
    row = {"leaf": index, "kind": kind.value.decode().strip(), "number": number, "note": note}
    connection.execute(insert(statement), {**row, "body": body, "certificates": certificates})


def _move_calendar(connection: Connection, day: int) -> None:
    """No day gets a second file: those of the days that are lost stay lost."""
    first = connection.execute(select(calendar.c.day)).scalar()
    if first is None:
        connection.execute(insert(calendar), {"id": 0, "day": day})
    elif first < day:
        connection.execute(update(calendar).values(day=day))


def _erase(connection: Connection, erasure: Erasure) -> None:
    """Destroy once more what an old copy still has."""
    query = select(report.c.number, report.c.leaf).where(report.c.leaf.in_(erasure.indexes))
    keeping.destroy(connection, [Due(row.number, row.leaf, erasure.why) for row in connection.execute(query)])
