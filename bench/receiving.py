"""What uploads are measured against: the same server software that takes parts of a file, and makes each durable.

`python -m bench.receiving --bind HOST:PORT`, with the folder in `BENCH_FILE`.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Request, Response, put
from litestar.params import FromPath

from doors.serve import serve

FOLDER: Final = "BENCH_FILE"


@put("/files/{name:str}/{offset:int}", status_code=204, request_max_body_size=None)
async def take(request: Request[Any, Any, Any], name: FromPath[str], offset: FromPath[int]) -> Response[None]:
    """Write what comes at its place; answer when it is on disk."""
    handle = os.open(Path(os.environ[FOLDER]) / name, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.lseek(handle, offset, os.SEEK_SET)
        async for piece in request.stream():
            os.write(handle, piece)
        await asyncio.to_thread(os.fdatasync, handle)
    finally:
        os.close(handle)
    return Response(None, status_code=204)


def receiving() -> Litestar:
    """Return the app."""
    return Litestar([take], logging_config=None, openapi_config=None)


def main() -> int:
    """Serve until a signal."""
    serve("bench.receiving:receiving", sys.argv[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
