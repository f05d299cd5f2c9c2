"""Ed25519 signatures, each in one domain (protocol 1.4): a signature made for one use is none for another."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crypto.errors import MalformedError, ProofError
from crypto.labels import Label

SEED = 32  # bytes
PUBLIC = 32  # bytes
SIGNATURE = 64  # bytes


def public_key(seed: bytes) -> bytes:
    """Return the 32-byte public key of a 32-byte seed."""
    return private(seed).public_key().public_bytes_raw()


def private(seed: bytes) -> Ed25519PrivateKey:
    """Return the key object of a 32-byte seed."""
    if len(seed) != SEED:
        raise MalformedError("seed")
    return Ed25519PrivateKey.from_private_bytes(seed)


def sign(seed: bytes, label: Label, message: bytes) -> bytes:
    """Sign `label ‖ message`; 64 bytes."""
    return private(seed).sign(label.value + message)


def verify(public: bytes, label: Label, message: bytes, signature: bytes) -> None:
    """Raise ProofError unless `signature` is one of `public` over `label ‖ message`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, label.value + message)
    except (InvalidSignature, ValueError) as error:
        raise ProofError("signature") from error
