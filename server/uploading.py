"""tus 1.0.0: files in parts over a bad line (protocol 19.7). Bodies stream to disk and are never held whole."""

import asyncio
import hashlib
import os
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, Final, TypeVar

from litestar import Request, Response, delete, head, patch, post, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.params import FromPath

from crypto.objects import NAME, SIZES
from doors.problem import Busy, Conflict, Denied, Malformed, NotFound, Refusal, TooLarge
from server.ledger import Ledger
from server.objects import Objects, State, Wanted
from server.wraps import Stock

VERSION: Final = "1.0.0"
_WHAT: Final = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,termination,checksum",
    "Tus-Max-Size": str(max(SIZES)),
    "Tus-Checksum-Algorithm": "sha256",
}
_BYTES: Final = "application/offset+octet-stream"
_BODIES: Final = 64  # under way at a time; more are told to come back
_WRITE: Final = 1 << 20  # bytes gathered before they are written
_SYNC: Final = 8 << 20  # bytes after which what came is made durable
_DIGITS: Final = 12
T = TypeVar("T")


class OtherVersion(Malformed):
    """Another version of tus."""

    status: ClassVar[int] = 412


class OtherMedia(Malformed):
    """A body of another type."""

    status: ClassVar[int] = 415


class WrongChecksum(Refusal):
    """The body is not what its checksum says; nothing of it is kept."""

    status = 460
    kind = "checksum"
    title = "This changed on its way. Nothing of it was kept. Please send it again."


class Uploads:
    """The bodies that are under way: one for each object; a newer one takes the place of an older."""

    def __init__(self, objects: Objects, ledger: Ledger, stock: Stock) -> None:
        self._objects, self._ledger, self._stock = objects, ledger, stock
        self._bodies: dict[bytes, _Body] = {}
        self._finishing: dict[bytes, asyncio.Lock] = {}

    async def create(self, wanted: Wanted) -> None:
        """Announce an object."""
        await self._enter(lambda connection: self._objects.create(connection, wanted))

    async def state(self, name: bytes) -> State:
        """How far it is, after whatever body was under way, and after the last step where that is to be done."""
        await self._end_of(name)
        state = await asyncio.to_thread(self._objects.state, name)
        if state.leaf is None and state.offset == state.length:
            await self.finish(name, state.length)
            state = await asyncio.to_thread(self._objects.state, name)
        return state

    async def remove(self, name: bytes) -> None:
        """Forget one that is on its way."""
        await self._end_of(name)
        await self._enter(lambda connection: self._objects.remove(connection, name))
        self._objects.path(name).unlink(missing_ok=True)

    async def append(self, name: bytes, offset: int, request: Request[Any, Any, Any], checksum: bytes | None) -> int:
        """Take a body at the offset where the object ends; return the new end, durable."""
        state = await self.state(name)
        if state.leaf is not None:
            raise Denied
        if state.offset != offset:
            raise Conflict
        if len(self._bodies) >= _BODIES:
            raise Busy
        if name in self._bodies:  # another one was quicker between our look and now
            raise Conflict
        body = _Body(self._objects, self._enter, name, state)
        self._bodies[name] = body
        try:
            end = await body.receive(request, checksum)
        finally:
            del self._bodies[name]
            body.ended.set()
        if end == state.length:
            await self.finish(name, end)
        return end

    async def finish(self, name: bytes, length: int) -> None:
        """All of it is on disk: into the storage, then row and leaf in one transaction. Doing it again does no harm."""
        async with self._finishing.setdefault(name, asyncio.Lock()):
            wrapped = self._stock.take(self._ledger.auditors)
            entry = await _in_thread(lambda: self._objects.store(name, length, wrapped))
            await asyncio.wrap_future(self._objects.become_whole(name, length, entry))
        self._finishing.pop(name, None)

    async def _end_of(self, name: bytes) -> None:
        """Have the body that is under way end, with what came of it kept."""
        body = self._bodies.get(name)
        if body is not None:
            body.stop()
            await body.ended.wait()

    async def _enter(self, work: Callable[[Any], None]) -> None:
        def job(connection: Any, _: int) -> tuple[list[Any], None]:  # noqa: ANN401 - SQLAlchemy's connection
            work(connection)
            return [], None

        await asyncio.wrap_future(self._ledger.submit(job))


class _Body:
    """One body on its way to disk."""

    def __init__(self, objects: Objects, enter: Callable[..., Any], name: bytes, state: State) -> None:
        self._objects, self._enter, self._name = objects, enter, name
        self._start = self._end = self._synced = state.offset
        self._length = state.length
        self._task: asyncio.Task[Any] | None = None
        self._stopped = False
        self.ended = asyncio.Event()

    def stop(self) -> None:
        """End at the next piece: she has begun again over another line."""
        self._stopped = True
        if self._task is not None:
            self._task.cancel()

    async def receive(self, request: Request[Any, Any, Any], checksum: bytes | None) -> int:
        """Write what comes. What came before a cut is kept, except under a checksum, which says all or nothing."""
        handle = await _in_thread(self._open)
        hashed, self._task = hashlib.sha256(), asyncio.current_task()
        try:
            try:
                await self._write(request, handle, None if checksum is None else hashed)
            except asyncio.CancelledError:
                if not self._stopped or self._task is None:
                    raise
                self._task.uncancel()
                raise Conflict from None
            finally:
                self._task = None
                good = checksum is None
                if good:
                    await self._keep(handle)
            if checksum is not None:
                if hashed.digest() != checksum:
                    raise WrongChecksum
                await self._keep(handle)
        finally:
            await _in_thread(lambda: os.close(handle))
        return self._end

    async def _write(self, request: Request[Any, Any, Any], handle: int, hashed: Any) -> None:  # noqa: ANN401
        waiting = bytearray()
        async for piece in request.stream():
            if self._end + len(waiting) + len(piece) > self._length:
                raise TooLarge
            waiting += piece
            if hashed is not None:
                hashed.update(piece)
            if len(waiting) >= _WRITE:
                await self._put(handle, waiting)
                waiting = bytearray()
                if hashed is None and self._end - self._synced >= _SYNC:
                    await self._keep(handle)
        await self._put(handle, waiting)

    async def _put(self, handle: int, data: bytearray) -> None:
        def work() -> None:
            written = 0
            while written < len(data):
                written += os.pwrite(handle, memoryview(data)[written:], self._end + written)

        await _in_thread(work)
        self._end += len(data)

    async def _keep(self, handle: int) -> None:
        """Make durable what came, and say so in the row: `HEAD` never says more."""
        if self._end > self._synced:
            await _in_thread(lambda: os.fdatasync(handle))
            await self._enter(lambda connection: self._objects.advance(connection, self._name, self._end))
            self._synced = self._end

    def _open(self) -> int:
        """Open its file and cut off what the row does not know: a power cut may have left a longer one."""
        path = self._objects.path(self._name)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if os.fstat(handle).st_size < self._start:
            os.close(handle)
            raise Refusal  # bytes that were durable are gone: nothing good can be made of it
        os.ftruncate(handle, self._start)
        return handle


async def _in_thread(work: Callable[[], T]) -> T:
    """Run it in a thread, and never leave the thread behind: whoever cancels waits until it is done."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(Exception):
            await task
        raise


def name_of(text: str) -> bytes:
    """Return the object that a path names."""
    if len(text) != 2 * NAME or text != text.lower():
        raise NotFound
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotFound from None


def _checked(request: Request[Any, Any, Any]) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise OtherVersion


def _number(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise Malformed
    return int(text)


def _wanted(request: Request[Any, Any, Any]) -> Wanted:
    found: dict[str, bytes] = {}
    for pair in request.headers.get("upload-metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = b64decode(value, validate=True)
        except ValueError:
            raise Malformed from None
    if not {"report", "object", "ticket"} <= set(found) or any(
        len(found[key]) != NAME for key in ("report", "object", "ticket")
    ):
        raise Malformed
    length = _number(request.headers.get("upload-length"))
    return Wanted(report=found["report"], name=found["object"], ticket=found["ticket"], length=length)


def _checksum(request: Request[Any, Any, Any]) -> bytes | None:
    said = request.headers.get("upload-checksum")
    if said is None:
        return None
    algorithm, _, value = said.partition(" ")
    try:
        digest = b64decode(value, validate=True)
    except ValueError:
        raise Malformed from None
    if algorithm != "sha256" or len(digest) != hashlib.sha256().digest_size:
        raise Malformed
    return digest


@route("/v1/objects", http_method=[HttpMethod.OPTIONS], status_code=204, include_in_schema=False)
async def offered() -> Response[None]:
    """Say what of tus is spoken."""
    return Response(None, status_code=204, headers=_WHAT)


@post("/v1/objects", include_in_schema=False)
async def create(request: Request[Any, Any, Any], uploads: NamedDependency[Uploads]) -> Response[None]:
    """Announce an object of a report that has arrived."""
    _checked(request)
    wanted = _wanted(request)
    await uploads.create(wanted)
    return Response(None, status_code=201, headers={"Location": f"/v1/objects/{wanted.name.hex()}"})


@head("/v1/objects/{name:str}", include_in_schema=False)
async def ask(
    request: Request[Any, Any, Any], name: FromPath[str], uploads: NamedDependency[Uploads]
) -> Response[None]:
    """Say how much of it is on disk."""
    _checked(request)
    state = await uploads.state(name_of(name))
    headers = {"Upload-Offset": str(state.offset), "Upload-Length": str(state.length)}
    return Response(None, headers=headers)


@patch("/v1/objects/{name:str}", status_code=204, include_in_schema=False, request_max_body_size=None)
async def append(
    request: Request[Any, Any, Any], name: FromPath[str], uploads: NamedDependency[Uploads]
) -> Response[None]:
    """Take the next bytes."""
    _checked(request)
    if request.headers.get("content-type") != _BYTES:
        raise OtherMedia
    end = await uploads.append(
        name_of(name), _number(request.headers.get("upload-offset")), request, _checksum(request)
    )
    return Response(None, status_code=204, headers={"Upload-Offset": str(end)})


@delete("/v1/objects/{name:str}", include_in_schema=False)
async def remove(request: Request[Any, Any, Any], name: FromPath[str], uploads: NamedDependency[Uploads]) -> None:
    """Forget one that is not whole yet."""
    _checked(request)
    await uploads.remove(name_of(name))


HANDLERS: Final = (offered, create, ask, append, remove)
