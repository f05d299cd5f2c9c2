"""A gate says, once a day and before it does so, that it makes lists for reviewers (protocol 20.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crypto import notes
from crypto.canonical import require
from crypto.labels import Label
from crypto.notes import Vkey
from crypto.slip import NAME
from policies import statements
from policies.statements import day_number, day_text

_FIELDS: Final = ("day", "gate")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNote:
    """On this day this gate makes lists. What they say is sealed; that they are made is not silent."""

    day: int
    gate: str

    def text(self) -> str:
        """Return what the gate signs."""
        require(NAME.match(self.gate) is not None, "gate")
        return statements.text(Label.NOTE_QUEUE, (("day", day_text(self.day)), ("gate", self.gate)))

    def sign(self, identity: bytes) -> str:
        """Return the note: the same bytes each time, so the log has it once."""
        text = self.text()
        return f"{text}\n{notes.sign_ed25519(self.gate, identity, text)}"

    @classmethod
    def verify(cls, note: str, gates: Iterable[Vkey]) -> "QueueNote":
        """Return what the gate that it names signed. Raise ProofError, also for a gate that is none of these."""
        found = statements.fields(notes.split(note)[0], Label.NOTE_QUEUE, _FIELDS)
        notes.need(note, [key for key in gates if key.name == found["gate"]], 1)
        return cls(day=day_number(found["day"]), gate=found["gate"])
