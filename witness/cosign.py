"""The witness's one decision: does this head continue the one that she cosigned last (protocol 9.3)?"""

import threading
from collections.abc import Mapping
from typing import Final

from crypto import merkle, notes
from crypto.checkpoints import Checkpoint, LogPolicy
from crypto.errors import CryptoError, MalformedError, ProofError
from crypto.keyfile import KeyRing
from crypto.merkle import EMPTY
from crypto.notes import Kind, Vkey
from crypto.witnessing import AddCheckpoint
from doors.clock import Clock
from doors.environment import SettingError
from doors.problem import Denied, NotFound, Refusal
from witness.store import Memory


class Behind(Refusal):
    """The old size is not that of the head that she holds; `size` is."""

    status = 409
    kind = "conflict"
    title = "This does not begin where this witness stands."


class Inconsistent(Refusal):
    """The log signed this head, and it does not continue the one that she holds."""

    status = 422
    kind = "conflict"
    title = "This is not shown to continue what this witness has signed."


_NOTHING: Final = Checkpoint("", 0, EMPTY)


class Witness:
    """Looks, remembers, then signs; one request at a time, so that nothing slips between look and memory."""

    def __init__(self, key: KeyRing, logs: Mapping[str, LogPolicy], memory: Memory, now: Clock) -> None:
        self._key, self._logs, self._memory, self._now = key, logs, memory, now
        self._lock = threading.Lock()
        self._mine = Vkey(key.name, Kind.COSIGNATURE, key.identity_public)
        for origin in logs:
            self._held(origin)  # a memory that cannot be read stops the start

    def add(self, asked: AddCheckpoint) -> str:
        """Return the cosignature line. Raise NotFound, MalformedError, Denied, Behind or Inconsistent."""
        origin, size, _ = notes.parse_tree_head(notes.split(asked.checkpoint)[0])
        policy = self._logs.get(origin)
        if policy is None:
            raise NotFound
        try:
            head = policy.verify(asked.checkpoint)
        except ProofError:
            raise Denied from None
        if asked.old > size:
            raise MalformedError("old size")
        with self._lock:
            note, held = self._held(origin)
            if head.size == held.size and head.root != held.root:
                self._memory.keep_evidence(origin, note, asked)  # two roots for one size: proof by itself
            if asked.old != held.size:
                raise Behind(held.size)
            try:
                merkle.verify_consistency(held.size, head.size, asked.proof, held.root, head.root)
            except CryptoError:
                if note:
                    self._memory.keep_evidence(origin, note, asked)
                raise Inconsistent from None
            text, _ = notes.split(asked.checkpoint)
            line = notes.sign_cosignature(self._key.name, self._key.identity, text, int(self._now()))
            self._memory.keep(origin, f"{text}\n{_by_log(asked.checkpoint, policy)}{line}")
        return line

    def newest(self, origin: str) -> str | None:
        """Return the newest head of this log that was cosigned, with the signatures."""
        return self._memory.head(origin)

    @property
    def origins(self) -> tuple[str, ...]:
        """Names of the logs that she looks after."""
        return tuple(self._logs)

    def _held(self, origin: str) -> tuple[str, Checkpoint]:
        """Return the head that she holds, and what it says; an empty one before the first."""
        note = self._memory.head(origin)
        if note is None:
            return "", _NOTHING
        try:
            policy = LogPolicy(self._logs[origin].log, (self._mine,), 1)
            return note, policy.verify(note)
        except CryptoError:
            raise SettingError("a head in this witness's memory is not signed by her and by its log") from None


def _by_log(note: str, policy: LogPolicy) -> str:
    """Return the lines of a note that the log's own keys signed: of others she says nothing."""
    known = {(key.name, key.id) for key in policy.log}
    text, lines = notes.split(note)
    del text
    return "".join(
        f"— {name} {notes.b64(key_id + signature)}\n" for name, key_id, signature in lines if (name, key_id) in known
    )
