"""Chance that can be had again: a seed that is printed gives the same moments, as far as a machine keeps its pace."""

import hashlib
import secrets


class Chance:
    """Numbers from a seed."""

    def __init__(self, seed: str | None = None) -> None:
        self.seed = seed or secrets.token_hex(4)
        self._drawn = 0

    def between(self, low: float, high: float) -> float:
        """Return a number between two."""
        self._drawn += 1
        drawn = hashlib.sha256(f"{self.seed} {self._drawn}".encode()).digest()
        return low + int.from_bytes(drawn[:4], "big") / 2**32 * (high - low)
