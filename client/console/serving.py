"""Serve the console on 127.0.0.1, in this one process, until it is ended; nothing is logged and nothing is left."""

import asyncio
import http.client
import os
import resource
import signal
import socket
import sys
import threading
import time
from contextlib import suppress

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from client.console.app import Settings, create_app
from client.console.door import HOST, Door
from client.errors import ClosedError

_CONNECTIONS = 64  # at once: one browser
_HEADER_TIMEOUT = 10_000  # milliseconds
_HEADER_BYTES = 16_384
_START = 20.0  # seconds until it answers


def free_port() -> int:
    """Return a port of this machine that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def serve(settings: Settings) -> None:
    """Serve until a signal. Contents of memory are never written to a core file."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    port = free_port()
    door = create_app(settings, port)
    asyncio.run(_serve(door, port))
    sys.stdout.flush()
    os._exit(0)  # an opening that still waits for its gates is not waited for: its answer would be for nobody


async def _serve(door: Door, port: int) -> None:
    server = Server(
        door,
        address=HOST,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
        log_access=False,
        backpressure=_CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT, max_buffer_size=_HEADER_BYTES),
    )
    loop = asyncio.get_running_loop()
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(kind, server.stop)
    threading.Thread(target=announce, args=(door, port, server.stop), daemon=True).start()
    await server.serve()


def announce(door: Door, port: int, stop: object = None) -> None:
    """Print `ready URL` once it is this process that answers there, and not another one that took the port."""
    end = time.monotonic() + _START
    while time.monotonic() < end:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", door.probe)
            if connection.getresponse().status == 200:  # noqa: PLR2004 - another program does not know this path
                sys.stdout.write(f"ready {door.url}\n")
                sys.stdout.flush()
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    if callable(stop):
        stop()
    raise ClosedError("The console did not start: its port is taken.", "Start it again.")
