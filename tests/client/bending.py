"""Bend an exported log: as a thief of files would, as a lying log could (it has its own key), as a lying gate could."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from client.folder import CHECKPOINT, LEAVES, MEMOS, NOTICES, RECORDS, Folder
from crypto import checkpoints, leaves, merkle, notes, signing
from crypto.hashing import sha256, tag
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.leaves import MEMO, NOTICE, Entry, Record
from crypto.opening import Decision
from crypto.wished import read_body
from tests.harness import ORIGIN, Organisation


@dataclass(frozen=True)
class Bent:
    """A copy of an export, and the keys of the organisation to bend it with."""

    path: Path
    organisation: Organisation

    @property
    def auditor(self) -> KeyRing:
        return self.organisation.keys[self.organisation.people["auditors"][0]["name"]]

    @property
    def leaves(self) -> list[bytes]:
        return Folder(self.path).leaves

    def record(self, index: int) -> Record:
        return leaves.open_record(self.auditor.encryption, (self.path / RECORDS / str(index)).read_bytes())

    def decisions(self) -> list[int]:
        """Indices of decisions."""
        return self.of(leaves.DECISION)

    def of(self, kind: str) -> list[int]:
        """Indices of the records of one kind that are there."""
        sealed = [
            i for i, leaf in enumerate(self.leaves) if not leaves.is_public(leaf) and not leaves.is_withdrawal(leaf)
        ]
        there = [i for i in sealed if (self.path / RECORDS / str(i)).exists()]
        return [i for i in there if self.record(i).kind == kind]

    def flip(self, name: str, place: int) -> None:
        data = bytearray((self.path / name).read_bytes())
        data[place] ^= 1
        (self.path / name).write_bytes(data)

    def seal(self, index: int, record: Record) -> None:
        assert self.organisation.directory is not None
        sealed = leaves.seal_record(record, self.organisation.directory.auditors, os.urandom)
        (self.path / RECORDS / str(index)).write_bytes(sealed)

    def write_leaves(self, new: Sequence[bytes], *, sign: bool) -> None:
        """Put in other leaves; with `sign`, the log signs a checkpoint over them: a rewritten history."""
        (self.path / LEAVES).write_bytes(b"".join(new))
        if sign:
            (self.path / CHECKPOINT).write_text(self.signed(new), encoding="utf-8")

    def signed(self, new: Sequence[bytes]) -> str:
        root = merkle.root([merkle.leaf_hash(leaf) for leaf in new])
        text = checkpoints.head_text(ORIGIN, len(new), root)
        return text + "\n" + notes.sign_ed25519(ORIGIN, self.organisation.log.identity, text)

    def rewrite(
        self, index: int, changes: dict[str, object], *, gate_signs: bool, at: int | None = None, **beside: object
    ) -> None:
        """Change a decision, or what its record has beside it, and commit to it again; the tree is signed over it.

        The notice fits, so that nothing but the lie is wrong.
        """
        at = index if at is None else at
        old = self.record(index)
        body = read_body(old.body, limit=1 << 16)
        decision = structs.replace(Decision.decode(body.decision, limit=1 << 16), **changes)
        message = decision.encode()
        key = self.organisation.keys[decision.gate].identity if gate_signs else os.urandom(32)
        body = structs.replace(body, decision=message, signature=signing.sign(key, Label.DECISION, message), **beside)
        folder = Folder(self.path)
        told = leaves.open_notice(body.log_key, folder.notice(index))
        notice = leaves.seal_notice(body.log_key, structs.replace(told, body=sha256(body.encode())), os.urandom)
        memo = folder.memo(index)
        committed = leaves.commitment(old.salt, body.encode(), notice, memo)
        new = self.leaves
        new[at : at + 1] = [tag(body.log_key, committed) + committed]
        self.put(NOTICES, at, NOTICE, notice)
        self.put(MEMOS, at, MEMO, memo)
        self.seal(at, structs.replace(old, body=body.encode()))
        self.write_leaves(new, sign=True)

    def append(self, entry: Entry) -> int:
        """Let the log have one more leaf; return its index."""
        index = len(self.leaves)
        self.write_leaves([*self.leaves, entry.leaf], sign=True)
        (self.path / RECORDS / str(index)).write_bytes(entry.record)
        self.put(NOTICES, index, NOTICE, entry.notice)
        self.put(MEMOS, index, MEMO, entry.memo)
        return index

    def say(self, note: str) -> int:
        """Let the log have a public note; return the index of its leaf."""
        return self.append(leaves.public_entry(note, os.urandom))

    def destroy(self, index: int) -> None:
        """Leave nothing beside a leaf, as a house does."""
        (self.path / RECORDS / str(index)).unlink()
        self.put(NOTICES, index, NOTICE, bytes(NOTICE))
        self.put(MEMOS, index, MEMO, bytes(MEMO))

    def put(self, name: str, index: int, size: int, data: bytes) -> None:
        whole = (self.path / name).read_bytes()
        (self.path / name).write_bytes(whole[: index * size] + data + whole[(index + 1) * size :])
