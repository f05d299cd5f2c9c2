"""Of what is closed for ever or expired, no name and no handle stays at a gate, nor in its files (protocol 17.7)."""

from sqlalchemy import Connection, select

from doors.scrub import sweep
from gate import store


def forget(connection: Connection, envelope_id: bytes, handle: bytes) -> bool:
    """Forget who stepped aside from a report, and which answers it had. Return whether there was anything."""
    there = [
        (store.recused, store.recused.c.id == envelope_id),
        (store.answered, store.answered.c.handle == handle),
    ]
    found = [table for table, mine in there if connection.execute(select(table).where(mine).limit(1)).first()]
    for table, mine in there:
        if table in found:
            sweep(connection, table, ~mine)
    return bool(found)
