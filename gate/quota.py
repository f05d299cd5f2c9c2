"""How many requests of one person this gate decides a day, and how many answers it permits her.

A bound on hoarding, on what she can do to the log, and on how much of a day's file of answers is hers.

Names are not kept: a row is found by a keyed hash of name and day, so a stolen disk does not say who asked.
"""

from sqlalchemy import Connection, delete, insert, select, update

from crypto.hashing import derive, tag
from crypto.keyfile import KeyRing
from crypto.labels import Label, sized
from crypto.limits import limit
from doors.problem import Denied
from gate import store


def take(connection: Connection, key: KeyRing, asker: str, day: int) -> bool:
    """Count one request. Return whether it may be decided by the rules.

    The first one too many is not: it is refused and logged, once, so that auditors see it. Raise Denied for all later
    ones of that day; they leave no leaf, or she could fill the log.
    """
    connection.execute(delete(store.asked).where(store.asked.c.day < day))
    before = _count(connection, key, asker, day, b"")
    if before > limit("requests"):
        raise Denied  # and the caller's transaction takes the count back
    return before < limit("requests")


def take_answer(connection: Connection, key: KeyRing, asker: str, day: int) -> bool:
    """Count one answer that the rules permit. Return whether it is one of the first `answers_day` of her day."""
    return _count(connection, key, asker, day, b"answer") < limit("answers_day")


def _count(connection: Connection, key: KeyRing, asker: str, day: int, what: bytes) -> int:
    """Count one more; return how many there were before."""
    who = tag(derive(key.extra, Label.ASKED), sized(asker.encode()) + day.to_bytes(4, "big") + what)
    row = store.asked.c.who == who
    before = connection.execute(select(store.asked.c.requests).where(row)).scalar()
    if before is None:
        connection.execute(insert(store.asked), {"who": who, "day": day, "requests": 1})
        return 0
    connection.execute(update(store.asked).where(row).values(requests=before + 1))
    return int(before)
