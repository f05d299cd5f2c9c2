"""Looking at the log from some leaf on, without anything that depends on words (protocol 14.4, 14.5)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from crypto import merkle
from crypto.canonical import require
from crypto.checkpoints import tile_path
from crypto.errors import ProofError
from crypto.hashing import tag
from crypto.leaves import TAG
from crypto.limits import limit
from crypto.merkle import HASH, Frontier
from crypto.words import Keys

TILE: Final = 256
DAYS: Final = (7, 30, 90, 366, 1100)  # how far back anybody can look; a client offers no other number


class Block(NamedTuple):
    """A whole subtree left of the start: `span` hashes of one tile give its root."""

    level: int
    number: int  # of the tile
    width: int  # of the tile, in a tree of the size that is looked at
    first: int  # hash in the tile
    span: int

    @property
    def path(self) -> str:
        """Path of its tile under `/log/`."""
        return tile_path(self.level, self.number, self.width)


def begin(log: int) -> int:
    """Return where a look starts that must have leaf `log`."""
    return log // TILE * TILE


def left_edge(start: int, size: int) -> list[Block]:
    """Return what is left of `start` (a multiple of 256), the largest subtree first."""
    require(0 <= start <= size and start % TILE == 0, "start")
    blocks = []
    offset = 0
    for power in range(start.bit_length() - 1, 7, -1):
        if not start >> power & 1:
            continue
        level = power // 8
        place = offset >> 8 * level
        number = place // TILE
        width = min(TILE, (size >> 8 * level) - number * TILE)
        blocks.append(Block(level, number, width, place % TILE, 1 << power % 8))
        offset += 1 << power
    return blocks


def paths(start: int, size: int, *, full: bool) -> list[str]:
    """Return all that a look fetches under `/log/`, in order: it depends on where it starts, and on the log."""
    found = []
    for number in range(start // TILE, -(-size // TILE)):
        width = min(TILE, size - number * TILE)
        found += [tile_path(0, number, width).replace("tile/0/", "tile/entries/"), f"statements/{number}"]
        found += [f"notices/{number}"] if full else []
    return found + list(dict.fromkeys(block.path for block in left_edge(start, size)))


def frontier(start: int, size: int, tiles: Mapping[str, bytes]) -> Frontier:
    """Return the right edge of the first `start` leaves from the tiles that `paths` named. Nothing is proven yet."""
    edge = []
    for block in left_edge(start, size):
        data = tiles.get(block.path, b"")
        require(len(data) == block.width * HASH, "hash tile")
        hashes = [data[i * HASH : (i + 1) * HASH] for i in range(block.first, block.first + block.span)]
        edge.append(merkle.fold(hashes))
    return Frontier(start, edge)


def check(edge: Frontier, entries: Sequence[bytes], heads: Iterable[tuple[int, bytes]]) -> None:
    """Raise ProofError unless these leaves, from `edge` on, are those of every head (size and root).

    The checkpoint is one of the heads, and the log's size and root of the gates' `current` another.
    """
    wanted = sorted(heads)
    tree = edge.copy()
    for leaf in [None, *entries]:
        if leaf is not None:
            tree.append(merkle.leaf_hash(leaf))
        while wanted and wanted[0][0] == tree.size:
            if wanted.pop(0)[1] != tree.root():
                raise ProofError("another log")
    if wanted:
        raise ProofError("leaves are missing, or a head is older than this look")


def arrivals(entropy: bytes, start: int, entries: Sequence[bytes]) -> dict[int, int]:
    """Return, by number, where each envelope of these words arrived; after four missing numbers there are no more."""
    found: dict[int, int] = {}
    number = missing = 0
    while missing < limit("missing"):
        received = Keys(entropy=entropy, number=number).received
        indexes = tagged({"": received}, start, entries)
        if indexes:
            found[number] = indexes[0][0]
        missing = 0 if indexes else missing + 1
        number += 1
    return found


def tagged(keys: Mapping[str, bytes], start: int, entries: Sequence[bytes]) -> list[tuple[int, str]]:
    """Return index and name for every leaf whose tag is of one of these keys.

    With log keys by gate: every decision about an envelope (protocol 7.7). With R_n: its arrival.
    """
    found = []
    for index, leaf in enumerate(entries, start):
        found += [(index, name) for name, key in keys.items() if leaf[:TAG] == tag(key, leaf[TAG:])]
    return found
