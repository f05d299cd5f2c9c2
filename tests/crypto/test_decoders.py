"""Nothing but `crypto.errors` leaves a decoder or a verifier, whatever it is given (protocol 1.8)."""

import contextlib
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import (
    canonical,
    checkpoints,
    envelope,
    hybrid,
    keyfile,
    leaves,
    locks,
    merkle,
    notes,
    opening,
    padding,
    relay,
    sections,
    shamir,
    signing,
    slip,
    witnessing,
    words,
)
from crypto.canonical import Message
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import CryptoError, MalformedError, OpenError, ProofError
from crypto.labels import Label
from crypto.notes import Kind, Vkey
from crypto.sections import Section
from crypto.slots import GateSlot, PersonSlot
from tests.crypto import sample
from tests.vectors import replay
from tests.vectors.generate import vkey

SEED = bytes(32)
KEYS = [vkey("a", kind, SEED) for kind in Kind]
POLICY = LogPolicy.parse(f"log {KEYS[0]}\nquorum none\n")
LIMIT = 1 << 20


def messages(kind: type[Message] = Message) -> list[type[Message]]:
    """Return every message of crypto there is, so that a new one is tried too."""
    found = []
    for one in kind.__subclasses__():
        if one.__module__.startswith("crypto."):
            found.append(one)
        found += messages(one)
    return found


def decoder(kind: type[Message]) -> Callable[[bytes], object]:
    return lambda data: kind.decode(data, limit=LIMIT)


def shape(data: bytes) -> list[bytes]:
    """Cut bytes into a few pieces, for what takes a list."""
    return data.split(b"\0")


BINARY: dict[str, Callable[[bytes], object]] = {
    **{kind.__qualname__: decoder(kind) for kind in messages()},
    "canonical.decode": lambda data: canonical.decode(data, object, limit=LIMIT),
    "checkpoints.parse_entry_bundle": checkpoints.parse_entry_bundle,
    "envelope.Content.verified": lambda data: envelope.Content(header=data, sections=shape(data)).verified(data[:32]),
    "envelope.Envelope.opened_header": lambda data: envelope.Envelope(
        header=data, sections=shape(data), gates=[], people=[], received=b""
    ).opened_header(),
    "envelope.Slots.verified": lambda data: envelope.Slots(header=data, gates=[], people=[]).verified(SEED),
    "envelope.find_slot": lambda data: envelope.find_slot(
        envelope.Slots(header=b"", gates=[], people=shape(data)), SEED, SEED
    ),
    "envelope.open_section": lambda data: envelope.open_section(
        Section.CARD, sample.report().header, data, {"gates": shape(data), "desk": shape(data)}, {}
    ),
    "hybrid.check_public": hybrid.check_public,
    "hybrid.open_box": lambda data: hybrid.open_box(SEED, data),
    "hybrid.public_key": hybrid.public_key,
    "hybrid.seal": lambda data: hybrid.seal(data, b"", b""),
    "hybrid.unseal": lambda data: hybrid.unseal(SEED, data, b""),
    "hybrid.unseal_any": lambda data: hybrid.unseal_any(SEED, data, b""),
    "keyfile.KeyFile": lambda data: keyfile.KeyFile.decode(data, limit=LIMIT),
    "leaves.check_public": lambda data: leaves.check_public(data, data),
    "leaves.check_record": lambda data: leaves.check_record(
        data, leaves.Record(kind=leaves.PAD, salt=data, body=data), data, data
    ),
    "leaves.is_withdrawal": leaves.is_withdrawal,
    "leaves.open_memo": lambda data: leaves.open_memo(SEED, data),
    "leaves.open_notice": lambda data: leaves.open_notice(SEED, data),
    "leaves.open_record": lambda data: leaves.open_record(SEED, data),
    "locks.combine": lambda data: locks.combine(shape(data), len(shape(data))),
    "locks.subsets": lambda data: locks.subsets(shape(data), 2),
    "merkle.verify_consistency": lambda data: merkle.verify_consistency(1, 3, shape(data), data, data),
    "merkle.verify_inclusion": lambda data: merkle.verify_inclusion(data, 1, 3, shape(data), data),
    "opening.Opening.unseal": lambda data: opening.Opening.unseal(SEED, data, "g"),
    "opening.open_release": lambda data: opening.open_release(
        (data, data), request=data, gate="g", public=data, session_seed=SEED
    ),
    "opening.open_share": lambda data: opening.open_share(
        data, ask=data, section=Section.CARD, approver="a", session_seed=SEED
    ),
    "opening.open_verdict": lambda data: opening.open_verdict(
        (data, data), request=data, gate="g", public=data, session_seed=SEED
    ),
    "padding.unpad": padding.unpad,
    "sections.unseal_section": lambda data: sections.unseal_section(Section.CARD, SEED, SEED, data),
    "shamir.combine": lambda data: shamir.combine(shape(data)),
    "signing.verify": lambda data: signing.verify(data, Label.ASK, data, data),
    "slip.Slip.from_bytes": slip.Slip.from_bytes,
    "slots.GateSlot.unseal": lambda data: GateSlot.unseal(SEED, data, "g", SEED),
    "slots.PersonSlot.unseal": lambda data: PersonSlot.unseal(SEED, data, SEED),
    "witnessing.AddCheckpoint.parse": witnessing.AddCheckpoint.parse,
    "witnessing.cosignature": lambda data: witnessing.cosignature("a\n1\n" + notes.b64(SEED) + "\n", data, KEYS[1]),
    "witnessing.size_of": witnessing.size_of,
}
TEXT: dict[str, Callable[[str], object]] = {
    "checkpoints.LogPolicy.parse": LogPolicy.parse,
    "checkpoints.LogPolicy.verify": POLICY.verify,
    "checkpoints.TlogProof.parse": TlogProof.parse,
    "checkpoints.TlogProof.verify": lambda text: TlogProof(0, (), text).verify(POLICY, b""),
    "notes.Vkey.parse": Vkey.parse,
    "notes.decimal": notes.decimal,
    "notes.need": lambda text: notes.need(text, KEYS, 1),
    "notes.parse_tree_head": notes.parse_tree_head,
    "notes.split": notes.split,
    "notes.unb64": notes.unb64,
    "notes.verify": lambda text: notes.verify(text, KEYS),
    "words.entropy_of": words.entropy_of,
    "words.keys": words.keys,
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=10)
    | st.floats() | st.sampled_from([bytes(32), 1]),
    lambda inner: st.lists(inner, max_size=14) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)  # fmt: skip
BYTES = st.binary(max_size=300) | VALUES.map(msgspec.msgpack.encode) | st.binary(min_size=32, max_size=32)
WILD = st.text(st.characters(exclude_categories=()), max_size=80)  # lone surrogates too
PARTS = st.sampled_from(
    ["\n", "\n\n", "— ", "a ", str(KEYS[0]), "c2sp.org/tlog-proof@v1", "index 0", "extra ", "log ", "witness ",
     "group ", "quorum none\n", "any", "+", "AAAA", notes.b64(KEYS[0].id + bytes(64)),
     notes.b64(KEYS[1].id + bytes(72)), notes.b64(KEYS[2].id + bytes(80)), notes.b64(bytes(32)), "\ud800", "0", "12",
     "é", "\0", "#", "abandon "]
)  # fmt: skip
LINES = st.lists(PARTS | st.text(max_size=3), max_size=14).map("".join)


def harmless(call: Callable[[], object]) -> None:
    """Call it. What is of `crypto.errors` is an answer; all else escapes, and fails the test."""
    with contextlib.suppress(MalformedError, OpenError, ProofError):
        call()


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=40, deadline=None)
@given(data=BYTES)
def test_bytes(name: str, data: bytes) -> None:
    harmless(lambda: BINARY[name](data))


@pytest.mark.parametrize("name", TEXT)
@settings(max_examples=100, deadline=None)
@given(text=WILD | LINES)
def test_text(name: str, text: str) -> None:
    harmless(lambda: TEXT[name](text))


HOSTILE = [b"", b"\xc0", b"\x91" * 100_000, b"\xdd\xff\xff\xff\xff", bytes(2000), b"\xff" * 100_000]


@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_bytes(data: bytes) -> None:
    for call in BINARY.values():
        harmless(lambda call=call: call(data))  # type: ignore[misc]  # bound


GOOD = {
    f"{file}/{one['name']}": (one["message"], bytes.fromhex(one["encoded"]))
    for file in ("opening", "envelope")
    for one in replay.load(file)
    if one["op"] == "message" and one["expect"] == "ok"
}


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_messages_with_a_changed_byte(name: str, data: st.DataObject) -> None:
    kind, good = GOOD[name]
    bad = bytearray(good)
    bad[data.draw(st.integers(0, len(bad) - 1))] ^= data.draw(st.integers(1, 255))
    harmless(lambda: replay.MESSAGES[kind].decode(bytes(bad), limit=LIMIT))


SEALED = [
    one
    for file in ("slots", "leaves", "opening", "sections", "hybrid")
    for one in replay.load(file)
    if one["expect"] == "ok" and "sealed" in one and one["op"] != "seal-all"
]


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_seals_with_a_changed_byte(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(SEALED))
    bad = bytearray.fromhex(one["sealed"])
    bad[data.draw(st.integers(0, len(bad) - 1))] ^= data.draw(st.integers(1, 255))
    changed = {**one, "sealed": bytes(bad).hex()}
    if one["op"] in ("record", "justification"):  # the first reader, whose wrap may be untouched
        try:
            replay.OPS[one["op"]](changed)
        except CryptoError:
            return
        raise AssertionError(one["name"])  # one of the readers must notice
    assert replay.outcome(changed) in ("cannot-open", "malformed", "bad-proof")


def test_every_verifier_of_crypto_is_here() -> None:
    """Somebody who adds a decoder adds it to one of the tables above."""
    verbs = ("parse", "decode", "verify", "open", "unseal", "combine", "check", "unpad", "need", "from_bytes", "find")
    tried = " ".join([*BINARY, *TEXT])
    modules = (checkpoints, envelope, hybrid, leaves, locks, merkle, notes, opening, padding, relay, sections, shamir,
               signing, slip, witnessing, words)  # fmt: skip
    for module in modules:
        for name, value in vars(module).items():
            own = getattr(value, "__module__", "") == module.__name__
            if own and callable(value) and not isinstance(value, type) and name.startswith(verbs):
                assert name in tried or name in INDIRECT, f"{module.__name__}.{name}"


INDIRECT = {"check_sizes", "check_slots", "check_digests"}  # within Envelope
