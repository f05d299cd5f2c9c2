"""Many at once: what was sent twice counts once; where two things contradict, the log says who was first."""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crypto import leaves, wishes
from crypto.leaves import Entry
from crypto.relay import Publication
from policies import erasures
from policies.holds import Hold
from policies.statements import day_text
from server import rounds as rounds_room
from tests.checking import check_world
from tests.harness import OFFICERS, Running
from tests.server.coming_back import DAY, Her, Reply, file_of, gates, later, log_size, post, read, rounds, rows, serious

AT_ONCE = 8


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with serious(tmp_path) as world:
        yield world


def check(world: Running) -> None:
    check_world(world.folder, world.organisation.trust.log_policy, world.key("a1"))


def test_one_body_sent_many_times_at_once_counts_once(house: Running) -> None:
    her, size = Her(house), log_size(house)
    body = her.body(wishes.withdraw(her.keys, os.urandom, now=False))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = [one.status_code for one in pool.map(lambda _: post(house, "withdrawals", body), range(AT_ONCE))]
    assert said == [202] * AT_ONCE
    assert log_size(house) == size + 2
    check(house)


def test_two_devices_withdraw_at_once_and_it_is_withdrawn_once(house: Running) -> None:
    hers = [Her(house) for _ in range(4)]
    before = log_size(house)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = [one.status_code for one in pool.map(lambda one: one.withdraws(), hers * 2)]
    assert said == [202] * 8
    entries = house.house.entries(before, log_size(house))
    assert Counter(one.leaf in entries for one in map(withdrawal, hers)) == {True: 4}
    assert [entries.count(withdrawal(one).leaf) for one in hers] == [1] * 4
    check(house)


def withdrawal(her: Her) -> Entry:
    return leaves.withdrawal_entry(her.keys.withdrawal, 1, os.urandom)


def test_two_reviewers_answer_at_once_and_one_permission_is_used_once(house: Running) -> None:
    """Each has a permission of her own and both answers come; of one permission only the first bytes do."""
    her, today = Her(house), house.clock.day
    first, second = Reply(house, her, "from one", "r1"), Reply(house, her, "from two", "r3")
    bent = first.message(slots=[first.slots[0][:-1] + bytes([first.slots[0][-1] ^ 1])])
    bodies = [first.message(), second.message(), bent] * 3
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ask = pool.map(lambda one: house.server.post("/v1/answers", content=one.encode()), bodies)
        said = [(answer.status_code, answer.content) for answer in ask]
    taken = Counter(status for status, _ in said)
    assert taken == {202: 6, 409: 3}
    assert {body for status, body in said if status == 202} == {f'{{"day":"{day_text(today)}","late":false}}'.encode()}
    assert rows(house, "SELECT count(*) FROM answer") == [(2,)]
    later(house, 1)
    whole = said[0][0] == 202  # what opens with nothing is passed over
    assert sorted(read(house, her, today)) == (["from one", "from two"] if whole else ["from two"])


def test_a_hold_against_a_round_and_the_log_says_who_was_first(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds_room, "CHUNK", 1)
    hers = [Her(house) for _ in range(24)]
    for one in hers:
        one.withdraws()
    house.clock.offset += 8 * DAY
    gates(house).tell()
    today = house.clock.day
    notes = {}
    for one in reversed(hers):
        text = Hold(id=one.report, day=today, until=today + 9).text()
        notes[one.report] = Publication(note=house.organisation.signed(text, *OFFICERS[:2]))
    with ThreadPoolExecutor(2) as pool:
        round_ = pool.submit(rounds(house).tick)
        held = {report: house.house.publish(note) for report, note in notes.items()}
        round_.result(60)
    log = house.organisation.trust.log_policy
    named: dict[int, int] = {}
    for leaf, note in rows(house, "SELECT leaf, note FROM statement WHERE kind = 'amana/1 note erasure'"):
        named |= dict.fromkeys(erasures.Erasure.verify(note, log).indexes, leaf)
    arrivals = rows(house, "SELECT id, leaf, length(content) FROM report")
    gone = {bytes(report): named[leaf] for report, leaf, size in arrivals if not size}
    assert set(named) == {leaf for _, leaf, size in arrivals if not size}
    assert all(gone[report] < held[report] for report in gone)
    assert 0 < len(gone) < len(hers), "nobody raced"
    check(house)


def test_she_opens_again_while_the_round_comes(house: Running) -> None:
    """Either it is destroyed or it is open: never served and empty, and never taken back when it was told in time."""
    hers = [Her(house) for _ in range(12)]
    for one in hers:
        one.withdraws()
    house.clock.offset += 6 * DAY
    gates(house).tell()
    rounds(house).tick()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        opened = [pool.submit(one.opens_again) for one in hers[::2]]
        house.clock.offset += DAY
        done = pool.submit(rounds(house).tick)
        assert {one.result(30).status_code for one in opened} == {202}
        done.result(30)
    served = [one for one in hers if one.served()]
    states = dict(rows(house, "SELECT r.id, r.content <> x'' FROM report r JOIN closing c ON c.report = r.number"))
    assert {one.report for one in served} == {report for report, there in states.items() if there}
    assert not any(one.served() for one in hers[1::2])
    file_of(house, house.clock.day - 1)
    check(house)
