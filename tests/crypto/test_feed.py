"""The file of a day: whole answers, noise, and nothing that tells them apart (protocol 15.7, 14.6)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import answers, feed
from crypto.errors import MalformedError
from crypto.feed import FeedFile, PublicNotes
from crypto.limits import limit
from tests.vectors.returning import making
from tests.vectors.stream import Stream


def cut(slots: bytes) -> list[bytes]:
    return [slots[start : start + answers.SLOT] for start in range(0, len(slots), answers.SLOT)]


def test_answers_go_in_whole_in_order_and_the_rest_is_noise() -> None:
    waiting = [making.sealed("long"), making.sealed("short"), making.sealed("arabic")]
    slots, taken = feed.compose(waiting, 5, Stream(b"a"))
    assert taken == 2
    assert sorted(cut(slots)) == sorted([*making.sealed("long"), *making.sealed("short")])
    slots, taken = feed.compose(waiting, 8, Stream(b"a"))
    assert (taken, len(slots)) == (3, 8 * answers.SLOT)
    assert feed.compose([*waiting[1:], waiting[0]], 5, Stream(b"a"))[1] == 2  # the long one waits for the next day
    slots, taken = feed.compose([waiting[1], waiting[0], waiting[2]], 4, Stream(b"a"))
    assert taken == 1  # and nobody overtakes it
    assert making.sealed("arabic")[0] not in cut(slots)


def test_places_in_a_file_say_nothing_about_the_order_of_arrival() -> None:
    first = {cut(feed.compose([making.sealed("short")], 8, Stream(bytes([i])))[0]).index(making.sealed("short")[0])
             for i in range(40)}  # fmt: skip
    assert len(first) > 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 4), max_size=12), st.integers(4, 32), st.binary(max_size=8))
def test_a_file_has_one_size_whatever_waits(waiting: list[int], size: int, seed: bytes) -> None:
    given_in = [[making.fixed(f"{i}-{k}", answers.SLOT) for k in range(count)] for i, count in enumerate(waiting)]
    slots, taken = feed.compose(given_in, size, Stream(seed))
    assert len(slots) == size * answers.SLOT
    real = [slot for answer in given_in[:taken] for slot in answer]
    assert set(real) <= set(cut(slots))
    assert len(real) <= size
    assert taken == len(given_in) or len(real) + len(given_in[taken]) > size
    assert not {slot for answer in given_in[taken:] for slot in answer} & set(cut(slots))


@pytest.mark.parametrize("slots", [b"", bytes(3 * 1024), bytes(257 * 1024), bytes(4 * 1024 + 1)])
def test_a_file_of_another_size_is_refused(slots: bytes) -> None:
    with pytest.raises(MalformedError):
        FeedFile(note="n", current="", slots=slots).encode()


def test_a_file_with_endless_notes_is_refused() -> None:
    long = "x" * (limit("note") + 1)
    for note, current in ((long, ""), ("", long)):
        with pytest.raises(MalformedError):
            FeedFile(note=note, current=current, slots=bytes(4096)).encode()


def test_the_largest_file_fits_its_limit() -> None:
    largest = FeedFile(note="x" * limit("note"), current="x" * limit("note"), slots=bytes(256 * answers.SLOT)).encode()
    assert FeedFile.decode(largest, limit=limit("feed")).each() == [bytes(answers.SLOT)] * 256


@pytest.mark.parametrize("places", [[2, 1], [1, 1], [255, 256], [-1], list(range(257))])
def test_notes_of_public_leaves_are_in_order_and_of_one_tile(places: list[int]) -> None:
    with pytest.raises(MalformedError):
        PublicNotes(notes=[(index, "note") for index in places]).encode()
    assert PublicNotes(notes=[]).encode()
    assert PublicNotes(notes=[(512, "a"), (767, "b")]).encode()


def test_a_place_that_is_there_twice_counts_once() -> None:
    """Whoever doubles a slot, or puts another one behind it, changes nothing."""
    (slot,) = making.sealed("short")
    hers = {gate: making.keys().gate(gate).answer_key for gate in ("gate-1", "gate-2", "gate-3")}
    found = list(feed.find([slot, slot[:48] + bytes(976)], reply=making.keys().reply, answer_keys=hers, thresholds=[2]))
    assert [one.answer for one in found] == [making.answer("short")]
