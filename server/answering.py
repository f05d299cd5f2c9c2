"""Answers: take what t gates permitted to be put into the feed. The server can read nothing of it (protocol 15.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from litestar import post
from litestar.di import NamedDependency
from litestar.params import RawBody
from sqlalchemy import Connection, func, insert, select

from crypto import answers
from crypto.answers import SLOT
from crypto.errors import CryptoError
from crypto.feed import ANSWERS_LIMIT, AnswerPost
from crypto.hashing import sha256
from crypto.leaves import Entry
from crypto.limits import limit
from doors import clock
from doors.clock import Clock
from doors.problem import Busy, Conflict, Denied
from policies.bundle import Bundle
from policies.statements import day_text
from server.inforce import InForce
from server.ledger import Ledger
from server.rounds import Rounds
from server.store import answer, calendar, permitted

_DAY_MINUTES: Final = 1440


@dataclass(frozen=True, slots=True)
class Waits:
    """In which day's file it will be, and whether that is later than today's because that one is full."""

    day: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Posted:
    request: bytes
    digest: bytes
    slots: bytes
    until: int
    today: int
    size: int


class Answering:
    """Checks an answer's permissions and lets it wait for its day, once."""

    def __init__(self, ledger: Ledger, in_force: InForce, rounds: Rounds, now: Clock) -> None:
        self._ledger, self._in_force, self._rounds, self._now = ledger, in_force, rounds, now

    async def take(self, data: bytes) -> Waits:
        """Return when it is durable. Raise CryptoError, Denied, Conflict, Busy or Closed."""
        given = AnswerPost.decode(data, limit=ANSWERS_LIMIT)
        bundle = self._in_force.bundle()
        _check_permissions(given, bundle)
        if clock.minute(self._now) > given.until:
            raise Denied
        posted = _Posted(
            request=given.request,
            digest=sha256(data),
            slots=b"".join(given.slots),
            until=given.until // _DAY_MINUTES,
            today=clock.day(self._now),
            size=bundle.body.answers,
        )
        day, late = await self._ledger.enter(self._keep, posted)
        self._rounds.arrived()
        return Waits(day_text(day), late)

    @staticmethod
    def _keep(
        connection: Connection, _: int, posted: Sequence[_Posted]
    ) -> tuple[Sequence[Entry], Sequence[tuple[int, bool] | Conflict | Busy]]:
        """In the log's transaction: a permission is used once; the same bytes again are the same answer."""
        results: list[tuple[int, bool] | Conflict | Busy] = []
        for one in posted:
            known = connection.execute(select(permitted).where(permitted.c.request == one.request)).first()
            if known is not None:
                same = bytes(known.digest) == one.digest
                results.append((int(known.day), bool(known.late)) if same else Conflict())
                continue
            day = _day_of(connection, one)
            if day - one.today >= limit("feed_days"):
                results.append(Busy())
                continue
            late = day > one.today
            number = (connection.execute(select(func.max(answer.c.number))).scalar() or 0) + 1
            connection.execute(insert(answer), {"number": number, "day": one.today, "slots": one.slots})
            values = {"request": one.request, "digest": one.digest, "day": day, "late": late, "until": one.until}
            connection.execute(insert(permitted), values)
            results.append((day, late))
        return [], results


def _check_permissions(given: AnswerPost, bundle: Bundle) -> None:
    """Raise Denied unless t different gates of this bundle gave them for this request and minute."""
    keys = {gate.name: gate.key.public for gate in bundle.body.gates}
    good = 0
    try:
        for name, permission in given.permissions:
            if name in keys:
                answers.check_permission(keys[name], given.request, given.until, permission)
                good += 1
    except CryptoError:
        raise Denied from None
    if good < bundle.body.threshold:
        raise Denied


def _day_of(connection: Connection, one: _Posted) -> int:
    """Return the day in whose file it will be, when days are filled in order and nothing is split (protocol 15.7)."""
    rows = connection.execute(select(answer.c.day, func.length(answer.c.slots)).order_by(answer.c.number)).all()
    waiting = [(int(day), int(size) // SLOT) for day, size in rows]
    first = connection.execute(select(calendar.c.day)).scalar()
    return last_day([*waiting, (one.today, len(one.slots) // SLOT)], one.today if first is None else first, one.size)


def last_day(waiting: Sequence[tuple[int, int]], first: int, size: int) -> int:
    """Return the day in whose file the last of these will be: day and slots of each, in order.

    `first` is the next day whose file is made, of `size` slots.
    """
    day, used = first, 0
    for handed_in, count in waiting:
        if handed_in > day:
            day, used = handed_in, 0
        if used + count > size:
            day, used = day + 1, 0
        used += count
    return day


@post("/v1/answers", status_code=202, request_max_body_size=ANSWERS_LIMIT, tags=["answers"])
async def take(body: RawBody, answering: NamedDependency[Answering]) -> Waits:
    """Hand in a sealed answer. The same bytes again are the same answer and hear the same."""
    return await answering.take(body)
