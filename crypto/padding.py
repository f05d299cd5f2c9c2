"""Make lengths say little (protocol 1.6)."""

from collections.abc import Sequence

from crypto.errors import MalformedError

PREFIX = 4  # bytes: u32 length in front


def pad(content: bytes, bucket: int) -> bytes:
    """Return exactly `bucket` bytes. Raise MalformedError when the content does not fit."""
    if len(content) + PREFIX > bucket:
        raise MalformedError("does not fit its bucket")
    return len(content).to_bytes(PREFIX, "big") + content + bytes(bucket - PREFIX - len(content))


def smallest(content: bytes, buckets: Sequence[int]) -> int:
    """Return the smallest of `buckets` (ascending) that holds the content."""
    for bucket in buckets:
        if len(content) + PREFIX <= bucket:
            return bucket
    raise MalformedError("does not fit the largest bucket")


def unpad(padded: bytes) -> bytes:
    """Return the content. Padding that is not zero is refused: it could carry a mark."""
    if len(padded) < PREFIX:
        raise MalformedError("no length")
    end = PREFIX + int.from_bytes(padded[:PREFIX], "big")
    if end > len(padded) or any(padded[end:]):
        raise MalformedError("bad padding")
    return padded[PREFIX:end]
