"""(3) The log's own way to append, over the rows alone: the same tables, pragmas and batch, by `executemany`."""

import itertools
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench.measure import Spread, interleaved, ratios
from bench.result import Found, Picture, Row, Scale, at_least
from crypto import leaves
from crypto.keyfile import KeyRing
from crypto.leaves import Entry
from doors.database import Database, open_database
from server import migrate
from server.ledger import Ledger

BATCHES: Final = (32, 256)
FLOOR: Final = 0.80
_LEAF: Final = 'INSERT INTO leaf ("index", leaf) VALUES (?, ?)'
_BESIDE: Final = 'INSERT INTO beside ("index", record, notice, memo) VALUES (?, ?, ?, ?)'


def appending(scale: Scale) -> Found:
    """Measure both batches."""
    found = Found("log append (leaf, record, tree, signed head) over raw SQLite inserts at the same batch")
    entry = _entry()
    spreads = []
    batches = BATCHES[:1] if scale.quick else BATCHES
    for batch in batches:
        with tempfile.TemporaryDirectory(dir=scale.folder) as name:
            raw_database = _opened(Path(name) / "raw")
            ours_database = _opened(Path(name) / "ours")
            ledger = Ledger(ours_database, KeyRing.new("log", "log.bench.example", os.urandom), os.urandom, time.time)
            ledger.start()
            raw = raw_database.writer.raw_connection()
            ways: dict[str, Callable[[], float]] = {
                "ours": _timed(scale, batch, lambda: _ours(ledger, entry, batch)),  # noqa: B023 - used at once
                "raw": _timed(scale, batch, _raw(raw.driver_connection, entry, batch)),
            }
            rates = interleaved(scale.rounds, ways)
            ledger.stop()
            raw.close()
            raw_database.dispose()
            ours_database.dispose()
        ratio = ratios(rates["ours"], rates["raw"])
        spreads.append(ratio)
        beside = f"{Spread.of(rates['ours']).text(0)} rows/s over {Spread.of(rates['raw']).text(0)}"
        found.rows.append(Row(f"{batch} leaves a commit", ratio.text(), beside, f"{FLOOR:.2f}", at_least(ratio, FLOOR)))
    labels = [f"{batch} a commit" for batch in batches]
    found.pictures.append(Picture("appending", "Log append over raw inserts", labels, {"ratio": spreads}, (FLOOR,)))
    return found


def _entry() -> Entry:
    auditor = KeyRing.new("auditor", "a1", os.urandom)
    return leaves.pad_entry([auditor.encryption_public], os.urandom)


def _opened(folder: Path) -> Database:
    database = open_database(f"sqlite:///{folder / 'amana.db'}")
    with database.writer.begin() as connection:
        migrate.upgrade(connection)
    return database


def _timed(scale: Scale, batch: int, commit: Callable[[], None]) -> Callable[[], float]:
    """Return a way to run commits for a while, and to say how many rows a second that was."""

    def run() -> float:
        count, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < scale.seconds:
            commit()
            count += batch
        return count / spent

    return run


def _ours(ledger: Ledger, entry: Entry, batch: int) -> None:
    ledger.append([entry] * batch).result(timeout=60)


def _raw(connection: "sqlite3.Connection | Any", entry: Entry, batch: int) -> Callable[[], None]:  # noqa: ANN401
    numbers = itertools.count()

    def commit() -> None:
        indexes = list(itertools.islice(numbers, batch))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_LEAF, [(index, entry.leaf) for index in indexes])
        connection.executemany(_BESIDE, [(index, entry.record, entry.notice, entry.memo) for index in indexes])
        connection.execute("COMMIT")

    return commit
