"""Many at once share a commit; alone, and when it is urgent, nobody waits for others."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from crypto.keyfile import KeyRing
from crypto.leaves import Entry
from doors.database import open_database
from server import ledger as ledgers
from server import migrate
from server.ledger import Ledger

PATIENCE = 1.0  # seconds: long enough to be told from a commit on a slow machine


class Watched:
    """A ledger whose commits are counted."""

    def __init__(self, folder: Path) -> None:
        self.database = open_database(f"sqlite:///{folder / 'amana.db'}")
        with self.database.writer.begin() as connection:
            migrate.upgrade(connection)
        log = KeyRing.new("log", "log.crowd.example", os.urandom)
        self.ledger = Ledger(self.database, log, os.urandom, time.time)
        self.commits = 0
        event.listen(self.database.writer, "commit", self._count)
        self.ledger.start()

    def _count(self, _: Any) -> None:
        self.commits += 1

    def crowd(self) -> None:
        """Have many in one commit: they wait behind a job that takes its time."""

        def hold(_: Connection, __: int) -> tuple[list[Entry], None]:
            time.sleep(0.2)
            return [], None

        held = self.ledger.submit(hold)
        many = [self.ledger.append([]) for _ in range(ledgers._CROWD)]  # noqa: SLF001
        for one in [held, *many]:
            one.result(30)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(ledgers, "_PATIENCE", PATIENCE)
    one = Watched(tmp_path)
    yield one
    one.ledger.stop()
    one.database.dispose()


def test_after_a_crowd_the_first_waits_for_the_others(watched: Watched) -> None:
    watched.crowd()
    before = watched.commits
    first = watched.ledger.append([])
    time.sleep(PATIENCE / 4)
    second = watched.ledger.append([])
    first.result(30)
    second.result(30)
    assert watched.commits == before + 1


def test_alone_nobody_waits(watched: Watched) -> None:
    watched.crowd()
    watched.ledger.append([]).result(30)  # the last that waits for a crowd
    began = time.monotonic()
    for _ in range(3):
        watched.ledger.append([]).result(30)
    assert time.monotonic() - began < PATIENCE


def test_what_is_urgent_does_not_wait(watched: Watched) -> None:
    watched.crowd()
    began = time.monotonic()
    watched.ledger.append([], urgent=True).result(30)
    assert time.monotonic() - began < PATIENCE


def test_the_end_does_not_lose_what_waits(watched: Watched) -> None:
    watched.crowd()
    last = watched.ledger.append([])
    watched.ledger.stop()
    assert last.done()
