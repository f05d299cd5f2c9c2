"""Bodies of files that are under way: they stream to disk, and are never held whole (protocol 19.7)."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeVar

from litestar import Request
from sqlalchemy import Connection

from doors.problem import Busy, Conflict, Denied, NotFound, Refusal, TooLarge
from server.finishing import Finishing
from server.ledger import Ledger
from server.objects import Objects, State, Wanted
from server.storage import TIMELESS, sync

_BODIES: Final = 128  # under way at a time; more are told to come back
_WRITE: Final = 256 << 10  # bytes gathered before they are written
_SYNC: Final = 8 << 20  # bytes after which what came is made durable
_FINISHING: Final = 2  # objects on their way into the storage at a time
_PATIENCE: Final = 15.0  # seconds that an answer waits for that; then she is told to ask again
T = TypeVar("T")


class WrongChecksum(Refusal):
    """The body is not what its checksum says; nothing of it is kept."""

    status = 460
    kind = "checksum"
    title = "This changed on its way. Nothing of it was kept. Please send it again."


class Uploads:
    """One body at a time for each object; a newer one, or a question, ends an older one: its line may be dead."""

    def __init__(self, objects: Objects, finishing: Finishing, ledger: Ledger) -> None:
        self._objects, self._finishing, self._ledger = objects, finishing, ledger
        self._bodies: dict[bytes, _Body] = {}
        self._last: dict[bytes, asyncio.Future[None]] = {}  # last steps under way
        self._pool = ThreadPoolExecutor(_FINISHING, "finishing")

    def stop(self) -> None:
        """Begin no more last steps: the next start finds them."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def create(self, wanted: Wanted) -> None:
        """Announce an object."""
        await self._enter(lambda connection: self._objects.create(connection, wanted))

    async def state(self, name: bytes) -> State:
        """How far it is, after whatever body was under way, and after the last step where that is to be done."""
        await self._end_of(name)
        state = await in_thread(lambda: self._durable(name))
        if state.waits:
            with suppress(Conflict):  # its bytes are not there: the row says so now
                await self._finish(name, state.length)
            state = await in_thread(lambda: self._objects.state(name))
        return state

    async def _end_of(self, name: bytes) -> None:
        """Have the body that is under way end, with what came of it kept."""
        body = self._bodies.get(name)
        if body is not None:
            body.stop()
            await body.ended.wait()

    def _durable(self, name: bytes) -> State:
        """Look it up, and see that what the row calls durable is there."""
        state, path = self._objects.state(name), self._objects.path(name)
        if state.leaf is None and not state.waits and name not in self._bodies and name not in self._last:
            there = path.stat().st_size if path.exists() else 0
            if there < state.offset:
                self._finishing.begin_again(name)
                return self._objects.state(name)
        return state

    async def remove(self, name: bytes) -> None:
        """Forget one that is on its way."""
        await self._end_of(name)
        await self._enter(lambda connection: self._objects.remove(connection, name))
        await in_thread(lambda: self._objects.path(name).unlink(missing_ok=True))

    async def append(
        self, name: bytes, offset: int, said: int, request: Request[Any, Any, Any], checksum: bytes | None
    ) -> int:
        """Take a body (of `said` bytes, or 0) at the offset where the object ends; return the new end, durable."""
        state = await self.state(name)
        if state.leaf is not None:
            raise Denied
        if state.offset != offset:
            raise Conflict
        if offset + said > state.length:
            raise TooLarge
        if len(self._bodies) >= _BODIES or name in self._bodies:  # another one was quicker between our look and now
            raise Busy
        body = _Body(self._objects, self._enter, name, state)
        self._bodies[name] = body
        try:
            end = await body.receive(request, checksum)
        except NotFound:  # its report was destroyed meanwhile, maybe before its file was made
            await in_thread(lambda: self._objects.path(name).unlink(missing_ok=True))
            raise
        finally:
            del self._bodies[name]
            body.ended.set()
        if end == state.length:
            await self._finish(name, end)
        return end

    async def _finish(self, name: bytes, length: int) -> None:
        """Have the last step done, once, and wait a while for it: a store far away takes its time."""
        step = self._last.get(name)
        if step is None:
            step = asyncio.get_running_loop().run_in_executor(self._pool, self._finishing.finish, name, length)
            self._last[name] = step
            step.add_done_callback(lambda done: self._forget(name, done))
        try:
            async with asyncio.timeout(_PATIENCE):
                await asyncio.shield(step)
        except TimeoutError:
            raise Busy from None

    def _forget(self, name: bytes, step: "asyncio.Future[None]") -> None:
        """It is over; its error is told to whoever waits, and where nobody does, to no log."""
        self._last.pop(name, None)
        if not step.cancelled():
            step.exception()

    async def _enter(self, work: Callable[[Connection], None]) -> None:
        def job(connection: Connection, _: int) -> tuple[list[Any], None]:
            work(connection)
            return [], None

        await asyncio.wrap_future(self._ledger.submit(job))


class _Body:
    """One body on its way to disk."""

    def __init__(self, objects: Objects, enter: Callable[..., Any], name: bytes, state: State) -> None:
        self._objects, self._enter, self._name = objects, enter, name
        self._start = self._end = self._synced = state.offset
        self._length = state.length
        self._reading: asyncio.Task[Any] | None = None
        self._stopped = False
        self.ended = asyncio.Event()

    def stop(self) -> None:
        """End now, with what came: she has begun again over another line."""
        if self._reading is not None and not self._stopped:
            self._reading.cancel()
        self._stopped = True

    async def receive(self, request: Request[Any, Any, Any], checksum: bytes | None) -> int:
        """Write what comes. What came before a cut is kept, except under a checksum, which says all or nothing."""
        handle = await in_thread(self._open)
        hashed = None if checksum is None else hashlib.sha256()
        try:
            if self._stopped:
                raise Conflict
            try:
                await self._read(request, handle, hashed)
            finally:
                if hashed is None:
                    await self._keep(handle)
            if hashed is not None:
                if hashed.digest() != checksum:
                    raise WrongChecksum
                await self._keep(handle)
        finally:
            await in_thread(lambda: _close(handle))
        return self._end

    async def _read(self, request: Request[Any, Any, Any], handle: int, hashed: Any) -> None:  # noqa: ANN401
        task = self._reading = asyncio.current_task()
        waiting = bytearray()
        try:
            async for piece in request.stream():
                if self._end + len(waiting) + len(piece) > self._length:
                    raise TooLarge
                waiting += piece
                if hashed is not None:
                    hashed.update(piece)
                if len(waiting) >= _WRITE:
                    await self._put(handle, waiting)
                    waiting = bytearray()
                    if self._end - self._synced >= _SYNC and hashed is None:
                        await self._keep(handle)
                        self._objects.check_free()
        except asyncio.CancelledError:
            if not self._stopped or task is None:
                raise
            task.uncancel()
            raise Conflict from None
        finally:
            self._reading = None
            await self._put(handle, waiting)  # also what came of a body that was cut

    async def _put(self, handle: int, data: bytearray) -> None:
        end = self._end

        def work() -> None:
            written = 0
            while written < len(data):
                written += os.pwrite(handle, memoryview(data)[written:], end + written)

        await in_thread(work)
        self._end += len(data)

    async def _keep(self, handle: int) -> None:
        """Make durable what came, and say so in the row: `HEAD` never says more."""
        end = self._end
        if end > self._synced:
            await in_thread(lambda: os.fdatasync(handle))
            await self._enter(lambda connection: self._objects.advance(connection, self._name, end))
            self._synced = end

    def _open(self) -> int:
        """Open its file and cut off what the row does not know: a power cut may have left a longer one."""
        self._objects.check_free()
        path = self._objects.path(self._name)
        new = not path.exists()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        os.ftruncate(handle, self._start)
        if new:
            sync(path.parent)
        return handle


def _close(handle: int) -> None:
    with suppress(OSError):
        os.utime(handle, TIMELESS)
    os.close(handle)


async def in_thread(work: Callable[[], T]) -> T:
    """Run it in a thread, and never leave the thread behind: whoever cancels waits until it is done."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(Exception):
            await task
        raise
