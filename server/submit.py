"""Submit: take a sealed report. Checks by size and form come first, then hashes; the server can read nothing of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import RawBody
from sqlalchemy import Connection, bindparam, insert, select

from crypto import leaves, notes
from crypto.envelope import Envelope, Header
from crypto.hashing import sha256
from crypto.hybrid import Draw
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.leaves import Entry
from crypto.limits import limit
from doors import clock
from doors.clock import Clock
from doors.problem import Busy, Closed, Conflict, Malformed
from policies import statements
from server.ledger import Ledger
from server.store import report
from server.trust import TrustStore

_KNOWN: Final = select(report.c.digest, report.c.leaf).where(report.c.id == bindparam("known"))
_KEEP: Final = insert(report)  # made once: building a statement costs as much as running it
IN_FLIGHT: Final = 256  # submissions between body and commit; more are told to come back


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a reporter's device gets back: the id it already knows, and the log's signed promise of her leaf."""

    id: str
    receipt: str


class Intake:
    """Checks an envelope and makes it durable together with its leaf."""

    def __init__(self, ledger: Ledger, trust: TrustStore, log: KeyRing, draw: Draw, now: Clock) -> None:
        self._ledger, self._trust, self._draw, self._now = ledger, trust, draw, now
        self._signer = notes.Signer(log.name, log.identity)
        self._in_flight = 0

    async def take(self, data: bytes) -> tuple[Receipt, bool]:
        """Return the receipt and whether it is new. Nothing is acknowledged before it is on disk."""
        if self._in_flight >= IN_FLIGHT:
            raise Busy
        self._in_flight += 1
        try:
            envelope = Envelope.decode(data, limit=limit("envelope"))  # form and sizes
            header = envelope.opened_header()  # counts and section digests
            self._check_trust(header)
            index, new = await asyncio.wrap_future(self._ledger.submit(self._job(envelope, sha256(data))))
        finally:
            self._in_flight -= 1
        return Receipt(envelope.id.hex(), self._promise(envelope.id, index)), new

    def _check_trust(self, header: Header) -> None:
        """It must be sealed to a bundle and directory that were published, with as many slots as those ask for.

        Older versions are taken: a sealed file may travel for days. The gates decide by what is in force.
        """
        state = self._trust.state
        if not state.bundles or not state.directories:
            raise Closed
        bundle = next((one for one in state.bundles if one.digest == header.bundle), None)
        directory = next((one for one in state.directories if one.digest == header.directory), None)
        if bundle is None or directory is None:
            raise Malformed
        step = limit("people_step")
        people = -(-len(directory.recipients()) // step) * step
        if header.gates != len(bundle.body.gates) or header.people != people:
            raise Malformed

    def _job(self, envelope: Envelope, digest: bytes) -> Any:  # noqa: ANN401 - a ledger.Job
        envelope_id = envelope.id
        entry = leaves.received_entry(envelope.received, envelope_id, self._ledger.auditors, self._draw)
        content, slots = envelope.content().encode(), envelope.slots().encode()
        day = clock.day(self._now)

        def job(connection: Connection, first: int) -> tuple[Sequence[Entry], tuple[int, bool]]:
            known = connection.execute(_KNOWN, {"known": envelope_id}).one_or_none()
            if known is not None:
                if known.digest != digest:
                    raise Conflict
                return [], (int(known.leaf), False)
            row = {
                "id": envelope_id,
                "digest": digest,
                "day": day,
                "content": content,
                "slots": slots,
                "leaf": first,
            }
            connection.execute(_KEEP, row)
            return [entry], (first, True)

        return job

    def _promise(self, envelope_id: bytes, index: int) -> str:
        text = statements.text(Label.NOTE_RECEIPT, [("id", envelope_id.hex()), ("index", str(index))])
        return f"{text}\n{self._signer.sign(text)}"


@post("/v1/reports", request_max_body_size=limit("envelope"))
async def submit(body: RawBody, intake: NamedDependency[Intake]) -> Response[Receipt]:
    """Hand in a sealed report. The same bytes again are the same report and get the same answer."""
    receipt, new = await intake.take(body)
    return Response(receipt, status_code=201 if new else 200)
