"""The migrations make exactly the tables of server/store.py, and running them twice changes nothing."""

from pathlib import Path

from alembic import command
from sqlalchemy import inspect

from doors.database import open_database
from server import migrate
from server.store import metadata


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'amana.db'}")
    for _ in range(2):
        with database.writer.begin() as connection:
            migrate.upgrade(connection)
    with database.writer.begin() as connection:
        command.check(migrate.config(connection))  # raises when a table or column differs
        assert set(inspect(connection).get_table_names()) == set(metadata.tables) | {"alembic_version"}
    database.dispose()


def test_the_database_is_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "server" / "amana.db"
    database = open_database(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    with database.writer.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")
        }
    assert settings == {"synchronous": 2, "journal_mode": "wal"}
    with database.reader.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
    database.dispose()
