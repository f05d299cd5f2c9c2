"""`trust.json`: what clients and auditors are given once, out of band, and pin (protocol 8.2)."""

import json
from dataclasses import dataclass

import msgspec

from crypto.canonical import require
from crypto.checkpoints import LogPolicy
from crypto.errors import MalformedError
from crypto.limits import limit
from crypto.notes import Kind, Vkey


class _File(msgspec.Struct, forbid_unknown_fields=True):
    officers: list[str]
    threshold: int
    log: str
    url: str


@dataclass(frozen=True, slots=True)
class Trust:
    """The officers' keys and how many of them are needed; the log and its witnesses; where the service is."""

    officers: tuple[Vkey, ...]
    threshold: int
    log_policy: LogPolicy
    url: str

    @classmethod
    def parse(cls, data: bytes | str) -> "Trust":
        """Read `trust.json`. Raise MalformedError for anything but exactly its four fields."""
        require(len(data) <= limit("note"), "trust size")
        try:
            file = msgspec.json.decode(data, type=_File)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise MalformedError("trust file") from error
        officers = tuple(map(Vkey.parse, file.officers))
        require(all(key.kind is Kind.ED25519 for key in officers), "officer's key")
        require(len({key.public for key in officers}) == len(officers), "one officer twice")
        require(1 <= file.threshold <= len(officers), "threshold of officers")
        return cls(officers, file.threshold, LogPolicy.parse(file.log), file.url)

    def to_json(self) -> str:
        """Return the text of `trust.json`."""
        file = {
            "officers": [str(key) for key in self.officers],
            "threshold": self.threshold,
            "log": self.log_policy.lines,
            "url": self.url,
        }
        return json.dumps(file, indent=1) + "\n"
