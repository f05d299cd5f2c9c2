"""Carry one opening through: decide at the gates, append, publish, release (DESIGN 5, protocol 11.5-11.8).

The server is blind here: openings, verdicts and releases are sealed; leaves are noise. It decides nothing. If the log
cannot be written or published, no gate is ever asked to release, and no gate would.
"""

from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Final

from crypto.checkpoints import TlogProof
from crypto.errors import CryptoError
from crypto.relay import CLOSED, DONE, REFUSED, DecisionsReply, GateAnswer, OpeningAnswer, Openings
from doors.database import Database
from doors.problem import Closed, Denied, Malformed, Refusal
from server import tree
from server.gates import GateLink, Gates
from server.ledger import Ledger
from server.trust import TrustStore

PUBLISH_SECONDS: Final = 90.0  # a tick and some patience


@dataclass(frozen=True, slots=True)
class _Decided:
    link: GateLink
    opening: bytes
    reply: DecisionsReply


class Relay:
    """One opening at a time; called from worker threads."""

    def __init__(self, ledger: Ledger, trust: TrustStore, gates: Gates, database: Database) -> None:
        self._ledger, self._trust, self._gates, self._database = ledger, trust, gates, database

    def carry(self, openings: Openings) -> OpeningAnswer:
        """Return the whole answer; never raises."""
        try:
            return self._carry(openings)
        except (Denied, Malformed):
            return OpeningAnswer(state=REFUSED, gates=[])
        except (Refusal, CryptoError, FutureTimeoutError, OSError):
            return OpeningAnswer(state=CLOSED, gates=[])

    def _carry(self, openings: Openings) -> OpeningAnswer:
        links = self._gates.links()
        bundle = self._trust.state.bundle
        if bundle is None or not {name for name, _ in openings.blobs} <= set(links):
            raise Malformed
        # A decision whose leaf cannot be published would be a line in the log that opens nothing: nobody is asked.
        since, heads = self._ledger.head.size, self._ledger.heads
        if not since or heads.lost or not heads.writes:
            raise Closed
        # Step 2: each gate decides by itself, and signs its leaves for us.
        decided: list[_Decided] = []
        refusal: Refusal | CryptoError | None = None
        for name, blob in openings.blobs:
            try:
                decided.append(_Decided(links[name], blob, links[name].decide(blob)))
            except (Refusal, CryptoError) as error:
                refusal = error
        if refusal is not None and len(decided) < bundle.body.threshold:
            raise refusal
        # Step 3: what each gate signed becomes durable; then a published head that has all of it.
        # A gate whose leaves are not what a gate may write is left out; the others go on without it.
        places: list[tuple[_Decided, list[int]]] = []
        for gate in decided:
            try:
                places.append((gate, self._gates.keep(gate.link.name, gate.reply.entries, since=since)))
            except (Malformed, CryptoError) as error:
                refusal = error
        if refusal is not None and len(places) < bundle.body.threshold:
            raise refusal
        head = self._ledger.wait_published(
            max(index for _, indexes in places for index in indexes) + 1, PUBLISH_SECONDS
        )
        # Step 4: each gate gets proofs of its own leaves, in the same head.
        answers = []
        with self._database.reader.connect() as connection:
            reader = tree.Reader(connection)
            for gate, indexes in places:
                proofs = [
                    TlogProof(index, tuple(reader.inclusion(index, head.size)), head.checkpoint).encode()
                    for index in indexes
                ]
                answers.append((gate, proofs))
        return OpeningAnswer(state=DONE, gates=[self._release(gate, proofs) for gate, proofs in answers])

    @staticmethod
    def _release(gate: _Decided, proofs: list[str]) -> GateAnswer:
        try:
            release = [gate.link.release(gate.opening, proofs).release]
        except (Refusal, CryptoError):
            release = []  # logged and not released: the asker sees that this gate did not answer
        return GateAnswer(gate=gate.link.name, verdict=[gate.reply.verdict], release=release, proofs=proofs)
