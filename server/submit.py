"""Submit: take a sealed report. Checks by size and form come first, then hashes; the server can read nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.params import RawBody
from litestar.types import ASGIApp, Receive, Scope, Send
from sqlalchemy import Connection

from crypto import leaves, notes
from crypto.envelope import Envelope, Header
from crypto.hashing import sha256
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.leaves import Entry
from crypto.limits import limit
from doors import clock
from doors.clock import Clock
from doors.database import insert_rows, padded, run
from doors.problem import Busy, Closed, Conflict, Malformed, TooLarge
from policies import retention, statements
from server.ledger import Ledger
from server.store import kept, report
from server.trust import TrustStore
from server.wraps import Stock

# What is there of these ids and withdrawal hashes, and the last number: at each commit, so all in one.
_THERE: Final = (
    'SELECT "id", "digest", "leaf" FROM "report" WHERE "id" IN ({places}) '
    'UNION ALL SELECT "withdrawal", NULL, NULL FROM "kept" WHERE "withdrawal" IN ({places}) '
    'UNION ALL SELECT NULL, NULL, MAX("number") FROM "report"'
)
_COLUMNS: Final = ("number", "id", "digest", "day", "content", "slots", "leaf")
_KEPT: Final = ("report", "until", "withdrawal", "received")
_JSON: Final = msgspec.json.Encoder()
_DIGITS: Final = 19  # of a length
IN_FLIGHT: Final = 256  # submissions between body and commit; more are told to come back


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a reporter's device gets back: the id it already knows, and the log's signed promise of her leaf."""

    id: str
    receipt: str


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A checked envelope and its leaf, ready for the transaction."""

    id: bytes
    digest: bytes
    day: int
    content: bytes
    slots: bytes
    until: int
    withdrawal: bytes
    received: bytes
    entry: Entry

    def row(self, number: int, leaf: int) -> tuple[Any, ...]:
        """Return its row in the table of reports, in the order of `_COLUMNS`."""
        return number, self.id, self.digest, self.day, self.content, self.slots, leaf


class Intake:
    """Checks an envelope and makes it durable together with its leaf."""

    def __init__(self, ledger: Ledger, trust: TrustStore, log: KeyRing, stock: Stock, now: Clock) -> None:
        self._ledger, self._trust, self._stock, self._now = ledger, trust, stock, now
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
            index, new = await self._ledger.enter(self._keep, self._arrived(envelope, header, sha256(data)))
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

    def _arrived(self, envelope: Envelope, header: Header, digest: bytes) -> _Arrived:
        wrapped = self._stock.take(self._ledger.auditors)
        day = clock.day(self._now)
        return _Arrived(
            id=envelope.id,
            digest=digest,
            day=day,
            content=envelope.content().encode(),
            slots=envelope.slots().encode(),
            until=retention.due_day(day, header.retention),
            withdrawal=header.withdrawal,
            received=envelope.received,
            entry=leaves.received_entry(envelope.received, envelope.id, wrapped, self._stock.draw),
        )

    def _keep(
        self, connection: Connection, first: int, arrived: Sequence[_Arrived]
    ) -> tuple[Sequence[Entry], Sequence[tuple[int, bool] | Conflict]]:
        """In the log's transaction: the same bytes again are the same report, other bytes under one id a conflict.

        So is another report under the same place of the same words: one withdrawal must mean one report.
        """
        known, hashes, number = _there(connection, arrived)
        entries: list[Entry] = []
        results: list[tuple[int, bool] | Conflict] = []
        new: list[tuple[Any, ...]] = []
        fates: list[tuple[Any, ...]] = []
        for one in arrived:
            digest, leaf = known.get(one.id, (b"", 0))
            if digest:
                results.append((leaf, False) if digest == one.digest else Conflict())
                continue
            if one.withdrawal in hashes:
                results.append(Conflict())
                continue
            number += 1
            index = first + len(entries)
            known[one.id] = one.digest, index
            hashes.add(one.withdrawal)
            entries.append(one.entry)
            new.append(one.row(number, index))
            fates.append((number, one.until, one.withdrawal, one.received))
            results.append((index, True))
        if new:
            insert_rows(connection, report, _COLUMNS, new)
            insert_rows(connection, kept, _KEPT, fates)
        return entries, results

    def _promise(self, envelope_id: bytes, index: int) -> str:
        text = statements.text(Label.NOTE_RECEIPT, [("id", envelope_id.hex()), ("index", str(index))])
        return f"{text}\n{self._signer.sign(text)}"


def _there(
    connection: Connection, arrived: Sequence[_Arrived]
) -> tuple[dict[bytes, tuple[bytes, int]], set[bytes], int]:
    """Return digests and leaves by id and withdrawal hashes, as far as they are there, and the last number."""
    ids, places = padded([one.id for one in arrived])
    wanted, _ = padded([one.withdrawal for one in arrived])
    known: dict[bytes, tuple[bytes, int]] = {}
    hashes: set[bytes] = set()
    number = 0
    for key, digest, leaf in run(connection, _THERE.format(places=places), (*ids, *wanted)):
        if key is None:
            number = leaf or 0
        elif digest is None:
            hashes.add(bytes(key))
        else:
            known[bytes(key)] = bytes(digest), leaf
    return known, hashes, number


class _Straight(ASGIMiddleware):
    """Answers before the handler behind it would: half of what HTTP costs a report is Litestar's way to a handler.

    Routing, bounds of bodies, refusals, headers and the API description stay Litestar's.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:  # noqa: ARG002
        """Read the envelope, take it, answer with the receipt."""
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not announced.isdigit():
            raise Malformed
        left = limit("envelope")
        if len(announced) > _DIGITS or int(announced) > left:
            raise TooLarge  # before any of it is read
        pieces, more = [], True
        while more:
            message: Any = await receive()
            pieces.append(message["body"])
            left, more = left - len(message["body"]), message["more_body"]
            if left < 0:
                raise TooLarge
        intake: Intake = scope["litestar_app"].state["intake"]
        receipt, new = await intake.take(b"".join(pieces))
        body = _JSON.encode(receipt)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 201 if new else 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


@post("/v1/reports", request_max_body_size=limit("envelope"), middleware=[_Straight()])
async def submit(body: RawBody) -> Response[Receipt]:
    """Hand in a sealed report. The same bytes again are the same report and get the same answer."""
    raise NotImplementedError(len(body))  # never reached: `_Straight` answers. What stands here is for the description
