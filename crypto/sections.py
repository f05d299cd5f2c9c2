"""Five sections, each sealed by itself (protocol 3): padding to a bucket, the key from all locks, Cobblestone-256."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from crypto.errors import MalformedError, OpenError
from crypto.hashing import derive
from crypto.labels import Label, sized
from crypto.limits import limit
from crypto.padding import pad, smallest, unpad

OVERHEAD: Final = 72  # bytes: 24 salt, 32 key commitment, 16 tag of one chunk
_CHUNK: Final = 16384


class Section(IntEnum):
    """Order and numbers of protocol 3.1."""

    CARD = 0
    STORY = 1
    IDENTITY = 2
    EVIDENCE = 3
    ORIGINALS = 4

    @property
    def label(self) -> str:
        """The section's name in labels, rules and commands."""
        return self.name.lower()


BUCKETS: Final[dict[Section, tuple[int, ...]]] = {
    Section.CARD: (limit("card_bucket"),),
    Section.STORY: (limit("story_bucket_small"), limit("story_bucket_middle"), limit("story_bucket_large")),
    Section.IDENTITY: (limit("side_bucket"),),
    Section.EVIDENCE: (limit("side_bucket"),),
    Section.ORIGINALS: (limit("side_bucket"),),
}
CUSTODIAL: Final = (Section.IDENTITY, Section.ORIGINALS)


def sealed_size(bucket: int) -> int:
    """Bytes of a sealed section. A bucket of whole chunks ends in one more, which is empty and marks the end."""
    return bucket + OVERHEAD + 16 * (bucket // _CHUNK)


SEALED_SIZES: Final = {section: tuple(map(sealed_size, buckets)) for section, buckets in BUCKETS.items()}


def section_key(section: Section, nonce: bytes, secrets: Sequence[bytes]) -> bytes:
    """Protocol 3.4: all lock secrets, in the order gates, desk, custodians."""
    secret = bytes([len(secrets)]) + b"".join(map(sized, secrets))
    return derive(secret, Label.SECTION_KEY, sized(section.label.encode()), nonce)


def _context(section: Section, nonce: bytes) -> bytes:
    return Label.SECTION_TEXT.value + sized(section.label.encode()) + nonce


def seal_section(section: Section, nonce: bytes, key: bytes, content: bytes) -> bytes:
    """Pad and seal. Cobblestone draws its own salt."""
    encryptor = Cobblestone256Encryptor(key, context=_context(section, nonce))
    return encryptor.update(pad(content, smallest(content, BUCKETS[section]))) + encryptor.finalize()


def unseal_section(section: Section, nonce: bytes, key: bytes, sealed: bytes) -> bytes:
    """Open and unpad. Raise OpenError for a wrong key or changed bytes: Cobblestone commits to the key."""
    try:
        decryptor = Cobblestone256Decryptor(key, context=_context(section, nonce))
        padded = decryptor.update(sealed) + decryptor.finalize()
    except (InvalidTag, ValueError) as error:
        raise OpenError from error
    if len(padded) not in BUCKETS[section]:
        raise MalformedError("bucket")
    return unpad(padded)
