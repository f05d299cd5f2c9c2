"""A legal hold: two officers ask that the bytes of one report be kept. It opens nothing (protocol 17.4)."""

import re
from dataclasses import dataclass
from typing import Final

from crypto import notes
from crypto.canonical import require
from crypto.labels import Label
from policies import statements
from policies.statements import day_number, day_text
from policies.trust import Trust

OFFICERS: Final = 2
_LONGEST: Final = 366  # days; whoever needs more says so again, in public
_ID: Final = re.compile(r"[0-9a-f]{64}")
_FIELDS: Final = ("id", "day", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The bytes of a report are kept through a day; `until` the day on which it is signed ends an earlier hold."""

    id: bytes
    day: int
    until: int

    def text(self) -> str:
        """Return what two officers sign."""
        self._check()
        values = (("id", self.id.hex()), ("day", day_text(self.day)), ("until", day_text(self.until)))
        return statements.text(Label.NOTE_HOLD, values)

    def _check(self) -> None:
        require(len(self.id) == 32 and 0 <= self.until - self.day <= _LONGEST, "hold")  # noqa: PLR2004 - SHA-256

    @classmethod
    def verify(cls, note: str, trust: Trust) -> "Hold":
        """Return what two of the officers signed. Raise ProofError or MalformedError."""
        signed = notes.need(note, trust.officers, OFFICERS)
        found = statements.fields(signed, Label.NOTE_HOLD, _FIELDS)
        require(_ID.fullmatch(found["id"]) is not None, "id")
        hold = cls(id=bytes.fromhex(found["id"]), day=day_number(found["day"]), until=day_number(found["until"]))
        hold._check()
        return hold
