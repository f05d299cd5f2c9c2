"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "report",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.LargeBinary(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("slots", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.Integer(), nullable=False),
    )
    op.create_index("uq_report_id", "report", ["id"], unique=True)
    op.create_index("ix_report_day", "report", ["day"])
    op.create_table(
        "leaf",
        sa.Column("index", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("leaf", sa.LargeBinary(48), nullable=False),
    )
    op.create_table(
        "beside",
        sa.Column("index", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("notice", sa.LargeBinary(), nullable=False),
        sa.Column("memo", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "subtree",
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
    )
    op.create_table(
        "statement",
        sa.Column("leaf", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("certificates", sa.LargeBinary(), nullable=False),
    )
