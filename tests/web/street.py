"""The street between a browser and a house: a real socket, which counts what passes and can lie, fail or be slow."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_HOP = {"transfer-encoding", "connection", "content-length", "host"}


@dataclass(frozen=True)
class Passed:
    """One request and its answer, as they were on the line."""

    method: str
    path: str
    sent: int  # bytes of the body that she sent
    headers: dict[str, str]
    status: int
    answered: int  # bytes of the body that came back, compressed


@dataclass
class Street:
    """An address that leads to one house."""

    house: Any  # a TestClient
    url: str = ""
    passed: list[Passed] = field(default_factory=list)
    bent: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)  # by path: what is changed on the way
    cut: set[str] = field(default_factory=set)  # paths that break off
    slow: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.passed]

    def pass_on(
        self, method: str, path: str, body: bytes, asked: dict[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        said = {name: value for name, value in asked.items() if name not in _HOP}
        with self.lock, self.house.stream(method, path, content=body, headers=said) as answer:
            data = b"".join(answer.iter_raw())
            headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP]
            status = answer.status_code
        if path in self.bent:
            data = self.bent[path](data)
        return status, headers, data


@contextmanager
def street(house: Any) -> Iterator[Street]:
    """Open a street on a free port of this machine."""
    made = Street(house)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one write: the second of two waits 40 ms for the browser to hear the first

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path in made.cut:
                self.close_connection = True
                return
            asked = {name.lower(): value for name, value in self.headers.items()}
            status, headers, data = made.pass_on(self.command, self.path, body, asked)
            made.passed.append(Passed(self.command, self.path, len(body), asked, status, len(data)))
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A browser that goes away is no news."""

    server = Quiet(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
