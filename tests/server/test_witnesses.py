"""The house shows each head to its witnesses, and publishes what enough of them sign: P7, protocol 9.4."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.reporter import seal
from crypto import notes, words
from crypto.checkpoints import LogPolicy
from crypto.leaves import pad_entry
from crypto.relay import CLOSED, DONE
from crypto.sections import Section
from crypto.witnessing import AddCheckpoint
from doors.problem import Closed
from server import witnesses as module
from server.cosigning import Reply
from server.ledger import PACE
from server.store import head
from tests.asking import Asking
from tests.harness import ORIGIN, Running, running
from tests.samples import samples, send
from tests.witness.growing import Log, ask
from tests.witness.house import Street, ledger, outside, published, street, until

CARD = Section.CARD


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests wait for nobody's patience but where they say so."""
    monkeypatch.setattr(module, "_LONGEST", 0.2)


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Street]:
    with street(tmp_path) as made:
        yield made


@pytest.fixture
def world(way: Street) -> Iterator[Running]:
    with way.house(publish=True) as started:
        yield started


def opens(world: Running, report: bytes) -> bool:
    asking = Asking(world, "r1", report, [CARD])
    answer = asking.send()
    assert answer.state in {DONE, CLOSED}
    return answer.state == DONE and bool(asking.released(answer))


def grow(world: Running, count: int = 1) -> int:
    """Let the log have more leaves; return what is signed then."""
    made = ledger(world)
    made.append([pad_entry(made.auditors, os.urandom) for _ in range(count)]).result(30)
    return made.heads.signed.size


def signers(world: Running) -> set[str]:
    """Whose lines the published head has."""
    return {name for name, _, _ in notes.split(ledger(world).head.checkpoint)[1]} - {ORIGIN}


def submit(world: Running) -> bytes:
    return world.send(seal(samples()["S02"], world.in_force, words.new(os.urandom), draw=os.urandom))


def test_every_head_that_is_shown_meets_the_quorum(way: Street, world: Running) -> None:
    policy = world.organisation.trust.log_policy
    assert policy.quorum == 2
    report = send(world, "S01")
    assert opens(world, report)
    size = published(world)
    assert policy.verify(world.house.checkpoint()).size == size
    until(lambda: signers(world) == {"w1", "w2", "w3"})  # who comes later is added
    assert {one.size for one in way.witnesses.values()} == {size}


def test_one_of_three_away_holds_up_nothing(way: Street, world: Running) -> None:
    way.witnesses["w2"].away = True
    report = send(world, "S01")
    assert opens(world, report)
    published(world)
    assert signers(world) == {"w1", "w3"}
    way.witnesses["w2"].away = False
    grow(world, 5)
    published(world)
    until(lambda: signers(world) == {"w1", "w2", "w3"})  # from the size that she names


def test_without_the_quorum_nothing_opens_and_reports_are_taken(way: Street, world: Running) -> None:
    report = send(world, "S01")
    before = published(world)
    until(lambda: len(signers(world)) == 3)
    for name in ("w1", "w2"):
        way.witnesses[name].away = True
    asking = Asking(world, "r1", report, [CARD])
    assert asking.send().state == CLOSED  # within the round, not after a minute and a half
    assert submit(world)  # with a receipt
    assert ledger(world).heads.signed.size > before
    assert ledger(world).head.size == before
    assert world.organisation.trust.log_policy.verify(world.house.checkpoint()).size == before
    until(lambda: ledger(world).heads.lost)
    assert world.server.get("/health").json() == {"status": "waiting"}
    assert world.house.health()
    leaves = ledger(world).heads.signed.size
    assert Asking(world, "r1", report, [CARD]).send().state == CLOSED
    assert ledger(world).heads.signed.size == leaves  # no gate was asked for what could not be shown
    way.witnesses["w2"].away = False
    until(lambda: not ledger(world).heads.lost)
    assert published(world) >= leaves
    assert opens(world, report)
    assert world.server.get("/health").json() == {"status": "ok"}


def test_a_revocation_is_with_the_gates_when_it_is_answered(world: Running) -> None:
    """The head that has it must be cosigned first, or gates would hear of it half a minute later."""
    world.house.publish(world.organisation.revocation("r3", world.clock.day))
    gate = world.gate_clients["gate-1"].app.dependencies["gate"].dependency()
    assert gate.position().size == ledger(world).head.size == ledger(world).heads.signed.size


def test_who_waits_for_a_head_hears_at_once_that_it_will_not_come(way: Street, world: Running) -> None:
    for one in way.witnesses.values():
        one.away = True
    size = grow(world)
    with pytest.raises(Closed):
        ledger(world).wait_published(size, 600)


def test_with_a_tick_witnesses_see_heads_at_its_pace_and_an_opening_at_once(tmp_path: Path) -> None:
    with street(tmp_path) as way:
        way.organisation.tick = 3600
        with way.house(publish=True) as world:
            size = published(world)
            world.send(seal(samples()["S01"], world.in_force, words.new(os.urandom), draw=os.urandom))
            report = submit(world)
            assert ledger(world).heads.signed.size == size  # acknowledged, and in no head yet
            assert opens(world, report)
            assert published(world) % PACE == 0
            assert {one.size for one in way.witnesses.values()} <= {size, ledger(world).head.size}


def test_a_head_stays_fresh_without_growing(world: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    published(world)
    until(lambda: len(signers(world)) == 3)
    before = ledger(world).head
    monkeypatch.setattr(module, "REFRESH", 0.0)
    outside(world)._wake.set()  # noqa: SLF001 - half a minute would pass otherwise
    until(lambda: ledger(world).head.checkpoint != before.checkpoint)
    assert ledger(world).head.size == before.size


def test_a_restart_shows_what_was_published_and_goes_on(way: Street) -> None:
    with way.house(publish=True) as world:
        report = send(world, "S01")
        size = published(world)
    for one in way.witnesses.values():
        one.away = True
    with way.house() as world:
        assert world.organisation.trust.log_policy.verify(world.house.checkpoint()).size == size
        for one in way.witnesses.values():
            one.away = False
        until(lambda: ledger(world).heads.writes)
        assert opens(world, report)


def test_published_is_on_disk_beside_signed(way: Street) -> None:
    with way.house(publish=True) as world:
        until(lambda: len(signers(world)) == 3)
        made = ledger(world)
        made.append([]).result(30)  # after what was handed in before
        with made._database.reader.connect() as connection:  # noqa: SLF001
            rows = {row.id: (row.size, row.checkpoint) for row in connection.execute(head.select())}
        assert rows[0] == (made.heads.signed.size, made.heads.signed.checkpoint)
        policy = world.organisation.trust.log_policy
        assert policy.verify(rows[1][1]).size == rows[1][0] == rows[0][0]


@pytest.mark.parametrize("address", ["nonsense", "http://[", "http://127.0.0.1:99999", "ftp://x"])
def test_an_address_that_is_none_is_that_witness_s_trouble_alone(tmp_path: Path, address: str) -> None:
    with street(tmp_path) as way:
        organisation = way.organisation
        organisation.urls["w1"] = address
        calls = {name: one.call for name, one in way.witnesses.items() if name != "w1"}
        with running(tmp_path / "home", organisation, witnesses=calls) as world:
            ledger(world).wait_published(grow(world), 30)
            assert signers(world) == {"w2", "w3"}


def test_a_slow_witness_holds_up_nobody(way: Street, world: Running) -> None:
    published(world)
    gate = threading.Event()

    def late(_: str, __: str, ___: bytes, reply: Reply) -> Reply:
        gate.wait(60)
        return reply

    way.witnesses["w3"].bend = late
    try:
        for _ in range(3):
            ledger(world).wait_published(grow(world), 30)
        assert "w3" not in signers(world)
    finally:
        gate.set()
    until(lambda: "w3" in signers(world))


def test_a_busy_log_finds_its_quorum(world: Running) -> None:
    """All are asked for the same head, however fast others follow."""
    made = ledger(world)
    ended = threading.Event()

    def flood() -> None:
        while not ended.is_set():
            grow(world)

    flooding = threading.Thread(target=flood)
    flooding.start()
    try:
        for _ in range(5):
            made.wait_published(made.heads.signed.size + 3, 60)
    finally:
        ended.set()
        flooding.join()


def test_a_witness_ahead_by_claim_alone_only_does_not_count(way: Street, world: Running) -> None:
    way.witnesses["w1"].bend = lambda method, *_: Reply(409, b"99999\n") if method == "POST" else Reply(404, b"")
    assert opens(world, send(world, "S01"))
    assert ledger(world).heads.writes


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b""),
        Reply(200, b"\xff" * 100),
        Reply(409, b"x"),
        Reply(409, b""),
        Reply(422, b"no"),
        Reply(500, b""),
        Reply(302, b""),
        Reply(409, b"3\n"),
    ],
)
def test_whatever_one_of_them_answers_the_others_go_on(way: Street, world: Running, reply: Reply) -> None:
    way.witnesses["w1"].bend = lambda *_: reply
    asked = way.witnesses["w1"].asked
    ledger(world).wait_published(grow(world), 30)
    until(lambda: way.witnesses["w1"].asked > asked)
    assert signers(world) == {"w2", "w3"}
    assert ledger(world).heads.writes


def test_another_s_line_or_one_on_another_head_is_not_taken(way: Street, world: Running) -> None:
    """w1 answers with w2's line, w2 with her own of an older head: one true cosignature is left, and two are needed."""
    key = world.organisation.keys["w2"]
    old = notes.split(ledger(world).head.checkpoint)[0]

    def by_w2(text: str) -> Reply:
        return Reply(200, notes.sign_cosignature("w2", key.identity, text, 5).encode())

    way.witnesses["w1"].bend = lambda *given: by_w2(notes.split(AddCheckpoint.parse(given[2]).checkpoint)[0])
    way.witnesses["w2"].bend = lambda *_: by_w2(old)
    before = ledger(world).head.size
    size = grow(world)
    with pytest.raises(Closed):
        ledger(world).wait_published(size, 60)
    assert ledger(world).head.size == before


def test_a_second_log_of_the_same_witnesses_confuses_nobody(tmp_path: Path) -> None:
    """A witness holds another log's larger head; ours is asked from where ours stands."""
    other = Log("log.other.example").grow(5000)
    with street(tmp_path) as way:
        for one in way.witnesses.values():
            logs = {**one.settings.logs, other.key.name: LogPolicy((other.vkey,))}
            object.__setattr__(one.settings, "logs", logs)
            one.__exit__()
            one.__enter__()
            assert ask(one._client, other.asks(0, 5000)).status_code == 200  # noqa: SLF001
        with way.house(publish=True) as world:
            assert opens(world, send(world, "S01"))
        with way.house() as world:
            until(lambda: ledger(world).heads.writes)


def test_the_newest_bundle_counts_as_well_as_what_clients_pinned(way: Street, world: Running) -> None:
    """Officers ask for all three from now on: what meets two of them is not published any more."""
    way.witnesses["w3"].away = True
    policy = world.organisation.policy_text.replace("group outside 2", "group outside 3")
    world.house.publish(world.organisation.next_bundle(witnesses=policy))
    size = grow(world)
    with pytest.raises(Closed):
        ledger(world).wait_published(size, 60)
    way.witnesses["w3"].away = False
    until(lambda: ledger(world).head.size >= size)
    assert signers(world) == {"w1", "w2", "w3"}
