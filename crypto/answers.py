"""Answers to a reporter: who may write one, its key, its slots in the feed (protocol 15.1 to 15.5).

Her half of the key lies in the card; the other half is a part of each of t gates, of this one request. So nobody reads
or writes an answer with what she was given for another one.
"""

import hmac
import re
from collections.abc import Mapping
from typing import Final

from crypto import hybrid, signing
from crypto.canonical import Message, require
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.hashing import derive, sha256, tag
from crypto.hours import check_hours
from crypto.labels import Label, sized
from crypto.limits import limit
from crypto.opening import HASH, Pair
from crypto.padding import pad, unpad
from crypto.slip import NAME

SLOT: Final = limit("answer_slot")
_HEAD: Final = HASH + 16  # place and tag
_BOX: Final = SLOT - _HEAD - 16
_PIECE: Final = _BOX - 4 - 2  # bytes of a piece beside its length and two numbers
_DAY: Final = 65535
# Control characters but tab and newline, and what turns the direction of the text around it.
_UNSAFE: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


class Answer(Message, kw_only=True):
    """What a reviewer writes. Signed with her identity key: no reviewer can write as another."""

    version: int = 1
    id: bytes
    request: bytes
    author: str
    day: int
    text: str
    hours: bytes  # in which her page shows it by itself

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and len(self.id) == len(self.request) == HASH, "answer")
        require(NAME.match(self.author) is not None and 0 <= self.day <= _DAY, "answer")
        try:
            size = len(self.text.encode())
        except UnicodeError as error:
            raise MalformedError("text of an answer") from error
        require(size <= limit("answer_text") and bool(self.text.strip()), "text of an answer")
        require(_UNSAFE.search(self.text) is None, "text of an answer")
        check_hours(self.hours)

    def sign(self, seed: bytes) -> bytes:
        """Return the author's signature."""
        return signing.sign(seed, Label.ANSWER, self.encode())

    def verify(self, public: bytes, signature: bytes) -> None:
        """Raise ProofError unless the author of this key signed it."""
        signing.verify(public, Label.ANSWER, self.encode(), signature)


class Grant(Message, kw_only=True):
    """What a gate hands over for `answer` and `thread`, in the place of a release and of its size (protocol 15.2)."""

    version: int = 1
    request: bytes
    until: int
    permission: bytes
    parts: list[tuple[bytes, bytes]]  # digest of a request that was permitted as an answer, this gate's part of its key

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and len(self.request) == HASH, "grant")
        writes = len(self.permission) == signing.SIGNATURE and 0 < self.until < 1 << 32
        require(writes or (not self.permission and self.until == 0), "grant")
        require(len(self.parts) <= limit("thread"), "parts")
        require(all(len(digest) == len(one) == HASH for digest, one in self.parts), "parts")
        require(not writes or [digest for digest, _ in self.parts] == [self.request], "parts")


def part(answer_key: bytes, request: bytes) -> bytes:
    """One gate's part of an answer's key; `answer_key` is that of protocol 2.2."""
    return hmac.digest(answer_key, request, "sha256")


def handle(gate_key: bytes) -> bytes:
    """15 bytes by which a gate marks a report that it let somebody answer; they say nothing to who has not the slot."""
    return derive(gate_key, Label.ANSWERED)[:15]


def kin(link: bytes) -> bytes:
    """16 bytes, the same for all reports of the same words at one gate (protocol 14.10)."""
    return derive(link, Label.KIN)[:16]


def permit(seed: bytes, request: bytes, until: int) -> bytes:
    """Return a gate's permission to put an answer into the feed through minute `until`."""
    return signing.sign(seed, Label.PERMISSION, request + until.to_bytes(4, "big"))


def check_permission(public: bytes, request: bytes, until: int, permission: bytes) -> None:
    """Raise ProofError unless the gate of this key gave it."""
    signing.verify(public, Label.PERMISSION, request + until.to_bytes(4, "big"), permission)


def _info(request: bytes, gate: str) -> bytes:
    return Label.RELEASE.value + request + sized(gate.encode())


def seal_grant(grant: Grant, gate: str, seed: bytes, session: bytes) -> Pair:
    """Seal to the session key and sign, exactly as a release: the server cannot tell which it is."""
    sealed = hybrid.seal(session, pad(grant.encode(), limit("release")), _info(grant.request, gate))
    return sealed, signing.sign(seed, Label.RELEASE_SEAL, grant.request + sha256(sealed))


def open_grant(reply: Pair, *, request: bytes, gate: str, public: bytes, session_seed: bytes) -> Grant:
    """Check the gate's signature, open. Raise ProofError, OpenError or MalformedError."""
    sealed, signature = reply
    signing.verify(public, Label.RELEASE_SEAL, request + sha256(sealed), signature)
    grant = Grant.decode(unpad(hybrid.unseal(session_seed, sealed, _info(request, gate))), limit=limit("release"))
    if grant.request != request:
        raise ProofError("grant for another request")
    return grant


def answer_key(reply: bytes, request: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Key of one answer from the reply key of the card and the parts of exactly t gates, by name (protocol 15.3)."""
    names = sorted(parts)
    secret = reply + b"".join(parts[name] for name in names)
    who = [sized(name.encode()) for name in names]
    return derive(secret, Label.ANSWER_TEXT, request, bytes([len(names)]), *who)


def place(key: bytes, request: bytes, number: int) -> bytes:
    """First 32 bytes of slot `number` of an answer."""
    return derive(key, Label.ANSWER_PLACE, bytes([number])) if number else request


def seal_answer(answer: Answer, signature: bytes, *, reply: bytes, parts: Mapping[str, bytes]) -> list[bytes]:
    """Return the slots of an answer, 1 to 4, each of 1,024 bytes. Call it once for a request: keys are used once."""
    require(len(signature) == signing.SIGNATURE and bool(parts), "answer")
    key, finder = answer_key(reply, answer.request, parts), parts[min(parts)]
    whole = answer.encode() + signature
    pieces = [whole[start : start + _PIECE] for start in range(0, len(whole), _PIECE)]
    slots = []
    for number, piece in enumerate(pieces):
        where = place(key, answer.request, number)
        padded = pad(bytes([number, len(pieces)]) + piece, _BOX)
        box = hybrid.lock_box(derive(key, Label.ANSWER_SLOT, bytes([number])), padded)
        slots.append(where + tag(finder, where) + box)
    return slots


def open_slot(key: bytes, slot: bytes, number: int) -> tuple[int, bytes]:
    """Return of how many slots the answer is, and this piece. Raise OpenError or MalformedError."""
    plain = unpad(hybrid.open_box(derive(key, Label.ANSWER_SLOT, bytes([number])), slot[_HEAD:]))
    require(len(plain) > 2 and plain[0] == number < plain[1] <= limit("answer_slots"), "slot")  # noqa: PLR2004 - i, m
    return plain[1], plain[2:]


def open_answer(key: bytes, request: bytes, slots: Mapping[bytes, bytes]) -> tuple[Answer, bytes]:
    """Return the answer and its signature, which nobody has checked yet.

    `slots` finds a slot of one day's file by its first 32 bytes. Raise OpenError where this is not the key, and
    MalformedError where it is and the answer is not whole.
    """
    if request not in slots:
        raise OpenError
    count, whole = open_slot(key, slots[request], 0)
    for number in range(1, count):
        slot = slots.get(place(key, request, number))
        require(slot is not None, "a slot is missing")
        try:
            same, piece = open_slot(key, slot or b"", number)
        except OpenError as error:
            raise MalformedError("a slot does not open") from error
        require(same == count, "slots of two answers")
        whole += piece
    answer = Answer.decode(whole[: -signing.SIGNATURE], limit=limit("answer_slots") * SLOT)
    require(answer.request == request, "answer to another request")
    return answer, whole[-signing.SIGNATURE :]
