"""Release: only against proofs of this gate's own leaves in a head it has read, and after asking the rules again."""

from sqlalchemy import Connection, select

from crypto import leaves
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.errors import ProofError
from crypto.keyfile import KeyRing
from crypto.limits import limit
from crypto.opening import Release, seal_reply
from crypto.relay import ReleasesReply
from crypto.sections import Section
from doors.problem import Closed, Denied
from gate import store
from gate.examine import Examined, Examiner
from gate.follow import Position, rolled_back
from gate.inforce import Known
from policies.decide import Permit, decide


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
        shares: list[tuple[int, bytes]] = []
        for row, text in zip(rows, proofs, strict=True):
            if row.minute <= forgetful or not 0 <= minute - row.minute <= limit("release_minutes"):
                raise Denied
            # 11.8: inclusion, under the quorum, of exactly the leaf that we made ...
            proof = TlogProof.parse(text)
            head = proof.verify(policy, row.leaf)
            # ... in the log that we have read ourselves, so that no private fork can carry it.
            self._check_read(connection, proof.index, row.leaf, head.size, position)
            question = self._examiner.question(connection, known, examined, Section(row.section), minute)
            permitted = row.permitted and isinstance(decide(known.bundle.rules, question), Permit)
            if permitted and examined.ask.action == "open":
                shares.append((row.section, examined.slot.shares[row.section]))
        release = Release(request=examined.digest, shares=shares)
        return ReleasesReply(release=seal_reply(release, self._key.name, self._key.identity, examined.opening.session))

    @staticmethod
    def _check_read(connection: Connection, index: int, leaf: bytes, size: int, position: Position) -> None:
        if size > position.size:
            raise Closed
        row = connection.execute(select(store.leaf).where(store.leaf.c.index == index)).one_or_none()
        if row is None or row.tag + row.commitment != leaf or leaves.is_public(leaf):
            raise ProofError("not in the log that was read")
