"""Answers, wishes, keeping and destroying."""

import sqlalchemy as sa
from alembic import op

from crypto.envelope import Content, Header
from crypto.limits import limit
from policies import retention

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    kept = op.create_table(
        "kept",
        sa.Column("report", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("until", sa.Integer()),
        sa.Column("withdrawal", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "closing",
        sa.Column("report", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("next", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("ix_closing_next", "closing", ["next"])
    op.create_table(
        "answer",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("slots", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "permitted",
        sa.Column("request", sa.LargeBinary(32), primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
    )
    op.create_table(
        "feed",
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("leaf", sa.Integer(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "calendar",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer(), nullable=False),
    )
    op.create_table(
        "taken",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("day", sa.Integer(), nullable=False),
    )
    _read_headers(kept)
    op.create_index("ix_kept_until", "kept", ["until"])
    op.create_index("ix_kept_withdrawal", "kept", ["withdrawal"])


def _read_headers(kept: sa.Table) -> None:
    """Say of every report that is there how long it is kept and what withdraws it. No row of theirs is touched."""
    connection = op.get_bind()
    report = sa.table("report", sa.column("number"), sa.column("day"), sa.column("content"))
    numbers = connection.execute(sa.select(report.c.number).order_by(report.c.number)).scalars().all()
    for number in numbers:
        row = connection.execute(sa.select(report.c.day, report.c.content).where(report.c.number == number)).one()
        content = Content.decode(bytes(row.content), limit=limit("envelope"))
        header = Header.decode(content.header, limit=limit("header"))
        until = retention.due_day(row.day, header.retention)
        values = {"report": number, "until": until, "withdrawal": header.withdrawal}
        connection.execute(sa.insert(kept), values)
