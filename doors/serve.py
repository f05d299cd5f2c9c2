"""Serve an app with granian on HOST:PORT or unix:PATH, and print `ready URL` when it answers."""

import http.client
import os
import resource
import socket
import sys
import threading
import time
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server as Granian

from doors.environment import SettingError

_HEADER_TIMEOUT = 10_000  # milliseconds: half-open requests do not hold a worker
_HEADER_BYTES = 65_536  # also how much of a body is read at once: at 16 kB a large one cost three times the CPU
_FORKED = 10.0  # seconds; only where workers are not forked at all is it waited for so long
CONNECTIONS = 2048  # at once; half-open ones are among them until their time is over
_FILES = CONNECTIONS + 512


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket file."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(5)
        self.sock.connect(self._path)


def split_bind(bind: str) -> tuple[str, int, Path | None]:
    """Return host, port and socket path of `HOST:PORT` or `unix:PATH`. Port 0 takes a free one."""
    if bind.startswith("unix:"):
        return "", 0, Path(bind.removeprefix("unix:")).resolve()
    host, colon, port = bind.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:  # noqa: PLR2004
        raise SettingError("--bind takes HOST:PORT or unix:PATH")
    number = int(port) or _free_port(host)
    return host, number, None


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def serve(target: str, bind: str) -> None:
    """Run until a signal. `target` is `module:factory`. One worker: the one writing process (docs/operating.md)."""
    host, port, uds = split_bind(bind)
    if uds is not None and uds.exists():
        uds.unlink()
    url = f"unix:{uds}" if uds else f"http://{host}:{port}"
    _allow_files()
    # The thread below may take no lock before the worker is forked, not even to look up a host: the worker would
    # inherit one that nobody gives back, and its own first look-up (of a gate by TCP) would wait for ever.
    forked = threading.Event()
    os.register_at_fork(after_in_parent=forked.set)
    threading.Thread(target=_announce, args=(forked, host, port, uds, url), daemon=True).start()
    Granian(
        target,
        address=host or "127.0.0.1",
        port=port,
        uds=uds,
        uds_permissions=0o660 if uds else None,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        websockets=False,
        log_enabled=False,
        log_access=False,
        http=HTTPModes.http1,  # to tell HTTP/2 apart, a silent connection would be waited for without end
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        workers_kill_timeout=20,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT, max_buffer_size=_HEADER_BYTES),
    ).serve()


def _allow_files() -> None:
    """Ask for as many open files as connections need; a shell gives 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _announce(forked: threading.Event, host: str, port: int, uds: Path | None, url: str) -> None:
    forked.wait(_FORKED)
    while True:
        connection = UnixConnection(str(uds)) if uds else http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/health")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
            continue
        finally:
            connection.close()
        sys.stdout.write(f"ready {url}\n")
        sys.stdout.flush()
        return
