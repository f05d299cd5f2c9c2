"""Somebody at home: a port of this machine that counts who calls."""

import socket
import threading
from typing import Self


class Listening:
    """Counts connections while it is open. `address` is what a hostile file would call."""

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._calls = 0
        self._open = True
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._thread.join()
        self._socket.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/CANARY.png"

    def calls(self) -> int:
        return self._calls

    def _listen(self) -> None:
        while self._open:
            try:
                caller, _ = self._socket.accept()
            except TimeoutError:
                continue
            self._calls += 1
            caller.close()
