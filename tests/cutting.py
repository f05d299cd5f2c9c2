"""A line that is cut again and again: a proxy on loopback, to HOST:PORT or unix:PATH, that hangs up in the middle.

It reads just enough of HTTP to note what was asked, and what was answered, in the order in which it passed.
"""

import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

_READ: Final = 1 << 16
_WAIT: Final = 0.2  # seconds until a connection looks again whether it is to end
_BACKLOG: Final = 64
_RESET: Final = struct.pack("ii", 1, 0)  # what is on its way back is lost, as on a line that broke


@dataclass(eq=False)
class _Call:
    """One connection, and how far its requests are."""

    client: socket.socket
    house: socket.socket
    began: float = field(default_factory=time.monotonic)
    passed: int = 0  # bytes, both ways
    head: bytes = b""
    body: int = 0  # bytes of a request's body that are still to come
    asked: bool = False  # whether the next bytes of the house begin an answer
    over: bool = False


class Cutting:
    """Cuts every connection after `size` bytes or `seconds`, whichever comes first, `most` times in all."""

    def __init__(
        self, target: str, *, size: int | None = None, seconds: float | None = None, most: int = 10_000
    ) -> None:
        self._target, self._size, self._seconds, self._most = target, size, seconds, most
        self.cuts = 0
        self.passed = 0
        """Bytes of requests, heads and bodies."""
        self.seen: list[str] = []
        """`POST /v1/reports`, `201`, `body`, … : requests, answers, first bytes of bodies, as they passed."""
        self._lock = threading.Lock()
        self._calls: set[_Call] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._open = True
        self._door = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._door.settimeout(_WAIT)
        self._start(self._answer)
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        with self._lock:
            for call in list(self._calls):
                _hang_up(call)
        for thread in self._threads:  # whoever answers starts no more once the first of them has ended
            thread.join()
        self._door.close()

    @property
    def url(self) -> str:
        """The house's address for whoever has this line."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def _start(self, work: object, *given: object) -> None:
        assert callable(work)
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _answer(self) -> None:
        while self._open:
            with suppress(TimeoutError):
                client, _ = self._door.accept()
                try:
                    house = self._connect()
                except OSError:  # the house is away: so is the line
                    client.close()
                    continue
                call = _Call(client, house)
                for one in (client, house):
                    one.settimeout(_WAIT)
                with self._lock:
                    self._calls.add(call)
                self._start(self._pass, call, client, house)
                self._start(self._pass, call, house, client)

    def _connect(self) -> socket.socket:
        if self._target.startswith("unix:"):
            house = socket.socket(socket.AF_UNIX)
            house.connect(self._target.removeprefix("unix:"))
            return house
        address = urlsplit(self._target)
        return socket.create_connection((address.hostname, address.port))

    def _pass(self, call: _Call, source: socket.socket, target: socket.socket) -> None:
        """Pass one way on until somebody hangs up, or we do."""
        try:
            while self._open and not call.over:
                try:
                    data = source.recv(self._left(call))
                except TimeoutError:
                    data = None
                if data == b"":
                    break
                if data:
                    self._note(call, data, asking=source is call.client)
                    target.settimeout(None)
                    target.sendall(data)
                    target.settimeout(_WAIT)
                if self._is_due(call):
                    break
        except OSError:
            pass
        finally:
            with self._lock:
                _hang_up(call)
                self._calls.discard(call)

    def _left(self, call: _Call) -> int:
        if self._size is None or self.cuts >= self._most:
            return _READ
        return max(1, min(_READ, self._size - call.passed))

    def _is_due(self, call: _Call) -> bool:
        """Whether this connection is to be cut now; counted once."""
        with self._lock:
            late = self._seconds is not None and time.monotonic() - call.began >= self._seconds
            long = self._size is not None and call.passed >= self._size
            due = (late or long) and not call.over and self.cuts < self._most
            self.cuts += due
            call.over |= due
            return due

    def _note(self, call: _Call, data: bytes, *, asking: bool) -> None:
        with self._lock:
            call.passed += len(data)
            if asking:
                self.passed += len(data)
                self._read(call, data)
            elif call.asked:
                self.seen.append(data[9:12].decode("latin-1"))
                call.asked = False

    def _read(self, call: _Call, data: bytes) -> None:
        """Follow the requests of a connection: a head, its body, and the next."""
        while data:
            if call.body:
                if not call.asked:
                    self.seen.append("body")
                    call.asked = True
                taken = min(call.body, len(data))
                call.body, data = call.body - taken, data[taken:]
                continue
            head, blank, data = (call.head + data).partition(b"\r\n\r\n")
            call.head = b"" if blank else head
            if blank:
                self.seen.append(head.split(b" HTTP", 1)[0].decode("latin-1"))
                _, _, length = head.lower().partition(b"\r\ncontent-length:")
                call.body = int(length.split(b"\r\n")[0] or 0)
                call.asked = not call.body


def _hang_up(call: _Call) -> None:
    call.over = True
    with suppress(OSError):
        call.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    for one in (call.client, call.house):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
