"""Release: only against proofs of this gate's own leaves in a head it has read, and after asking the rules again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from crypto import answers, leaves
from crypto.answers import Grant
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import ProofError
from crypto.keyfile import KeyRing
from crypto.limits import limit
from crypto.opening import READING, WRITING, Pair, Release, seal_reply
from crypto.relay import ReleasesReply
from crypto.sections import Section
from crypto.words import GateKeys
from doors.problem import Closed, Denied
from gate import answered, store
from gate.examine import Examined, Examiner
from gate.follow import Position, rolled_back
from gate.inforce import Known
from policies.decide import Permit, decide
from policies.facts import ANSWER


class Releaser:
    """Hands out this gate's shares. The only code that does."""

    def __init__(self, key: KeyRing, examiner: Examiner) -> None:
        self._key, self._examiner = key, examiner

    def release(  # noqa: PLR0913, PLR0917 - an opening, what binds, and where we stand
        self,
        connection: Connection,
        known: Known,
        examined: Examined,
        proofs: list[str],
        policy: LogPolicy,
        position: Position,
        minute: int,
    ) -> ReleasesReply:
        """Return the sealed release (empty where nothing is permitted). Raise ProofError, Denied or Closed."""
        rows = connection.execute(
            select(store.decision).where(store.decision.c.request == examined.digest).order_by(store.decision.c.section)
        ).all()
        if len(rows) != len(proofs) or [row.section for row in rows] != examined.ask.sections:
            raise ProofError("a proof for each decision")
        forgetful = rolled_back(connection, minute)
        allowed = []
        for row, text in zip(rows, proofs, strict=True):
            if row.minute <= forgetful or not 0 <= minute - row.minute <= limit("release_minutes"):
                raise Denied
            # 11.8: inclusion, under the quorum, of exactly the leaf that we made ...
            proof = TlogProof.parse(text)
            head = proof.verify(policy, row.leaf)
            # ... in the log that we have read ourselves, so that no private fork can carry it.
            self._check_read(connection, proof.index, row.leaf, head.size, position)
            question = self._examiner.question(connection, known, examined, Section(row.section), minute)
            if row.permitted and isinstance(decide(known.bundle.rules, question), Permit):
                allowed.append(row)
        return ReleasesReply(release=self._sealed(connection, examined, allowed))

    def _sealed(self, connection: Connection, examined: Examined, allowed: Sequence[Row[Any]]) -> Pair:
        """Seal what is allowed to the session key; of one size, whatever it is."""
        action, name, session = examined.ask.action, self._key.name, examined.opening.session
        if action in WRITING:
            grant = self._grant(connection, examined, allowed)
            return answers.seal_grant(grant, name, self._key.identity, session)
        shares = [(row.section, examined.slot.shares[row.section]) for row in allowed if action in READING]
        return seal_reply(Release(request=examined.digest, shares=shares), name, self._key.identity, session)

    def _grant(self, connection: Connection, examined: Examined, allowed: Sequence[Row[Any]]) -> Grant:
        """15.2, 15.9: to write, its part for this request alone; to read, those of answers that it permitted."""
        until, permission, digests = 0, b"", []
        if allowed and examined.ask.action == ANSWER:
            until = examined.request.expires + limit("answer_minutes")  # one minute, whatever a gate's clock says
            permission = answers.permit(self._key.identity, examined.digest, until)
            digests = [examined.digest]
        elif allowed:
            digests = answered.newest(connection, answers.handle(examined.slot.gate_key))
        key = GateKeys(gate_key=examined.slot.gate_key, link=examined.slot.link).answer_key
        parts = [(one, answers.part(key, one)) for one in digests]
        return Grant(request=examined.digest, until=until, permission=permission, parts=parts)

    @staticmethod
    def _check_read(connection: Connection, index: int, leaf: bytes, size: int, position: Position) -> None:
        if size > position.size:
            raise Closed
        row = connection.execute(select(store.leaf).where(store.leaf.c.index == index)).one_or_none()
        if row is None or row.tag + row.commitment != leaf or leaves.is_public(leaf):
            raise ProofError("not in the log that was read")
