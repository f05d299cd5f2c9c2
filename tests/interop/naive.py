"""The tree of RFC 6962, word for word and with nothing but SHA-256: D[n], PATH(m, D[n]), PROOF(m, D[n]), and checking.

It shares no line with `crypto.merkle`. Roots of ranges are remembered; that is all the cleverness there is.
"""

import hashlib
from collections.abc import Sequence


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class Naive:
    """A list of entries as a tree."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.entries = list(entries)
        self._roots: dict[tuple[int, int], bytes] = {}

    def head(self, start: int, end: int) -> bytes:
        """MTH(D[start:end]), 2.1."""
        if (start, end) not in self._roots:
            self._roots[start, end] = self._head(start, end)
        return self._roots[start, end]

    def _head(self, start: int, end: int) -> bytes:
        if start == end:
            return sha(b"")
        if end - start == 1:
            return sha(b"\x00" + self.entries[start])
        k = half(end - start)
        return sha(b"\x01" + self.head(start, start + k) + self.head(start + k, end))

    def path(self, m: int, start: int, end: int) -> list[bytes]:
        """PATH(m, D[start:end]), 2.1.1."""
        n = end - start
        if n == 1:
            return []
        k = half(n)
        if m < k:
            return [*self.path(m, start, start + k), self.head(start + k, end)]
        return [*self.path(m - k, start + k, end), self.head(start, start + k)]

    def proof(self, m: int, n: int) -> list[bytes]:
        """PROOF(m, D[n]), 2.1.2, for 0 < m <= n."""
        return self._subproof(m, 0, n, whole=True)

    def _subproof(self, m: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        n = end - start
        if m == n:
            return [] if whole else [self.head(start, end)]
        k = half(n)
        if m <= k:
            return [*self._subproof(m, start, start + k, whole=whole), self.head(start + k, end)]
        return [*self._subproof(m - k, start + k, end, whole=False), self.head(start, start + k)]


def half(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root_by_path(entry: bytes, m: int, n: int, path: Sequence[bytes]) -> bytes:
    """Root that a path leads to, going down as PATH does and up again."""
    if n == 1:
        assert not path
        return sha(b"\x00" + entry)
    k = half(n)
    if m < k:
        return sha(b"\x01" + root_by_path(entry, m, k, path[:-1]) + path[-1])
    return sha(b"\x01" + path[-1] + root_by_path(entry, m - k, n - k, path[:-1]))


def roots_by_proof(m: int, n: int, proof: Sequence[bytes], old: bytes) -> tuple[bytes, bytes]:
    """Both roots that a consistency proof leads to; `old` is used only where the proof leaves it out."""
    return _roots(m, n, list(proof), old, whole=True)


def _roots(m: int, n: int, proof: list[bytes], old: bytes, *, whole: bool) -> tuple[bytes, bytes]:
    if m == n:
        if whole:
            assert not proof
            return old, old
        (only,) = proof
        return only, only
    k, last = half(n), proof[-1]
    if m <= k:
        before, after = _roots(m, k, proof[:-1], old, whole=whole)
        return before, sha(b"\x01" + after + last)
    before, after = _roots(m - k, n - k, proof[:-1], old, whole=False)
    return sha(b"\x01" + last + before), sha(b"\x01" + last + after)
