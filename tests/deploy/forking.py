"""`python -m tests.deploy.forking BIND`: serve, with the worst moment for the worker to be forked.

Whatever thread looks up a host before the fork is caught in it: it holds the lock of an import until the worker is
there. The fork waits a second for such a thread.
"""

import importlib.util
import os
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from doors.serve import serve

LOOKED_UP = "looked up before the fork"
_IMPORTED = "encodings.idna"  # by every look-up of a host
_BAIT = 1.0  # seconds

parent, caught, forked = os.getpid(), threading.Event(), threading.Event()


class Slow(Loader):
    """Loads what another would, when the worker has been forked."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if os.getpid() == parent and threading.current_thread() is not threading.main_thread():
            caught.set()
            forked.wait(30)
        self._loader.exec_module(module)


class Finder(MetaPathFinder):
    """Finds one module only."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _IMPORTED:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.loader is not None
        return importlib.util.spec_from_loader(fullname, Slow(spec.loader), origin=spec.origin)


def application() -> Callable[..., Awaitable[None]]:
    """The worker looks up a host, as a server looks up its gates."""
    "gate.example".encode("idna")

    async def app(scope: dict[str, Any], _: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    return app


def wait_for_prey() -> None:
    """Fork when a thread is caught, or when none comes."""
    caught.wait(_BAIT)


def main(bind: str) -> None:
    """Lay the bait and serve."""
    assert _IMPORTED not in sys.modules
    sys.meta_path.insert(0, Finder())
    honest = socket.getaddrinfo

    def watched(*arguments: Any, **named: Any) -> Any:
        if not forked.is_set():
            sys.stdout.write(LOOKED_UP + "\n")
            sys.stdout.flush()
        return honest(*arguments, **named)

    socket.getaddrinfo = watched
    os.register_at_fork(before=wait_for_prey, after_in_parent=forked.set)
    serve("tests.deploy.forking:application", bind)


if __name__ == "__main__":
    main(sys.argv[1])
