"""The daily round: files of answers for every day, also those on which nobody was there; and what is due (15.7, 17)."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from crypto import merkle
from crypto.answers import SLOT
from crypto.feed import FeedFile, PublicNotes
from crypto.labels import Label
from crypto.limits import limit
from crypto.relay import Publication
from policies import feeds, retention, statements
from policies.holds import Hold
from policies.retention import Kept
from policies.statements import Announcement, day_text
from server import rounds as rounds_room
from server.store import feed as feed_table
from tests.checking import check_world
from tests.harness import OFFICERS, Organisation, Post, Running, running
from tests.server.coming_back import (
    DAY,
    Her,
    Reply,
    file_of,
    gates,
    later,
    ledger,
    log_size,
    read,
    rounds,
    rows,
    serious,
)
from tests.server.test_submit import problem


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with serious(tmp_path) as world:
        yield world


def public(world: Running) -> dict[int, str]:
    """All notes of public leaves, held against the leaves as a client does."""
    size = log_size(world)
    found = []
    for number in range(-(-size // 256)):
        answer = world.server.get(f"/log/statements/{number}")
        found.append(PublicNotes.decode(answer.content, limit=limit("statements")))
    return dict(feeds.check_statements(0, world.house.entries(0, size), found))


def kinds(world: Running) -> list[Label]:
    return [statements.kind(note) for note in public(world).values()]


def check(world: Running) -> None:
    check_world(world.folder, world.organisation.trust.log_policy, world.key("a1"))


def test_each_day_has_its_file_also_when_nobody_was_there(house: Running) -> None:
    today, policy = house.clock.day, house.organisation.trust.log_policy
    later(house, 1)
    later(house, 4)
    places = feeds.check_order(public(house), policy)
    assert list(places) == list(range(today, today + 5))
    for day, index in places.items():
        file, note = file_of(house, day)
        assert (note.log, len(file.each()), len(set(file.each()))) == (index, 32, 32)
    told = [bool(file_of(house, day)[0].current) for day in places]
    assert told == [True, False, False, False, True]  # gates say what is in force for the day they are asked
    size = log_size(house)
    rounds(house).tick()
    assert log_size(house) == size
    check(house)


def test_a_file_stays_as_it_is_and_says_so(house: Running) -> None:
    today = house.clock.day
    later(house, 1)
    answer = house.server.get(f"/v1/feed/{day_text(today)}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "application/octet-stream"
    for wrong, status, kind in ((day_text(today + 1), 404, "not-found"), ("today", 400, "malformed")):
        problem(house.server.get(f"/v1/feed/{wrong}"), status, kind)


def test_answer_or_not_a_file_has_one_size_and_form(house: Running) -> None:
    her, today = Her(house), house.clock.day
    later(house, 1)
    Reply(house, her).post()
    later(house, 1)
    sizes = {len(house.server.get(f"/v1/feed/{day_text(today + day)}").content) for day in range(2)}
    notes = [file_of(house, today + day)[0].note for day in range(2)]
    assert len({len(note) for note in notes}) == 1
    assert len(sizes) == 1


def test_a_file_is_there_when_a_checkpoint_has_its_note(tmp_path: Path) -> None:
    with serious(tmp_path, tick=3600) as world:
        today = world.clock.day
        world.clock.offset += DAY
        gates(world).tell()
        rounds(world).tick()
        assert rows(world, "SELECT count(*) FROM feed") == [(1,)]
        problem(world.server.get(f"/v1/feed/{day_text(today)}"), 404, "not-found")
        problem(world.server.get("/log/statements/1"), 404, "not-found")
        ledger(world).append([], urgent=True).result(30)
        assert file_of(world, today)


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[tuple[Running, list[bool]]]:
    """A house whose gates can be made silent."""
    hushed = [False]

    def wrap(_: str, honest: Post) -> Post:
        def call(path: str, content: bytes) -> Any:
            if hushed[0]:
                raise OSError
            return honest(path, content)

        return call

    organisation = Organisation()
    with running(tmp_path, organisation, publish=False, wrap=wrap) as world:
        world.house.publish(organisation.next_bundle(rehearsal=False, widen_hours=1, consent_hours=1))
        world.house.publish(organisation.next_directory())
        gates(world).tell()
        yield world, hushed


def test_without_current_there_is_noise_and_answers_wait(silent: tuple[Running, list[bool]]) -> None:
    world, hushed = silent
    her, today = Her(world), world.clock.day
    world.clock.offset += DAY
    Reply(world, her).post()
    hushed[0] = True
    rounds(world).tick()
    assert file_of(world, today)[0].current  # what they said yesterday still is of that day
    assert read(world, her, today) == []  # and what was handed in after midnight is not
    world.clock.offset += DAY
    rounds(world).tick()
    assert rows(world, "SELECT count(*) FROM feed") == [(1,)]  # it waits for them, whether an answer does or not
    world.clock.offset += 599
    rounds(world).tick()
    assert rows(world, "SELECT count(*) FROM feed") == [(1,)]
    world.clock.offset += 2
    rounds(world).tick()
    assert (file_of(world, today + 1)[0].current, read(world, her, today + 1)) == ("", [])
    world.clock.offset += DAY
    rounds(world).tick()
    assert rows(world, "SELECT count(*) FROM feed") == [(2,)]  # each day it waits anew
    hushed[0] = False
    rounds(world).tick()
    assert read(world, her, today + 2) == ["We read it. You did right."]
    check(world)


def test_destroying_does_not_wait_for_gates(silent: tuple[Running, list[bool]]) -> None:
    world, hushed = silent
    her = Her(world)
    her.withdraws()
    hushed[0] = True
    world.clock.offset += 8 * DAY
    rounds(world).tick()
    assert rows(world, "SELECT length(content) FROM report") == [(0,)]


def test_a_rehearsal_makes_todays_file_again_and_the_newest_counts(fresh: Running) -> None:
    her, today = Her(fresh), fresh.clock.day
    Reply(fresh, her, "one").post()
    rounds(fresh).tick()
    assert read(fresh, her, today) == ["one"]
    size = log_size(fresh)
    rounds(fresh).tick()
    assert log_size(fresh) == size
    said = fresh.server.get(f"/v1/feed/{day_text(today)}")
    assert said.headers["cache-control"] == "no-store"
    Reply(fresh, her, "two").post()
    rounds(fresh).tick()
    assert sorted(read(fresh, her, today)) == ["one", "two"]
    later(fresh, 1)
    assert sorted(read(fresh, her, today)) == ["one", "two"]
    assert rows(fresh, "SELECT count(*) FROM answer") == [(0,)]
    rounds(fresh).tick()
    problem(fresh.server.get(f"/v1/feed/{day_text(today + 1)}"), 404, "not-found")
    check(fresh)


def test_a_rehearsal_does_it_by_itself(fresh: Running) -> None:
    her, today = Her(fresh), fresh.clock.day
    Reply(fresh, her, "one").post()
    until(lambda: fresh.server.get(f"/v1/feed/{day_text(today)}").status_code == 200)
    assert read(fresh, her, today) == ["one"]


def until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError


def test_a_house_that_starts_does_what_is_due_by_itself(tmp_path: Path) -> None:
    with serious(tmp_path) as world:
        her = Her(world)
        her.withdraws(now=True)
        organisation, today = world.organisation, world.clock.day
    with running(tmp_path, organisation, publish=False) as world:
        assert rows(world, "SELECT day FROM calendar") == [(today,)]
        until(lambda: bool(ledger(world).scrubbed))
        world.clock.offset += DAY
        rounds(world)._wake.set()  # noqa: SLF001 - instead of half a minute
        until(lambda: rows(world, "SELECT day FROM calendar") == [(today + 1,)])
        assert statements.kind(list(public(world).values())[-2]) is Label.NOTE_ERASURE


def retained(world: Running, months: int) -> bytes:
    """A report that is kept for so many months."""
    from client.reporter import seal  # noqa: PLC0415
    from crypto import words  # noqa: PLC0415
    from tests.samples import samples  # noqa: PLC0415

    envelope = seal(samples()["S01"], world.in_force, words.new(os.urandom), retention=months, draw=os.urandom)
    return world.send(envelope)


def test_each_class_falls_due_when_the_shared_rule_says(house: Running) -> None:
    """On each day around an end, what is gone is what `policies.retention` says, of a house left alone till then."""
    sent = {months: retained(house, months) for months in (3, 12, 36)}
    arrived = house.clock.day
    kept = [Kept(id=report, arrived=arrived, months=months) for months, report in sent.items()]
    for months in sent:
        last = retention.due_day(arrived, months)
        for today in (last, last + 1):
            house.clock.offset += (today - house.clock.day) * DAY
            due = {one.id for one in retention.due(kept, [], today)}
            hidden = {report for report in sent.values() if status(house, report) == 404}
            assert hidden == due  # not served any more, before a round came to it
            rounds(house).tick()
            gone = {bytes(row[0]) for row in rows(house, "SELECT id FROM report WHERE length(content) = 0")}
            assert gone == due
    assert kinds(house).count(Label.NOTE_ERASURE) == 3
    check(house)


def status(world: Running, report: bytes) -> int:
    return int(world.server.get(f"/v1/reports/{report.hex()}").status_code)


def hold(world: Running, report: bytes, day: int, until_day: int, *officers: str) -> Publication:
    text = Hold(id=report, day=day, until=until_day).text()
    return Publication(note=world.organisation.signed(text, *(officers or OFFICERS[:2])))


def test_a_hold_keeps_bytes_and_opens_nothing(house: Running) -> None:
    her, other = Her(house), Her(house)
    today = house.clock.day
    house.house.publish(hold(house, her.report, today, today + 30))
    her.withdraws(now=True)
    other.withdraws(now=True)
    later(house, 20)
    sizes = dict(rows(house, "SELECT id, length(content) > 0 FROM report"))
    assert sizes == {her.report: 1, other.report: 0}
    assert not her.served()
    later(house, 10)
    assert rows(house, "SELECT count(*) FROM report WHERE length(content) > 0") == [(1,)]
    later(house, 1)
    assert rows(house, "SELECT count(*) FROM report WHERE length(content) > 0") == [(0,)]
    check(house)


def test_the_newest_hold_counts_and_an_older_one_that_was_kept_back_is_refused(house: Running) -> None:
    report, today = retained(house, 3), house.clock.day
    first, second = hold(house, report, today, today + 100), hold(house, report, today, today + 120)
    house.house.publish(first)
    later(house, 95)
    assert (status(house, report), rows(house, "SELECT length(content) > 0 FROM report")) == (404, [(1,)])
    ends = hold(house, report, today + 95, today + 95)
    house.house.publish(ends)
    answer = house.server.post("/v1/notes", content=second.encode())
    problem(answer, 409, "conflict")
    later(house, 1)
    assert rows(house, "SELECT length(content) FROM report") == [(0,)]


def test_one_officer_holds_nothing(house: Running) -> None:
    report, today = retained(house, 3), house.clock.day
    for wrong in (
        hold(house, report, today, today + 30, OFFICERS[0]),
        hold(house, report, today, today + 30, OFFICERS[0], OFFICERS[0]),
    ):
        problem(house.server.post("/v1/notes", content=wrong.encode()), 400, "malformed")
    assert house.house.publish(hold(house, report, today, today + 30)) == log_size(house) - 1


def test_nobody_publishes_what_the_log_itself_says(house: Running) -> None:
    """A file or an erasure signed by officers, and one of the log's own handed in again."""
    later(house, 1)
    own = next(note for note in public(house).values() if statements.kind(note) is Label.NOTE_FEED)
    size = log_size(house)
    for text in (own.split("\n\n")[0] + "\n", "amana/1 note erasure\nday 2026-11-25\nwhy retention\nindexes 3\n"):
        signed = house.organisation.signed(text, *OFFICERS)
        for note in (signed, own):
            answer = house.server.post("/v1/notes", content=Publication(note=note).encode())
            problem(answer, 400, "malformed")
    assert log_size(house) == size


def test_statements_tell_every_public_leaf_up_to_the_head(house: Running) -> None:
    later(house, 2)
    found = public(house)
    assert [statements.kind(note) for note in found.values()] == [
        Label.NOTE_BUNDLE,
        Label.NOTE_DIRECTORY,
        Label.NOTE_FEED,
        Label.NOTE_FEED,
    ]
    problem(house.server.get("/log/statements/1"), 404, "not-found")
    root = merkle.root([merkle.leaf_hash(one) for one in house.house.entries(0, log_size(house))])
    assert house.organisation.trust.log_policy.verify(house.house.checkpoint()).root == root


def test_notes_of_one_page_never_grow_beyond_what_is_fetched_at_once(house: Running) -> None:
    def announce(number: int) -> Any:
        text = Announcement(house.clock.day, f"{number} " + "ä" * 60_000).text()
        note = house.organisation.signed(text, OFFICERS[0])
        return house.server.post("/v1/notes", content=Publication(note=note).encode())

    said = [announce(number).status_code for number in range(10)]
    assert said == [200] * 8 + [503] * 2
    assert len(public(house)) == 10
    later(house, 1)  # the log itself still has room
    assert len(public(house)) == 11


def test_files_are_kept_for_1100_days(house: Running) -> None:
    today = house.clock.day
    old = FeedFile(note="", current="", slots=bytes(4 * SLOT)).encode()
    with house.server.app.dependencies["database"].dependency().writer.begin() as connection:
        days = [{"day": today - 1101 + more, "leaf": 0, "file": old} for more in range(3)]
        connection.execute(insert(feed_table), days)
    later(house, 1)
    assert [day for (day,) in rows(house, "SELECT day FROM feed ORDER BY day")] == [today - 1100, today - 1099, today]


def test_many_are_destroyed_in_parts(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds_room, "CHUNK", 2)
    for _ in range(5):
        Her(house).withdraws(now=True)
    later(house, 1)
    assert kinds(house).count(Label.NOTE_ERASURE) == 3
    check(house)


def test_a_clock_that_goes_back_makes_nothing_twice(house: Running) -> None:
    today = house.clock.day
    later(house, 3)
    house.clock.offset -= 3 * DAY
    gates(house).tell()
    rounds(house).tick()
    her = Her(house)
    assert Reply(house, her).post().json() == {"day": day_text(today + 3), "late": True}
    later(house, 3)
    size = log_size(house)
    later(house, 1)
    assert log_size(house) == size + 1
    assert list(feeds.check_order(public(house), house.organisation.trust.log_policy)) == list(range(today, today + 4))
    assert read(house, her, today + 3) == ["We read it. You did right."]
