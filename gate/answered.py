"""Which answers this gate permitted for which report, so that colleagues can read them again (protocol 15.9, 15.10).

A row names nobody and no report: the handle follows from a key that only she and the slot hold.
"""

from sqlalchemy import Connection, insert, select

from crypto.limits import limit
from gate import store


def remember(connection: Connection, handle: bytes, request: bytes, day: int) -> None:
    """Remember that this request was permitted as an answer; once, whatever is learned again."""
    known = connection.execute(select(store.answered.c.number).where(store.answered.c.request == request))
    if known.one_or_none() is None:
        connection.execute(insert(store.answered), {"handle": handle, "request": request, "day": day})


def newest(connection: Connection, handle: bytes) -> list[bytes]:
    """Return the request digests of the newest answers to a report, newest last: as many as a grant holds."""
    rows = connection.execute(
        select(store.answered.c.request)
        .where(store.answered.c.handle == handle)
        .order_by(store.answered.c.number.desc())
        .limit(limit("thread"))
    )
    return list(rows.scalars())[::-1]
