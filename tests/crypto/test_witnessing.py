"""What a log and a witness say to each other (protocol 9.3)."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import notes, witnessing
from crypto.checkpoints import LogPolicy, head_text
from crypto.errors import MalformedError, ProofError
from crypto.notes import Kind, Vkey
from crypto.signing import public_key
from crypto.witnessing import AddCheckpoint

SEED = bytes(range(32))
MINE = Vkey("w1.test.example", Kind.COSIGNATURE, public_key(SEED))
HEAD = head_text("log.test.example", 3, bytes(32))
NOTE = f"{HEAD}\n{notes.sign_ed25519('log.test.example', SEED, HEAD)}"


def test_a_request_is_read_as_it_was_written() -> None:
    for asked in (AddCheckpoint(0, (), NOTE), AddCheckpoint(2, (bytes(32), os.urandom(32)), NOTE)):
        assert AddCheckpoint.parse(asked.encode().encode()) == asked
    assert AddCheckpoint(2, (bytes(32),), NOTE).encode().startswith("old 2\nAAAA")  # C2SP tlog-witness


@pytest.mark.parametrize(
    "head",
    [
        "",
        "old",
        "old \n",
        "old 01",
        "old -1",
        "old 1 ",
        "size 1",
        "old 1\nAA",
        "old 1\n" + "AAAA\n" * 64,
    ],
)
def test_what_is_no_request_is_refused(head: str) -> None:
    with pytest.raises(MalformedError):
        AddCheckpoint.parse(f"{head}\n\n{NOTE}".encode())


@given(st.binary(max_size=200))
def test_nothing_but_its_own_error_leaves_it(data: bytes) -> None:
    for read in (AddCheckpoint.parse, witnessing.size_of):
        try:
            read(data)
        except MalformedError:
            continue


def test_a_request_without_a_blank_line_too_long_or_no_text() -> None:
    for data in (b"old 1\n", b"old 1\n\n" + b"x" * witnessing.REQUEST, b"old 1\n\n\xff"):
        with pytest.raises(MalformedError):
            AddCheckpoint.parse(data)


def test_how_far_a_witness_has_come() -> None:
    assert witnessing.size_of(b"17\n") == 17
    for data in (b"", b"17", b"017\n", b"-1\n", b"1\n\n", "١\n".encode()):
        with pytest.raises(MalformedError):
            witnessing.size_of(data)


def test_only_its_own_line_on_this_head_is_taken_out_of_an_answer() -> None:
    line = notes.sign_cosignature(MINE.name, SEED, HEAD, 5)
    other = notes.sign_cosignature("w2.test.example", bytes(32), HEAD, 5)
    elsewhere = notes.sign_cosignature(MINE.name, SEED, HEAD.replace("3", "4"), 5)
    answer = f"junk\n{elsewhere}{other}{line}{line}".encode()
    assert witnessing.cosignature(HEAD, answer, MINE) == line
    policy = LogPolicy((Vkey("log.test.example", Kind.ED25519, public_key(SEED)),), (MINE,), 1)
    assert policy.verify(NOTE + line).time == 5
    for bad in (b"", b"\xff\n", other.encode(), elsewhere.encode(), b"\n" * 64 + line.encode()):
        with pytest.raises(ProofError):
            witnessing.cosignature(HEAD, bad, MINE)


def test_where_a_witness_shows_its_newest_head() -> None:
    place = witnessing.place("log.test.example")
    assert place == witnessing.place("log.test.example") != witnessing.place("log.other.example")
    assert len(place) == len("/") + 64 + len("/checkpoint")


def test_a_policy_says_where_its_witnesses_are() -> None:
    log = Vkey("log.test.example", Kind.ED25519, public_key(SEED))
    text = f"log {log}\nwitness a {MINE} http://w1.test.example/x\nquorum a\n"
    assert LogPolicy.parse(text).named == (("a", "http://w1.test.example/x"),)
    assert LogPolicy.parse(text.replace(" http://w1.test.example/x", "")).named == (("a", ""),)
    assert LogPolicy.parse(text).alone.verify(NOTE).size == 3
    with pytest.raises(ProofError):
        LogPolicy.parse(text).verify(NOTE)
