"""Scrub: what was destroyed leaves SQLite's write-ahead log too, not the tables alone (protocol 17.2).

`secure_delete` writes zeros over it in the database file, but older copies of its pages lie in the log until that is
cut. What the file system or the disk beneath keeps of freed blocks is out of reach here.
"""

from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, insert, select

_PATIENCE = 100  # milliseconds that readers may hold it up; meanwhile nobody writes
_BUSY = 10_000  # milliseconds, as the writer has it else


def scrub(writer: Engine) -> bool:
    """Move the whole log into the database and cut it to nothing. False where somebody still reads: try again."""
    if writer.dialect.name != "sqlite":
        return True
    connection: Any = writer.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE}")
        try:
            busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={_BUSY}")
    finally:
        connection.close()
    return not busy


def sweep(connection: Connection, table: Table, keep: Any) -> None:  # noqa: ANN401 - SQLAlchemy's type of a condition
    """Delete all rows but those of this condition, for a small table.

    Where rows are deleted one by one, pages are joined, and copies of others stay between them, which nobody finds to
    overwrite when their turn comes. So all pages are given back, which zeroes them, and what stays is written anew.
    """
    rows = [dict(row) for row in connection.execute(select(table).where(keep)).mappings()]
    connection.execute(delete(table))
    if rows:
        connection.execute(insert(table), rows)
