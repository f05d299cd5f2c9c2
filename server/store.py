"""The tables, and nothing else that is kept. SECURITY.md lists them field by field; a test compares.

No column holds a category, place, language, name, address or a time finer than a day.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

NAMING: Final = {"ix": "ix_%(table_name)s_%(column_0_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}
metadata = MetaData(naming_convention=NAMING)

# A sealed report. `number` is the order of arrival; `id` is random to whoever did not send it.
report = Table(
    "report",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", LargeBinary(32), nullable=False),
    Column(
        "digest", LargeBinary(32), nullable=False
    ),  # of the whole envelope: the same bytes again are the same report
    Column("day", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("slots", LargeBinary, nullable=False),
    Column("leaf", Integer, nullable=False),
    Index("uq_report_id", "id", unique=True),
    Index("ix_report_day", "day"),
)

# What a round must know of a report, from its header, so that it reads no sealed bytes (protocol 17).
kept = Table(
    "kept",
    metadata,
    Column("report", Integer, primary_key=True, autoincrement=False),
    Column("until", Integer),  # its last day; null when nothing of it is left
    Column("withdrawal", LargeBinary(32), nullable=False),
    Column("received", LargeBinary(32)),  # R_n, for as long as files may come (protocol 19.7); then null
    Index("ix_kept_until", "until"),
    Index("ix_kept_withdrawal", "withdrawal"),
)

# Objects of files: sealed bytes that lie in a storage of their own, or are on their way (protocol 19).
objects = Table(
    "object",
    metadata,
    Column("name", LargeBinary(32), primary_key=True),
    Column("report", Integer, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),  # how much of it is on disk
    Column("day", Integer, nullable=False),  # on which it was last touched
    Column("leaf", Integer),  # null while it is on its way
    Index("ix_object_report", "report"),
)

# Reports that were withdrawn (protocol 16.4). A row stays for ever: nothing is withdrawn a second time.
closing = Table(
    "closing",
    metadata,
    Column("report", Integer, primary_key=True, autoincrement=False),
    Column("state", Integer, nullable=False),  # CLOSED, OPENED or FINAL (server/withdrawals.py)
    Column("due", Integer, nullable=False),
    Column("next", LargeBinary(32), nullable=False),
    Index("ix_closing_next", "next"),
)

# The log's leaves: 48 bytes of noise each.
leaf = Table(
    "leaf",
    metadata,
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary(48), nullable=False),
)

# What lies beside a leaf; it can be erased without touching the tree.
beside = Table(
    "beside",
    metadata,
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
    Column("notice", LargeBinary, nullable=False),
    Column("memo", LargeBinary, nullable=False),
)

# Roots of complete subtrees of 256^level leaves: the upper levels of the tiles.
subtree = Table(
    "subtree",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
)

# Row 0: the tree head as last signed and published.
head = Table(
    "head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("checkpoint", Text, nullable=False),
)

# Public statements: bundles, directories, revocations, announcements, hashes of the page, holds; and the log's own:
# files of answers, erasures.
statement = Table(
    "statement",
    metadata,
    Column("leaf", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("certificates", LargeBinary, nullable=False),
)

# Answers that wait for a file, in order. `day`: on which one was handed in.
answer = Table(
    "answer",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),
    Column("slots", LargeBinary, nullable=False),
)

# Permissions that were used, and what was said of them, until two days after they ended (protocol 15.6).
permitted = Table(
    "permitted",
    metadata,
    Column("request", LargeBinary(32), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("day", Integer, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("until", Integer, nullable=False),
)

# The file of answers of each day, the same for everybody.
feed = Table(
    "feed",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("leaf", Integer, nullable=False),
    Column("file", LargeBinary, nullable=False),
)

# Row 0: the first day whose file is not made yet.
calendar = Table(
    "calendar",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),
)

# Bodies of the last days that told a wish, so that the same one again does nothing.
taken = Table(
    "taken",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("day", Integer, nullable=False),
)
