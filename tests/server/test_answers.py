"""Answers over HTTP: t gates' permission, once, for a day that is told; with less no byte goes in (protocol 15.6)."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import answers, feed, wishes
from crypto.feed import AnswerPost
from crypto.limits import limit
from policies.statements import day_text
from server.answering import last_day
from tests.harness import Organisation, Running
from tests.server.coming_back import Her, Reply, later, log_size, read, rounds, rows, serious
from tests.server.test_submit import problem


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with serious(tmp_path, answers=4) as world:
        yield world


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Three gates of which two are needed."""
    organisation = Organisation(gates=3, threshold=2)
    from tests.harness import running  # noqa: PLC0415

    with running(tmp_path_factory.mktemp("three"), organisation) as world:
        yield world


def waits(world: Running, days: int) -> dict[str, object]:
    return {"day": day_text(world.clock.day + days), "late": days > 0}


def test_an_answer_waits_for_tonight_and_she_finds_it(house: Running) -> None:
    her, today, size = Her(house), house.clock.day, log_size(house)
    said = Reply(house, her).post()
    assert (said.status_code, said.json()) == (202, waits(house, 0))
    assert log_size(house) == size  # an answer that waits is no leaf
    problem(house.server.get(f"/v1/feed/{day_text(today)}"), 404, "not-found")
    later(house, 1)
    assert read(house, her, today) == ["We read it. You did right."]
    assert read(house, Her(house), today) == []


def test_the_same_bytes_again_hear_the_same_and_others_are_a_conflict(house: Running) -> None:
    her, today = Her(house), house.clock.day
    reply = Reply(house, her)
    first = reply.post()
    assert reply.post().content == first.content
    problem(reply.post(slots=[reply.slots[0][:-1] + b"\0"]), 409, "conflict")
    assert rows(house, "SELECT count(*) FROM answer") == [(1,)]
    later(house, 1)
    assert read(house, her, today) == ["We read it. You did right."]
    for day in range(1, 3):
        problem(reply.post(until=reply.until + 4 * 1440), 409, "conflict")  # longer than a gate says, still once
        later(house, 1)
        assert read(house, her, today + day) == []


def test_what_does_not_fit_waits_a_day_and_is_said(house: Running) -> None:
    her, today = Her(house), house.clock.day
    long = "We read it. " * 250
    assert Reply(house, her, "one").post().json() == waits(house, 0)
    assert len(Reply(house, her, long).slots) == 4
    assert Reply(house, her, long).post().json() == waits(house, 1)
    assert Reply(house, her, "three").post().json() == waits(house, 2)
    later(house, 3)
    # Days on which nobody was there: the one before last has only noise, so all of it is a day late.
    assert [read(house, her, today + day) for day in range(3)] == [[], [], ["one"]]
    later(house, 1)
    assert read(house, her, today + 3) == [long]
    later(house, 1)
    assert read(house, her, today + 4) == ["three"]


def test_a_week_of_answers_may_wait(house: Running) -> None:
    her = Her(house)
    long = "We read it. " * 250
    days = limit("feed_days")
    for day in range(days):
        assert Reply(house, her, long).post().json() == waits(house, day)
    for text in (long, "short"):
        problem(Reply(house, her, text).post(), 503, "busy")
    later(house, 1)
    assert Reply(house, her, "short").post().json() == waits(house, days - 1)


def test_less_than_t_gates_put_nothing_in(three: Running) -> None:
    her = Her(three)
    reply = Reply(three, her)
    good = reply.message().permissions
    key = three.key("gate-3").identity
    other = answers.permit(key, os.urandom(32), reply.until)
    longer = answers.permit(key, reply.request, reply.until + 1)
    mine = answers.permit(three.key("r1").identity, reply.request, reply.until)
    for wrong in (
        good[:1],
        [good[0], ("gate-3", other)],
        [good[0], ("gate-3", longer)],
        [good[0], ("gate-3", mine)],
        [good[0], ("gate-9", mine)],
        [good[0], ("gate-3", good[0][1])],
        [*good, ("gate-3", other)],
    ):
        problem(reply.post(permissions=wrong), 403, "denied")
    assert rows(three, "SELECT count(*) FROM answer") == [(0,)]
    third = ("gate-3", answers.permit(key, reply.request, reply.until))
    assert reply.post(permissions=[good[1], third]).status_code == 202


def test_a_permission_ends(house: Running) -> None:
    reply = Reply(house, Her(house))
    assert reply.post(until=int(house.clock() // 60) - 1).status_code == 403
    house.clock.offset += 60 * limit("answer_minutes") - 120
    assert reply.post().status_code == 202
    late = Reply(house, Her(house))
    house.clock.offset += 60 * (limit("answer_minutes") + 2)
    problem(late.post(), 403, "denied")


def test_form_comes_first(house: Running) -> None:
    reply = Reply(house, Her(house))
    good = reply.message().encode()
    slot = reply.slots[0]
    for wrong in (b"", good[:-1], good + b"\0", os.urandom(len(good)), wishes.no_wish(os.urandom).encode()):
        problem(house.server.post("/v1/answers", content=wrong), 400, "malformed")
    bent: list[Mapping[str, object]] = [
        {"slots": []},
        {"slots": [os.urandom(1024)]},
        {"slots": [slot[:-1]]},
        {"slots": [slot, slot]},
        {"slots": [slot, *(os.urandom(1024) for _ in range(4))]},
        {"permissions": []},
        {"permissions": [reply.message().permissions[0]] * 2},
        {"request": os.urandom(31)},
    ]
    for change in bent:
        data = _encoded(reply, change)
        problem(house.server.post("/v1/answers", content=data), 400, "malformed")
    problem(house.server.post("/v1/answers", content=bytes(feed.ANSWERS_LIMIT + 1)), 413, "too-large")
    assert rows(house, "SELECT count(*) FROM answer") == [(0,)]


def _encoded(reply: Reply, change: Mapping[str, object]) -> bytes:
    import msgspec  # noqa: PLC0415 - what a hostile client sends: encoded without being checked

    fields = {name: getattr(reply.message(), name) for name in AnswerPost.__struct_fields__}
    return msgspec.msgpack.encode(AnswerPost(**{**fields, **change}))


def test_an_answer_that_waits_survives_a_restart(tmp_path: Path) -> None:
    with serious(tmp_path) as world:
        her, today = Her(world), world.clock.day
        reply = Reply(world, her)
        first = reply.post().content
        organisation = world.organisation
    with serious(tmp_path, organisation) as world:
        reply.world = world
        assert reply.post().content == first
        later(world, 1)
        assert read(world, her, today) == ["We read it. You did right."]


def test_nothing_is_taken_before_officers_published(tmp_path: Path, house: Running) -> None:
    from tests.harness import running  # noqa: PLC0415

    reply = Reply(house, Her(house))
    with running(tmp_path / "empty", publish=False) as empty:
        problem(empty.server.post("/v1/answers", content=reply.message().encode()), 503, "closed")


def test_the_memory_of_used_permissions_ends(house: Running) -> None:
    reply = Reply(house, Her(house))
    reply.post()
    for _ in range(3):
        later(house, 1)
        assert rows(house, "SELECT count(*) FROM permitted") == [(1,)]
    later(house, 1)
    assert rows(house, "SELECT count(*) FROM permitted") == [(0,)]
    rounds(house).tick()


waiting = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), min_size=1, max_size=30)


@given(found=waiting, first=st.integers(0, 3), size=st.integers(4, 9))
def test_the_day_that_is_told_is_the_day_that_files_give(found: list[tuple[int, int]], first: int, size: int) -> None:
    """As many files as it takes, made one after another, the last answer is in the one that was told."""
    found = sorted(found, key=lambda one: one[0])
    rest, day = list(found), first
    while True:
        ready = [[bytes([1]) * 1024] * count for handed_in, count in rest if handed_in <= day]
        _, taken = feed.compose(ready, size, os.urandom)
        rest = rest[taken:]
        if not rest:
            break
        day += 1
    assert last_day(found, first, size) == day
