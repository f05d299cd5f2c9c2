"""What was destroyed is nowhere in the database's files: searched in tables, free pages and logs (protocol 17.2)."""

import os
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import insert, select

from crypto.hashing import sha256
from doors.database import open_database
from doors.scrub import scrub, sweep
from server import migrate
from server.store import answer, beside, report
from tests.checking import check_world
from tests.harness import Running
from tests.server.coming_back import Her, Reply, gates, later, ledger, rounds, rows, serious

PIECE, STEP = 24, 256  # bytes that are searched for, one such piece in so many
MANY = 24
MOST = 0.9  # of the pieces of what is there: the others lie across the edge of a page


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with serious(tmp_path) as world:
        yield world


def on_disk(folder: Path) -> bytes:
    """Every byte of every file beside the database: tables, write-ahead log, journals, whatever there is."""
    return b"\0".join(path.read_bytes() for path in sorted((folder / "server").iterdir()) if path.is_file())


def pieces(*blobs: bytes) -> list[bytes]:
    """Pieces from all over these, wherever a copy of a part of them may begin."""
    return [blob[at : at + PIECE] for blob in blobs for at in range(0, len(blob) - PIECE, STEP)]


def found(folder: Path, wanted: list[bytes]) -> int:
    disk = on_disk(folder)
    return sum(one in disk for one in wanted)


def sealed(world: Running, number: int) -> list[bytes]:
    """Everything of one report that must go, as the database has it; of content what comes after its header."""
    with world.server.app.dependencies["database"].dependency().reader.connect() as connection:
        row = connection.execute(select(report).where(report.c.number == number)).one()
        more = connection.execute(select(beside).where(beside.c.index == row.leaf)).one()
    return [row.content[400:], row.slots[400:], more.record, more.notice, more.memo]


def scrubbed(world: Running) -> None:
    deadline = time.monotonic() + 20
    while not ledger(world).scrubbed:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_reports_that_were_destroyed_in_any_order_leave_nothing(house: Running) -> None:
    hers = [Her(house) for _ in range(MANY)]
    blobs = {one.report: pieces(*sealed(house, number)) for number, one in enumerate(hers, 1)}
    assert all(found(house.folder, some) > MOST * len(some) for some in blobs.values())
    secrets.SystemRandom().shuffle(hers)
    gone: list[bytes] = []
    while len(hers) > MANY // 2:
        for _ in range(3):
            one = hers.pop()
            one.withdraws(now=secrets.randbelow(2) == 0)
            gone += blobs[one.report]
        Her(house)  # others go on writing
        later(house, 8)
        scrubbed(house)
        assert found(house.folder, gone) == 0
    kept = [piece for one in hers for piece in blobs[one.report]]
    assert found(house.folder, kept) > MOST * len(kept)
    for one in hers:
        one.withdraws()
    later(house, 8)
    scrubbed(house)
    assert found(house.folder, kept) == 0
    check_world(house.folder, house.organisation.trust.log_policy, house.key("a1"))


def test_with_now_her_sealed_bytes_are_gone_before_the_next_look(house: Running) -> None:
    her = Her(house)
    content, slots, *_ = sealed(house, 1)
    her.withdraws(now=True)
    scrubbed(house)
    assert found(house.folder, pieces(content, slots)) == 0


def test_which_slots_of_a_file_were_answers_is_not_there_any_more(tmp_path: Path) -> None:
    """The slots are public; which of them were real, in which order, and which requests they belong to, is not."""
    slots: list[bytes] = []
    with serious(tmp_path, answers=8) as world:
        her = Her(world)
        for _ in range(8):
            for _ in range(secrets.randbelow(6) + 1):
                reply = Reply(world, her, "We read it. " * secrets.choice([1, 100, 200, 250]))
                if reply.post().status_code == 202:
                    slots += reply.slots
            later(world, 1)
        later(world, 4)
        for _ in range(6):
            later(world, 1)
        scrubbed(world)
        assert rows(world, "SELECT count(*) FROM answer") == [(0,)]
        assert rows(world, "SELECT count(*) FROM permitted") == [(0,)]
        # Each stands in the file of a day and nowhere else: once, in no order.
        disk = on_disk(world.folder)
        assert len(slots) > 20
        counts = Counter(disk.count(one[start : start + PIECE]) for one in slots for start in (0, 500, 1000))
        assert max(counts) == 1
        assert counts[1] > MOST * counts.total()


def draws(seed: int) -> Iterator[int]:
    """The same numbers below 65536 every time."""
    for number in count():
        yield int.from_bytes(sha256(b"%d %d" % (seed, number))[:2], "big")


@pytest.mark.parametrize("seed", [0, 4, 5])
def test_a_row_that_moved_before_it_was_deleted_leaves_no_copy(tmp_path: Path, seed: int) -> None:
    """Rows of many sizes, deleted in any order: with plain deletes some of these runs find one."""
    database = open_database(f"sqlite:///{tmp_path / 'server' / 'amana.db'}")
    chance, there, gone, number = draws(seed), dict[int, bytes](), list[bytes](), 0
    with database.writer.begin() as connection:
        migrate.upgrade(connection)
    for _ in range(60):
        with database.writer.begin() as connection:
            for _ in range(next(chance) % 30):
                number += 1
                there[number] = os.urandom((100, 300, 900)[next(chance) % 3])
                values = {"number": number, "day": 0, "slots": there[number]}
                connection.execute(insert(answer), values)
        with database.writer.begin() as connection:
            kept = {one for one in there if next(chance) % 5}
            sweep(connection, answer, answer.c.number.in_(kept))
            gone += [there.pop(one) for one in set(there) - kept]
    assert scrub(database.writer)
    with database.reader.connect() as connection:
        assert dict(connection.execute(select(answer.c.number, answer.c.slots)).all()) == there
    disk = on_disk(tmp_path)
    assert [one for one in gone if any(one[at : at + PIECE] in disk for at in range(0, len(one) - PIECE, 32))] == []
    database.dispose()


def test_a_reader_holds_up_nobody_and_then_it_is_scrubbed(house: Running) -> None:
    her = Her(house)
    wanted = pieces(*sealed(house, 1)[:2])
    database = house.server.app.dependencies["database"].dependency()
    with database.reader.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.execute(select(report.c.number)).all()
        her.withdraws(now=True)
        began = time.monotonic()
        Her(house)  # the writer goes on
        assert time.monotonic() - began < 3
        assert not ledger(house).scrubbed
        assert found(house.folder, wanted)
    scrubbed(house)
    assert found(house.folder, wanted) == 0


def test_before_the_log_is_cut_the_same_search_finds_it(tmp_path: Path) -> None:
    """So the search could fail; and cutting is what it needs besides `secure_delete`."""
    database = open_database(f"sqlite:///{tmp_path / 'server' / 'amana.db'}")
    secret = os.urandom(60_000)
    with database.writer.begin() as connection:
        migrate.upgrade(connection)
        values = {"number": 1, "id": bytes(32), "digest": bytes(32), "day": 1, "slots": b"", "leaf": 1}
        connection.execute(report.insert(), {**values, "content": secret})
    with database.writer.begin() as connection:
        connection.execute(report.update().values(content=b""))
    assert found(tmp_path, pieces(secret))
    assert scrub(database.writer)
    assert found(tmp_path, pieces(secret)) == 0
    database.dispose()


def test_killed_between_destroying_and_scrubbing(tmp_path: Path) -> None:
    """The copy of the files as `kill -9` leaves them has it in the log; the house that starts on them has not."""
    with serious(tmp_path / "one") as world:
        her = Her(world)
        wanted = pieces(*sealed(world, 1)[:2])
        database = world.server.app.dependencies["database"].dependency()
        with database.reader.connect() as connection:  # keeps the log from being cut
            connection.exec_driver_sql("BEGIN")
            connection.execute(select(report.c.number)).all()
            her.withdraws(now=True)
            organisation = world.organisation
            (tmp_path / "two").mkdir(mode=0o700)
            shutil.copytree(tmp_path / "one" / "gate", tmp_path / "two" / "gate")
            (tmp_path / "two" / "server").mkdir(mode=0o700)
            for file in ("amana.db", "amana.db-wal"):
                shutil.copyfile(tmp_path / "one" / "server" / file, tmp_path / "two" / "server" / file)
    assert found(tmp_path / "two", wanted)
    with serious(tmp_path / "two", organisation) as world:
        scrubbed(world)
        assert found(world.folder, wanted) == 0
        assert rows(world, "SELECT length(content) FROM report") == [(0,)]
        later(world, 1)
        check_world(world.folder, organisation.trust.log_policy, world.key("a1"))


def test_a_house_from_before_learns_from_headers_what_it_must_keep(tmp_path: Path) -> None:
    """The first tables with a report in them become the new ones; no row of sealed bytes is written again."""
    with serious(tmp_path / "one") as world:
        her = Her(world)
        expected = [(*row, None) for row in rows(world, "SELECT report, until, withdrawal FROM kept")]
        row = rows(world, "SELECT number, id, digest, day, content, slots, leaf FROM report")[0]
    database = open_database(f"sqlite:///{tmp_path / 'amana.db'}")
    with database.writer.begin() as connection:
        command.upgrade(migrate.config(connection), "0001")
        connection.exec_driver_sql("INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    with database.writer.begin() as connection:
        migrate.upgrade(connection)
        assert [tuple(one) for one in connection.exec_driver_sql("SELECT * FROM kept")] == expected
        assert her.keys.withdrawal not in row[4]
    database.dispose()


@contextmanager
def busy(world: Running) -> Iterator[None]:
    """Readers that never stop."""
    over = threading.Event()
    ids = [one.id for one in world.house.reports()]

    def read(_: Any = None) -> None:
        while not over.is_set():
            for one in ids:
                world.server.get(f"/v1/reports/{one}")

    threads = [threading.Thread(target=read) for _ in range(3)]
    for one in threads:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in threads:
            one.join()


def test_it_is_scrubbed_also_while_others_read_all_the_time(house: Running) -> None:
    hers = [Her(house) for _ in range(4)]
    wanted = pieces(*sealed(house, 1)[:2])
    with busy(house):
        hers[0].withdraws(now=True)
        scrubbed(house)
        assert found(house.folder, wanted) == 0
    gates(house).tell()
    rounds(house).tick()
