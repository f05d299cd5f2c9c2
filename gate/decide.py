"""Decide, and write it down: one leaf a section, durable in the journal before anybody hears of it (protocol 11.6)."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert

from crypto import leaves, signing
from crypto.hashing import sha256, tag
from crypto.hybrid import Draw
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.leaves import Memo, Notice, Record
from crypto.opening import Decision, DecisionRecord, Verdict, leaf_message, next_journal, seal_reply
from crypto.relay import DecisionsReply, SignedEntry
from crypto.sections import Section
from gate import quota, store
from gate.examine import Examined, Examiner
from gate.follow import Position, read_position, recuse, write_position
from gate.inforce import Known
from policies.decide import OVER_QUOTA, Deny, Permit, decide

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
            question = self._examiner.question(connection, known, examined, section, minute)
            decision = decide(known.bundle.rules, question) if within else Deny(OVER_QUOTA)
            permitted = isinstance(decision, Permit)
            one = self._write(connection, known, examined, section, permitted, list(decision.rules), minute)
            if permitted and examined.ask.action == "recuse":
                recuse(connection, examined.ask.id, examined.ask.asker)
            written.append((section, one))
        verdict = Verdict(
            request=examined.digest,
            sections=[(section, one.permitted, one.entry.leaf) for section, one in written],
            echo=_echo(examined) if any(one.permitted for _, one in written) else [],
        )
        return DecisionsReply(
            entries=[one.entry for _, one in written],
            verdict=seal_reply(verdict, self._key.name, self._key.identity, examined.opening.session),
        )

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
        body = DecisionRecord(
            decision=decision,
            signature=signing.sign(self._key.identity, Label.DECISION, decision),
            request=examined.opening.request,
            request_signature=examined.opening.signature,
            header=examined.opening.header,
            slip=examined.slot.slip,
            approvals=[pair for _, pair in examined.approvals.get(section, [])],
            justification=examined.opening.justification,
            log_key=examined.log_key,
        ).encode()
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
        recusal = permitted and ask.action == "recuse"
        memo = leaves.seal_memo(
            self._key.extra,
            Memo(
                sequence=position.sequence,
                journal=position.journal,
                what="recuse" if recusal else "",
                id=ask.id if recusal else b"",
                who=ask.asker if recusal else "",
            ),
            self._draw,
        )
        committed = leaves.commitment(salt, body, notice, memo)
        leaf = tag(examined.log_key, committed) + committed
        record = leaves.seal_record(
            Record(kind=leaves.DECISION, salt=salt, body=body), known.directory.auditors, self._draw
        )
        signature = signing.sign(self._key.identity, Label.LEAF_SIGNATURE, leaf_message(leaf, record, notice, memo))
        return SignedEntry(leaf=leaf, record=record, notice=notice, memo=memo, signature=signature)


def _echo(examined: Examined) -> list[bytes]:
    """Facts of the slip that the reviewer's client compares with the card."""
    return [bytes([examined.slip.tier]), bytes([examined.slip.urgency]), examined.slip.consent]
