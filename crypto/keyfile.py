"""Key files: three seeds under a passphrase, by Argon2id and AES-256-GCM. Bytes in, bytes out; rooms do the reading.

Used by people, gates and the log. A reporter has none: her words are enough, and are never stretched.
"""

from dataclasses import dataclass
from typing import Final

from argon2.exceptions import Argon2Error
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto import hybrid, signing
from crypto.canonical import Message, require
from crypto.errors import OpenError
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.limits import limit

_SEED: Final = 32
ROLES: Final = ("officer", "desk", "custodian", "auditor", "gate", "log", "witness")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Argon2id parameters."""

    memory: int  # KiB
    passes: int
    lanes: int


STANDARD: Final = Cost(
    memory=limit("argon2_memory"), passes=limit("argon2_passes"), lanes=limit("argon2_lanes")
)  # RFC 9106, second recommendation
CHEAPEST: Final = Cost(memory=8, passes=1, lanes=1)  # Only for tests.
DEAREST: Final = Cost(memory=1 << 21, passes=16, lanes=16)  # more is refused: a hostile file must not eat the machine


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """One person's or one machine's secrets."""

    role: str
    name: str
    identity: bytes  # Ed25519 seed
    encryption: bytes  # X-Wing seed
    extra: bytes  # gate: memo key; log: ML-DSA-44 seed; others: unused

    def __repr__(self) -> str:
        return f"KeyRing({self.role} {self.name})"  # never the seeds

    @classmethod
    def new(cls, role: str, name: str, draw: Draw) -> "KeyRing":
        """Draw new seeds."""
        return cls(role=role, name=name, identity=draw(_SEED), encryption=draw(_SEED), extra=draw(_SEED))

    @property
    def identity_public(self) -> bytes:
        """Ed25519 public key."""
        return signing.public_key(self.identity)

    @property
    def encryption_public(self) -> bytes:
        """X-Wing public key."""
        return hybrid.public_key(self.encryption)


class KeyFile(Message, kw_only=True):
    """What lies on disk."""

    version: int = 1
    role: str
    name: str
    memory: int
    passes: int
    lanes: int
    salt: bytes
    nonce: bytes
    sealed: bytes

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and self.role in ROLES and 0 < len(self.name) <= 64, "key file")  # noqa: PLR2004
        require(len(self.salt) == 16 and len(self.nonce) == 12, "key file")  # noqa: PLR2004 - sizes of the format
        require(
            8 <= self.memory <= DEAREST.memory  # noqa: PLR2004 - Argon2's own minimum
            and 1 <= self.passes <= DEAREST.passes
            and 1 <= self.lanes <= DEAREST.lanes,
            "key file cost",
        )


def _key(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    secret = passphrase.encode()
    try:
        return hash_secret_raw(secret, salt, cost.passes, cost.memory, cost.lanes, 32, Type.ID)
    except Argon2Error as error:
        raise OpenError from error


def _bound(role: str, name: str) -> bytes:
    return Label.KEY_FILE.value + b"\0" + role.encode() + b"\0" + name.encode()


def lock(ring: KeyRing, passphrase: str, draw: Draw, cost: Cost = STANDARD) -> bytes:
    """Return the file's bytes."""
    salt, nonce = draw(16), draw(12)
    sealed = AESGCM(_key(passphrase, salt, cost)).encrypt(
        nonce, ring.identity + ring.encryption + ring.extra, _bound(ring.role, ring.name)
    )
    return KeyFile(
        role=ring.role,
        name=ring.name,
        memory=cost.memory,
        passes=cost.passes,
        lanes=cost.lanes,
        salt=salt,
        nonce=nonce,
        sealed=sealed,
    ).encode()


def unlock(data: bytes, passphrase: str) -> KeyRing:
    """Open a key file. Raise MalformedError, or OpenError for a wrong passphrase."""
    file = KeyFile.decode(data, limit=limit("key_file"))
    key = _key(passphrase, file.salt, Cost(memory=file.memory, passes=file.passes, lanes=file.lanes))
    try:
        seeds = AESGCM(key).decrypt(file.nonce, file.sealed, _bound(file.role, file.name))
    except (InvalidTag, ValueError) as error:
        raise OpenError from error
    require(len(seeds) == 3 * _SEED, "key file")
    return KeyRing(
        role=file.role,
        name=file.name,
        identity=seeds[:_SEED],
        encryption=seeds[_SEED : 2 * _SEED],
        extra=seeds[2 * _SEED :],
    )
