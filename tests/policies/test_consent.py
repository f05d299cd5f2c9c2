"""What is in force of all that she wished: narrowing at once, widening late, closed for good after its time (16.5)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.wishes import CLOSED, FINAL, OPEN, Wish
from policies.consent import Placed, Withdrawal, closed, in_force, taken

START = 30_000_000  # a minute
DAY = START // 1440
HOURS = 24
WEEK = 168
SLIP = bytes([2] * 15)
WIDE = bytes([3] * 15)
NARROW = bytes([2, *[0] * 14])


def placed(place: int, minute: int, consent: bytes = SLIP, state: int = OPEN, **changes: int) -> Placed:
    wish = Wish(made=changes.get("made", DAY), consent=consent, closed=state)
    return Placed(index=changes.get("index", 10 * place), minute=minute, place=place, wish=wish)


def garbled(place: int, minute: int) -> Placed:
    return Placed(index=10 * place, minute=minute, place=place, wish=None)


def test_a_yes_that_was_forced_from_her_is_taken_back_the_same_day() -> None:
    wishes = [placed(1, START, WIDE), placed(2, START + 600, SLIP)]
    assert all(in_force(SLIP, wishes, START + later, HOURS) == SLIP for later in (600, 1440, 5000, 50_000))


def test_narrowing_counts_from_the_next_decision_on() -> None:
    assert in_force(SLIP, [placed(1, START, NARROW)], START, HOURS) == NARROW


def test_a_clock_that_goes_back_undoes_no_narrowing() -> None:
    """The wish was read at a minute that, by the clock, is still to come."""
    for hours in (0, HOURS):
        assert in_force(SLIP, [placed(1, START + 500, NARROW)], START, hours) == NARROW
    assert in_force(SLIP, [placed(1, START + 500, WIDE)], START, HOURS) == SLIP


def test_minutes_never_go_back_from_one_wish_to_the_next() -> None:
    first, second = taken([placed(2, START), placed(1, START + 100)], [])
    assert [(one.place, one.minute) for one in (first, second)] == [(1, START + 100), (2, START + 100)]


def test_a_wish_that_was_held_back_is_void() -> None:
    """The house kept a widening until she had forgotten it: three days later the log itself says that it is late."""
    wish = placed(1, START, WIDE, index=50, made=DAY)
    assert taken([wish], [(49, DAY + 2), (51, DAY + 3)]) == [wish]
    assert taken([wish], [(49, DAY + 3)]) == []
    assert taken([garbled(1, START)], [(1, DAY + 99)]) == [garbled(1, START)]


def test_what_cannot_be_read_closes_until_she_says_something_else() -> None:
    wishes = [garbled(1, START)]
    assert in_force(SLIP, wishes, START, HOURS) == bytes(15)
    assert closed(None, wishes, START, WEEK)
    wishes = [*wishes, placed(2, START + 5, SLIP)]
    assert not closed(None, wishes, START + 5, WEEK)
    assert in_force(SLIP, wishes, START + 5 + HOURS * 60, HOURS) == SLIP


@pytest.mark.parametrize("index", [5, None])
def test_a_withdrawal_closes_at_once_and_can_be_taken_back_for_a_week(index: int | None) -> None:
    gone = Withdrawal(minute=START, index=index)
    assert closed(gone, [], START, WEEK)
    assert closed(gone, [placed(1, START, SLIP, CLOSED)], START, WEEK)
    back = placed(2, START + WEEK * 60 - 1, SLIP, OPEN)
    assert not closed(gone, [back], START + WEEK * 60, WEEK)
    late = placed(2, START + WEEK * 60, SLIP, OPEN)
    assert closed(gone, [late], START + WEEK * 60, WEEK)
    assert closed(gone, [back, placed(3, START + 2 * WEEK * 60, SLIP, FINAL)], START + 3 * WEEK * 60, WEEK)


def test_within_one_minute_the_log_says_what_came_first() -> None:
    gone = Withdrawal(minute=START, index=5)
    assert not closed(gone, [placed(1, START, SLIP, OPEN, index=6)], START, WEEK)
    assert closed(gone, [placed(1, START, SLIP, OPEN, index=4)], START, WEEK)


def test_closing_again_counts_its_own_week() -> None:
    gone = Withdrawal(minute=START, index=5)
    wishes = [placed(1, START + 60, SLIP, OPEN), placed(2, START + WEEK * 60 - 60, SLIP, CLOSED)]
    again = placed(3, START + WEEK * 60 + 60, SLIP, OPEN)
    assert not closed(gone, [*wishes, again], START + WEEK * 60 + 60, WEEK)


def test_saying_closed_twice_does_not_start_the_week_anew() -> None:
    gone = Withdrawal(minute=START, index=5)
    wishes = [placed(1, START + WEEK * 60 - 1, SLIP, CLOSED), placed(2, START + WEEK * 60, SLIP, OPEN)]
    assert closed(gone, wishes, START + WEEK * 60, WEEK)


def test_for_ever_is_for_ever() -> None:
    assert closed(None, [placed(1, START, SLIP, FINAL), placed(2, START + 1, SLIP, OPEN)], START + 1, WEEK)


def test_an_old_withdrawal_played_again_closes_nothing_that_she_opened() -> None:
    """Its preimage is public once it was shown; the leaf and the gate's own address are one withdrawal."""
    back = placed(1, START + 100, SLIP, OPEN)
    assert not closed(Withdrawal(minute=START, index=5), [back], START + 200, WEEK)
    assert not closed(Withdrawal(minute=START, index=99), [back], START + 200, WEEK)  # its leaf was held back
    assert closed(Withdrawal(minute=START + 101, index=None), [back], START + 200, WEEK)  # nobody knew it before


def test_in_a_rehearsal_nothing_waits() -> None:
    assert in_force(SLIP, [placed(1, START, WIDE)], START, 0) == WIDE
    assert closed(Withdrawal(minute=START, index=1), [placed(1, START, SLIP, OPEN)], START, 0)


STATES = st.binary(min_size=15, max_size=15).map(lambda raw: bytes([2 + raw[0] % 2, *(byte % 4 for byte in raw[1:])]))
HISTORY = st.lists(st.tuples(STATES, st.integers(0, 3000)), max_size=6)


def history(said: list[tuple[bytes, int]]) -> list[Placed]:
    minute = START
    wishes = []
    for place, (state, later) in enumerate(said, 1):
        minute += later
        wishes.append(placed(place, minute, state))
    return wishes


@settings(max_examples=200, deadline=None)
@given(STATES, HISTORY, st.integers(0, 6000), st.integers(0, 48))
def test_never_more_than_she_asks_for_now_nor_than_she_asked_for_a_day_ago(
    slip: bytes, said: list[tuple[bytes, int]], later: int, hours: int
) -> None:
    wishes = history(said)
    minute = (wishes[-1].minute if wishes else START) + later
    now = in_force(slip, wishes, minute, hours)
    newest = said[-1][0] if said else slip
    before = [state for state in wishes if state.minute <= minute - hours * 60]
    then = before[-1].consent if before else slip
    assert all(map(int.__le__, now, newest))
    assert all(map(int.__le__, now, then))
    asked = [then, *(one.consent for one in wishes if minute - hours * 60 < one.minute <= minute)]
    assert now == bytes(map(min, zip(*asked, strict=True)))  # said the other way round, it is the same


@settings(max_examples=100, deadline=None)
@given(STATES, HISTORY, STATES, st.integers(1, 48))
def test_one_more_wish_never_widens_at_once(
    slip: bytes, said: list[tuple[bytes, int]], more: bytes, hours: int
) -> None:
    wishes = history(said)
    minute = (wishes[-1].minute if wishes else START) + 5
    before = in_force(slip, wishes, minute, hours)
    after = in_force(slip, [*wishes, placed(9, minute, more)], minute, hours)
    assert all(map(int.__le__, after, before))


@settings(max_examples=100, deadline=None)
@given(st.permutations([placed(place, START + place) for place in range(1, 6)]))
def test_the_order_of_finding_does_not_matter(found: list[Placed]) -> None:
    assert [one.place for one in taken(found, [])] == [1, 2, 3, 4, 5]
