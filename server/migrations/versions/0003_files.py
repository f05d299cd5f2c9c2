"""Objects of files, and for a week what lets her add them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    op.add_column("kept", sa.Column("received", sa.LargeBinary(32)))
    op.create_table(
        "object",
        sa.Column("name", sa.LargeBinary(32), primary_key=True),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.Integer()),
    )
    op.create_index("ix_object_report", "object", ["report"])
