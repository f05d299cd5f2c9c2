"""Wishes: one body of one size for consent and withdrawal, read by each gate for itself (protocol 16)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from crypto import hybrid, leaves, wished, wishes, words
from crypto.errors import CryptoError, MalformedError, OpenError, ProofError
from crypto.hashing import derive, digest, sha256
from crypto.labels import Label
from crypto.leaves import MEMO, NOTICE, Record
from crypto.limits import limit
from crypto.opening import DecisionRecord
from crypto.padding import pad
from crypto.wishes import Wish, WishEntry, Wishes, WishMemo
from tests.vectors.generate import GATES
from tests.vectors.returning import making
from tests.vectors.stream import Stream

KEYS = making.keys()
CONSENT = {gate: KEYS.gate(gate).consent_key for gate in GATES}
FIRST = wishes.place_key(CONSENT["gate-1"], 1)
DRAW = Stream(b"tests of wishes")


def steps() -> list[wishes.Step]:
    return [
        wishes.change(wishes.OPEN, DRAW),
        wishes.withdraw(KEYS, DRAW, now=False),
        wishes.withdraw(KEYS, DRAW, now=True),
        wishes.open_again(KEYS),
        wishes.withdraw_again(KEYS, DRAW, now=True),
    ]


def test_every_body_has_one_size_and_as_many_leaves() -> None:
    bodies = [making.body(step, "size", place) for step in steps() for place in (1, 24, None)]
    assert {len(one.to_body()) for one in bodies} == {limit("wish_body")} == {4096}
    assert {len(one.entries) for one in bodies} == {3}
    assert [Wishes.from_body(one.to_body()) for one in bodies] == bodies


def test_eight_gates_fit() -> None:
    names = [f"{'g' * 22}-{i}" for i in range(limit("gates"))]
    made = wishes.body(steps()[0], keys=KEYS, gates=names, place=1, made=9, consent=bytes([3] * 15), draw=DRAW)
    assert len(made.to_body()) == 4096
    assert Wishes.from_body(made.to_body()) == made


def test_the_steps_of_a_withdrawal_follow_from_one_another() -> None:
    _, first, at_once, again, last = steps()
    assert digest(Label.WITHDRAWAL_HASH, first.shown) == KEYS.withdrawal_hash
    assert wishes.turn_hash(again.shown) == first.next != at_once.next
    assert wishes.turn_hash(last.shown) == again.next
    assert [one.closed for one in (first, at_once, again, last)] == [1, 2, 0, 2]
    with pytest.raises(MalformedError):
        wishes.turn_key(KEYS, 3)
    other = words.keys(words.new(Stream(b"somebody else")))
    assert wishes.turn_key(other, 1) != wishes.turn_key(KEYS, 1) != wishes.turn_key(KEYS, 2)


def test_who_learned_the_preimage_from_the_log_has_no_turn_key() -> None:
    """W_n is public once it was shown; nothing of what opens again or hastens follows from it."""
    shown = {wishes.turn_hash(KEYS.withdrawal), digest(Label.TURN_HASH, KEYS.withdrawal_hash)}
    assert not shown & {wishes.turn_hash(wishes.turn_key(KEYS, turn)) for turn in (1, 2)}


def test_each_gate_reads_its_own_and_no_other() -> None:
    body = making.body(steps()[0], "read", 3)
    for gate, entry in zip(GATES, body.entries, strict=True):
        key = wishes.place_key(CONSENT[gate], 3)
        assert wishes.read_wish(key, entry.leaf, entry.memo) == wishes.read_back(key, entry.notice) == making.wish()
        for other in GATES:
            for place in (2, 3, 4):
                if (other, place) != (gate, 3):
                    with pytest.raises(OpenError):
                        wishes.read_wish(wishes.place_key(CONSENT[other], place), entry.leaf, entry.memo)


def test_an_auditor_sees_that_a_wish_is_no_decision() -> None:
    entry = wishes.seal_wish(making.wish(), FIRST, DRAW)
    record = Record(kind=leaves.WISH, salt=entry.salt, body=leaves.WISH_BODY)
    leaves.check_record(entry.leaf, record, entry.notice, entry.memo)
    for wrong in ({"kind": leaves.DECISION}, {"kind": leaves.PAD}, {"body": b"other"}, {"salt": bytes(32)}):
        with pytest.raises(ProofError):
            leaves.check_record(entry.leaf, structs.replace(record, **wrong), entry.notice, entry.memo)
    with pytest.raises(ProofError):
        leaves.check_record(entry.leaf, record, bytes(NOTICE), entry.memo)


def test_a_decision_cannot_be_called_a_wish() -> None:
    """The alibi of padding: a leaf whose record was dropped must not pass for a wish (attack A6)."""
    notice, memo = DRAW(NOTICE), DRAW(MEMO)
    decision = DRAW(16) + leaves.commitment(b"s" * 32, b"a decision", notice, memo)
    with pytest.raises(ProofError):
        leaves.check_record(decision, Record(kind=leaves.WISH, salt=b"s" * 32, body=leaves.WISH_BODY), notice, memo)
    with pytest.raises(MalformedError):
        WishEntry(leaf=decision, salt=b"s" * 32, notice=notice, memo=memo).encode()


def pieces(data: bytes) -> set[bytes]:
    return {data[at : at + 4] for at in range(len(data) - 3)}


def test_a_place_tried_twice_has_nothing_in_common() -> None:
    """She may send again what seems lost; with one nonce the two would tell about each other."""
    first, second = (wishes.seal_wish(making.wish(), FIRST, DRAW) for _ in range(2))
    assert first.leaf[:16] == second.leaf[:16]
    for one, other in ((first.memo, second.memo), (first.notice, second.notice)):
        assert not {one[at : at + 4] for at in range(len(one) - 3)} & {
            other[at : at + 4] for at in range(len(other) - 3)
        }


def test_a_memo_under_another_leaf_is_not_believed() -> None:
    entry = wishes.seal_wish(making.wish(), FIRST, DRAW)
    twin = wishes.seal_wish(making.wish(), FIRST, DRAW)
    with pytest.raises(ProofError):
        wishes.read_wish(FIRST, twin.leaf, entry.memo)
    with pytest.raises(OpenError):
        wishes.read_wish(FIRST, entry.leaf, entry.memo[:-1] + bytes([entry.memo[-1] ^ 1]))


def test_only_the_first_leaf_of_a_place_counts() -> None:
    """So an auditor, who is given the key of a used place, can make no other wish with it (protocol 16.7)."""
    one, two, again = (wishes.wish_tag(wishes.place_key(CONSENT["gate-1"], k)) for k in (1, 2, 1))
    found = {9: two + bytes(32), 5: one + bytes(32), 7: again + bytes([1] * 32), 8: bytes(48)}
    assert wishes.first_of_each(found, CONSENT["gate-1"]) == {5: 1, 9: 2}
    assert wishes.first_of_each(found, CONSENT["gate-2"]) == {}


def test_there_are_twenty_four_places() -> None:
    tags = wishes.places(CONSENT["gate-1"])
    assert sorted(tags.values()) == list(range(1, 25))
    for number in (0, 25):
        with pytest.raises(MalformedError):
            wishes.place_key(CONSENT["gate-1"], number)


@pytest.mark.parametrize(
    "changes",
    [
        {"made": -1},
        {"made": 65536},
        {"consent": bytes([2] * 14)},
        {"consent": bytes([2] * 14 + [4])},
        {"consent": bytes([1] + [2] * 14)},
        {"closed": 3},
    ],
)
def test_a_wish_out_of_its_bounds_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        structs.replace(making.wish(), **changes).encode()


def test_bodies_out_of_their_form_are_refused() -> None:
    good = making.body(steps()[0], "form", 1)
    entry = good.entries[0]
    withdrawal = leaves.withdrawal_entry(KEYS.withdrawal, 1, DRAW).leaf
    bad: list[dict[str, object]] = [
        {"shown": b""},
        {"next": b""},
        {"entries": []},
        {"entries": [entry, entry]},
        {"entries": [*good.entries] * 3},
        {"entries": [structs.replace(entry, leaf=entry.leaf[:-1])]},
        {"entries": [structs.replace(entry, salt=bytes(32))]},
        {"entries": [structs.replace(entry, leaf=bytes(16) + entry.leaf[16:])]},
        {"entries": [structs.replace(entry, leaf=withdrawal)]},
    ]
    for changes in bad:
        with pytest.raises(MalformedError):
            structs.replace(good, **changes).to_body()
    for body in (b"", good.to_body() + b"\0", good.to_body()[:-1] + b"\1"):
        with pytest.raises(MalformedError):
            Wishes.from_body(body)
    for size in ({"salt": b""}, {"notice": b""}):
        with pytest.raises(MalformedError):
            structs.replace(WishMemo(salt=bytes(32), notice=bytes(32), wish=b""), **size).encode()


def test_a_record_of_eleven_says_which_wishes_were_found() -> None:
    fields: dict[str, object] = {name: b"x" for name in DecisionRecord.__struct_fields__}  # noqa: C420 - typed
    fields |= {"version": 1, "approvals": []}
    plain = DecisionRecord(**fields)  # type: ignore[arg-type]  # by name
    told = wished.WishedRecord(**fields, wishes=[(1, FIRST), (3, FIRST)])  # type: ignore[arg-type]
    for one in (plain, told):
        assert wished.read_body(one.encode(), limit=4096) == one
    for bad in ([], [(0, FIRST)], [(25, FIRST)], [(2, FIRST), (1, FIRST)], [(1, FIRST), (1, FIRST)], [(1, b"")]):
        with pytest.raises(MalformedError):
            structs.replace(told, wishes=bad).encode()
    most = structs.replace(told, wishes=[(place, FIRST) for place in range(1, 25)])
    assert len(most.encode()) - len(plain.encode()) < 950  # beside it there is room in every record (protocol 7.4)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=15, max_size=15).map(lambda raw: bytes([2 + raw[0] % 2, *(byte % 4 for byte in raw[1:])])),
    st.integers(0, 2),
    st.integers(0, 65535),
    st.integers(1, 24),
    st.binary(min_size=32, max_size=32),
)
def test_what_she_wishes_is_what_gate_and_reporter_read(
    consent: bytes, closed: int, made: int, place: int, seed: bytes
) -> None:
    wish, key = Wish(made=made, consent=consent, closed=closed), wishes.place_key(seed, place)
    entry = wishes.seal_wish(wish, key, Stream(seed))
    entry.check()
    assert wishes.read_wish(key, entry.leaf, entry.memo) == wishes.read_back(key, entry.notice) == wish
    assert wishes.first_of_each({4: entry.leaf}, seed) == {4: place}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=260))
def test_nothing_but_crypto_errors_leaves_a_wish(data: bytes) -> None:
    for attempt in (
        lambda: wishes.read_wish(FIRST, data, data),
        lambda: wishes.read_back(FIRST, data),
        lambda: Wishes.from_body(data),
        lambda: wished.read_body(b"\x9b" + data, limit=4096),
    ):
        with pytest.raises(CryptoError):
            attempt()


def test_garbled_bytes_of_the_right_size_are_an_error_of_ours() -> None:
    inside = WishMemo(salt=bytes(32), notice=bytes(32), wish=b"not a wish").encode()
    memo = bytes(12) + hybrid.lock_box(derive(FIRST, Label.WISH_MEMO, bytes(12)), pad(inside, limit("memo")))
    leaf = wishes.wish_tag(FIRST) + digest(
        Label.LEAF_COMMITMENT, bytes(32), sha256(leaves.WISH_BODY), bytes(32), sha256(memo)
    )
    with pytest.raises(MalformedError):
        wishes.read_wish(FIRST, leaf, memo)
