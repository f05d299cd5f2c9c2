"""Alembic's entry: one connection, given by `server.migrate`."""

from alembic import context

from server.store import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
