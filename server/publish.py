"""Publish: take a signed statement. The signature is asked for as soon as it is there, before megabytes are read."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, post
from litestar.di import NamedDependency

from crypto.errors import CryptoError
from crypto.relay import PUBLICATION_LIMIT, Publication, note_of
from doors.problem import Closed, Conflict
from server.gates import Gates
from server.ledger import Ledger
from server.trust import TrustStore

HEARD_OUT: Final = 1 << 19  # bytes
PUBLISH_SECONDS: Final = 30.0  # until it stands in a head that witnesses have cosigned


@dataclass(frozen=True, slots=True)
class Published:
    """Where a statement stands in the log."""

    index: int


@post("/v1/notes", status_code=200, request_max_body_size=PUBLICATION_LIMIT, tags=["trust"])
async def publish(
    request: Request[Any, Any, Any],
    trust: NamedDependency[TrustStore],
    gates: NamedDependency[Gates],
    ledger: NamedDependency[Ledger],
) -> Published:
    """Publish a signed statement: bundle, directory, revocation, announcement, page. Gates are told at once."""
    publication = Publication.decode(await _read(request, trust), limit=PUBLICATION_LIMIT)
    return Published(await asyncio.to_thread(_publish, publication, trust, gates, ledger))


async def _read(request: Request[Any, Any, Any], trust: TrustStore) -> bytes:
    """Return the body. Refuse where officers did not sign it, or where it is longer than what they published under it.

    Of what is refused no more is read than `HEARD_OUT`: whoever sends a directory by mistake still gets her answer.
    """
    data = bytearray()
    most: int | None = None
    refusal: CryptoError | Conflict | None = None
    async for chunk in request.stream():
        data += chunk
        if refusal is None:
            try:
                if most is None and (note := note_of(data)) is not None:
                    most = trust.expected(note)
                if most is not None and len(data) > most:
                    refusal = Conflict()
            except CryptoError as error:
                refusal = error
        if refusal is not None and len(data) > HEARD_OUT:
            raise refusal
    if refusal is not None:
        raise refusal
    return bytes(data)


def _publish(publication: Publication, trust: TrustStore, gates: Gates, ledger: Ledger) -> int:
    index, new = trust.publish(publication)
    if new:  # what everybody can fetch, anybody can hand in again: that asks no gate
        with suppress(Closed):  # the quorum is lost: it is in the log, gates hear of it with the next head
            ledger.wait_published(index + 1, PUBLISH_SECONDS)
        gates.tell()
    return index
