"""Her wishes, found again by an auditor: a gate that ignores, invents, hides or hurries them is named (16.7)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from client import replaying, wishes_found
from client.findings import Fault
from client.wishes_found import Readings
from crypto import wishes
from crypto.slip import PURPOSES
from crypto.wished import WishedRecord
from crypto.wishes import OPEN
from gate import quota
from gate.examine import Examined
from gate.wishes import Wished
from policies.facts import Question
from tests.attacks.finding import audit, last
from tests.attacks.gates import LyingDecider, lie_about_facts
from tests.gate.her import (
    ALL,
    DAY,
    HOUR,
    NONE,
    Her,
    append,
    but,
    entry_of,
    faults,
    feed,
    follow,
    later,
    tell_gate,
    waiting,
)
from tests.harness import Running

NO_OVERSIGHT = but(ALL, OVERSIGHT=0)


class TellsOtherWishes(LyingDecider):
    """Writes something else of her wishes into its record than it found."""

    tell: Callable[[Wished], Wished] = staticmethod(lambda wished: wished)

    def before(self, _: object, examined: Examined) -> Examined:
        """Bend what was found."""
        return replace(examined, wished=self.tell(examined.wished))


def telling(world: Running, tell: Callable[[Wished], Wished]) -> None:
    TellsOtherWishes(world, "gate-1").tell = tell


def with_keys(*keys: tuple[int, bytes]) -> Callable[[Wished], Wished]:
    return lambda wished: replace(wished, keys=list(keys))


def test_an_honest_history_holds(tmp_path: Path) -> None:
    """Narrowed, widened, waited for, withdrawn, opened again, answered; by three gates, each with its own keys."""
    with waiting(tmp_path, gates=3, threshold=2) as world:
        her = Her(world)
        her.opens(purpose="OVERSIGHT")
        her.wish(1, NO_OVERSIGHT)
        her.opens(purpose="OVERSIGHT")
        feed(world, her.today - 1)
        her.wish(2, ALL)
        for _ in range(4):
            later(world, 7 * HOUR)
            her.opens(purpose="OVERSIGHT")
            her.opens(purpose="MEDIA")
        her.opens(action="answer", purpose="REPLY")
        her.withdraw(3)
        her.opens()
        later(world, 2 * DAY)
        her.wish(4, ALL, closed=OPEN)
        her.opens()
        found = audit(world)
        assert faults(world) == []
        assert found.decided == 3 * 13
        named = [one.record.wishes for one in found.audit.decisions if isinstance(one.record, WishedRecord)]
        assert {len(one) for one in named} == {1, 2, 3, 4}
        assert found.audit.counts["wish"] == 12


def test_what_waited_while_nobody_asked(tmp_path: Path) -> None:
    """The gate read her wish when it came and decided nothing until it counted: auditors believe it."""
    with waiting(tmp_path) as world:
        her = Her(world)
        assert not her.opens(purpose="MEDIA")
        her.wish(1, ALL)
        follow(world)
        later(world, 26 * HOUR)
        assert her.opens(purpose="MEDIA")
        assert faults(world) == []


def test_a_gate_that_ignores_what_she_took_back(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        her.wish(1, NO_OVERSIGHT)

        def as_before(question: Question) -> Question:
            return replace(question, slip=structs.replace(question.slip, consent=ALL))

        lie_about_facts(world, "gate-1", as_before)
        assert her.opens(purpose="OVERSIGHT")
        assert faults(world) == [Fault(last(world), replaying.OUTCOME)]


def test_a_gate_that_does_not_wait(tmp_path: Path) -> None:
    """It said itself that it had not read her wish two hours ago, and counts it already."""
    with waiting(tmp_path) as world:
        her = Her(world)
        her.opens()
        her.wish(1, ALL)
        later(world, 2 * HOUR)
        lie_about_facts(
            world, "gate-1", lambda one: replace(one, slip=structs.replace(one.slip, consent=bytes([3] * PURPOSES)))
        )
        assert her.opens(purpose="MEDIA")
        assert faults(world) == [Fault(last(world), replaying.OUTCOME)]


def test_a_gate_that_waits_for_ever(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        her.wish(1, ALL)
        her.opens()
        later(world, 26 * HOUR)
        said = bytes([3, *[2] * (PURPOSES - 1)])
        lie_about_facts(
            world, "gate-1", lambda one: replace(one, slip=structs.replace(one.slip, consent=but(said, MEDIA=0)))
        )
        assert not her.opens(purpose="MEDIA")
        assert faults(world) == [Fault(last(world), replaying.OUTCOME)]


def test_the_log_says_that_days_went_by(tmp_path: Path) -> None:
    """Its own words alone would not show it: a feed note lies before her wish, and so it cannot have waited."""
    with waiting(tmp_path, rehearsal=False, widen_hours=1) as world:
        her = Her(world)
        later(world, 3 * DAY)
        feed(world, her.today - 1)
        her.wish(1, ALL)
        lie_about_facts(
            world, "gate-1", lambda one: replace(one, slip=structs.replace(one.slip, consent=bytes([3] * PURPOSES)))
        )
        assert her.opens(purpose="MEDIA")
        assert faults(world) == [Fault(last(world), replaying.OUTCOME)]


@pytest.mark.parametrize("later_by", [0, 2 * DAY])
def test_a_gate_that_opens_what_she_withdrew(tmp_path: Path, later_by: int) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        her.withdraw()
        later(world, later_by)
        lie_about_facts(world, "gate-1", lambda one: replace(one, withdrawn=False))
        assert her.opens()
        assert faults(world) == [Fault(last(world), replaying.OUTCOME)]


def test_a_gate_that_stays_closed_although_she_opened_it_again(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        assert her.opens()  # so it did not know of a withdrawal before
        her.withdraw()
        her.wish(2, ALL, closed=OPEN)
        lie_about_facts(world, "gate-1", lambda one: replace(one, withdrawn=True))
        assert not her.opens()
        assert faults(world) == [Fault(last(world), replaying.OUTCOME)]


def test_a_withdrawal_that_reached_the_gate_before_the_log(tmp_path: Path) -> None:
    """A refusal for a reason that the log has at last is no lie; where it never comes, somebody keeps it back."""
    with waiting(tmp_path) as world:
        her = Her(world)
        assert tell_gate(her) == 202
        assert not her.opens()
        refused = last(world)
        assert faults(world) == [Fault(refused, replaying.OUTCOME)]
        her.withdraw()
        assert faults(world) == []


def test_a_gate_that_opens_what_is_expired(fresh: Running) -> None:
    her = Her(fresh, months=3)
    her.opens()
    fresh.house.publish(fresh.organisation.next_directory())
    her.opens()
    later(fresh, 125 * DAY)
    lie_about_facts(fresh, "gate-1", lambda one: replace(one, expired=False))
    assert her.opens()
    assert faults(fresh) == [Fault(last(fresh), replaying.OUTCOME)]


def test_a_gate_that_says_expired_too_soon(fresh: Running) -> None:
    her = Her(fresh, months=3)
    her.opens()
    fresh.house.publish(fresh.organisation.next_directory())
    later(fresh, 30 * DAY)
    lie_about_facts(fresh, "gate-1", lambda one: replace(one, expired=True))
    assert not her.opens()
    assert faults(fresh) == [Fault(last(fresh), replaying.OUTCOME)]


# -- what it tells of them -------------------------------------------------------------------------------------------


def test_a_gate_that_leaves_a_wish_out(tmp_path: Path) -> None:
    """It named it once. From then on, and before, auditors see what it does not name."""
    with waiting(tmp_path) as world:
        her = Her(world)
        her.wish(1, NO_OVERSIGHT)
        her.opens()
        telling(world, lambda wished: replace(wished, keys=[], consent=ALL))
        her.asking("r1", purpose="OVERSIGHT").send()
        assert faults(world) == [Fault(last(world), wishes_found.LEFT_OUT)]


def test_a_gate_that_names_a_wish_that_is_not_there(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        key = wishes.place_key(her.keys.gate("gate-1").consent_key, 1)
        telling(world, with_keys((1, key)))
        her.opens()
        named = last(world)
        assert faults(world) == [Fault(named, wishes_found.NOT_THERE)]
        her.wish(1, ALL)
        assert faults(world) == [Fault(named, wishes_found.NOT_THERE)]  # it comes too late for that decision


def test_a_gate_that_moves_a_wish_to_another_place(tmp_path: Path) -> None:
    """So that a newer one would be passed over."""
    with waiting(tmp_path) as world:
        her = Her(world)
        her.wish(1, ALL)
        her.opens()
        key = wishes.place_key(her.keys.gate("gate-1").consent_key, 1)
        telling(world, with_keys((7, key)))
        her.opens()
        assert faults(world) == [Fault(last(world), wishes_found.ELSEWHERE)]


def test_a_gate_that_takes_a_wish_for_another_report(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her, other = Her(world), Her(world)
        other.wish(1, ALL)
        other.opens()
        key = wishes.place_key(other.keys.gate("gate-1").consent_key, 1)
        telling(world, with_keys((1, key)))
        her.opens()
        assert faults(world) == [Fault(last(world), wishes_found.ELSEWHERE)]


def test_a_void_wish_binds_no_gate(tmp_path: Path) -> None:
    with waiting(tmp_path) as world:
        her = Her(world)
        held = her.made(1, NO_OVERSIGHT)
        later(world, 3 * DAY)
        feed(world, her.today)
        append(world, [entry_of(world, held)])
        assert her.opens(purpose="OVERSIGHT")
        assert faults(world) == []
        lie_about_facts(
            world, "gate-1", lambda one: replace(one, slip=structs.replace(one.slip, consent=but(NONE, TRIAGE=3)))
        )
        assert not her.opens(purpose="OVERSIGHT")
        assert faults(world) == [Fault(last(world), replaying.OUTCOME)]


# -- how many answers ------------------------------------------------------------------------------------------------


def test_a_gate_that_lets_one_person_fill_the_feed(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    her = Her(fresh)
    monkeypatch.setattr(quota, "take_answer", lambda *_: True)
    for _ in range(9):
        assert her.opens(action="answer", purpose="REPLY")
    assert faults(fresh) == [Fault(last(fresh), replaying.TOO_MANY)]


def test_a_gate_that_pretends_she_answered_too_often(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    her = Her(fresh)
    monkeypatch.setattr(quota, "take_answer", lambda *_: False)
    assert not her.opens(action="answer", purpose="REPLY")
    assert her.opens()
    assert faults(fresh) == [Fault(last(fresh) - 1, replaying.OUTCOME)]


# -- between which minutes -------------------------------------------------------------------------------------------


def test_bounds_of_reading(fresh: Running) -> None:
    """By what the gate said of itself: larger and smaller sizes at their minutes; by the log's days; in whole hours."""
    her = Her(fresh)
    her.opens()
    (found,) = audit(fresh).audit.decisions
    said = [(10, 6000), (20, 6610), (30, 6900)]
    decisions = [
        replace(found, decision=structs.replace(found.decision, size=size, minute=minute)) for size, minute in said
    ]
    feeds = [(12, 3), (22, 4)]  # minutes 5700 and 7140: what lies behind the second was read later than the gate says
    readings = Readings(decisions, feeds, rehearsal=False)
    assert readings.of("gate-1", 9, by=9000) == (0, 6000)
    assert readings.of("gate-1", 10, by=9000) == (6000, 6660)
    assert readings.of("gate-1", 19, by=9000) == (6000, 6660)
    assert readings.of("gate-1", 25, by=9000) == (6900, 6900)
    assert readings.of("gate-1", 30, by=9000) == (7140, 9000)
    assert readings.of("gate-2", 30, by=9000) == (7140, 9000)
    assert readings.of("gate-2", 15, by=9000) == (5700, 9000)
    assert Readings(decisions, feeds, rehearsal=True).of("gate-2", 30, by=9000) == (5760, 9000)
