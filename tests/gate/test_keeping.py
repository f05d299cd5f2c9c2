"""What was kept for too long opens nothing, a hold opens nothing, and a gate forgets what is over (protocol 17)."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crypto import answers
from crypto.wishes import OPEN
from policies.holds import Hold
from tests.attacks.finding import decided
from tests.gate.her import ALL, CARD, DAY, HOUR, NONE, Her, faults, feed, follow, later, publish, tell_gate, waiting
from tests.harness import OFFICERS, Running

OVER = 124 * DAY  # three months of 31 days, and one for files on their way


def replaced(world: Running) -> None:
    """The officers renew the directory; the gate puts it in force now."""
    world.house.publish(world.organisation.next_directory())
    follow(world)


def test_expired_once_its_directory_was_replaced_for_so_long(fresh: Running) -> None:
    """A house that keeps the bytes opens nothing with them; but whoever wants may step aside."""
    her, longer = Her(fresh, months=3), Her(fresh, months=12)
    later(fresh, OVER + DAY)
    assert her.opens()  # the directory that it names is still in force
    replaced(fresh)
    later(fresh, OVER - HOUR)
    fresh.house.publish(fresh.organisation.next_directory())  # a later one counts nothing from anew
    assert her.opens()
    later(fresh, HOUR + 120)
    assert not her.opens()
    assert longer.opens()
    for action, purpose in (("answer", "REPLY"), ("thread", "TRIAGE")):
        assert not her.opens(action=action, purpose=purpose)
    assert her.opens(action="recuse")
    reasons = [rules for _, _, permitted, rules in decided(fresh) if not permitted]
    assert reasons == [["R11.retention"]] * 3
    assert faults(fresh) == []


def test_expired_between_decision_and_release(fresh: Running) -> None:
    her = Her(fresh, months=3)
    replaced(fresh)
    later(fresh, OVER - 60)
    asking = her.asking("r1")
    gate = fresh.gate_clients["gate-1"]
    honest = gate.post

    def post(path: str, *, content: bytes) -> object:
        if path == "/v1/releases":
            fresh.clock.offset += 180
        return honest(path, content=content)

    gate.post = post
    answer = asking.send()
    assert asking.permitted(answer) == {CARD: True}
    assert asking.released(answer) == {}


def hold(world: Running, report: bytes, days: int) -> int:
    text = Hold(id=report, day=world.clock.day, until=world.clock.day + days).text()
    return publish(world, lambda _: world.organisation.signed(text, *OFFICERS[:2]))


def test_a_hold_opens_nothing(fresh: Running) -> None:
    """Two officers keep the bytes; no gate takes it for a permission."""
    closed, over = Her(fresh), Her(fresh, months=3)
    closed.withdraw()
    replaced(fresh)
    later(fresh, OVER + 120)
    hold(fresh, closed.report, 100)
    hold(fresh, over.report, 100)
    assert not closed.opens()
    assert not over.opens()


def test_a_narrowing_is_as_good_while_a_report_is_held(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        hold(world, her.report, 100)
        assert her.opens()
        her.wish(1, NONE)
        assert not her.opens(purpose="OVERSIGHT")


# -- what a gate forgets ---------------------------------------------------------------------------------------------


def remembered(folder: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(folder / "gate" / "gate-1" / "gate.db")) as database:
        return {
            "recused": database.execute("SELECT id, name FROM recused ORDER BY id, name").fetchall(),
            "answered": database.execute("SELECT handle FROM answered ORDER BY number").fetchall(),
        }


def anywhere(folder: Path, what: bytes) -> list[str]:
    """Files of the gate in which these bytes lie."""
    files = (folder / "gate" / "gate-1").glob("gate.db*")
    return sorted(one.name for one in files if what in one.read_bytes())


def worked(her: Her) -> bytes:
    """Somebody stepped aside and somebody answered; return the handle."""
    assert her.opens("r5", action="recuse")
    assert her.opens("r1", action="answer", purpose="REPLY")
    return answers.handle(her.keys.gate("gate-1").gate_key)


@pytest.mark.parametrize("how", ["now", "a week", "expired"])
def test_no_name_and_no_handle_of_what_is_over(fresh: Running, how: str) -> None:
    """Also not between the lines of its files."""
    her, other = Her(fresh, months=3), Her(fresh)
    others = [Her(fresh) for _ in range(3)]
    handle = worked(her)
    kept = worked(other)
    for one in others:
        worked(one)
    assert anywhere(fresh.folder, her.report)
    assert anywhere(fresh.folder, handle)
    if how == "expired":
        replaced(fresh)
        later(fresh, OVER + 120)
        feed(fresh, fresh.clock.day - 1)
    else:
        her.withdraw(now=how == "now")
        assert not her.opens() or how == "now"
    if how == "a week":
        follow(fresh)
        assert (her.report, "r5") in remembered(fresh.folder)["recused"]  # she may still change her mind
        later(fresh, 8 * DAY)
        feed(fresh, fresh.clock.day - 1)
    assert not her.opens()
    found = remembered(fresh.folder)
    assert her.report not in [report for report, _ in found["recused"]]
    assert handle not in [one for (one,) in found["answered"]]
    assert (other.report, "r5") in found["recused"]
    assert (kept,) in found["answered"]
    assert anywhere(fresh.folder, her.report) == []
    assert anywhere(fresh.folder, handle) == []
    assert not other.opens("r5")
    assert not her.opens("r5")
    assert faults(fresh) == []


@pytest.mark.parametrize("how", ["withdrawn", "own address", "expired"])
def test_a_clock_that_runs_ahead_makes_a_gate_forget_nothing(fresh: Running, how: str) -> None:
    """What is forgotten does not come back. So the log's own days must say that it is over, too."""
    her = Her(fresh, months=3)
    handle = worked(her)
    if how == "withdrawn":
        her.withdraw()
    elif how == "own address":
        assert tell_gate(her) == 202
    else:
        replaced(fresh)
    asking = her.asking("r1", minute=int(fresh.clock() // 60) + 400 * 1440)
    ((_, blob),) = asking.blobs().blobs
    gate = fresh.gate_clients["gate-1"].app.dependencies["gate"].dependency()
    fast = gate._now  # noqa: SLF001 - this clock alone is wrong
    gate._now = lambda: fast() + 400 * DAY  # noqa: SLF001
    try:
        link = fresh.server.app.dependencies["gates"].dependency().links()["gate-1"]
        link.decide(blob)
    finally:
        gate._now = fast  # noqa: SLF001
    found = remembered(fresh.folder)
    assert found == {"recused": [(her.report, "r5")], "answered": [(handle,)]}
    if how == "expired":
        assert her.opens("r1")
        assert not her.opens("r5")


def test_a_week_by_a_clock_that_runs_ahead_ends_when_it_is_put_right(fresh: Running) -> None:
    her = Her(fresh)
    her.withdraw()
    follow(fresh)
    later(fresh, 30 * DAY)
    assert not her.opens()
    later(fresh, -30 * DAY)
    her.wish(2, ALL, closed=OPEN)
    assert her.opens()
