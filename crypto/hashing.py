"""SHA-256, HMAC and HKDF under a label (protocol 1.1)."""

import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.labels import Label


def sha256(data: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(data).digest()


def digest(label: Label, *parts: bytes) -> bytes:
    """`H(label ‖ parts)`. Callers pass parts of fixed length, or `sized` ones."""
    return sha256(label.value + b"".join(parts))


def tag(key: bytes, commitment: bytes) -> bytes:
    """The finder: 16 bytes that only the holder of `key` connects with it (protocol 7.3)."""
    return hmac.digest(key, commitment, "sha256")[:16]


def mac(key: bytes, label: Label, *parts: bytes) -> bytes:
    """`HMAC(key, label ‖ parts)`, 32 bytes. Callers pass parts of fixed length, or `sized` ones."""
    return hmac.digest(key, label.value + b"".join(parts), "sha256")


def derive(secret: bytes, label: Label, *parts: bytes) -> bytes:
    """`HKDF(secret, label ‖ parts, 32)`, empty salt: secrets here are uniform or hashed by extract."""
    info = label.value + b"".join(parts)
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret)
