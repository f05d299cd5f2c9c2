"""Lists and sheets: of one size, bound to their place, opened by one (protocol 20)."""

from typing import Any

import pytest
from msgspec import structs

from crypto import hybrid, sheets
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.hybrid import PrivateKey
from crypto.keyfile import KeyRing
from crypto.limits import limit
from crypto.relay import SYNC_LIMIT, Sync
from crypto.sheets import LIST, Marked, QueueCall, QueuePage, QueueReply, Sheet, mark, marked, seal_list
from tests.crypto.test_relay import SYNC


def ring(number: int) -> KeyRing:
    """The same keys each time."""
    return KeyRing.new("desk", f"r{number}", lambda size: bytes([number]) * size)


PEOPLE = [ring(number) for number in range(1, 4)]
GATE = ring(9)
IDS = [bytes([number]) * 32 for number in range(3)]
PLACE: dict[str, Any] = {"gate": "gate-1", "hour": 498_000, "number": 2}
MARKS = [bytes([0, mark(3, 2), mark(0, 1)]), bytes(3), bytes([mark(1, 3), 0, 0])]
HEADER, SLOT = bytes(limit("header")), bytes(limit("gate_slot"))


def lists() -> list[bytes]:
    return [
        seal_list(person.encryption_public, marks, ids=IDS, **PLACE)
        for person, marks in zip(PEOPLE, MARKS, strict=True)
    ]


def sheet(**changes: Any) -> Sheet:
    return Sheet(**{**PLACE, "count": 3, "ids": IDS, "lists": lists(), **changes})


def key(number: int) -> PrivateKey:
    return PrivateKey(PEOPLE[number].encryption)


def test_a_byte_says_urgency_and_tier_and_nothing_else() -> None:
    every = [Marked(urgency, tier) for urgency in range(4) for tier in range(1, 4)]
    assert [marked(mark(*one)) for one in every] == every
    assert marked(0) is None
    assert len({mark(*one) for one in every} | {0}) == 13
    for byte in set(range(1, 256)) - {mark(*one) for one in every}:
        with pytest.raises(MalformedError):
            marked(byte)
    for wrong in ((4, 1), (-1, 1), (0, 0), (0, 4)):
        with pytest.raises(MalformedError):
            mark(*wrong)


@pytest.mark.parametrize("first", [0, 2, 7])
def test_each_reads_her_own_and_one_size_is_for_all(first: int) -> None:
    made = sheet()
    assert {len(one) for one in made.lists} == {LIST} == {1392}
    read = [made.read(key(number), first) for number in range(3)]
    assert [place for place, _ in read] == [0, 1, 2]
    assert [list(marks) for _, marks in read] == [IDS] * 3
    assert list(read[0][1].values()) == [None, Marked(3, 2), Marked(0, 1)]
    assert list(read[1][1].values()) == [None] * 3


@pytest.mark.parametrize(
    "changes", [{"gate": "gate-2"}, {"hour": 498_001}, {"number": 1}, {"ids": IDS[::-1]}, {"ids": IDS[:2]}]
)
def test_a_list_opens_in_its_own_sheet_alone(changes: dict[str, Any]) -> None:
    with pytest.raises(OpenError):
        sheet(**changes).read(key(0))


def test_somebody_who_was_not_thought_of_reads_nothing() -> None:
    with pytest.raises(OpenError):
        sheet().read(PrivateKey(GATE.encryption))
    with pytest.raises(OpenError):
        sheet(lists=[]).read(key(0))


def raw(marks: bytes) -> bytes:
    """A list of any content, as a gate that lies could seal it."""
    return hybrid.seal(PEOPLE[0].encryption_public, marks, sheets._info(ids=IDS, **PLACE))  # noqa: SLF001


@pytest.mark.parametrize("marks", [b"\0\0\0\1", b"\4\0\0", b"\xff\0\0"])
def test_a_list_that_is_not_in_its_form(marks: bytes) -> None:
    """Marks behind the last id, and bytes that are no mark: they could mark a reader."""
    made = sheet(lists=[raw(marks + bytes(limit("queue_reports") - len(marks)))])
    with pytest.raises(MalformedError):
        made.read(key(0))


@pytest.mark.parametrize("marks", [bytes(2), bytes(4)])
def test_one_byte_for_each_report(marks: bytes) -> None:
    with pytest.raises(MalformedError):
        seal_list(PEOPLE[0].encryption_public, marks, ids=IDS, **PLACE)


def test_no_more_reports_than_a_list_holds() -> None:
    many = [number.to_bytes(32, "big") for number in range(limit("queue_reports") + 1)]
    with pytest.raises(MalformedError):
        seal_list(PEOPLE[0].encryption_public, bytes(len(many)), ids=many, **PLACE)


def test_a_sheet_is_its_gates() -> None:
    pair = sheet().sign(GATE.identity)
    assert Sheet.verify(pair, GATE.identity_public, "gate-1") == Sheet.decode(pair[0], limit=sheets.SHEET_LIMIT)
    for wrong, public, name in (
        (pair, PEOPLE[0].identity_public, "gate-1"),
        (pair, GATE.identity_public, "gate-2"),
        ((pair[0] + b"\0", pair[1]), GATE.identity_public, "gate-1"),
    ):
        with pytest.raises(ProofError):
            Sheet.verify(wrong, public, name)


CALL = QueueCall(sync=SYNC, number=0, count=1, reports=[(HEADER, SLOT)])
PAIR = (b"", bytes(64))


@pytest.mark.parametrize(
    ("message", "changes"),
    [
        *[
            (sheet(), changes)
            for changes in (
                {"gate": "Gate"},
                {"hour": -1},
                {"hour": 1 << 32},
                {"number": -1},
                {"number": 3},
                {"count": limit("queue_sheets") + 1},
                {"ids": [bytes(31)]},
                {"ids": [bytes(32)] * 2},
                {"ids": [number.to_bytes(32, "big") for number in range(limit("queue_reports") + 1)]},
                {"lists": [bytes(LIST - 1)]},
                {"lists": [bytes(LIST)] * (limit("people") + 1)},
            )
        ],
        *[
            (CALL, changes)
            for changes in (
                {"sync": structs.replace(SYNC, version=2)},
                {"sync": structs.replace(SYNC, start=-1)},
                {"number": 1},
                {"reports": [(HEADER[1:], SLOT)]},
                {"reports": [(HEADER, SLOT[1:])]},
                {"reports": [(HEADER, SLOT)] * 2},
                {"reports": [(number.to_bytes(347, "big"), SLOT) for number in range(limit("queue_reports") + 1)]},
            )
        ],
        (QueueReply(note="x"), {"note": ""}),
        (QueueReply(note="x"), {"sheet": [PAIR]}),
        (QueueReply(note="x"), {"note": "x" * (limit("note") + 1)}),
        (QueueReply(note="", sheet=[PAIR]), {"sheet": [PAIR] * 2}),
        (QueuePage(sheets=[]), {"sheets": [PAIR] * (limit("gates") + 1)}),
    ],
)
def test_out_of_bounds(message: Any, changes: dict[str, Any]) -> None:
    assert type(message).decode(message.encode(), limit=1 << 22) == message
    with pytest.raises(MalformedError):
        structs.replace(message, **changes).encode()


def test_the_largest_of_each_fits_its_limit() -> None:
    ids = [number.to_bytes(32, "big") for number in range(limit("queue_reports"))]
    large = Sheet(
        gate="g" * 24, hour=(1 << 32) - 1, number=39, count=40, ids=ids, lists=[bytes(LIST)] * limit("people")
    )
    pair = large.sign(GATE.identity)
    assert len(pair[0]) <= sheets.SHEET_LIMIT
    page = QueuePage(sheets=[pair] * limit("gates")).encode()
    assert len(page) <= sheets.PAGE_LIMIT
    assert len(QueueReply(note="", sheet=[pair]).encode()) <= sheets.REPLY_LIMIT
    reports = [(number.to_bytes(347, "big"), SLOT) for number in range(limit("queue_reports"))]
    empty = Sync(checkpoint="", start=0, leaves=b"", memos=b"", statements=[])
    call = QueueCall(sync=empty, number=39, count=40, reports=reports)
    assert len(call.encode()) - len(empty.encode()) <= sheets.CALL_LIMIT - SYNC_LIMIT
