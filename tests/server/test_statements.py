"""Statements of every commit go past SQLAlchemy: they fail as its own do, and say nothing of what was in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from doors.database import open_database, padded, run

SECRET = "whom she named"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    database = open_database(f"sqlite:///{tmp_path / 'amana.db'}")
    with database.writer.begin() as one:
        run(one, "CREATE TABLE told (word TEXT PRIMARY KEY)")
        run(one, "INSERT INTO told VALUES (?)", (SECRET,))
        yield one
    database.dispose()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [("INSERT INTO told VALUES (?)", IntegrityError), ("INSERT INTO nowhere VALUES (?)", OperationalError)],
)
def test_an_error_is_sqlalchemys_and_names_no_value(
    connection: Connection, statement: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as raised:
        run(connection, statement, (SECRET,))
    assert SECRET not in str(raised.value) + repr(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(("count", "places"), [(1, 1), (2, 2), (3, 4), (5, 8), (64, 64), (65, 128)])
def test_a_list_is_as_long_as_a_power_of_two_and_holds_nothing_else(count: int, places: int) -> None:
    values, text = padded(list(range(count)))
    assert len(values) == text.count("?") == places
    assert set(values) == set(range(count))


def test_what_is_there_is_found_in_a_padded_list(connection: Connection) -> None:
    values, places = padded(["another", "a third", SECRET])
    assert run(connection, f"SELECT word FROM told WHERE word IN ({places})", values).fetchall() == [(SECRET,)]  # noqa: S608 - question marks
