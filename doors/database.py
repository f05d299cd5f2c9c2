"""One way to open a database for both houses: SQLAlchemy Core, synchronous, SQLite set up for our promises.

SQLite: WAL, `synchronous=FULL` (an acknowledged commit survives power loss; NORMAL lost 386 of them in a trial), one
connection that writes, readers that cannot. `pysqlite3` where it has a wheel: SQLite 3.40 has the WAL-reset bug.
"""

import fcntl
import itertools
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from doors.environment import SettingError, closed_folder

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:
    sqlite_module = sqlite3

_BUSY = 10_000  # milliseconds
_READERS = 8  # connections
_ROWS = 64  # of one statement; a power of two


@dataclass(frozen=True, slots=True)
class Database:
    """A writing engine for exactly one thread, and a reading one for all others."""

    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        """Close all connections."""
        self.reader.dispose()
        self.writer.dispose()


def sqlite_version() -> str:
    """Return the SQLite version in use, for the start message and `doctor`."""
    return str(sqlite_module.sqlite_version)


def open_database(url: str) -> Database:
    """Open `url`. A SQLite file is created with mode 0600 in a folder of mode 0700."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Database(create_engine(parsed, pool_size=2), create_engine(parsed, pool_size=_READERS))
    if not parsed.database or parsed.database == ":memory:":
        raise SettingError("the database must be a file or a PostgreSQL server")
    path = Path(parsed.database)
    closed_folder(path.parent)
    path.touch(mode=0o600)
    engines = []
    for read_only in (False, True):
        engine = create_engine(
            parsed,
            module=sqlite_module,
            pool_size=_READERS if read_only else 1,
            max_overflow=0,
            connect_args={"check_same_thread": False},
        )
        event.listen(engine, "connect", _set_up_reader if read_only else _set_up_writer)
        if not read_only:
            event.listen(engine, "begin", _begin_immediate)
        engines.append(engine)
    with engines[0].connect():
        pass  # the first connection makes the file WAL before any reader opens it
    return Database(*engines)


def _set_up(connection: Any, *lines: str) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
    connection.isolation_level = None  # we say BEGIN ourselves
    for line in (f"busy_timeout={_BUSY}", "foreign_keys=ON", *lines):
        connection.execute(f"PRAGMA {line}")


def _set_up_writer(connection: Any, _: object) -> None:  # noqa: ANN401
    _set_up(
        connection,
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "wal_autocheckpoint=2000",
    )


def _set_up_reader(connection: Any, _: object) -> None:  # noqa: ANN401
    _set_up(connection, "query_only=ON", "wal_autocheckpoint=0")


def run(connection: Connection, statement: str, values: Sequence[Any] = ()) -> Any:  # noqa: ANN401 - a DBAPI cursor
    """Run a statement of ours, with `?` for each value, in this connection's transaction; return the cursor.

    For the few statements of every commit: what SQLAlchemy does around one costs more than the database. Errors are
    SQLAlchemy's all the same, without the values.
    """
    dialect = connection.dialect
    try:
        cursor = connection.connection.cursor()
        cursor.execute(statement if dialect.paramstyle == "qmark" else statement.replace("?", "%s"), values)
    except dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(statement, None, error, dialect.loaded_dbapi.Error, dialect=dialect) from None
    return cursor


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, with one statement for many of them.

    `executemany` gives Python's lock away and waits for it again at each row, behind whatever else is busy; one
    statement lets the database work through all of them beside it.
    """
    start = 0
    while start < len(rows):
        count = min(_ROWS, 1 << (len(rows) - start).bit_length() - 1)  # few different statements, to be kept prepared
        some = itertools.chain.from_iterable(rows[start : start + count])
        run(connection, _inserting(table.name, columns, count), tuple(some))
        start += count


def padded(values: Sequence[Any]) -> tuple[list[Any], str]:
    """Return these (at least one), the last of them repeated, and `?, ?, …` for them, for `IN (…)`.

    As many as a power of two, so that few different statements are kept prepared.
    """
    count = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (count - len(values))], ", ".join("?" * count)


@lru_cache(maxsize=256)
def _inserting(table: str, columns: tuple[str, ...], count: int) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    one = "(" + ", ".join("?" * len(columns)) + ")"
    return f'INSERT INTO "{table}" ({names}) VALUES ' + ", ".join([one] * count)  # noqa: S608 - names are our own


def _begin_immediate(connection: Connection) -> None:
    run(connection, "BEGIN IMMEDIATE")


class OneProcess:
    """A lock file: a second process on the same folder refuses to start instead of forking the log."""

    def __init__(self, folder: Path) -> None:
        try:
            closed_folder(folder)
            self._file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            raise SettingError(f"cannot write in {folder}: is its disk there, writable and not full?") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise SettingError("another process already works in this folder; stop it first") from None

    def release(self) -> None:
        """Let go."""
        os.close(self._file)
