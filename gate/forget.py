"""Of what is closed for ever or expired, no name and no handle stays at a gate, nor in its files (protocol 17.7)."""

from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, insert, select

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
            _sweep(connection, table, ~mine)
    return bool(found)


def _sweep(connection: Connection, table: Table, keep: Any) -> None:  # noqa: ANN401 - SQLAlchemy's type of a condition
    """Delete all rows but some, and write those anew: deleting one by one leaves copies where pages are joined."""
    rows = [dict(row) for row in connection.execute(select(table).where(keep)).mappings()]
    connection.execute(delete(table))
    if rows:
        connection.execute(insert(table), rows)


def scrub(writer: Engine) -> None:
    """Cut the write-ahead log to nothing: older copies of pages lie in it. No transaction may be open."""
    connection: Any = writer.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
