"""Messages have exactly one encoding (protocol 1.2)."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import canonical, opening, relay
from crypto.canonical import Message
from crypto.errors import MalformedError
from crypto.limits import limit


class Sample(Message, kw_only=True):
    version: int = 1
    number: int
    text: str
    data: bytes
    many: list[int]
    flag: bool = False


def sample(**changes: object) -> Sample:
    return msgspec.structs.replace(Sample(number=7, text="قصة", data=b"\0\xff", many=[1, 200, 70000]), **changes)


@given(
    number=st.integers(-(2**63), 2**64 - 1),
    text=st.text(max_size=40),
    data=st.binary(max_size=300),
    many=st.lists(st.integers(0, 2**64 - 1), max_size=20),
    flag=st.booleans(),
)
def test_round_trip(*, number: int, text: str, data: bytes, many: list[int], flag: bool) -> None:
    value = sample(number=number, text=text, data=data, many=many, flag=flag)
    encoded = value.encode()
    assert Sample.decode(encoded, limit=len(encoded)) == value
    with pytest.raises(MalformedError):
        Sample.decode(encoded, limit=len(encoded) - 1)
    with pytest.raises(MalformedError):
        Sample.decode(encoded + b"\0", limit=10_000)
    with pytest.raises(MalformedError):
        Sample.decode(encoded[:-1], limit=10_000)


GOOD = sample().encode()
INTEGERS = [b"\xcc\x07", b"\xcd\x00\x07", b"\xce\x00\x00\x00\x07", b"\xcf" + bytes(7) + b"\x07", b"\xd0\x07",
            b"\xd1\x00\x07", b"\xd2\x00\x00\x00\x07", b"\xd3" + bytes(7) + b"\x07", b"\xca\x40\xe0\x00\x00",
            b"\xcb\x40\x1c" + bytes(6), b"\xa17"]  # fmt: skip


@pytest.mark.parametrize("seven", INTEGERS)
def test_a_number_has_one_form(seven: bytes) -> None:
    assert GOOD[:3] == b"\x96\x01\x07"
    with pytest.raises(MalformedError):
        Sample.decode(GOOD[:2] + seven + GOOD[3:], limit=1000)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\xc0",
        b"\x90",
        b"\x80",
        b"\x81\xa7version\x01",
        b"\x82\x01\x01\x01\x02",
        b"\xc1",
        b"\xdc\x00\x06" + GOOD[1:],
        b"\xdd\x00\x00\x00\x06" + GOOD[1:],
        GOOD.replace("قصة".encode(), b"\xed\xa0\x80\xd8\xa9\xd8"),
        GOOD.replace("قصة".encode(), b"\xff" * 6),
        GOOD.replace(b"\xa6", b"\xd9\x06"),
        GOOD.replace(b"\xa6", b"\xc4\x06"),
        GOOD.replace(b"\xc4\x02", b"\xc5\x00\x02"),
        GOOD.replace(b"\xc4\x02", b"\xa2"),
        GOOD.replace(b"\xc2", b"\x00"),
        GOOD.replace(b"\xc2", b"\xc0"),
        GOOD[:1] + b"\x02" + GOOD[2:],
        b"\x95" + GOOD[1:-1],
        b"\x97" + GOOD[1:] + b"\xc0",
        b"\xdd\xff\xff\xff\xff",
        b"\x96\x01\x07\xdb\xff\xff\xff\xff",
        b"\x96\x01\x07\xa0\xc6\xff\xff\xff\xff",
        b"\xc7\xff\x05" + bytes(255),
        b"\xd6\xff" + bytes(4),
    ],
)  # fmt: skip
def test_any_other_form_is_refused(bad: bytes) -> None:
    with pytest.raises(MalformedError):
        Sample.decode(bad, limit=1000)


@pytest.mark.parametrize("head", [b"\x91", b"\x81\x01", b"\xdc\x00\x01", b"\x96"])
@pytest.mark.parametrize("depth", [10, 1000, 200_000])
def test_nesting_is_refused(head: bytes, depth: int) -> None:
    for kind in (Sample, list, dict, object):
        with pytest.raises(MalformedError):
            canonical.decode(head * depth, kind, limit=10**6)


def test_a_deep_value_is_refused_or_read_but_never_crashes() -> None:
    for depth in (5, 100_000):
        data = b"\x91" * depth + b"\xc0"
        try:
            canonical.decode(data, list, limit=10**6)
        except MalformedError:
            assert depth > 5


def test_a_key_twice_is_refused() -> None:
    with pytest.raises(MalformedError):
        canonical.decode(b"\x82\xa1a\x01\xa1a\x02", dict, limit=100)


def test_what_cannot_be_written_is_malformed() -> None:
    for bad in (sample(text="\ud800"), sample(number=2**64), sample(many=[-(2**63) - 1]), sample(version=2)):
        with pytest.raises(MalformedError):
            bad.encode()


def test_messages_within_messages_are_checked() -> None:
    blob = bytes(opening.OPENING)
    sync = relay.Sync(
        checkpoint="", start=0, leaves=bytes(48), memos=bytes(156), statements=[relay.Publication(note="")]
    )
    good = relay.DecisionsCall(sync=sync, opening=blob)
    assert relay.DecisionsCall.decode(good.encode(), limit=10**6) == good
    replaced = msgspec.structs.replace
    for inner in (
        replaced(sync, leaves=bytes(47)),
        replaced(sync, memos=b""),
        replaced(sync, start=-1),
        replaced(sync, version=2),
        replaced(sync, statements=[relay.Publication(note="", version=2)]),
        replaced(sync, statements=[relay.Publication(note="x" * (limit("note") + 1))]),
    ):
        for bad in (
            relay.DecisionsCall(sync=inner, opening=blob),
            relay.ReleasesCall(sync=inner, opening=blob, proofs=[]),
        ):
            with pytest.raises(MalformedError):
                type(bad).decode(msgspec.msgpack.encode(bad), limit=10**6)
    entry = relay.SignedEntry(leaf=bytes(48), record=b"", notice=bytes(224), memo=bytes(156), signature=bytes(64))
    reply = relay.DecisionsReply(entries=[entry], verdict=(b"", b""))
    assert relay.DecisionsReply.decode(reply.encode(), limit=10**6) == reply
    pending = relay.SyncReply(size=1, current="", pending=[entry])
    assert relay.SyncReply.decode(pending.encode(), limit=10**6) == pending
    for changes in ({"leaf": bytes(47)}, {"notice": b""}, {"memo": b""}, {"signature": bytes(63)}):
        wrong = [replaced(entry, **changes)]
        for bad_reply in (replaced(reply, entries=wrong), replaced(pending, pending=wrong)):
            with pytest.raises(MalformedError):
                type(bad_reply).decode(msgspec.msgpack.encode(bad_reply), limit=10**6)
