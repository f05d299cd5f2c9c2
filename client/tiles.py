"""Proofs made on this device from a house's static tiles (C2SP tlog-tiles): for a checkpoint that was kept apart."""

from functools import lru_cache
from typing import Final

from client.api import House
from client.errors import NotFoundError, UnprovenError
from crypto import merkle
from crypto.checkpoints import Checkpoint, TlogProof, tile_path
from crypto.merkle import HASH

_WIDE: Final = 256  # hashes of a whole tile
_BITS: Final = 8  # levels of the tree in a level of tiles


class Tiles:
    """The tree of one checkpoint, as far as it is asked for. What is read proves itself when a proof is verified."""

    def __init__(self, house: House, head: Checkpoint) -> None:
        self._house, self._head = house, head
        self._tile = lru_cache(maxsize=64)(self._load)

    def proof(self, index: int, checkpoint: str) -> str:
        """Return the tlog-proof of a leaf in this checkpoint."""
        hashes = merkle.inclusion_from(self._perfect, index, self._head.size)
        return TlogProof(index, tuple(hashes), checkpoint).encode()

    def _perfect(self, start: int, end: int) -> bytes:
        level, rest = divmod((end - start).bit_length() - 1, _BITS)
        unit = 1 << (_BITS * level)
        number, offset = divmod(start // unit, _WIDE)
        count = 1 << rest
        found = self._tile(level, number)[offset : offset + count]
        if len(found) != count:
            raise UnprovenError("The house does not show its whole log.", "Try again later; tell an auditor.")
        return merkle.fold(found)

    def _load(self, level: int, number: int) -> tuple[bytes, ...]:
        """A tile as wide as this checkpoint makes it; the whole one where it has grown full since."""
        width = min(_WIDE, (self._head.size >> (_BITS * level)) - number * _WIDE)
        try:
            data = self._house.log(tile_path(level, number, width))
        except NotFoundError:
            data = self._house.log(tile_path(level, number))
        return tuple(data[at : at + HASH] for at in range(0, len(data) // HASH * HASH, HASH))
