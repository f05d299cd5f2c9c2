"""Messages between clients, server and gates: their bounds; and a note read before the megabytes behind it."""

from typing import Any

import msgspec
import pytest

from crypto.errors import MalformedError
from crypto.limits import limit
from crypto.opening import OPENING
from crypto.relay import (
    CERTIFICATES_LIMIT,
    OPENINGS_LIMIT,
    PUBLICATION_LIMIT,
    SYNC_LEAVES,
    SYNC_LIMIT,
    Certificates,
    DecisionsCall,
    DecisionsReply,
    GateAnswer,
    OpeningAnswer,
    Openings,
    Publication,
    ReleasesCall,
    ReleasesReply,
    SignedEntry,
    Sync,
    SyncReply,
    note_of,
)

BLOB = bytes(OPENING)
ENTRY = SignedEntry(leaf=bytes(48), record=b"", notice=bytes(224), memo=bytes(156), signature=bytes(64))
SYNC = Sync(checkpoint="", start=0, leaves=bytes(96), memos=bytes(312), statements=[])
ALL: list[Any] = [
    Openings(blobs=[("gate-1", BLOB)]),
    OpeningAnswer(state="done", gates=[]),
    Publication(note=""),
    Certificates(sealed=[]),
    SYNC,
    SyncReply(size=0, current="", pending=[ENTRY]),
    DecisionsCall(sync=SYNC, opening=BLOB),
    DecisionsReply(entries=[ENTRY], verdict=(b"", b"")),
    ReleasesCall(sync=SYNC, opening=BLOB, proofs=[]),
    ReleasesReply(release=(b"", b"")),
]
BAD: dict[type[Any], list[dict[str, Any]]] = {
    Openings: [{"blobs": []}, {"blobs": [(f"gate-{n}", BLOB) for n in range(9)]}, {"blobs": [("gate-1", BLOB)] * 2},
               {"blobs": [("Gate", BLOB)]}, {"blobs": [("gate-1", BLOB[1:])]}],
    OpeningAnswer: [{"state": "open"}, {"gates": [GateAnswer(gate="", verdict=[], release=[], proofs=[])] * 9}],
    Publication: [{"note": "x" * (limit("note") + 1)}, {"body": bytes(limit("body") + 1)},
                  {"certificates": bytes(CERTIFICATES_LIMIT + 1)}],
    Certificates: [],
    Sync: [{"start": -1}, {"consistency": [bytes(32)] * 64},
           {"leaves": bytes(95)}, {"leaves": bytes(48)}, {"memos": bytes(311)},
           {"leaves": bytes(48 * (SYNC_LEAVES + 1)), "memos": bytes(156 * (SYNC_LEAVES + 1))}],
    SyncReply: [{"size": -1}, {"pending": [msgspec.structs.replace(ENTRY, leaf=b"")]}],
    DecisionsCall: [{"opening": b""}, {"sync": msgspec.structs.replace(SYNC, version=2)}],
    DecisionsReply: [{"entries": [msgspec.structs.replace(ENTRY, signature=bytes(63))]},
                     {"entries": [msgspec.structs.replace(ENTRY, notice=bytes(225))]},
                     {"entries": [ENTRY, msgspec.structs.replace(ENTRY, memo=bytes(155))]}],
    ReleasesCall: [{"opening": BLOB + b"\0"}, {"sync": msgspec.structs.replace(SYNC, start=-1)}],
    ReleasesReply: [],
}  # fmt: skip


@pytest.mark.parametrize("good", ALL, ids=lambda one: type(one).__name__)
def test_bounds_and_versions(good: Any) -> None:
    assert type(good).decode(good.encode(), limit=SYNC_LIMIT) == good
    for changes in ({"version": 0}, {"version": 2}, *BAD[type(good)]):
        bad = msgspec.structs.replace(good, **changes)
        with pytest.raises(MalformedError):
            type(good).decode(msgspec.msgpack.encode(bad), limit=SYNC_LIMIT)
        with pytest.raises(MalformedError):
            bad.encode()


def test_the_largest_that_may_be() -> None:
    gates = [f"gate-{n}" for n in range(limit("gates"))]
    answer = GateAnswer(gate="gate-1", verdict=[], release=[], proofs=[])
    most: list[tuple[Any, int]] = [
        (Openings(blobs=[(gate, BLOB) for gate in gates]), OPENINGS_LIMIT),
        (OpeningAnswer(state="done", gates=[answer] * len(gates)), SYNC_LIMIT),
        (
            Publication(note="x" * limit("note"), body=bytes(limit("body")), certificates=bytes(CERTIFICATES_LIMIT)),
            PUBLICATION_LIMIT,
        ),
        (msgspec.structs.replace(SYNC, leaves=bytes(48 * SYNC_LEAVES), memos=bytes(156 * SYNC_LEAVES)), SYNC_LIMIT),
        (msgspec.structs.replace(SYNC, consistency=[bytes(32)] * limit("proof_hashes")), SYNC_LIMIT),
    ]
    for message, bound in most:
        assert type(message).decode(message.encode(), limit=bound) == message


@pytest.mark.parametrize("size", [0, 1, 31, 32, 255, 256, 65535, limit("note")])
def test_the_note_is_there_as_soon_as_its_last_byte_is(size: int) -> None:
    made = Publication(note="n" * size, body=b"body" * 10).encode()
    assert note_of(made) == "n" * size == Publication.decode(made, limit=PUBLICATION_LIMIT).note
    needed = next(end for end in range(len(made) + 1) if note_of(made[:end]) is not None)
    assert all(note_of(bytearray(made[:end])) is None for end in range(min(needed, 300)))
    assert needed == max(8, size + (3 if size < 32 else 4 if size < 256 else 5 if size < 65536 else 7))


@pytest.mark.parametrize(
    "start",
    [
        b"\x93\x01\xa4note\0",  # three fields
        b"\x94\x02\xa4note\0",  # another version
        b"\x94\x01\xc4\4note",  # bytes for a text
        b"\x94\x01\x05note\0",  # a number for a text
        b"\x94\x01\xdb\xff\xff\xff\xff\0",  # longer than any note
        b"\x94\x01\xa4\xff\xfe\xff\xfe\0",  # no text
    ],
)
def test_what_begins_no_publication_is_refused_at_once(start: bytes) -> None:
    with pytest.raises(MalformedError):
        note_of(start)
    assert note_of(start[:7]) is None
