"""Keeping and destroying: what is due, what is held, and what gates refuse by their own reckoning (protocol 17)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.checkpoints import LogPolicy
from crypto.errors import MalformedError, ProofError
from crypto.labels import Label
from crypto.notes import Signer
from policies import erasures, retention, statements
from policies.erasures import Erasure
from policies.holds import Hold
from policies.retention import Due, Kept, due, due_day, expired
from policies.statements import day_number, day_text
from tests.policies.building import OFFICERS, ORIGIN, TODAY, log_text, seed, signed, trust

ONE, TWO, THREE = (bytes([number]) * 32 for number in (1, 2, 3))
LOG = LogPolicy.parse(log_text())
SIGNER = Signer(ORIGIN, seed(ORIGIN))


def kept(**changes: object) -> Kept:
    fields: dict[str, object] = {"id": ONE, "arrived": day_number("2026-11-30"), "months": 3}
    return Kept(**(fields | changes))  # type: ignore[arg-type]  # by name


def hold(**changes: object) -> Hold:
    fields: dict[str, object] = {"id": ONE, "day": TODAY, "until": TODAY + 30}
    return Hold(**(fields | changes))  # type: ignore[arg-type]  # by name


def test_a_report_is_kept_through_its_last_day_and_destroyed_the_next() -> None:
    last = day_number("2027-02-28")
    assert due([kept()], [], last) == []
    assert due([kept()], [], last + 1) == [
        Due(id=ONE, arrived=kept().arrived, due=last, why="retention", held_until=None)
    ]


def test_a_withdrawal_is_due_on_its_day() -> None:
    report = kept(months=36, closing=TODAY + 7)
    assert due([report], [], TODAY + 6) == []
    (found,) = due([report], [], TODAY + 7)
    assert (found.why, found.due) == ("withdrawn", TODAY + 7)


def test_a_hold_keeps_the_bytes_and_ends() -> None:
    gone = [kept(closing=TODAY), kept(id=TWO, closing=TODAY)]
    found = {one.id: one.held_until for one in due(gone, [hold()], TODAY)}
    assert found == {ONE: TODAY + 30, TWO: None}
    assert due(gone, [hold()], TODAY + 31)[0].held_until is None
    ended = [hold(), hold(day=TODAY + 2, until=TODAY + 2)]
    assert all(one.held_until is None for one in due(gone, ended, TODAY + 2))
    longer = [*ended, hold(day=TODAY + 3, until=TODAY + 300)]
    assert {one.held_until for one in due(gone, longer, TODAY + 200)} == {TODAY + 300, None}


def test_what_is_due_comes_oldest_first() -> None:
    found = due([kept(id=THREE, closing=TODAY), kept(closing=TODAY - 1), kept(id=TWO, closing=TODAY)], [], TODAY)
    assert [one.id for one in found] == [ONE, TWO, THREE]


def test_a_gate_refuses_what_its_directory_says_is_too_old() -> None:
    month = 31 * 1440
    assert not expired(None, 3, 1 << 40)
    assert not expired(1000, 3, 1000 + 4 * month)
    assert expired(1000, 3, 1001 + 4 * month)
    assert not expired(1000, 36, 1001 + 36 * month)
    with pytest.raises(MalformedError):
        expired(0, 4, 0)
    with pytest.raises(MalformedError):
        due_day(TODAY, 1)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 60_000), st.sampled_from([3, 12, 36]))
def test_the_day_falls_into_the_right_month(arrived: int, months: int) -> None:
    year, month, day = map(int, day_text(arrived).split("-"))
    later = list(map(int, day_text(due_day(arrived, months)).split("-")))
    assert later[0] * 12 + later[1] == year * 12 + month + months
    assert later[2] == day or (later[2] < day and day_text(due_day(arrived, months) + 1).endswith("-01"))


def test_a_hold_takes_two_officers() -> None:
    text = hold().text()
    assert Hold.verify(signed(text, *OFFICERS[:2]), trust()) == hold()
    for names in (OFFICERS[:1], ("somebody", "else")):
        with pytest.raises(ProofError):
            Hold.verify(signed(text, *names), trust())


@pytest.mark.parametrize("changes", [{"id": b""}, {"until": TODAY - 1}, {"until": TODAY + 367}])
def test_a_hold_out_of_its_bounds_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        hold(**changes).text()


@pytest.mark.parametrize(
    ("old", "new"), [("01" * 32, "AB" * 32), ("01" * 32, "01" * 31), (day_text(TODAY + 30), day_text(TODAY + 400))]
)
def test_a_hold_that_officers_signed_in_another_form_is_refused(old: str, new: str) -> None:
    text = hold().text().replace(old, new)
    with pytest.raises(MalformedError):
        Hold.verify(signed(text, *OFFICERS), trust())


def test_an_erasure_is_signed_by_the_log_and_nobody_else() -> None:
    erasure = Erasure(day=TODAY, why=retention.WITHDRAWN, indexes=(0, 7))
    note = erasure.sign(SIGNER)
    assert Erasure.verify(note, LOG) == erasure
    assert statements.kind(note) is Label.NOTE_ERASURE
    with pytest.raises(ProofError):
        Erasure.verify(signed(erasure.text(), *OFFICERS), LOG)
    with pytest.raises(ProofError):
        Erasure.verify(note.replace("0 7", "0 8"), LOG)


@pytest.mark.parametrize(
    "changes",
    [{"why": "tidy"}, {"indexes": ()}, {"indexes": (2, 1)}, {"indexes": (1, 1)}, {"indexes": (-1,)},
     {"indexes": (1 << 63,)}, {"indexes": tuple(range(513))}],
)  # fmt: skip
def test_an_erasure_out_of_its_bounds_is_refused(changes: dict[str, object]) -> None:
    fields: dict[str, object] = {"day": TODAY, "why": "retention", "indexes": (1,)}
    with pytest.raises(MalformedError):
        Erasure(**(fields | changes)).text()  # type: ignore[arg-type]  # by name


def test_an_erasure_that_the_log_signed_in_another_form_is_refused() -> None:
    good = Erasure(day=TODAY, why="retention", indexes=(3, 17)).text()
    for old, new in (("3 17", "17 3"), ("3 17", "3  17"), ("3 17", "03 17"), ("retention", "tidy")):
        text = good.replace(old, new)
        with pytest.raises(MalformedError):
            Erasure.verify(f"{text}\n{SIGNER.sign(text)}", LOG)


def test_a_round_of_many_makes_several_notes() -> None:
    found = erasures.batches([*range(1200), 5])
    assert [len(one) for one in found] == [512, 512, 176]
    assert [index for one in found for index in one] == list(range(1200))
    assert erasures.batches([]) == []
