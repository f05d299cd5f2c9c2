"""What a log and a witness say to each other (C2SP tlog-witness; protocol 9.3): one request, and its two answers."""

from dataclasses import dataclass
from typing import Final

from crypto import notes
from crypto.canonical import require
from crypto.errors import CryptoError, ProofError
from crypto.hashing import sha256
from crypto.limits import limit
from crypto.notes import Vkey

PATH: Final = "/add-checkpoint"
SIZE: Final = "text/x.tlog.size"
"""Media type of the answer 409: how far the witness has come."""
REQUEST: Final = 2 * limit("note")
"""Bytes of a request: a checkpoint, and at most 63 hashes before it."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A log asks for a cosignature on `checkpoint`, and proves that it begins with the first `old` leaves."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def encode(self) -> str:
        """Return the body of the request."""
        lines = "".join(f"{notes.b64(one)}\n" for one in self.proof)
        return f"old {self.old}\n{lines}\n{self.checkpoint}"

    @classmethod
    def parse(cls, data: bytes) -> "AddCheckpoint":
        """Read the body of a request. Raise MalformedError; the checkpoint in it is not looked at."""
        require(len(data) <= REQUEST, "request size")
        try:
            head, blank, checkpoint = data.decode().partition("\n\n")
        except UnicodeError:
            head, blank, checkpoint = "", "", ""
        old, *proof = head.split("\n")
        require(bool(blank) and old.startswith("old ") and len(proof) <= limit("proof_hashes"), "add-checkpoint")
        return cls(notes.decimal(old.removeprefix("old ")), tuple(map(notes.unb64, proof)), checkpoint)


def size_of(data: bytes) -> int:
    """Read the answer 409: the size of the newest head that this witness has cosigned."""
    text = data.decode("ascii", "replace")
    require(text.endswith("\n"), "size")
    return notes.decimal(text[:-1])


def cosignature(text: str, answer: bytes, key: Vkey) -> str:
    """Return, of the answer 200, the line by which `key` cosigned the head `text`. Raise ProofError without one.

    Lines of others, and whatever is no line, are passed over.
    """
    for line in answer.decode("utf-8", "replace").split("\n")[: limit("note_signatures")]:
        try:
            _, signed = notes.verify(f"{text}\n{line}\n", [key])
        except CryptoError:
            continue
        if signed:
            return f"{line}\n"
    raise ProofError("no cosignature")


def place(origin: str) -> str:
    """Return the path at which a witness shows the newest head of a log that it has cosigned."""
    return f"/{sha256(origin.encode()).hex()}/checkpoint"
