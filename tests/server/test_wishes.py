"""Wishes over HTTP: closed at once, opened again once, closed for ever; nobody can tell which (protocol 16)."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import update

from crypto import leaves, wishes
from crypto.leaves import WISH
from crypto.limits import limit
from crypto.sections import Section
from crypto.wishes import WishEntry
from server.store import kept
from tests.asking import Asking
from tests.checking import check_world
from tests.harness import Organisation, Running, running
from tests.server.coming_back import Her, later, ledger, log_size, post, rounds, rows, serious
from tests.server.test_submit import problem

WEEK = 7


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with serious(tmp_path) as world:
        yield world


def check(world: Running) -> None:
    check_world(world.folder, world.organisation.trust.log_policy, world.key("a1"))


def taken(answer: Any) -> None:
    assert (answer.status_code, answer.content) == (202, b'{"status":"taken"}')


def test_withdrawn_is_closed_at_once_and_stays_provable(house: Running) -> None:
    her = Her(house)
    asking = Asking(house, "r1", her.report, [Section.CARD])
    openings = asking.blobs()
    assert her.served()
    size = log_size(house)
    taken(her.withdraws())
    assert not her.served()
    entries = house.house.entries(0, log_size(house))
    assert entries[size] == leaves.withdrawal_entry(her.keys.withdrawal, 2, os.urandom).leaf
    assert house.server.get(f"/v1/reports/{her.report.hex()}/proof").status_code == 200
    assert asking.permitted(asking.send(openings)) == {Section.CARD: False}
    check(house)


def test_who_lists_reports_goes_on_after_one_that_was_withdrawn(house: Running) -> None:
    first, second, third = (Her(house) for _ in range(3))
    taken(second.withdraws())
    listed = [one.id for one in house.house.reports(after=second.report.hex())]
    assert listed == [third.report.hex()]
    assert [one.id for one in house.house.reports()] == [first.report.hex(), third.report.hex()]


def test_she_can_change_her_mind_once(house: Running) -> None:
    her = Her(house)
    taken(her.opens_again())  # before anything was withdrawn: nothing
    taken(her.withdraws_again())
    assert her.served()
    taken(her.withdraws())
    taken(her.withdraws_again())  # its turn has not come
    assert not her.served()
    taken(her.opens_again())
    assert her.served()
    taken(her.withdraws())  # W_n stands in the log: whoever read it there closes nothing
    taken(her.opens_again())
    assert her.served()
    taken(her.withdraws_again())
    assert not her.served()
    taken(her.opens_again())
    assert not her.served()
    check(house)


def test_a_turn_key_at_the_other_address_does_nothing(house: Running) -> None:
    her = Her(house)
    post(house, "consents", her.body(wishes.withdraw(her.keys, os.urandom, now=False)))
    assert her.served()
    her.withdraws()
    post(house, "withdrawals", her.body(wishes.open_again(her.keys)))
    assert not her.served()
    her.opens_again()
    post(house, "consents", her.body(wishes.withdraw_again(her.keys, os.urandom, now=True)))
    assert her.served()


def test_destroyed_after_a_week_and_not_before(house: Running) -> None:
    her, other = Her(house), Her(house)
    index = int(rows(house, "SELECT leaf FROM report")[0][0])
    her.withdraws()
    later(house, WEEK - 1)
    assert len(rows(house, "SELECT 1 FROM report WHERE length(content) > 0")) == 2
    her.opens_again()
    assert her.served()  # till then she may change her mind
    her.withdraws_again()
    later(house, WEEK)
    assert rows(house, "SELECT length(content), length(slots) FROM report")[0] == (0, 0)
    assert house.server.get(f"/log/records/{index}").status_code == 404
    assert other.served()
    assert not her.served()
    erasures = [note for (note,) in rows(house, "SELECT note FROM statement WHERE kind = 'amana/1 note erasure'")]
    assert [note.split("\n")[2:4] for note in erasures] == [["why withdrawn", f"indexes {index}"]]
    check(house)


def test_on_the_day_itself_it_is_too_late(house: Running) -> None:
    her = Her(house)
    her.withdraws()
    house.clock.offset += WEEK * 86400
    her.opens_again()
    assert not her.served()


def test_now_means_in_the_same_transaction(house: Running) -> None:
    her = Her(house)
    taken(her.withdraws(now=True))
    assert rows(house, "SELECT length(content), length(slots) FROM report") == [(0, 0)]
    her.opens_again()
    assert not her.served()
    assert rows(house, "SELECT count(*) FROM statement WHERE kind = 'amana/1 note erasure'") == [(0,)]
    later(house, 1)
    assert rows(house, "SELECT count(*) FROM statement WHERE kind = 'amana/1 note erasure'") == [(1,)]
    assert rows(house, "SELECT until FROM kept") == [(None,)]  # so no later round finds it due
    later(house, 1)
    assert rows(house, "SELECT count(*) FROM statement WHERE kind = 'amana/1 note erasure'") == [(1,)]
    check(house)


def test_the_same_bytes_again_are_not_taken_once_they_are_gone(house: Running) -> None:
    from client.reporter import seal  # noqa: PLC0415 - the envelope itself is needed
    from tests.samples import samples  # noqa: PLC0415

    her = Her(house)
    again = seal(samples()["S01"], house.in_force, her.words, draw=os.urandom)
    problem(house.server.post("/v1/reports", content=again.encode()), 409, "conflict")  # same words, same place
    next_one = seal(samples()["S01"], house.in_force, her.words, number=1, draw=os.urandom)
    assert house.server.post("/v1/reports", content=next_one.encode()).status_code == 201
    her.withdraws(now=True)
    later(house, 1)
    problem(house.server.post("/v1/reports", content=again.encode()), 409, "conflict")


def test_outside_and_in_the_log_all_of_them_are_the_same(three_gates: Running) -> None:
    """Consent, withdrawal, wrong words: the same answer, as many leaves, of the same sizes."""
    world = three_gates
    her, nobody = Her(world), Her(world)
    stranger = wishes.withdraw(nobody.keys, os.urandom, now=True)
    sent: dict[str, Callable[[], Any]] = {
        "change": lambda: her.narrows(1),
        "not looked": lambda: her.narrows(None),
        "withdrawn": her.withdraws,
        "again": her.opens_again,
        "for ever, now": lambda: her.withdraws_again(now=True),
        "wrong words": lambda: post(world, "consents", nobody.body(stranger)),
        "other words": lambda: post(world, "withdrawals", her.body(wishes.change(wishes.CLOSED, os.urandom))),
    }
    seen = set()
    for ask in sent.values():
        before = log_size(world)
        answer = ask()
        after = log_size(world)
        sizes = tuple(len(world.house.record(index) or b"") for index in range(before, after))
        seen.add((answer.status_code, answer.content, tuple(sorted(answer.headers.items())), sizes))
    assert len(seen) == 1
    assert len(seen.pop()[-1]) == 4
    check(world)


def test_an_auditor_opens_the_record_as_a_wish(house: Running) -> None:
    her = Her(house)
    before = log_size(house)
    her.narrows(1)
    sealed, leaf = house.house.record(before + 1), house.house.entries(before + 1, before + 2)[0]
    assert sealed is not None
    record = leaves.open_record(house.key("a1").encryption, sealed)
    assert record.kind == WISH
    key = wishes.place_key(her.keys.gate("gate-1").consent_key, 1)
    memo = house.house.memos(0)[before + 1]
    notice = house.house.notices(0)[before + 1]
    leaves.check_record(leaf, record, notice, memo)
    assert wishes.read_wish(key, leaf, memo) == wishes.read_back(key, notice)


def test_the_same_body_again_is_nothing_more_for_two_days(house: Running) -> None:
    her = Her(house)
    body = her.body(wishes.change(wishes.OPEN, os.urandom), 1)
    size = log_size(house)
    taken(post(house, "consents", body))
    taken(post(house, "consents", body))
    assert log_size(house) == size + 2
    later(house, 2)
    size = log_size(house)
    taken(post(house, "consents", body))
    assert log_size(house) == size
    later(house, 2)
    assert rows(house, "SELECT count(*) FROM taken") == [(0,)]


def test_a_body_sent_to_the_wrong_address_first_still_withdraws(house: Running) -> None:
    her = Her(house)
    body = her.body(wishes.withdraw(her.keys, os.urandom, now=False))
    taken(post(house, "consents", body))
    assert her.served()
    taken(post(house, "withdrawals", body))
    assert not her.served()


def bent(entry: WishEntry, bend: str) -> WishEntry:
    """One entry that is not what it says."""
    public = leaves.PUBLIC_TAG + entry.leaf[16:]
    withdrawal = leaves.withdrawal_entry(entry.leaf[16:], 1, os.urandom).leaf
    changed: dict[str, dict[str, bytes]] = {
        "public": {"leaf": public},
        "withdrawal": {"leaf": withdrawal},
        "salt": {"salt": os.urandom(32)},
        "notice": {"notice": os.urandom(224)},
        "memo": {"memo": os.urandom(156)},
    }
    return structs.replace(entry, **changed[bend])


@pytest.mark.parametrize("bend", ["public", "withdrawal", "salt", "notice", "memo"])
@pytest.mark.parametrize("route", ["consents", "withdrawals"])
def test_a_leaf_that_is_another_is_refused(world: Running, bend: str, route: str) -> None:
    her = Her(world)
    good = her.body(wishes.withdraw(her.keys, os.urandom, now=True))
    entries = [bent(good.entries[0], bend)]
    size = log_size(world)
    body = encoded(structs.replace(good, entries=entries))
    problem(post(world, route, body), 400, "malformed")
    assert her.served()
    assert log_size(world) == size


def encoded(body: wishes.Wishes) -> bytes:
    """What a hostile device sends: encoded without being checked."""
    import msgspec  # noqa: PLC0415

    from crypto.padding import pad  # noqa: PLC0415

    return pad(msgspec.msgpack.encode(body), limit("wish_body"))


def test_form_and_size_come_first(world: Running) -> None:
    her = Her(world)
    good = her.body(wishes.withdraw(her.keys, os.urandom, now=True))
    data, size = good.to_body(), log_size(world)
    two = structs.replace(good, entries=[*good.entries, wishes.no_wish(os.urandom)])
    for wrong in (b"", data[:-1], bytes(4096), data[:-1] + b"\1", os.urandom(4096), two.to_body()):
        for route in ("consents", "withdrawals"):
            problem(post(world, route, wrong), 400, "malformed")
    problem(post(world, "withdrawals", data + b"\0"), 413, "too-large")
    assert log_size(world) == size
    assert her.served()


def test_more_than_may_be_under_way_are_told_to_come_back(fresh: Running) -> None:
    her = Her(fresh)
    many = limit("wishes_in_flight")
    bodies = [her.body(wishes.change(wishes.OPEN, os.urandom)) for _ in range(many + 4)]
    go = threading.Event()

    def hold(_: Any, __: int) -> tuple[list[Any], None]:
        go.wait(30)
        return [], None

    size = log_size(fresh)
    with ThreadPoolExecutor(len(bodies)) as pool:
        held = ledger(fresh).submit(hold)
        answers = [pool.submit(post, fresh, "consents", one) for one in bodies]
        refused = [one.result().status_code for one in until_some(answers, 4)]
        go.set()
        held.result(30)
        said = sorted(one.result(30).status_code for one in answers)
    assert refused == [503] * 4
    assert said == [202] * many + [503] * 4
    assert log_size(fresh) == size + 2 * many


def until_some(answers: list[Any], count: int) -> list[Any]:
    """Those that are answered although the log stands still, as soon as there are so many."""
    done: list[Any] = []
    for _ in range(200):
        done = [one for one in answers if one.done()]
        if len(done) >= count:
            break
        time.sleep(0.05)
    return done


def test_nothing_is_taken_before_officers_published(tmp_path: Path, world: Running) -> None:
    her = Her(world)
    with running(tmp_path, publish=False) as empty:
        problem(post(empty, "consents", her.body(wishes.change(wishes.OPEN, os.urandom))), 503, "closed")
        empty.house.publish(empty.organisation.next_bundle())
        problem(post(empty, "consents", her.body(wishes.change(wishes.OPEN, os.urandom))), 503, "closed")


def test_a_restart_changes_nothing(tmp_path: Path) -> None:
    with serious(tmp_path) as world:
        her = Her(world)
        body = her.body(wishes.withdraw(her.keys, os.urandom, now=False))
        post(world, "withdrawals", body)
        organisation: Organisation = world.organisation
    with serious(tmp_path, organisation) as world:
        her.world = world
        size = log_size(world)
        taken(post(world, "withdrawals", body))
        assert log_size(world) == size
        assert not her.served()
        her.opens_again()
        assert her.served()
        rounds(world).tick()
        check(world)


def test_a_report_that_its_retention_took_can_still_be_closed_at_the_gates(house: Running) -> None:
    """Whoever kept its bytes must not be helped by that she came late."""
    her = Her(house)
    with house.server.app.dependencies["database"].dependency().writer.begin() as connection:
        connection.execute(update(kept).values(until=house.clock.day))  # its last day
    later(house, 1)
    assert rows(house, "SELECT length(content) FROM report") == [(0,)]
    size = log_size(house)
    taken(her.withdraws())
    leaf = house.house.entries(size, size + 1)[0]
    assert leaves.is_withdrawal(leaf)
    later(house, 30)
    check(house)  # and it is not named a second time
