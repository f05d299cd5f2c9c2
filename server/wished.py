"""Wishes: take what she wants from now on for each gate, and close, open again or destroy by what only she can show.

The server can read no wish. A change of consent, a withdrawal, and somebody else's words are the same here: one size,
the same work, one more leaf than there are gates, the same answer (protocol 16.3, 16.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import RawBody
from sqlalchemy import Connection, insert, select, update

from crypto import leaves, wishes
from crypto.hashing import digest, sha256
from crypto.labels import Label
from crypto.leaves import WISH, WISH_BODY, Entry, Record
from crypto.limits import limit
from crypto.wishes import WishEntry, Wishes
from doors import clock
from doors.clock import Clock
from doors.problem import Busy, Closed, Malformed
from policies.trust import Trust
from server import keeping
from server.inforce import InForce
from server.keeping import CLOSED, FINAL, OPENED
from server.ledger import Ledger
from server.rounds import Rounds
from server.store import closing, kept, report, taken
from server.wraps import Stock

_CONSENT: Final = b"c"
_WITHDRAWAL: Final = b"w"
_DAY_HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Taken:
    """What everybody hears, whatever it did."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Posted:
    """A checked body with everything that may come of it, ready for the transaction."""

    withdraws: bool
    digest: bytes
    today: int
    due: int
    body: Wishes
    pad: Entry
    withdrawal: Entry
    entries: list[Entry]


class Wishing:
    """Checks a body and makes its leaves durable, together with what they close or open again."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with
        self, ledger: Ledger, in_force: InForce, trust: Trust, stock: Stock, rounds: Rounds, now: Clock
    ) -> None:
        self._ledger, self._in_force, self._trust, self._stock, self._now = ledger, in_force, trust, stock, now
        self._rounds, self._emptied = rounds, False
        self._in_flight = 0

    async def take(self, data: bytes, *, withdraws: bool) -> Taken:
        """Return when it is durable. Raise Malformed, CryptoError, Busy or Closed; nothing else is told."""
        if self._in_flight >= limit("wishes_in_flight"):
            raise Busy
        self._in_flight += 1
        try:
            posted = self._checked(Wishes.from_body(data), data, withdraws=withdraws)
            await self._ledger.enter(self._keep, posted)
            if self._emptied:
                self._emptied = False
                self._rounds.destroyed()
        finally:
            self._in_flight -= 1
        return Taken("taken")

    def _checked(self, body: Wishes, data: bytes, *, withdraws: bool) -> _Posted:
        bundle, auditors = self._in_force.bundle().body, self._ledger.auditors
        if not auditors:
            raise Closed
        if len(body.entries) != len(bundle.gates):
            raise Malformed
        today = clock.day(self._now)
        return _Posted(
            withdraws=withdraws,
            digest=sha256((_WITHDRAWAL if withdraws else _CONSENT) + data),
            today=today,
            due=today if body.now else today + -(-bundle.withdraw_hours // _DAY_HOURS),  # rounded up
            body=body,
            # Both are made, whatever it is: which one is taken shows in no time.
            pad=leaves.pad_entry(auditors, self._stock.draw),
            withdrawal=leaves.withdrawal_entry(body.shown, len(auditors), self._stock.draw),
            entries=[self._entry(one, auditors) for one in body.entries],
        )

    def _entry(self, one: WishEntry, auditors: tuple[bytes, ...]) -> Entry:
        record = Record(kind=WISH, salt=one.salt, body=WISH_BODY)
        sealed = leaves.seal_wrapped(record, self._stock.take(auditors))
        return Entry(leaf=one.leaf, record=sealed, notice=one.notice, memo=one.memo)

    def _keep(
        self, connection: Connection, _: int, posted: Sequence[_Posted]
    ) -> tuple[Sequence[Entry], Sequence[None]]:
        """In the log's transaction: the same body of the last days again does nothing."""
        entries: list[Entry] = []
        for one in posted:
            if connection.execute(select(taken.c.day).where(taken.c.digest == one.digest)).first() is not None:
                continue
            connection.execute(insert(taken), {"digest": one.digest, "day": one.today})
            entries += [self._turn(connection, one), *one.entries]
        return entries, [None] * len(posted)

    def _turn(self, connection: Connection, one: _Posted) -> Entry:
        """Do what it shows the key for, and return the leaf that goes first. Both keys are always looked for."""
        first, again = _withdraws_now(connection, one.body.shown), _turns_now(connection, one.body.shown)
        if one.withdraws and first:
            for row in first:
                state = FINAL if one.body.now else CLOSED
                values = {"report": row.number, "state": state, "due": one.due, "next": one.body.next}
                connection.execute(insert(closing), values)
                self._empty(connection, one, row)
            return one.withdrawal
        for row in again:
            if not one.withdraws and row.state == CLOSED and one.today < row.due:
                _set(connection, row, state=OPENED, next=one.body.next)
            elif one.withdraws and row.state == OPENED:
                _set(connection, row, state=FINAL, due=one.due, next=one.body.next)
                self._empty(connection, one, row)
        return one.pad

    def _empty(self, connection: Connection, one: _Posted, row: Any) -> None:  # noqa: ANN401 - a row
        """With `now`, content and slots go in this transaction; the rest, and the note of it, with the next round."""
        if not one.body.now or row.until is None:
            return
        if keeping.held(connection, self._trust).get(bytes(row.id), -1) < one.today:
            keeping.empty(connection, row.number)
            self._ledger.destroyed()
            self._emptied = True


def _withdraws_now(connection: Connection, shown: bytes) -> list[Any]:
    """Return reports of which this is the withdrawal key, and that were never withdrawn."""
    query = select(report.c.number, report.c.id, kept.c.until).join(kept, kept.c.report == report.c.number)
    never = closing.c.report.is_(None)
    query = query.outerjoin(closing, closing.c.report == report.c.number)
    wanted = digest(Label.WITHDRAWAL_HASH, shown)
    return list(connection.execute(query.where(kept.c.withdrawal == wanted, never)))


def _turns_now(connection: Connection, shown: bytes) -> list[Any]:
    """Return withdrawn reports that still are there, and of which this is the next turn key."""
    query = select(report.c.number, report.c.id, kept.c.until, closing.c.state, closing.c.due)
    query = query.join(kept, kept.c.report == report.c.number).join(closing, closing.c.report == report.c.number)
    return list(connection.execute(query.where(closing.c.next == wishes.turn_hash(shown), kept.c.until.is_not(None))))


def _set(connection: Connection, row: Any, **values: Any) -> None:  # noqa: ANN401
    connection.execute(update(closing).where(closing.c.report == row.number).values(**values))


@post("/v1/consents", status_code=202, request_max_body_size=limit("wish_body"))
async def consent(body: RawBody, wishing: NamedDependency[Wishing]) -> Taken:
    """Tell every gate what the reporter wants from now on. The answer is the same whatever it does."""
    return await wishing.take(body, withdraws=False)


@post("/v1/withdrawals", status_code=202, request_max_body_size=limit("wish_body"))
async def withdraw(body: RawBody, wishing: NamedDependency[Wishing]) -> Taken:
    """Close a report, and tell every gate. The answer is the same whatever it does."""
    return await wishing.take(body, withdraws=True)


routes = Router(path="/", route_handlers=[consent, withdraw], tags=["wishes"])
