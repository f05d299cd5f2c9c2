"""Objects as reviewers read them: whole ones, a range at a time (protocol 19.8)."""

import re
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any, Final

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from crypto.checkpoints import TlogProof
from doors.database import Database
from doors.problem import OCTETS, NotFound, Refusal
from server import tree
from server.arriving import in_thread
from server.finishing import Finishing
from server.ledger import Ledger
from server.objects import Objects
from server.uploading import HANDLERS, name_of

_RANGE: Final = re.compile(r"bytes=(\d{1,12})-(\d{1,12})", re.ASCII)
_STEP: Final = 1 << 20  # bytes read at a time


class OutOfRange(Refusal):
    """A range that is none, or beyond the end."""

    status = 416
    kind = "malformed"
    title = "This is not in the form that the protocol gives it. Nothing was saved here."


@get("/v1/objects/{sealed:str}", media_type=OCTETS)
async def read(
    request: Request[Any, Any, Any],
    sealed: FromPath[str],
    objects: NamedDependency[Objects],
    finishing: NamedDependency[Finishing],
) -> Stream:
    """All of an object, or one range of it (`Range: bytes=a-b`); not found while it comes, or as its report is."""
    name = name_of(sealed)
    state = await in_thread(lambda: objects.state(name))
    if state.leaf is None:
        raise NotFound
    asked = request.headers.get("range")
    start, stop = (0, state.length) if asked is None else _range(asked, state.length)

    def piece(at: int) -> bytes:  # looks each time whether it is served still
        return finishing.read(name, at, min(_STEP, stop - at))

    first = await in_thread(lambda: piece(start))  # what cannot be read is refused, and not begun

    async def pieces() -> AsyncGenerator[bytes]:
        yield first
        for at in range(start + _STEP, stop, _STEP):
            yield await in_thread(partial(piece, at))

    headers = {"Content-Length": str(stop - start), "Accept-Ranges": "bytes"}
    if asked is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{state.length}"
    return Stream(pieces(), status_code=200 if asked is None else 206, headers=headers, media_type=OCTETS)


def _range(text: str, length: int) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise OutOfRange
    start, last = int(found[1]), int(found[2])
    if not start <= last or start >= length:
        raise OutOfRange
    return start, min(last + 1, length)


@get("/v1/objects/{sealed:str}/proof", sync_to_thread=True)
def proof(
    sealed: FromPath[str],
    objects: NamedDependency[Objects],
    database: NamedDependency[Database],
    ledger: NamedDependency[Ledger],
) -> Response[str]:
    """tlog-proof of an object's leaf; not found until a checkpoint has it."""
    index, head = objects.leaf(name_of(sealed)), ledger.head
    if index >= head.size:
        raise NotFound
    with database.reader.connect() as connection:
        hashes = tree.Reader(connection).inclusion(index, head.size)
    return Response(TlogProof(index, tuple(hashes), head.checkpoint).encode(), media_type="text/plain; charset=utf-8")


routes = Router(path="/", route_handlers=[*HANDLERS, read, proof], tags=["objects"])
