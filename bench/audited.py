"""A folder as `amana audit export` writes it, of any size: real records, made without a house, for auditing alone.

Each day one report comes, three people open its card again and again, and the day's file of answers is noted.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.house import Founded
from client.folder import BUNDLES, CHECKPOINT, DIRECTORIES, LEAVES, MEMOS, NOTICES, RECORDS, TRUST
from crypto import hybrid, leaves, notes, opening, signing, words
from crypto.checkpoints import head_text
from crypto.hashing import sha256, tag
from crypto.labels import Label
from crypto.leaves import MEMO, Entry, Notice, Record
from crypto.merkle import Frontier, leaf_hash
from crypto.notes import Signer
from crypto.opening import Ask, Decision, DecisionRecord, Request, next_journal
from crypto.relay import Publication
from crypto.slots import GateSlot
from policies.bundle import Bundle
from policies.directory import Directory
from policies.feeds import FeedNote
from tests.harness import Clock
from tests.samples import samples

WHO: Final = ("r1", "r4", "r5")  # who may open the card of the sample
_EACH: Final = 100  # a day; half of what a gate decides
_DAY: Final = 1440  # minutes
_GATE: Final = "gate-1"
_SLOTS: Final = 32


@dataclass(frozen=True, slots=True)
class Told:
    """What a decision says of its report, the same for each about it."""

    id: bytes
    header: bytes
    slip: bytes
    log_key: bytes


@dataclass
class Log:
    """A log that grows in its folder."""

    founded: Founded
    folder: Path
    beside: dict[str, list[bytes]] = field(default_factory=lambda: {LEAVES: [], NOTICES: [], MEMOS: []})
    tree: Frontier = field(default_factory=Frontier)
    journal: bytes = bytes(32)
    decisions: int = 0

    def __post_init__(self) -> None:
        self.organisation = self.founded.organisation
        bundle, directory = self.organisation.bundle, self.organisation.directory
        if bundle is None or directory is None:
            raise RuntimeError("not founded")
        self.bundle: Bundle = bundle
        self.directory: Directory = directory
        for name in (RECORDS, BUNDLES, DIRECTORIES):
            (self.folder / name).mkdir(parents=True)
        for one in self.founded.published:
            self._append(leaves.public_entry(one.note, os.urandom))

    def grow(self, size: int) -> None:
        """Let days pass until there are so many leaves; the last day is today."""
        a_day = _EACH * len(WHO) + 2
        first = Clock().day - -(-(size - self.tree.size) // a_day)
        for day in range(first, Clock().day):
            told = self._report()
            for number in range(_EACH * len(WHO)):
                if self.tree.size < size - 1:
                    self._decide(told, WHO[number % len(WHO)], day * _DAY + number)
            self._feed(day)

    def write(self) -> None:
        """Write what is not there yet, and the checkpoint over all of it."""
        for name, parts in self.beside.items():
            (self.folder / name).write_bytes(b"".join(parts))
        _version(self.folder / BUNDLES, self.founded.published[0])
        _version(self.folder / DIRECTORIES, self.founded.published[1])
        (self.folder / TRUST).write_text(self.organisation.trust.to_json(), encoding="utf-8")
        log = self.organisation.log
        text = head_text(log.name, self.tree.size, self.tree.root())
        signed = f"{text}\n{notes.sign_ed25519(log.name, log.identity, text)}"
        (self.folder / CHECKPOINT).write_text(signed, encoding="utf-8")

    def _append(self, entry: Entry) -> None:
        (self.folder / RECORDS / str(self.tree.size)).write_bytes(entry.record)
        for name, part in zip(self.beside, (entry.leaf, entry.notice, entry.memo), strict=True):
            self.beside[name].append(part)
        self.tree.append(leaf_hash(entry.leaf))

    def _feed(self, day: int) -> None:
        log = self.organisation.log
        note = FeedNote.of([bytes(1024)] * _SLOTS, "", day=day, log=self.tree.size)
        self._append(leaves.public_entry(note.sign(Signer(log.name, log.identity)), os.urandom))

    def _report(self) -> Told:
        from client.reporter import seal  # noqa: PLC0415 - only here

        said = words.new(os.urandom)
        sealed = seal(samples()["S01"], self.founded.in_force, said, draw=os.urandom)
        wrapped = hybrid.wrap_all(self.directory.auditors, Label.RECORD.value, os.urandom)
        self._append(leaves.received_entry(sealed.received, sealed.id, wrapped, os.urandom))
        slot = GateSlot.unseal(self.organisation.key("gate", _GATE).encryption, sealed.gates[0], _GATE, sealed.id)
        return Told(sealed.id, sealed.header, slot.slip, words.keys(said).gate(_GATE).log_key)

    def _decide(self, told: Told, who: str, minute: int) -> None:
        ask = Ask(
            id=told.id,
            sections=[0],
            action="open",
            purpose="TRIAGE",
            asker=who,
            session=os.urandom(32),
            nonce=os.urandom(32),
            until=minute + 60,
        )
        reason = opening.seal_justification("to see what can be done", self.directory.auditors, os.urandom)
        request = Request(
            ask=ask.encode(),
            gates=[_GATE],
            origin=self.bundle.body.origin,
            bundle=1,
            directory=1,
            justification=sha256(reason),
            expires=minute + 5,
            nonce=os.urandom(32),
        ).encode()
        decision = Decision(
            gate=_GATE,
            request=Request.decode(request, limit=len(request)).digest,
            section=0,
            permitted=True,
            rules=["R2.card"],
            minute=minute,
            bundle=self.bundle.digest,
            directory=self.directory.digest,
            size=self.tree.size,
            root=self.tree.root(),
            sequence=self.decisions,
            journal=self.journal,
        ).encode()
        gate = self.organisation.key("gate", _GATE)
        body = DecisionRecord(
            decision=decision,
            signature=signing.sign(gate.identity, Label.DECISION, decision),
            request=request,
            request_signature=signing.sign(self.organisation.keys[who].identity, Label.REQUEST, request),
            header=told.header,
            slip=told.slip,
            approvals=[],
            justification=reason,
            log_key=told.log_key,
        ).encode()
        self._commit(told, body, minute)

    def _commit(self, told: Told, body: bytes, minute: int) -> None:
        salt, memo = os.urandom(32), os.urandom(MEMO)
        notice = leaves.seal_notice(
            told.log_key,
            Notice(
                salt=salt,
                body=sha256(body),
                gate=_GATE,
                role="desk",
                section=0,
                action="open",
                purpose="TRIAGE",
                day=minute // _DAY,
                opened=True,
            ),
            os.urandom,
        )
        committed = leaves.commitment(salt, body, notice, memo)
        leaf = tag(told.log_key, committed) + committed
        record = Record(kind=leaves.DECISION, salt=salt, body=body)
        sealed = leaves.seal_record(record, self.directory.auditors, os.urandom)
        self._append(Entry(leaf=leaf, record=sealed, notice=notice, memo=memo))
        self.journal, self.decisions = next_journal(self.journal, leaf), self.decisions + 1


def _version(folder: Path, one: Publication) -> None:
    (folder / "1.note").write_text(one.note, encoding="utf-8")
    (folder / "1.body").write_bytes(one.body)
    if one.certificates:
        (folder / "1.certificates").write_bytes(one.certificates)
