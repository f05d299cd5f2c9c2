"""Seal to one public key, or to several: HPKE with X-Wing (protocol 1.5)."""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.errors import MalformedError, OpenError

Draw = Callable[[int], bytes]
"""Draws so many random bytes; `os.urandom` outside of vectors."""

SEED: Final = 32  # bytes of a private key
PUBLIC: Final = 1216  # bytes of a public key: ML-KEM-768 1184 and X25519 32
OVERHEAD: Final = 1120 + 16  # bytes that a sealed message is longer than its plaintext
WRAP: Final = OVERHEAD + 32  # bytes of one wrapped key in `seal_all`
_NONCE: Final = bytes(12)  # safe: each key that is used with it seals exactly one message
_MLKEM: Final = 1184

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def _private(seed: bytes) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
    if len(seed) != SEED:
        raise MalformedError("seed")
    expanded = hashlib.shake_256(seed).digest(96)  # X-Wing, draft-connolly-cfrg-xwing-kem: expandDecapsulationKey
    return (
        mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
        x25519.X25519PrivateKey.from_private_bytes(expanded[64:]),
    )


def public_key(seed: bytes) -> bytes:
    """Return the 1216-byte public key of a 32-byte seed."""
    kem, curve = _private(seed)
    return kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


@lru_cache(maxsize=64)  # auditors and gates: the same keys for months, and reading one costs a fifth of a seal
def _public(raw: bytes) -> hpke.MLKEM768X25519PublicKey:
    if len(raw) != PUBLIC:
        raise MalformedError("public key")
    try:
        kem = mlkem.MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM])
        return hpke.MLKEM768X25519PublicKey(kem, x25519.X25519PublicKey.from_public_bytes(raw[_MLKEM:]))
    except ValueError as error:
        raise MalformedError("public key") from error


def check_public(raw: bytes) -> None:
    """Raise MalformedError unless `raw` is a public key that one can seal to (sealing finds points of small order)."""
    seal(raw, b"", b"")


def seal(to: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Seal to the public key `to`; `info` binds all context. Result: plaintext + 1136 bytes."""
    try:
        return _SUITE.encrypt(plaintext, _public(to), info=info)
    except ValueError as error:  # a public key of small order
        raise MalformedError("public key") from error


class PrivateKey:
    """The key of a seed, made once: making it costs as much as to open something with it. Its `repr` shows nothing."""

    __slots__ = ("_key",)

    def __init__(self, seed: bytes) -> None:
        kem, curve = _private(seed)
        self._key = hpke.MLKEM768X25519PrivateKey(kem, curve)

    @classmethod
    def of(cls, key: "bytes | PrivateKey") -> "PrivateKey":
        """Return the key of a seed, or the key itself."""
        return key if isinstance(key, PrivateKey) else cls(key)

    def unseal(self, sealed: bytes, info: bytes) -> bytes:
        """Open what was sealed to it. Raise OpenError whatever is wrong."""
        try:
            return _SUITE.decrypt(sealed, self._key, info=info)
        except (InvalidTag, ValueError) as error:
            raise OpenError from error


def unseal(key: bytes | PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """Open what was sealed to a key, given as such or by its seed. Raise OpenError whatever is wrong with it."""
    return PrivateKey.of(key).unseal(sealed, info)


def wrapped_size(count: int) -> int:
    """Bytes of `wrap_all` for so many."""
    return 32 + 1 + count * WRAP


def wrap_all(to: Sequence[bytes], info: bytes, draw: Draw) -> bytes:
    """Draw a key and wrap it to several public keys: `key (32) ‖ u8(n) ‖ n wraps`. Secret, and good for one message."""
    if not 1 <= len(to) <= 255:  # noqa: PLR2004 - u8
        raise MalformedError("recipients")
    key = draw(32)
    return key + bytes([len(to)]) + b"".join(seal(one, key, info) for one in to)


def seal_wrapped(wrapped: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Seal with a key that `wrap_all` made, and that seals nothing else."""
    return wrapped[32:] + AESGCM(wrapped[:32]).encrypt(_NONCE, plaintext, info)


def seal_all(to: Sequence[bytes], plaintext: bytes, info: bytes, draw: Draw) -> bytes:
    """Seal once to several public keys: `u8(n) ‖ n wraps ‖ AES-256-GCM`. `draw` gives the one-time key."""
    return seal_wrapped(wrap_all(to, info, draw), plaintext, info)


def unseal_any(key: bytes | PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """Open what `seal_all` made, as one of its recipients. Raise OpenError otherwise."""
    count = sealed[0] if sealed else 0
    body = 1 + count * WRAP
    if count == 0 or len(sealed) < body + 16:
        raise OpenError
    own = PrivateKey.of(key)
    for start in range(1, body, WRAP):
        try:
            once = own.unseal(sealed[start : start + WRAP], info)
            return AESGCM(once).decrypt(_NONCE, sealed[body:], info)
        except (OpenError, InvalidTag, ValueError):
            continue
    raise OpenError


def lock_box(key: bytes, plaintext: bytes) -> bytes:
    """AES-256-GCM under a key that is used for exactly one message, so the nonce may be zero."""
    return AESGCM(key).encrypt(_NONCE, plaintext, None)


def open_box(key: bytes, sealed: bytes) -> bytes:
    """Open what `lock_box` made. Raise OpenError otherwise."""
    try:
        return AESGCM(key).decrypt(_NONCE, sealed, None)
    except (InvalidTag, ValueError) as error:
        raise OpenError from error
