"""The slip: the few facts that a gate needs to decide (protocol 4.1). Never readable by the server."""

import re
from enum import IntEnum
from typing import Final

from msgspec import structs

from crypto.canonical import Message, require
from crypto.hashing import digest
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.limits import limit
from crypto.padding import pad, unpad

PURPOSES: Final = 15  # consent purposes of the vocabulary, a byte each
NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,23}\Z")
LINK: Final = re.compile(r"(ACT:[A-Z]{2,4}@|AREA:)[A-Z]{2}(-[A-Z0-9]{1,4}){0,3}\Z")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?\Z")
_SALT: Final = 32


class Preference(IntEnum):
    """Who may read it, as she asks."""

    ANY = 0
    WOMAN_PREFERRED = 1
    WOMAN_REQUIRED = 2


class Ring(IntEnum):
    """Which people a report is for at all."""

    DESK = 0
    OMBUDS = 1  # reports about the service itself


class Slip(Message, kw_only=True):
    """Fields in wire order."""

    version: int = 1
    language: str
    urgency: int
    tier: int
    exclude_links: list[str]
    exclude_people: list[str]
    exclude_pools: list[str]
    preference: int
    two_person: bool
    emergency: bool
    ring: int
    consent: bytes
    log_keys: list[bytes]
    thread: bytes = b""

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1, "version")
        require(LANGUAGE.match(self.language) is not None, "language")
        require(0 <= self.urgency <= 3 and 1 <= self.tier <= 3, "urgency or tier")  # noqa: PLR2004 - the vocabulary's
        for names in (self.exclude_people, self.exclude_pools):
            require(len(names) <= limit("list") and all(map(NAME.match, names)), "names")
        require(len(self.exclude_links) <= limit("list") and all(map(LINK.match, self.exclude_links)), "links")
        require(all(len(link) <= limit("link") for link in self.exclude_links), "links")
        require(self.preference in set(Preference) and self.ring in set(Ring), "preference or ring")
        require(len(self.consent) == PURPOSES and max(self.consent) <= 3, "consent")  # noqa: PLR2004 - four values
        require(1 <= len(self.log_keys) <= limit("gates"), "log keys")
        require(all(len(key) == 32 for key in self.log_keys), "log keys")  # noqa: PLR2004 - SHA-256
        require(len(self.thread) in (0, 32), "thread")

    @classmethod
    def from_fields(cls, slip: "Slip", log_keys: list[bytes]) -> "Slip":
        """Return the same slip with the hashes of the gates' log keys."""
        return structs.replace(slip, log_keys=log_keys)

    def to_bytes(self, draw: Draw) -> bytes:
        """Return the 512 bytes: padded message, then 32 random bytes that make the commitment hide it."""
        return pad(self.encode(), limit("slip_message")) + draw(_SALT)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Slip":
        """Read 512 bytes. Padding that is not zero is refused."""
        require(len(data) == limit("slip"), "slip size")
        return cls.decode(unpad(data[: limit("slip_message")]), limit=limit("slip_message"))


def commitment(slip: bytes) -> bytes:
    """Slip commitment of the header, over all 512 bytes."""
    return digest(Label.SLIP, slip)
