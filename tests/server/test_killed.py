"""`kill -9` at any moment of a round that has much to catch up with: what was begun is finished, once, in order."""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from crypto.checkpoints import LogPolicy
from crypto.feed import FeedFile
from crypto.limits import limit
from policies import feeds
from tests.checking import check_world
from tests.harness import Running
from tests.server.coming_back import Her, Reply
from tests.server.test_destroyed import found, pieces
from tests.soak.chance import Chance
from tests.soak.processes import Household, household
from tests.soak.rereading import copy_database

BACK = 120  # days that the house seems to have slept
SOONEST, LATEST = 0.02, 0.3  # seconds of a start whose imports are done
_KILLS = 60  # at most: with most of them it comes further


def ask(database: Path, query: str, *given: object) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(query, given).fetchall()
        connection.commit()
    return rows


def test_killed_again_and_again_while_it_catches_up(tmp_path: Path) -> None:
    chance = Chance()
    with household(tmp_path / "home") as house:
        database = house.home / "server" / "amana.db"
        with house.world() as world:
            gone, kept, wanted, waiting = prepared(world, database)
            answers = {one.request: one.post().json() for one in waiting}
            house.server.kill()  # nothing that was acknowledged may be lost
        ask(database, "UPDATE calendar SET day = day - ?", BACK)
        today = days(database) + BACK
        for one in gone[3:]:
            due = "UPDATE kept SET until = ? WHERE report = (SELECT number FROM report WHERE id = ?)"
            ask(database, due, today - 1, one.report)
        kills = caught_up(house, tmp_path / "copies", today, chance)
        with house.world() as world:
            assert {one.id for one in world.house.reports()} == {one.report.hex() for one in kept}
            assert [world.house.content(one.report) for one in kept]
            for reply in waiting:
                reply.world = world
                assert reply.post().json() == answers[reply.request]
        house.kill()
        check(house.home, house, today)
        assert found(house.home, wanted) == 0
    assert kills > 1


def prepared(world: Running, database: Path) -> tuple[list[Her], list[Her], list[bytes], list[Reply]]:
    """Reports of which some go, the bytes that must be gone, and answers that wait."""
    hers = [Her(world) for _ in range(8)]
    gone, kept = hers[:6], hers[6:]
    query = 'SELECT r.content, r.slots, b.record FROM report r JOIN beside b ON b."index" = r.leaf WHERE r.id = ?'
    wanted: list[bytes] = []
    for one in gone:
        content, slots, record = ask(database, query, one.report)[0]
        wanted += pieces(content[400:], slots[400:], record)
    for one in gone[:3]:
        assert one.withdraws(now=True).status_code == 202
    return gone, kept, wanted, [Reply(world, kept[0], "one"), Reply(world, kept[1], "two")]


def caught_up(house: Household, copies: Path, today: int, chance: Chance) -> int:
    """Start it, kill it, look at what it left; until it is where it should be."""
    database = house.home / "server" / "amana.db"
    for kills in range(_KILLS):
        house.server.launch()
        came(database, today, chance)
        house.server.kill()
        copy_database(database, copies / "server" / "amana.db", alive=False)
        done = check(copies, house, today)
        shutil.rmtree(copies)
        if done == today:
            house.server.start()
            return kills
    raise AssertionError(chance.seed)


def came(database: Path, today: int, chance: Chance) -> None:
    """Wait until it has come some days further; or sometimes only until some moment of its start."""
    further = int(chance.between(-BACK / 8, BACK / 3))
    if further <= 0:
        time.sleep(chance.between(SOONEST, LATEST))
        return
    wanted, end = min(days(database) + further, today), time.monotonic() + 10
    while days(database) < wanted and time.monotonic() < end:
        time.sleep(0.002)


def days(database: Path) -> int:
    return int(ask(database, "SELECT day FROM calendar")[0][0])


def check(folder: Path, house: Household, today: int) -> int:
    """One history; a file for each day up to where it came, each with its leaf; then return where that is."""
    policy: LogPolicy = house.organisation.trust.log_policy
    check_world(folder, policy, house.organisation.key("auditor", "a1"))
    database = folder / "server" / "amana.db"
    day = days(database)
    files = ask(database, "SELECT day, leaf, file FROM feed WHERE day < ? ORDER BY day", day)
    assert [row[0] for row in files] == list(range(today - BACK, day))
    notes = dict(ask(database, "SELECT leaf, note FROM statement"))
    for number, leaf, file in files:
        whole = FeedFile.decode(file, limit=limit("feed"))
        note = feeds.check_file(whole, policy)
        assert (note.day, note.log, notes[leaf]) == (number, leaf, whole.note)
    erasures = sum("note erasure" in note for note in notes.values())
    assert erasures in {0, 2}  # both reasons, once
    return day
