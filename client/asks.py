"""Asks that wait for a colleague: files beside her key file, until everybody agreed, a day is over, or she lets go.

The ask and the approvals are not secret. The session that they belong to is sealed to her own key (client.approving).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from client import approving
from client.errors import AmanaError, UsageError
from client.keys import write_new
from client.notebook import Notebook
from client.reviewer import Given, Session
from crypto.hashing import sha256
from crypto.keyfile import KeyRing

FOLDER: Final = ".asks"
SESSION: Final = ".session"  # beside the ask file: her session key, sealed to her own key
_ASK, _APPROVAL = ".ask", ".approval"
_MOST: Final = 16  # approvals of one ask


@dataclass(slots=True, repr=False)
class Pending:
    """One ask, and what colleagues sent back for it."""

    path: Path
    session: Session
    because: str
    given: list[Given] = field(default_factory=list)

    @property
    def name(self) -> str:
        """By which it is called; it names no report."""
        return self.path.stem

    @property
    def file(self) -> bytes:
        """What goes to the colleague."""
        return approving.ask_file(self.session).encode()


@dataclass(slots=True, repr=False)
class Asks:
    """All of one person."""

    folder: Path
    ring: KeyRing
    pending: dict[str, Pending] = field(default_factory=dict)

    @classmethod
    def of(cls, key: Path, ring: KeyRing) -> "Asks":
        """Open those that lie beside a key file. What is not hers, or damaged, stays where it is and is not used."""
        made = cls(key.with_name(key.name + FOLDER), ring)
        for path in sorted(made.folder.glob("*" + _ASK)):
            try:
                kept = path.with_name(path.name + SESSION).read_bytes()
                session, because = approving.resume(path.read_bytes(), kept, ring)
                answers = sorted(path.parent.glob(f"{path.stem}.*{_APPROVAL}"))
                given = approving.given([one.read_bytes() for one in answers])
            except (AmanaError, OSError):
                continue
            made.pending[path.stem] = Pending(path, session, because, given)
        return made

    def add(self, notebook: Notebook, session: Session, because: str) -> Pending:
        """Write an ask down. The notebook knows its files first, so that they go when the report does."""
        name = session.ask.digest.hex()[:16]
        path = self.folder / (name + _ASK)
        beside = path.with_name(path.name + SESSION)
        notebook.note(session.ask.id, files=[path, beside])
        write_new(beside, approving.keep(session, because, self.ring))
        made = Pending(path, session, because)
        write_new(path, made.file)
        self.pending[name] = made
        return made

    def answer(self, notebook: Notebook, name: str, data: bytes) -> None:
        """Keep what a colleague sent back; who checks it is `approving.check`. The same again changes nothing."""
        pending = self.pending[name]
        new = approving.given([data])
        if len(pending.given) + len(new) > _MOST:
            raise UsageError("There are more approvals here than people could give.", "Let go of this ask; ask anew.")
        path = self.folder / f"{name}.{sha256(data).hex()[:16]}{_APPROVAL}"
        if path.exists():
            return
        notebook.note(pending.session.ask.id, files=[path])
        write_new(path, data)
        pending.given += new

    def of_report(self, report: bytes) -> list[Pending]:
        """Return those about one report."""
        return [one for one in self.pending.values() if one.session.ask.id == report]

    def drop(self, name: str) -> None:
        """Delete an ask with all that belongs to it."""
        pending = self.pending.pop(name, None)
        if pending is None:
            return
        for path in (pending.path, pending.path.with_name(pending.path.name + SESSION)):
            path.unlink(missing_ok=True)
        for path in self.folder.glob(f"{name}.*{_APPROVAL}"):
            path.unlink(missing_ok=True)

    def drop_old(self, minute: int) -> None:
        """Delete those whose day is over."""
        for name in [name for name, one in self.pending.items() if one.session.ask.until < minute]:
            self.drop(name)

    def clear(self) -> None:
        """Let go of the sessions in memory; the files stay."""
        self.pending.clear()
