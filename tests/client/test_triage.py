"""What several gates' lists come to, and how it is told (protocol 20.6, 20.7)."""

import json
from importlib.resources import files

import pytest

from client import clocks, triage
from client.triage import Queue, Standing, Told
from client.watching import Watch
from crypto.sheets import Marked

A, B, C = (bytes([number]) * 32 for number in range(3))
NOW = 498_000
MILD, URGENT = Marked(1, 1), Marked(3, 3)


def told(**marks: Marked | None) -> dict[str, Told]:
    """What gates say of one report; who is not named says nothing of it."""
    return {name: Told(NOW, {A: mark}) for name, mark in marks.items()}


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"g1": MILD, "g2": MILD, "g3": MILD}, Standing.HERS),
        ({"g1": MILD, "g2": MILD}, Standing.HERS),
        ({"g1": MILD, "g2": MILD, "g3": None}, Standing.HERS),
        ({"g1": MILD, "g2": None, "g3": None}, Standing.NOT_HERS),
        ({"g1": None, "g2": None}, Standing.NOT_HERS),
        ({"g1": MILD, "g2": None}, Standing.UNLISTED),
        ({"g1": MILD}, Standing.UNLISTED),
        ({"g1": None}, Standing.UNLISTED),
        ({}, Standing.UNLISTED),
    ],
)
def test_two_of_three(said: dict[str, Marked | None], standing: Standing) -> None:
    queue = triage.combine(told(**said), gates=3, threshold=2)
    assert queue.standing(A) is standing
    assert queue.standing(B) is Standing.UNLISTED


def test_of_what_they_say_the_strictest() -> None:
    queue = triage.combine(told(g1=Marked(1, 3), g2=Marked(2, 1)), gates=3, threshold=2)
    assert queue.hers[A] == Marked(2, 3)
    assert (queue.urgency(A), queue.urgency(B)) == (2, -1)
    alone = triage.combine(told(g1=URGENT, g2=MILD, g3=MILD), gates=3, threshold=3)
    assert alone.hers[A] == URGENT


@pytest.mark.parametrize(("hours", "hour"), [([5, 9, 7], 7), ([5, 9], 5), ([9], None), ([], None)])
def test_the_lists_are_of_the_hour_that_enough_gates_reach(hours: list[int], hour: int | None) -> None:
    queue = triage.combine({f"g{one}": Told(one, {}) for one in hours}, gates=3, threshold=2)
    assert queue.hour == hour
    assert queue.age(8 * 60 + 59) == (None if hour is None else max(8 - hour, 0))


def test_urgencies_are_those_of_the_vocabulary() -> None:
    vocabulary = json.loads(files("data").joinpath("vocabulary.json").read_text("utf-8"))
    said = {int(one["code"][1]): one["first_human_h"] for one in vocabulary["urgency"]}
    assert {number: one.hours for number, one in enumerate(clocks.URGENCIES)} == said
    assert [one.look_by(100) for one in clocks.URGENCIES] == [107, 103, 101, 100]


def queue(hour: int | None = NOW, **marks: int) -> Queue:
    names = {"a": A, "b": B, "c": C}
    return Queue(
        hers={names[name]: Marked(urgency, 1) for name, urgency in marks.items()}, not_hers=frozenset(), hour=hour
    )


NOBODY: frozenset[bytes] = frozenset()


def test_only_what_is_new_is_said() -> None:
    watch = Watch()
    alert = watch.notice(queue(a=3, b=1, c=2), NOBODY, 0)
    assert alert is not None
    assert (alert.line, alert.bells) == ("work waiting: 1 urgent, 2 others", 3)
    assert alert.reports == ((A, 3), (C, 2), (B, 1))
    assert watch.notice(queue(a=3, b=1, c=2), NOBODY, 15) is None
    assert watch.notice(queue(b=1), NOBODY, 30) is None
    more = watch.notice(queue(b=1, c=2), NOBODY, 45)
    assert more is not None
    assert (more.line, more.bells, more.again) == ("work waiting: 0 urgent, 2 others", 1, False)
    raised = watch.notice(queue(b=3), NOBODY, 60)
    assert raised is not None
    assert raised.line == "work waiting: 1 urgent, 0 others"


def test_no_line_holds_anything_but_numbers() -> None:
    alert = Watch().notice(queue(a=3, b=0), NOBODY, 0)
    assert alert is not None
    assert alert.line == "work waiting: 1 urgent, 1 other"


def test_urgent_and_unattended_is_told_again_after_60_and_90_minutes() -> None:
    watch = Watch()
    said = {minute: watch.notice(queue(a=3, b=2), NOBODY, minute) for minute in range(0, 600, 5)}
    assert [minute for minute, alert in said.items() if alert is not None] == [0, 60, 90]
    assert [alert.again for alert in said.values() if alert is not None] == [False, True, True]
    last = said[90]
    assert last is not None
    assert last.line == "work still waiting: 1 urgent, 1 other"


def test_a_look_that_comes_late_tells_once() -> None:
    watch = Watch()
    watch.notice(queue(a=3), NOBODY, 0)
    assert watch.notice(queue(a=3), NOBODY, 200) is not None
    assert watch.notice(queue(a=3), NOBODY, 400) is None


def test_what_she_attended_is_not_told() -> None:
    watch = Watch()
    assert watch.notice(queue(a=3), frozenset({A}), 0) is None
    watch.notice(queue(a=3, b=3), frozenset({A}), 0)
    assert watch.notice(queue(a=3, b=3), frozenset({A, B}), 90) is None


def test_without_lists_nothing_is_forgotten() -> None:
    """The house is away for an hour: what waited before is no news when it is back."""
    watch = Watch()
    watch.notice(queue(a=1), NOBODY, 0)
    assert watch.notice(queue(hour=None), NOBODY, 15) is None
    assert watch.notice(queue(a=1), NOBODY, 30) is None
    assert watch.notice(queue(), NOBODY, 45) is None
    assert watch.notice(queue(a=1), NOBODY, 60) is not None
