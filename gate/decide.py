"""Decide, and write it down: one leaf a section, durable in the journal before anybody hears of it (protocol 11.6)."""

from base64 import b64encode
from dataclasses import dataclass

from msgspec import structs
from sqlalchemy import Connection, insert

from crypto import answers, leaves, signing
from crypto.hashing import sha256, tag
from crypto.hybrid import Draw
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.leaves import Memo, Notice, Record
from crypto.opening import Decision, DecisionRecord, Verdict, leaf_message, next_journal, seal_reply
from crypto.relay import DecisionsReply, SignedEntry
from crypto.sections import Section
from crypto.wished import WishedRecord
from gate import answered, quota, store
from gate.examine import Examined, Examiner
from gate.follow import ANSWERED, RECUSED, Position, read_position, recuse, write_position
from gate.forget import forget
from gate.inforce import Known
from policies.decide import OVER_QUOTA, Deny, Permit, decide
from policies.facts import ANSWER, RECUSE

_MINUTES_OF_DAY = 1440


@dataclass(frozen=True, slots=True)
class _Written:
    entry: SignedEntry
    permitted: bool


class Decider:
    """Turns an examined opening into decisions and leaves."""

    def __init__(self, key: KeyRing, examiner: Examiner, draw: Draw) -> None:
        self._key, self._examiner, self._draw = key, examiner, draw

    def decide(self, connection: Connection, known: Known, examined: Examined, minute: int) -> DecisionsReply:
        """Decide every section that was asked for; all of it becomes durable with the caller's transaction."""
        within = quota.take(connection, self._key, examined.ask.asker, minute // _MINUTES_OF_DAY)
        written: list[tuple[Section, _Written]] = []
        for number in examined.ask.sections:
            section = Section(number)
            decision = self._answer(connection, known, examined, section, minute) if within else Deny(OVER_QUOTA)
            permitted = isinstance(decision, Permit)
            one = self._write(connection, known, examined, section, permitted, list(decision.rules), minute)
            if permitted:
                self._remember(connection, examined, minute)
            written.append((section, one))
        if examined.gone and not any(one.permitted for _, one in written):
            forget(connection, examined.ask.id, answers.handle(examined.slot.gate_key))
        verdict = Verdict(
            request=examined.digest,
            sections=[(section, one.permitted, one.entry.leaf) for section, one in written],
            echo=_echo(examined) if any(one.permitted for _, one in written) else [],
        )
        return DecisionsReply(
            entries=[one.entry for _, one in written],
            verdict=seal_reply(verdict, self._key.name, self._key.identity, examined.opening.session),
        )

    def _answer(
        self, connection: Connection, known: Known, examined: Examined, section: Section, minute: int
    ) -> Permit | Deny:
        question = self._examiner.question(connection, known, examined, section, minute)
        decision = decide(known.bundle.rules, question)
        if isinstance(decision, Permit) and examined.ask.action == ANSWER:
            within = quota.take_answer(connection, self._key, examined.ask.asker, minute // _MINUTES_OF_DAY)
            return decision if within else Deny(OVER_QUOTA)
        return decision

    @staticmethod
    def _remember(connection: Connection, examined: Examined, minute: int) -> None:
        """Remember what this decision changes for later ones; its memo says the same to a gate that was put back."""
        if examined.ask.action == RECUSE:
            recuse(connection, examined.ask.id, examined.ask.asker)
        elif examined.ask.action == ANSWER:
            handle = answers.handle(examined.slot.gate_key)
            answered.remember(connection, handle, examined.digest, minute // _MINUTES_OF_DAY)

    def _write(  # noqa: PLR0913, PLR0917 - one decision with its circumstances
        self,
        connection: Connection,
        known: Known,
        examined: Examined,
        section: Section,
        permitted: bool,  # noqa: FBT001
        rules: list[str],
        minute: int,
    ) -> _Written:
        frontier, position = read_position(connection)
        decision = Decision(
            gate=self._key.name,
            request=examined.digest,
            section=section,
            permitted=permitted,
            rules=rules,
            minute=minute,
            bundle=known.bundle.digest,
            directory=known.directory.digest,
            size=position.size,
            root=position.root,
            sequence=position.sequence,
            journal=position.journal,
        ).encode()
        body = _record(decision, signing.sign(self._key.identity, Label.DECISION, decision), examined, section).encode()
        entry = self._entry(known, examined, section, body, position, permitted=permitted, minute=minute)
        # The journal moves on; the decision is remembered for its release and, until the log shows it, for the log.
        moved = Position(
            position.size,
            position.root,
            position.checkpoint,
            position.sequence + 1,
            next_journal(position.journal, entry.leaf),
        )
        write_position(connection, frontier, moved)
        connection.execute(
            insert(store.decision),
            {
                "request": examined.digest,
                "section": int(section),
                "leaf": entry.leaf,
                "permitted": permitted,
                "minute": minute,
            },
        )
        row = {"sequence": position.sequence, "minute": minute, "leaf": entry.leaf, "record": entry.record}
        rest = {"notice": entry.notice, "memo": entry.memo, "signature": entry.signature}
        connection.execute(insert(store.pending), {**row, **rest})
        return _Written(entry, permitted)

    def _entry(  # noqa: PLR0913 - as above
        self,
        known: Known,
        examined: Examined,
        section: Section,
        body: bytes,
        position: Position,
        *,
        permitted: bool,
        minute: int,
    ) -> SignedEntry:
        salt = self._draw(32)
        ask = examined.ask
        notice = leaves.seal_notice(
            examined.log_key,
            Notice(
                salt=salt,
                body=sha256(body),
                gate=self._key.name,
                role=examined.asker.role if permitted else "",
                section=int(section) if permitted else -1,
                action=ask.action if permitted else "",
                purpose=ask.purpose if permitted else "",
                day=minute // _MINUTES_OF_DAY,
                opened=permitted,
            ),
            self._draw,
        )
        what, about, who = _changed(examined) if permitted else ("", b"", "")
        memo = leaves.seal_memo(
            self._key.extra,
            Memo(sequence=position.sequence, journal=position.journal, what=what, id=about, who=who),
            self._draw,
        )
        committed = leaves.commitment(salt, body, notice, memo)
        leaf = tag(examined.log_key, committed) + committed
        record = leaves.seal_record(
            Record(kind=leaves.DECISION, salt=salt, body=body), known.directory.auditors, self._draw
        )
        signature = signing.sign(self._key.identity, Label.LEAF_SIGNATURE, leaf_message(leaf, record, notice, memo))
        return SignedEntry(leaf=leaf, record=record, notice=notice, memo=memo, signature=signature)


def _record(decision: bytes, signature: bytes, examined: Examined, section: Section) -> DecisionRecord:
    """All that an auditor needs to decide again; with the keys of her wishes where some were found (protocol 16.7)."""
    record = DecisionRecord(
        decision=decision,
        signature=signature,
        request=examined.opening.request,
        request_signature=examined.opening.signature,
        header=examined.opening.header,
        slip=examined.slot.slip,
        approvals=[pair for _, pair in examined.approvals.get(section, [])],
        justification=examined.opening.justification,
        log_key=examined.log_key,
    )
    found = examined.wished.keys
    return WishedRecord(**structs.asdict(record), wishes=found) if found else record


def _changed(examined: Examined) -> tuple[str, bytes, str]:
    """What a memo says of a permitted decision: what it was, about what, and who."""
    if examined.ask.action == RECUSE:
        return RECUSED, examined.ask.id, examined.ask.asker
    if examined.ask.action == ANSWER:
        return ANSWERED, examined.digest, b64encode(answers.handle(examined.slot.gate_key)).decode()
    return "", b"", ""


def _echo(examined: Examined) -> list[bytes]:
    """What the reviewer's client compares with the card, what she wants now, and by which reports are kin (14.10)."""
    facts = examined.slip
    kin = answers.kin(examined.slot.link)
    return [bytes([facts.tier]), bytes([facts.urgency]), facts.consent, examined.wished.consent, kin]
