"""What we are measured against: the same server software that only appends and flushes; and ours, one commit a report.

`python -m bench.serving NAME --bind HOST:PORT`, in the environment of a house.
"""

import asyncio
import os
import queue
import sys
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from litestar import Litestar, Response, post
from litestar.datastructures import State
from litestar.params import RawBody
from litestar.types import ASGIApp

from doors.serve import serve
from server import __main__ as real
from server import ledger

GROUP: Final = 256  # as server.ledger.BATCH
FILE: Final = "BENCH_FILE"


class Appender:
    """A thread that appends bodies to one file, and flushes once for all that were waiting."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._queue: queue.SimpleQueue[tuple[bytes, Future[int]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def append(self, data: bytes) -> "Future[int]":
        """The future is done when the bytes are on disk."""
        done: Future[int] = Future()
        self._queue.put((data, done))
        return done

    def stop(self) -> None:
        """End."""
        self._queue.put(None)
        self._thread.join()
        os.close(self._file)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            while len(group) < GROUP:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    self._queue.put(None)
                    break
                group.append(following)
            for data, _ in group:
                os.write(self._file, data)
            os.fdatasync(self._file)
            for data, done in group:
                done.set_result(len(data))


@post("/v1/reports", request_max_body_size=1 << 20)
async def append(body: RawBody, state: State) -> Response[dict[str, int]]:
    """Durable, and nothing else."""
    size = await asyncio.wrap_future(state.appender.append(body))
    return Response({"size": size}, status_code=201)


def baseline() -> Litestar:
    """Return Litestar with a group fdatasync append of the body: the honest ceiling."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        app.state.appender = Appender(Path(os.environ[FILE]))
        try:
            yield
        finally:
            app.state.appender.stop()

    return Litestar([append], lifespan=[lifespan], logging_config=None, openapi_config=None)


def single() -> ASGIApp:
    """Return our server with one commit a report."""
    vars(ledger)["BATCH"] = 1
    return real.application()


def main() -> int:
    """Serve until a signal."""
    name, _, bind = sys.argv[1:]
    serve(f"bench.serving:{name}", bind)
    return 0


if __name__ == "__main__":
    sys.exit(main())
