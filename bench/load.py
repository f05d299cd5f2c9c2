"""The load client: a closed loop in a process of its own, one connection a client, every envelope a new one.

A really sealed envelope is the template. In each copy only bytes are changed that a server cannot check: the header's
nonce, which makes a new id, its withdrawal hash, and the received key. So a client sends thousands a second without
sealing any.
`python -m bench.load` reads its orders as JSON from standard input, and imports nothing of ours, to start fast.
"""

import json
import os
import select
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Final

_SECONDS: Final = 60.0  # without an answer
_FRESH: Final = 32  # bytes at each place
_CREATED: Final = b"HTTP/1.1 201"


@dataclass(slots=True)
class _Line:
    """One client."""

    socket: socket.socket
    began: float = 0.0
    got: bytearray = field(default_factory=bytearray)


class Load:
    """Sends until a number of answers came, or until time is up and what was sent is answered."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self._clients: int = orders["clients"]
        self._count: int | None = orders.get("count")
        self._until = 0.0
        self._seconds: float = orders.get("seconds", _SECONDS)
        self._host, self._port = orders["host"], orders["port"]
        body = bytes.fromhex(orders["body"])
        head = f"POST {orders['path']} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/octet-stream\r\n"
        self._request = bytearray(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self._places = [place + len(self._request) - len(body) for place in orders["fresh"]]
        self._sent = 0
        self._latencies: list[float] = []
        self._refused = 0

    def run(self) -> dict[str, Any]:
        """Return what came of it."""
        lines = {}
        ready = select.epoll()
        for _ in range(self._clients):
            line = _Line(socket.create_connection((self._host, self._port), timeout=_SECONDS))
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * len(self._request))
            lines[line.socket.fileno()] = line
            ready.register(line.socket, select.EPOLLIN)
        began, own = time.perf_counter(), time.process_time()
        self._until = began + self._seconds
        waiting = sum(self._send(line) for line in lines.values())
        while waiting:
            found = ready.poll(_SECONDS)
            if not found:
                raise TimeoutError
            for number, _ in found:
                if self._read(lines[number]) and not self._send(lines[number]):
                    waiting -= 1
        spent = time.perf_counter() - began
        for line in lines.values():
            line.socket.close()
        latencies = sorted(self._latencies)
        return {
            "accepted": len(latencies),
            "refused": self._refused,
            "seconds": spent,
            "own": time.process_time() - own,
            "p50": latencies[len(latencies) // 2] if latencies else 0.0,
            "p99": latencies[len(latencies) * 99 // 100] if latencies else 0.0,
        }

    def _send(self, line: _Line) -> bool:
        if self._sent == self._count or time.perf_counter() >= self._until:
            return False
        for place in self._places:
            self._request[place : place + _FRESH] = os.urandom(_FRESH)
        self._sent += 1
        line.began = time.perf_counter()
        line.socket.sendall(self._request)
        return True

    def _read(self, line: _Line) -> bool:
        """Take what came; whether that was the whole answer."""
        piece = line.socket.recv(65536)
        if not piece:
            raise ConnectionResetError
        line.got += piece
        head, blank, body = bytes(line.got).partition(b"\r\n\r\n")
        if not blank:
            return False
        _, _, rest = head.lower().partition(b"content-length:")
        if len(body) < int(rest.split(b"\r\n")[0]):
            return False
        if head.startswith(_CREATED):
            self._latencies.append(time.perf_counter() - line.began)
        else:
            self._refused += 1
        line.got.clear()
        return True


def main() -> int:
    """Run once."""
    sys.stdout.write(json.dumps(Load(json.load(sys.stdin)).run()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
