"""Leaves of the log, and what lies beside them (protocol 7). A leaf is 48 bytes and looks like noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crypto import hybrid
from crypto.canonical import Message, require
from crypto.errors import MalformedError, ProofError
from crypto.hashing import derive, digest, sha256, tag
from crypto.hybrid import Draw, PrivateKey
from crypto.labels import Label
from crypto.limits import limit
from crypto.padding import pad, unpad

TAG: Final = 16  # bytes
LEAF: Final = limit("leaf")
NOTICE: Final = 16 + limit("notice") + 16  # bytes of a sealed notice
MEMO: Final = 12 + limit("memo") + 16  # bytes of a sealed memo
PUBLIC_TAG: Final = bytes(TAG)
PAD_BODY: Final = b"pad"
DECISION: Final = "decision"
RECEIVED: Final = "received"
PAD: Final = "pad"
WISH: Final = "wish"
OBJECT: Final = "object"
WISH_BODY: Final = b"wish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A leaf and what lies beside it, ready to append."""

    leaf: bytes
    record: bytes
    notice: bytes
    memo: bytes


class Record(Message, kw_only=True):
    """What auditors open: the kind, the salt, the body that the leaf commits to."""

    version: int = 1
    kind: str
    salt: bytes
    body: bytes

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and self.kind in (DECISION, RECEIVED, PAD, WISH, OBJECT), "record kind")
        require(len(self.salt) == 32, "salt")  # noqa: PLR2004 - SHA-256


class Notice(Message, kw_only=True):
    """What the reporter reads about one decision. A refusal leaves role, action and purpose empty."""

    version: int = 1
    salt: bytes
    body: bytes
    gate: str
    role: str
    section: int
    action: str
    purpose: str
    day: int
    opened: bool


class Memo(Message, kw_only=True):
    """What a gate tells its later self: where its journal stood, and what this decision changed."""

    version: int = 1
    sequence: int
    journal: bytes
    what: str = ""
    id: bytes = b""
    who: str = ""


def record_bucket(auditors: int) -> int:
    """Bytes of a padded record: one size for all kinds, a function of the directory alone (protocol 7.4)."""
    return limit("record_bucket") + hybrid.WRAP * auditors


def seal_record(record: Record, auditors: Sequence[bytes], draw: Draw) -> bytes:
    """Seal to the auditors' keys."""
    return seal_wrapped(record, hybrid.wrap_all(auditors, Label.RECORD.value, draw))


def seal_wrapped(record: Record, wrapped: bytes) -> bytes:
    """Seal with a key that was wrapped to the auditors before (`hybrid.wrap_all`), and that seals nothing else."""
    auditors = wrapped[hybrid.SEED]
    if not 1 <= auditors <= limit("auditors"):
        raise MalformedError("auditors")
    return hybrid.seal_wrapped(wrapped, pad(record.encode(), record_bucket(auditors)), Label.RECORD.value)


def open_record(key: bytes | PrivateKey, sealed: bytes) -> Record:
    """Open as an auditor, by her key or its seed. Raise OpenError or MalformedError."""
    padded = hybrid.unseal_any(key, sealed, Label.RECORD.value)
    return Record.decode(unpad(padded), limit=record_bucket(limit("auditors")))


def record_size(auditors: int) -> int:
    """Bytes of a sealed record."""
    return 1 + auditors * hybrid.WRAP + record_bucket(auditors) + 16


def commitment(salt: bytes, body: bytes, notice: bytes, memo: bytes) -> bytes:
    """Commitment of decision and pad leaves (protocol 7.3)."""
    return digest(Label.LEAF_COMMITMENT, salt, sha256(body), sha256(notice), sha256(memo))


def received_leaf(received: bytes, envelope_id: bytes) -> bytes:
    """The leaf that says to her alone that her report arrived."""
    committed = digest(Label.RECEIVED_COMMITMENT, received, envelope_id)
    return tag(received, committed) + committed


def object_leaf(arrival: bytes, seal: bytes) -> bytes:
    """The leaf that says that an object is whole (protocol 19.5): `arrival` its key A, `seal` from its trailer."""
    committed = digest(Label.OBJECT_COMMITMENT, arrival, seal)
    return tag(arrival, committed) + committed


def received_entry(received: bytes, envelope_id: bytes, wrapped: bytes, draw: Draw) -> Entry:
    """The received leaf with its record, sealed with a key of `hybrid.wrap_all`; notice and memo are random."""
    record = Record(kind=RECEIVED, salt=received, body=envelope_id)
    return Entry(
        leaf=received_leaf(received, envelope_id),
        record=seal_wrapped(record, wrapped),
        notice=draw(NOTICE),
        memo=draw(MEMO),
    )


def pad_entry(auditors: Sequence[bytes], draw: Draw) -> Entry:
    """A leaf that keeps the pace; its record says so."""
    salt, notice, memo = draw(32), draw(NOTICE), draw(MEMO)
    record = Record(kind=PAD, salt=salt, body=PAD_BODY)
    leaf = draw(TAG) + commitment(salt, PAD_BODY, notice, memo)
    return Entry(leaf=leaf, record=seal_record(record, auditors, draw), notice=notice, memo=memo)


def public_entry(note: str, draw: Draw) -> Entry:
    """The leaf of a public statement; the note lies in the record's place."""
    data = note.encode()
    return Entry(leaf=PUBLIC_TAG + sha256(data), record=data, notice=draw(NOTICE), memo=draw(MEMO))


def is_public(leaf: bytes) -> bool:
    """Whether a leaf is that of a public statement."""
    return leaf[:TAG] == PUBLIC_TAG


def check_public(leaf: bytes, note: bytes) -> None:
    """Raise ProofError unless `leaf` is the public leaf of this note."""
    if leaf != PUBLIC_TAG + sha256(note):
        raise ProofError("not the statement of this leaf")


def withdrawn_tag(withdrawal_hash: bytes) -> bytes:
    """Tag by which gates find a withdrawal from the header."""
    return digest(Label.WITHDRAWN_TAG, withdrawal_hash)[:TAG]


def withdrawal_entry(preimage: bytes, auditors: int, draw: Draw) -> Entry:
    """The leaf that closes a report; noise to the world, proof to whoever holds the header."""
    leaf = withdrawn_tag(digest(Label.WITHDRAWAL_HASH, preimage)) + preimage
    return Entry(leaf=leaf, record=draw(record_size(auditors)), notice=draw(NOTICE), memo=draw(MEMO))


def is_withdrawal(leaf: bytes) -> bool:
    """Whether a leaf proves itself a withdrawal."""
    return leaf[:TAG] == withdrawn_tag(digest(Label.WITHDRAWAL_HASH, leaf[TAG:]))


def check_record(leaf: bytes, record: Record, notice: bytes, memo: bytes) -> None:
    """Raise ProofError unless the opened record opens the leaf's commitment (and, of what arrived, its tag)."""
    arrived = {RECEIVED: received_leaf, OBJECT: object_leaf}.get(record.kind)
    if arrived is not None:
        if leaf != arrived(record.salt, record.body):
            raise ProofError("record does not open the leaf")
        return
    if leaf[TAG:] != commitment(record.salt, record.body, notice, memo):
        raise ProofError("record does not open the leaf")
    if (record.kind == PAD, record.kind == WISH) != (record.body == PAD_BODY, record.body == WISH_BODY):
        raise ProofError("record kind")


def seal_notice(log_key: bytes, notice: Notice, draw: Draw) -> bytes:
    """Seal for the reporter; the nonce makes a key of its own for each notice."""
    nonce = draw(16)
    return nonce + hybrid.lock_box(derive(log_key, Label.NOTICE_KEY, nonce), pad(notice.encode(), limit("notice")))


def open_notice(log_key: bytes, sealed: bytes) -> Notice:
    """Open as the reporter. Raise OpenError or MalformedError."""
    padded = hybrid.open_box(derive(log_key, Label.NOTICE_KEY, sealed[:16]), sealed[16:])
    return Notice.decode(unpad(padded), limit=limit("notice"))


def seal_memo(memo_key: bytes, memo: Memo, draw: Draw) -> bytes:
    """Seal for the gate itself. A nonce and a derived key per memo, as with notices."""
    nonce = draw(12)
    return nonce + hybrid.lock_box(derive(memo_key, Label.MEMO_KEY, nonce), pad(memo.encode(), limit("memo")))


def open_memo(memo_key: bytes, sealed: bytes) -> Memo:
    """Open as the gate that wrote it. Raise OpenError otherwise."""
    padded = hybrid.open_box(derive(memo_key, Label.MEMO_KEY, sealed[:12]), sealed[12:])
    return Memo.decode(unpad(padded), limit=limit("memo"))
