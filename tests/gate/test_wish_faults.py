"""What a gate writes of wishes, withdrawals and answers: failed, failed but kept, killed; then all of it binds."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crypto import answers, wishes, words
from crypto.hashing import digest
from crypto.labels import Label
from crypto.relay import CLOSED
from tests.attacks.finding import log_size
from tests.checking import check_world
from tests.gate.her import ALL, CARD, DAY, NONE, Her, append, entry_of, grants, later, tell_gate, waiting
from tests.harness import Running, running
from tests.soak.processes import Household, household
from tests.test_faults import MODES, commit_fails, gate_engine, heal


def rows(folder: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "gate" / "gate-1" / "gate.db")) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("mode", MODES)
def test_own_address_is_not_written(fresh: Running, mode: str) -> None:
    """She hears that nothing was acknowledged, and sends it again. What was kept all the same closes already."""
    her = Her(fresh)
    with commit_fails(gate_engine(fresh), mode):
        assert tell_gate(her) == 503
    assert her.opens() is (mode == "failed")
    assert tell_gate(her) == 202
    assert not her.opens()
    assert len(rows(fresh.folder, "SELECT hash FROM withdrawn")) == 1


@pytest.mark.parametrize("mode", MODES)
def test_what_was_read_of_the_log_is_not_written(tmp_path: Path, mode: str) -> None:
    """Leaves, memos and the minute of reading are one transaction: her wish binds once, and at the next decision."""
    with waiting(tmp_path) as world:
        her = Her(world)
        assert her.opens(purpose="OVERSIGHT")
        her.wish(1, NONE)
        # The followers may have read it already; a leaf that nobody has read yet goes with it.
        append(world, [entry_of(world, wishes.no_wish(os.urandom))])
        her.wish(2, NONE)
        with commit_fails(gate_engine(world), mode):
            assert her.asking("r1", purpose="OVERSIGHT").send().state == CLOSED
        assert not her.opens(purpose="OVERSIGHT")
        assert her.opens()
        places = [place for (place,) in rows(tmp_path, "SELECT [index] FROM memo")]
        tags = {bytes(tag) for (tag,) in rows(tmp_path, "SELECT tag FROM leaf")}
        mine = her.keys.gate("gate-1").consent_key
        assert {wishes.wish_tag(wishes.place_key(mine, place)) for place in (1, 2)} <= tags
        assert len(places) == len(set(places)) >= 4
        check_world(tmp_path, world.organisation.trust.log_policy, world.key("a1"), {her.report})


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_is_not_written(fresh: Running, mode: str) -> None:
    """No part leaves the gate. Where the decision was kept it is logged minutes later, and stands in the thread."""
    her = Her(fresh)
    asking = her.asking("r1", action="answer", purpose="REPLY")
    before = log_size(fresh)
    with commit_fails(gate_engine(fresh), mode, after=1):
        answer = asking.send()
    assert (answer.state, answer.gates) == (CLOSED, [])
    kept = mode == "failed-but-persisted"
    heal(fresh, before + kept)
    reading = her.asking("r5", action="thread", purpose="TRIAGE")
    (given,) = grants(reading, reading.send()).values()
    assert [one for one, _ in given.parts] == [asking.digest] * kept
    counted = rows(fresh.folder, "SELECT requests FROM asked ORDER BY requests")
    assert counted == [(1,)] * (1 + 2 * kept)
    check_world(fresh.folder, fresh.organisation.trust.log_policy, fresh.key("a1"), {her.report})


@pytest.mark.parametrize("mode", MODES)
def test_forgetting_is_not_written(fresh: Running, mode: str) -> None:
    """The refusal and what it forgets are one transaction."""
    her = Her(fresh)
    assert her.opens("r5", action="recuse")
    her.withdraw(now=True)
    later(fresh, 1)
    with commit_fails(gate_engine(fresh), mode, after=1):
        assert her.asking("r1").send().state == CLOSED
    assert len(rows(fresh.folder, "SELECT name FROM recused")) == (mode == "failed")
    assert not her.opens()
    assert rows(fresh.folder, "SELECT name FROM recused") == []
    assert all(her.report not in file.read_bytes() for file in (fresh.folder / "gate" / "gate-1").glob("gate.db*"))


# -- killed ----------------------------------------------------------------------------------------------------------


def gate_url(house: Household) -> str:
    return f"http://{house.gate.words[house.gate.words.index('--bind') + 1]}"


@contextmanager
def telling(url: str, bodies: list[bytes], heard: list[int]) -> Iterator[None]:
    """Somebody hands in withdrawal after withdrawal until the line breaks."""
    ended = threading.Event()

    def run() -> None:
        with httpx2.Client(base_url=url, timeout=10, trust_env=False) as client, suppress(httpx2.HTTPError):
            for number, body in enumerate(bodies):
                if ended.is_set() or client.post("/v1/withdrawals", content=body).status_code != 202:
                    return
                heard.append(number)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(30)


def test_killed_while_it_takes_withdrawals(tmp_path: Path) -> None:
    """P8: whoever heard that her withdrawal was taken is closed after `kill -9`, at the next decision."""
    with household(tmp_path / "home") as house, house.world() as world:
        her = Her(world)
        assert her.opens()
        others = [words.keys(words.new(os.urandom)) for _ in range(400)]
        bodies = [
            wishes.body(
                wishes.withdraw(keys, os.urandom, now=False),
                keys=keys, gates=["gate-1"], place=None, made=her.today, consent=ALL, draw=os.urandom,
            ).to_body()
            for keys in others
        ]  # fmt: skip
        heard: list[int] = []
        with telling(gate_url(house), [her.body().to_body(), *bodies], heard):
            while len(heard) < 20:
                time.sleep(0.01)
            house.gate.kill()
        assert 20 <= len(heard) < 400
        house.gate.start()
        assert not her.opens()
        kept = {bytes(one) for (one,) in rows(house.home, "SELECT hash FROM withdrawn")}
        acknowledged = {digest(Label.WITHDRAWAL_HASH, keys.withdrawal) for keys in others[: len(heard) - 1]}
        assert acknowledged <= kept
        assert len(kept) <= len(heard) + 1


def test_killed_after_it_permitted_an_answer_and_with_a_wish_unread(tmp_path: Path) -> None:
    """What it permitted is in the thread, what she wants binds, and the minutes of reading are as before."""
    with household(tmp_path / "home") as house, house.world() as world:
        her = Her(world)
        asking = her.asking("r1", action="answer", purpose="REPLY")
        assert asking.permitted(asking.send()) == {CARD: True}
        before = rows(house.home, "SELECT [index], minute FROM read")
        house.gate.kill()
        body = her.body(wishes.change(wishes.OPEN, os.urandom), 1, NONE).to_body()
        assert world.server.post("/v1/consents", content=body).status_code == 202
        house.gate.start()
        assert not her.opens(purpose="OVERSIGHT")
        reading = her.asking("r5", action="thread", purpose="TRIAGE")
        (given,) = grants(reading, reading.send()).values()
        assert given.parts == [(asking.digest, answers.part(her.keys.gate("gate-1").answer_key, asking.digest))]
        assert rows(house.home, "SELECT [index], minute FROM read")[: len(before)] == before


def test_a_gate_that_had_no_memos_yet_denies_what_it_cannot_read(tmp_path: Path) -> None:
    """Read by the software of before, which kept no memos: closed until a later wish, and never open by mistake."""
    with running(tmp_path) as world:
        her = Her(world)
        her.wish(1, ALL)
        assert her.opens()
        organisation = world.organisation
    with closing(sqlite3.connect(tmp_path / "gate" / "gate-1" / "gate.db")) as database:
        for table in ("memo", "read", "withdrawn", "answered"):
            database.execute(f"DROP TABLE {table}")
        database.commit()
    with running(tmp_path, organisation, publish=False) as world:
        her.world = world
        later(world, 1)
        assert not her.opens()
        her.wish(2, ALL)
        assert her.opens()
        later(world, DAY)
        assert her.opens()
