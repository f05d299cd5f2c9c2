"""Triage without opening: for each of the desk a sealed list of what she may ask for, and how urgent (protocol 20).

It asks the very rules that an opening would be decided by. Nothing is kept, and nothing is logged but a note a day,
which must be in the log before the first list. The work is done in slices, so that openings need not wait for it.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from crypto import sheets
from crypto.envelope import Header
from crypto.errors import CryptoError
from crypto.hashing import sha256
from crypto.hybrid import PrivateKey
from crypto.keyfile import KeyRing
from crypto.limits import limit
from crypto.sections import Section
from crypto.sheets import QueueCall, QueueReply, Sheet
from doors.problem import Busy, Closed
from gate import reported
from gate.inforce import InForce, Known
from gate.reported import Asked
from policies.decide import Permit, decide
from policies.directory import DESK, Person
from policies.facts import OPEN, Colleague, Question
from policies.queues import QueueNote

SLICE: Final = 8  # reports that are looked up while everything else waits: a few milliseconds
PURPOSE: Final = "TRIAGE"
_HOUR: Final = 60  # minutes
_DAY: Final = 1440

Inside = Callable[[], AbstractContextManager[tuple[Connection, Known, int]]]
"""Enter the gate's lock and transaction: what binds, and the minute. It raises Closed where nothing may be decided."""


class Lister:
    """Makes one sheet at a time, and a bounded number a day."""

    def __init__(self, key: KeyRing, in_force: InForce) -> None:
        self._key, self._in_force = key, in_force
        self._opens = PrivateKey(key.encryption)
        self._alone = threading.Lock()
        self._day, self._made = -1, 0

    def make(self, call: QueueCall, inside: Inside) -> QueueReply:
        """Return the sheet; the note of today instead, where the log does not have it yet. Raise Busy or Closed."""
        if not self._alone.acquire(blocking=False):
            raise Busy
        try:
            with inside() as (_, known, minute):
                day = minute // _DAY
                told = day in known.queued
            if not told:
                note = QueueNote(day=day, gate=self._key.name).sign(self._key.identity)
                return QueueReply(note=note)
            self._count(day)
            return QueueReply(note="", sheet=[self._sheet(call, inside, known, minute).sign(self._key.identity)])
        finally:
            self._alone.release()

    def _count(self, day: int) -> None:
        """A bound on the work that a server can ask for. A restart counts anew."""
        self._day, self._made = day, self._made if day == self._day else 0
        if self._made >= limit("queue_day"):
            raise Busy
        self._made += 1

    def _sheet(self, call: QueueCall, inside: Inside, known: Known, minute: int) -> Sheet:
        people = [person for person in known.directory.body.people if person.role == DESK]
        marks = [bytearray(len(call.reports)) for _ in people]
        for start in range(0, len(call.reports), SLICE):
            with inside() as (connection, now, then):
                _same(known, now)
                askers = self._colleagues(now, people)
                some = call.reports[start : start + SLICE]
                questions = [self._question(connection, now, one, askers, then) for one in some]
            # Asking the rules needs nothing that is locked, and takes nearly all of the time.
            for place, question in enumerate(questions, start):
                if question is None:
                    continue
                for number, asker in enumerate(askers):
                    if isinstance(decide(known.bundle.rules, replace(question, asker=asker)), Permit):
                        marks[number][place] = sheets.mark(question.slip.urgency, question.slip.tier)
        with inside() as (_, now, _):  # what took away meanwhile is not waited for
            _same(known, now)
            for number, asker in enumerate(self._colleagues(now, people)):
                if asker.revoked:
                    marks[number] = bytearray(len(call.reports))
        gate, hour, number = self._key.name, minute // _HOUR, call.number
        ids = [sha256(header) for header, _ in call.reports]
        lists = [
            sheets.seal_list(person.encryption, bytes(hers), gate=gate, hour=hour, number=number, ids=ids)
            for person, hers in zip(people, marks, strict=True)
        ]
        return Sheet(gate=gate, hour=hour, number=number, count=call.count, ids=ids, lists=lists)

    def _colleagues(self, known: Known, people: Sequence[Person]) -> list[Colleague]:
        return [self._in_force.colleague(known, person.name) for person in people]

    def _question(
        self,
        connection: Connection,
        known: Known,
        report: tuple[bytes, bytes],
        askers: Sequence[Colleague],
        minute: int,
    ) -> Question | None:
        """Return what would be asked for a card; None for what does not hold together: that is for nobody.

        It must not stop the sheet: anybody can send a report whose slot is rubbish.
        """
        header, slot = report
        if not askers:
            return None
        try:
            told = Header.decode(header, limit=limit("header"))
            found = reported.read(connection, self._key, self._opens, known, told, slot, minute)
        except CryptoError:
            return None
        asked = Asked(action=OPEN, section=Section.CARD, purpose=PURPOSE, asker=askers[0])
        return reported.question(connection, known, found, asked, minute)


def _same(known: Known, now: Known) -> None:
    """Raise Closed where other rules or people bind than those that the sheet was begun with; it is begun anew."""
    if (known.bundle.digest, known.directory.digest) != (now.bundle.digest, now.directory.digest):
        raise Closed
