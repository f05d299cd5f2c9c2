"""An erasure: the log says what was destroyed, so that a missing record is a finding unless it is named (17.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crypto import notes
from crypto.canonical import require
from crypto.checkpoints import LogPolicy
from crypto.labels import Label
from crypto.notes import Kind, Signer
from policies import statements
from policies.retention import RETAINED, WITHDRAWN
from policies.statements import day_number, day_text

MOST: Final = 512  # indexes of one note
_SIZE: Final = 1 << 63
_FIELDS: Final = ("day", "why", "indexes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """On a day, for one reason, the records beside these arrivals were destroyed with their reports."""

    day: int
    why: str
    indexes: tuple[int, ...]

    def text(self) -> str:
        """Return what the log signs."""
        self._check()
        lines = (("day", day_text(self.day)), ("why", self.why), ("indexes", " ".join(map(str, self.indexes))))
        return statements.text(Label.NOTE_ERASURE, lines)

    def sign(self, log: Signer) -> str:
        """Return the note."""
        text = self.text()
        return f"{text}\n{log.sign(text)}"

    def _check(self) -> None:
        require(self.why in (RETAINED, WITHDRAWN), "why")
        require(1 <= len(self.indexes) <= MOST and all(index < _SIZE for index in self.indexes), "indexes")
        require(list(self.indexes) == sorted(set(self.indexes)) and self.indexes[0] >= 0, "indexes")

    @classmethod
    def verify(cls, note: str, log: LogPolicy) -> "Erasure":
        """Return what the log signed. Raise ProofError or MalformedError."""
        signed = notes.need(note, [key for key in log.log if key.kind is Kind.ED25519], 1)
        found = statements.fields(signed, Label.NOTE_ERASURE, _FIELDS)
        indexes = tuple(map(notes.decimal, found["indexes"].split(" ")))
        erasure = cls(day=day_number(found["day"]), why=found["why"], indexes=indexes)
        erasure._check()
        return erasure


def batches(indexes: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the indexes of a round, sorted, as many to a note as a note may have."""
    ordered = sorted(set(indexes))
    return [tuple(ordered[start : start + MOST]) for start in range(0, len(ordered), MOST)]
