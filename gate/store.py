"""What a gate remembers: the log it has read, what forbids, what it decided lately. No slip, no share, no content."""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata: Final = MetaData()

# Its own copy of the log's leaves, found again by tag.
leaf = Table(
    "leaf",
    metadata,
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("tag", LargeBinary(16), nullable=False),
    Column("commitment", LargeBinary(32), nullable=False),
    Index("ix_leaf_tag", "tag"),
)

# What lies beside leaves that others wrote. Among them are her wishes, and only who is asked about her report can tell.
memo = Table(
    "memo",
    metadata,
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("memo", LargeBinary(156), nullable=False),
)

# From which leaf on it read in which minute, one row an hour, rounded up: what is widened waits from there.
read = Table(
    "read",
    metadata,
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("minute", Integer, nullable=False),
)

# Withdrawals that came to the gate's own address, perhaps before the log had them: never forgotten.
withdrawn = Table(
    "withdrawn",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("minute", Integer, nullable=False),
)

# Answers that it permitted, oldest first; `handle` says nothing to whoever has not her slot (protocol 15.10).
answered = Table(
    "answered",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("handle", LargeBinary(15), nullable=False),
    Column("request", LargeBinary(32), nullable=False),
    Column("day", Integer, nullable=False),
    Index("ix_answered_handle", "handle"),
    Index("uq_answered_request", "request", unique=True),
)

# Statements that were public leaves, with the minute at which they were first seen (delays count from there).
statement = Table(
    "statement",
    metadata,
    Column("leaf", Integer, primary_key=True, autoincrement=False),
    Column("seen", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("certificates", LargeBinary, nullable=False),
)

# Who may open nothing any more; also what came to the gate's own address before the log had it.
revoked = Table("revoked", metadata, Column("name", String(24), primary_key=True))

# Who stepped aside from which report.
recused = Table(
    "recused",
    metadata,
    Column("id", LargeBinary(32), primary_key=True),
    Column("name", String(24), primary_key=True),
)

# Requests that were decided: each is taken once, and released for half an hour at most.
decision = Table(
    "decision",
    metadata,
    Column("request", LargeBinary(32), primary_key=True),
    Column("section", Integer, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary(48), nullable=False),
    Column("permitted", Boolean, nullable=False),
    Column("minute", Integer, nullable=False),
)

# How many requests a person made today, and in a row of its own how many answers; who she is cannot be read from it
# (gate/quota.py).
asked = Table(
    "asked",
    metadata,
    Column("who", LargeBinary(16), primary_key=True),
    Column("day", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
)

# Decisions that the log does not show yet. What is here for minutes is offered to the server again.
pending = Table(
    "pending",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("minute", Integer, nullable=False),
    Column("leaf", LargeBinary(48), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("notice", LargeBinary, nullable=False),
    Column("memo", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)

# Row 0: how far it has read, and where its journal stands.
state = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("journal", LargeBinary(32), nullable=False),
)

# Row 0: the minute at which it last found decisions of its own in the log that it did not remember.
rollback = Table(
    "rollback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("minute", Integer, nullable=False),
)
