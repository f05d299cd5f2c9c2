"""Bring a database to the current tables (Alembic, without a configuration file)."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def config(connection: Connection) -> Config:
    """Return Alembic's configuration for one open connection."""
    found = Config()
    found.set_main_option("script_location", str(files("server") / "migrations"))
    found.attributes["connection"] = connection
    return found


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the caller's transaction."""
    command.upgrade(config(connection), "head")
