"""Signed notes (C2SP signed-note), with the signature types 0x01, 0x04 and 0x06 (protocol 9)."""

import base64
import binascii
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from crypto import signing
from crypto.errors import MalformedError, ProofError
from crypto.hashing import sha256
from crypto.limits import limit

_DASH: Final = "— "  # em dash U+2014 and a space
_ID: Final = 4  # bytes of a key id
_TIME_BITS: Final = 63
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but the newline
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


class Kind(IntEnum):
    """Signature types."""

    ED25519 = 1
    COSIGNATURE = 4
    MLDSA44 = 6


_PUBLIC_SIZE: Final = {Kind.ED25519: 32, Kind.COSIGNATURE: 32, Kind.MLDSA44: 1312}


def b64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Decode only the canonical form."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("base64") from error
    if b64(data) != text:
        raise MalformedError("base64 not canonical")
    return data


def decimal(text: str) -> int:
    """Decode a number without sign, leading zero or foreign digits."""
    if not (text.isascii() and text.isdigit()) or (len(text) > 1 and text[0] == "0") or len(text) > 19:  # noqa: PLR2004
        raise MalformedError("number")
    return int(text)


@dataclass(frozen=True, slots=True)
class Vkey:
    """A verifier key: name, type, public key (`name+hex id+base64`)."""

    name: str
    kind: Kind
    public: bytes

    @property
    def id(self) -> bytes:
        """First four bytes of `H(name ‖ newline ‖ type ‖ public key)`."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public)[:_ID]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "Vkey":
        """Read the text form; the id in it must be right."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = unb64(encoded)
        if not raw or raw[0] not in set(Kind) or not _good_name(name):
            raise MalformedError("verifier key")
        key = cls(name, Kind(raw[0]), raw[1:])
        if len(key.public) != _PUBLIC_SIZE[key.kind] or key.id.hex() != key_id:
            raise MalformedError("verifier key")
        return key


def _good_name(name: str) -> bool:
    printable = not any(c.isspace() or ord(c) < 32 for c in name)  # noqa: PLR2004 - control
    return bool(name) and "+" not in name and printable and _is_text(name)


def _is_text(text: str) -> bool:
    """Whether it can be written as UTF-8: a lone surrogate cannot."""
    return _SURROGATE.search(text) is None


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature that was verified."""

    key: Vkey
    time: int | None  # seconds since 1970, for cosignatures


def cosigned_message(name: str, time: int, origin: str, size: int, root: bytes) -> bytes:
    """What an ML-DSA-44 cosignature signs (C2SP tlog-cosignature, `subtree/v1`)."""
    who, where = name.encode(), origin.encode()
    parts = (bytes([len(who)]), who, struct.pack(">Q", time), bytes([len(where)]), where, struct.pack(">QQ", 0, size))
    return b"subtree/v1\n\0" + b"".join(parts) + root


class Signer:
    """Signs many notes with one key (type 0x01): deriving the key costs three times what signing does."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = signing.private(seed)
        self._key = Vkey(name, Kind.ED25519, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return the signature line over the note's text."""
        return _line(self._key, self._private.sign(text.encode()))


def sign_ed25519(name: str, seed: bytes, text: str) -> str:
    """Return the signature line of type 0x01 over the note's text."""
    return Signer(name, seed).sign(text)


def sign_cosignature(name: str, seed: bytes, text: str, time: int) -> str:
    """Return the signature line of type 0x04: a witness's, with its time."""
    key = Vkey(name, Kind.COSIGNATURE, signing.public_key(seed))
    return _line(key, struct.pack(">Q", time) + signing.private(seed).sign(_timed(time, text)))


def sign_mldsa44(name: str, seed: bytes, text: str, time: int) -> str:
    """Return the signature line of type 0x06 over a checkpoint."""
    origin, size, root = parse_tree_head(text)
    private = MLDSA44PrivateKey.from_seed_bytes(seed)
    key = Vkey(name, Kind.MLDSA44, private.public_key().public_bytes_raw())
    return _line(key, struct.pack(">Q", time) + private.sign(cosigned_message(name, time, origin, size, root)))


def _timed(time: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _line(key: Vkey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {b64(key.id + signature)}\n"


def parse_tree_head(text: str) -> tuple[str, int, bytes]:
    """Read the three lines of a checkpoint: origin, size, root. Extension lines are refused (protocol 9)."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not _good_name(lines[0]):  # noqa: PLR2004 - three lines and the last newline
        raise MalformedError("checkpoint")
    root = unb64(lines[2])
    if len(root) != 32:  # noqa: PLR2004 - SHA-256
        raise MalformedError("checkpoint root")
    return lines[0], decimal(lines[1]), root


def split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return text and unverified (name, key id, signature) lines."""
    if len(note) > limit("note") or _CONTROL.search(note) or not _is_text(note):
        raise MalformedError("note")
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not text or not tail.endswith("\n"):
        raise MalformedError("note without signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > limit("note_signatures"):
        raise MalformedError("too many signatures")
    found = []
    for line in lines:
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        raw = unb64(encoded)
        if not line.startswith(_DASH) or not space or not _good_name(name) or len(raw) <= _ID:
            raise MalformedError("signature line")
        found.append((name, raw[:_ID], raw[_ID:]))
    return text + "\n", found


def verify(note: str, keys: Iterable[Vkey]) -> tuple[str, list[Signed]]:
    """Return the text and the signatures by known keys, each key once. Raise ProofError if one of them is bad.

    It does not say how many are enough: see `need`.
    """
    text, lines = split(note)
    known = {(key.name, key.id): key for key in keys}
    good: dict[Vkey, Signed] = {}
    for name, key_id, signature in dict.fromkeys(lines):  # 64 copies of one good line cost one verification
        key = known.get((name, key_id))
        if key is not None:  # a second line of one key is verified too, and counts for nothing
            good.setdefault(key, Signed(key, _verify_one(key, text, signature)))
    return text, list(good.values())


def need(note: str, keys: Iterable[Vkey], count: int) -> str:
    """Return the text of a note that at least `count` different public keys signed, or raise ProofError."""
    text, signed = verify(note, keys)
    if len({one.key.public for one in signed}) < max(count, 1):
        raise ProofError("too few signatures")
    return text


def _verify_one(key: Vkey, text: str, signature: bytes) -> int | None:
    try:
        if key.kind is Kind.ED25519:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
            return None
        if len(signature) <= 8:  # noqa: PLR2004 - u64 of time in front
            raise ProofError("bad signature")
        (time,) = struct.unpack(">Q", signature[:8])
        if time >> _TIME_BITS:
            raise ProofError("bad signature time")
        if key.kind is Kind.COSIGNATURE:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature[8:], _timed(time, text))
        else:
            origin, size, root = parse_tree_head(text)
            message = cosigned_message(key.name, time, origin, size, root)
            MLDSA44PublicKey.from_public_bytes(key.public).verify(signature[8:], message)
    except (InvalidSignature, ValueError) as error:
        raise ProofError("bad signature") from error
    return int(time)
