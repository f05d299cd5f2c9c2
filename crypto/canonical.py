"""Messages: MessagePack arrays with exactly one encoding (protocol 1.2)."""

from typing import Self, TypeVar, dataclass_transform

import msgspec

from crypto.errors import MalformedError

_ENCODER = msgspec.msgpack.Encoder()

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Message(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every message. Subclasses give fields in wire order and `check` what a type cannot say."""

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""

    def encode(self) -> bytes:
        """Return the one encoding. Raise MalformedError when this value is not allowed on the wire."""
        _check_version(self)
        self.check()
        try:
            return _ENCODER.encode(self)
        except (UnicodeError, OverflowError) as error:  # lone surrogates; integers beyond 64 bits
            raise MalformedError("not for the wire") from error

    @classmethod
    def decode(cls, data: bytes, *, limit: int) -> Self:
        """Return the value of `data` (at most `limit` bytes), or raise MalformedError; nothing else."""
        value = decode(data, cls, limit=limit)
        _check_version(value)
        value.check()
        return value


def _check_version(message: Message) -> None:
    """Refuse a top-level message of another version (protocol 1.2)."""
    require(getattr(message, "version", 1) == 1, "version")


def decode(data: bytes, kind: type[T], *, limit: int) -> T:
    """Decode, encode again, compare. Size comes first, so that a bomb costs nothing."""
    if len(data) > limit:
        raise MalformedError("too long")
    try:
        value = msgspec.msgpack.decode(data, type=kind)
        again = _ENCODER.encode(value)
    # RecursionError: deep nesting; UnicodeError: lone surrogates; OverflowError: integers beyond 64 bits.
    except (msgspec.DecodeError, msgspec.EncodeError, RecursionError, UnicodeError, OverflowError, ValueError) as error:
        raise MalformedError("not this message") from error
    if again != data:
        raise MalformedError("not canonical")
    return value


def require(condition: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence at the call
    """Raise MalformedError(what) unless the condition holds. `what` is a constant, never input."""
    if not condition:
        raise MalformedError(what)
