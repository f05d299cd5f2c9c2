"""Our own randomness, made repeatable."""

import hashlib


class Stream:
    """A `Draw` that reads SHAKE-256 of `seed`, from the beginning, each byte once."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._at = 0
        self._data = b""

    def __call__(self, count: int) -> bytes:
        start, self._at = self._at, self._at + count
        if self._at > len(self._data):
            self._data = hashlib.shake_256(self._seed).digest(2 * self._at + 4096)
        return self._data[start : self._at]
