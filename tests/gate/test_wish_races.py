"""Many at once, and the order in the log as judge: whose leaf lies behind hers gets nothing, whatever was decided."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.checkpoints import TlogProof
from crypto.opening import READING
from crypto.relay import CLOSED, OpeningAnswer
from tests.attacks.finding import audit
from tests.gate.her import ALL, CARD, Her, Kept, but, faults, grants, waiting
from tests.harness import Running

ASKERS = ("r1", "r5", "r1", "r5")
EACH = 5  # times that each of them asks
TRIES = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request: where its leaf is, and whether something came out."""

    index: int
    permitted: bool
    came: bool


def outcome(asking: Kept, answer: OpeningAnswer) -> Outcome:
    (gate,) = answer.gates
    index = TlogProof.parse(gate.proofs[0]).index
    if asking.action in READING:
        came = bool(asking.released(answer))
    else:
        came = bool(gate.release) and bool(grants(asking, answer)["gate-1"].parts)
    return Outcome(index, asking.permitted(answer)[CARD], came)


def answered(ask: Callable[[], Kept]) -> tuple[Kept, OpeningAnswer]:
    """Ask; and again where it was closed because the log went on again and again before the gate was reached."""
    for _ in range(TRIES):
        asking = ask()
        answer = asking.send()
        if answer.state != CLOSED:
            return asking, answer
    raise AssertionError


def race(ask: Callable[[str], Kept], she: Callable[[], int]) -> tuple[list[Outcome], int]:
    """Let several ask while she acts; return what came of each, and where her leaf is."""
    begun, found, lock = threading.Barrier(len(ASKERS) + 1), [], threading.Lock()

    def asks(who: str) -> None:
        begun.wait(30)
        for _ in range(EACH):
            one = outcome(*answered(lambda: ask(who)))
            with lock:
                found.append(one)

    def acts() -> int:
        begun.wait(30)
        while len(found) < len(ASKERS):
            time.sleep(0.002)
        return she()

    with ThreadPoolExecutor(len(ASKERS) + 1) as pool:
        asked = [pool.submit(asks, who) for who in ASKERS]
        place = pool.submit(acts).result(120)
        for one in asked:
            one.result(120)
    return found, place


def judge(found: list[Outcome], place: int) -> None:
    """Before her leaf all are permitted; behind it nothing comes out; and some lie on either side."""
    before, behind = ([one for one in found if (one.index < place) is side] for side in (True, False))
    assert before
    assert behind
    assert all(one.permitted for one in before)
    assert not any(one.came for one in behind)
    assert not any(one.came and not one.permitted for one in found)
    assert any(one.came for one in before)


@pytest.mark.parametrize("action", ["open", "answer"])
def test_a_withdrawal_against_openings_in_flight(fresh: Running, action: str) -> None:
    her = Her(fresh)
    purpose = "TRIAGE" if action == "open" else "REPLY"
    found, place = race(lambda who: her.asking(who, action=action, purpose=purpose), lambda: her.withdraw(now=True))
    judge(found, place)
    assert faults(fresh) == []
    assert not her.opens()


@pytest.mark.parametrize("action", ["open", "export"])
def test_a_narrowing_against_one_purpose(tmp_path: Path, action: str) -> None:
    """What she still allows goes on beside it."""
    with waiting(tmp_path) as world:
        her = Her(world)
        found, place = race(
            lambda who: her.asking(who, action=action, purpose="OVERSIGHT"), lambda: her.wish(1, but(ALL, OVERSIGHT=1))
        )
        judge(found, place)
        assert her.opens()
        assert faults(world) == []


def test_a_withdrawal_over_http_and_at_the_gates_address_at_once(fresh: Running) -> None:
    """She sends it to both. Whichever comes first closes, and it is one withdrawal."""
    her = Her(fresh)
    body = her.body(place=1).to_body()

    def she() -> int:
        answers = [
            client.post("/v1/withdrawals", content=body).status_code
            for client in (fresh.server, fresh.gate_clients["gate-1"])
        ]
        assert answers == [202, 202]
        tag = her.withdrawal().leaf
        size = int(fresh.house.checkpoint().split("\n")[1])
        return fresh.house.entries(0, size).index(tag)

    found, place = race(her.asking, she)
    assert not any(one.came for one in found if one.index > place)
    assert not her.opens()


def test_two_who_answer_at_once(fresh: Running) -> None:
    """Every answer that was permitted has a part of its own and stands in the thread, in the order of the decisions."""
    her = Her(fresh)
    asked: dict[bytes, bytes] = {}
    lock, begun = threading.Lock(), threading.Barrier(2)

    def answers(who: str) -> None:
        begun.wait(30)
        for _ in range(3):
            (given,) = grants(*answered(lambda: her.asking(who, action="answer", purpose="REPLY"))).values()
            ((digest, part),) = given.parts
            with lock:
                asked[digest] = part

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(answers, who) for who in ("r1", "r5")]:
            one.result(120)
    assert len(asked) == len(set(asked.values())) == 6
    reading = her.asking("r5", action="thread", purpose="TRIAGE")
    (thread,) = grants(reading, reading.send()).values()
    assert dict(thread.parts) == asked
    decisions = sorted(audit(fresh).audit.decisions, key=lambda one: one.decision.sequence)
    assert [digest for digest, _ in thread.parts] == [
        one.decision.request for one in decisions if one.ask.action == "answer"
    ]
    assert faults(fresh) == []


def test_wishes_of_one_place_at_once(tmp_path: Path) -> None:
    """Sent twice from two devices: the first in the log counts, for gate and auditor alike."""
    with waiting(tmp_path) as world:
        her = Her(world)
        with ThreadPoolExecutor(2) as pool:
            wide, narrow = (pool.submit(her.wish, 1, one) for one in (ALL, but(ALL, OVERSIGHT=0)))
            first_is_narrow = narrow.result(60) < wide.result(60)
        assert her.opens(purpose="OVERSIGHT") is not first_is_narrow
        assert faults(world) == []
