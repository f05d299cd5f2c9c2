"""How bundle and directory are signed: a short note that names a body, version after version (protocol 8.2)."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, Self, TypeVar

from crypto import notes
from crypto.canonical import require
from crypto.errors import ProofError
from crypto.hashing import sha256
from crypto.labels import Label
from crypto.limits import limit
from policies import statements
from policies.trust import Trust

_FIELDS = ("version", "previous", "body")
_HASH = 32


@dataclass(frozen=True, slots=True)
class Version:
    """What k officers signed: a number, its predecessor's digest (None for the first), the digest of the body."""

    number: int
    previous: bytes | None
    body: bytes
    digest: bytes  # of this statement

    def follows(self, predecessor: tuple[int, bytes] | None) -> None:
        """Raise ProofError unless this is the first version, or the next after (number, digest)."""
        number, digest = predecessor if predecessor is not None else (0, None)
        if self.number != number + 1 or self.previous != digest:
            raise ProofError("does not follow its predecessor")


def unsigned(label: Label, number: int, previous: bytes | None, body: bytes) -> str:
    """Return the text that officers sign for a body."""
    before = "-" if previous is None else notes.b64(previous)
    values = (("version", str(number)), ("previous", before), ("body", notes.b64(sha256(body))))
    return statements.text(label, values)


def verify(note: str, body: bytes, *, label: Label, trust: Trust) -> Version:
    """Return the version that k officers signed for exactly this body. Raise ProofError or MalformedError."""
    text = notes.need(note, trust.officers, trust.threshold)
    found = statements.fields(text, label, _FIELDS)
    number = notes.decimal(found["version"])
    previous = None if found["previous"] == "-" else notes.unb64(found["previous"])
    require(number > 0 and (previous is None) == (number == 1), "version")
    require(previous is None or len(previous) == _HASH, "previous")
    if notes.unb64(found["body"]) != sha256(body):
        raise ProofError("another body")
    return Version(number, previous, sha256(body), statements.digest(text))


class Body(Protocol):
    """What every body says of itself."""

    @property
    def number(self) -> int:
        """Version of the thing, not of its format."""


B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Signed(ABC, Generic[B]):
    """A body that k officers signed. Made by `verify` or `verify_any`, never otherwise outside of tests."""

    body: B
    note_digest: bytes

    label: ClassVar[Label]

    @classmethod
    def verify(cls, note: str, body: bytes, *, trust: Trust, previous: Self | None) -> Self:
        """Return the version that follows `previous` (None: the first). Raise ProofError or MalformedError."""
        version = verify(note, body, label=cls.label, trust=trust)
        version.follows(None if previous is None else (previous.number, previous.digest))
        return cls._of(version, body)

    @classmethod
    def verify_any(cls, note: str, body: bytes, *, trust: Trust) -> Self:
        """Return a signed version without its chain: for who starts here; she MUST then ask `current`."""
        return cls._of(verify(note, body, label=cls.label, trust=trust), body)

    @classmethod
    def _of(cls, version: Version, body: bytes) -> Self:
        decoded = cls._decode(body, limit=limit("body"))
        if decoded.number != version.number:
            raise ProofError("version of the body")
        return cls(decoded, version.digest)

    @classmethod
    @abstractmethod
    def _decode(cls, data: bytes, *, limit: int) -> B:
        """Return the body, of at most `limit` bytes. Raise MalformedError."""

    @property
    def number(self) -> int:
        """Version."""
        return self.body.number

    @property
    def digest(self) -> bytes:
        """Digest of the statement: what headers and decisions name."""
        return self.note_digest
