"""RFC 6962 Merkle tree: hashes, roots, proofs; verification by RFC 9162 2.1.3.2 and 2.1.4.2.

`Tree` here is the plain one over leaf hashes in memory, for clients and checks. `server.tree` keeps tiles.
"""

from collections.abc import Callable, Sequence
from typing import Final

from crypto.errors import MalformedError, ProofError
from crypto.hashing import sha256

EMPTY: Final = sha256(b"")
HASH: Final = 32
Range = Callable[[int, int], bytes]
"""Root of the leaves from `start` to `end`, where that is a whole power of two and aligned."""


def leaf_hash(entry: bytes) -> bytes:
    """`H(0x00 ‖ entry)`."""
    return sha256(b"\0" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """`H(0x01 ‖ left ‖ right)`."""
    return sha256(b"\1" + left + right)


def split_point(count: int) -> int:
    """Return the largest power of two smaller than `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def fold(hashes: Sequence[bytes]) -> bytes:
    """Root of a power of two of hashes."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def range_root(perfect: Range, start: int, end: int) -> bytes:
    """Root of any range, from the roots of perfect subtrees."""
    count = end - start
    if count == 0:
        return EMPTY
    if count & (count - 1) == 0 and start % count == 0:
        return perfect(start, end)
    middle = start + split_point(count)
    return node_hash(range_root(perfect, start, middle), range_root(perfect, middle, end))


def inclusion_from(perfect: Range, index: int, size: int) -> list[bytes]:
    """Inclusion proof of leaf `index` in the tree of `size` leaves, from leaf to root."""
    if not 0 <= index < size:
        raise MalformedError("index")
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            proof.append(range_root(perfect, middle, end))
            end = middle
        else:
            proof.append(range_root(perfect, start, middle))
            start = middle
    return proof[::-1]


def consistency_from(perfect: Range, size1: int, size2: int) -> list[bytes]:
    """Proof that the tree of `size2` leaves begins with that of `size1`."""
    if not 0 <= size1 <= size2:
        raise MalformedError("sizes")

    def sub(size: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if size == end - start:
            return [] if whole else [range_root(perfect, start, end)]
        half = split_point(end - start)
        if size <= half:
            return [*sub(size, start, start + half, whole=whole), range_root(perfect, start + half, end)]
        return [*sub(size - half, start + half, end, whole=False), range_root(perfect, start, start + half)]

    return [] if size1 in (0, size2) else sub(size1, 0, size2, whole=True)


def _perfect(leaves: Sequence[bytes]) -> Range:
    return lambda start, end: fold(leaves[start:end])


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over leaf hashes."""
    return range_root(_perfect(leaf_hashes), 0, len(leaf_hashes))


def inclusion(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Inclusion proof over leaf hashes."""
    return inclusion_from(_perfect(leaf_hashes), index, len(leaf_hashes))


def consistency(leaf_hashes: Sequence[bytes], size1: int) -> list[bytes]:
    """Consistency proof from `size1` to all of the leaf hashes."""
    return consistency_from(_perfect(leaf_hashes), size1, len(leaf_hashes))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless the leaf hash is at `index` of the tree of `size` leaves with this root."""
    if not 0 <= index < size:
        raise ProofError("index")
    _check_hashes([leaf, root, *proof])
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("proof too long")
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, sibling)
        node >>= 1
        last >>= 1
    if last != 0 or computed != root:
        raise ProofError("not included")


def left_edge(index: int, size: int, proof: Sequence[bytes]) -> list[bytes]:
    """Return what lies left of a leaf, from its inclusion proof (that was verified): the edge of a `Frontier(index)`.

    So whoever has proven one leaf can read on from it, without all that came before.
    """
    node, last, edge = index, size - 1, []
    for sibling in proof:
        if node & 1 or node == last:
            edge.append(sibling)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        node >>= 1
        last >>= 1
    return edge[::-1]


def verify_consistency(  # noqa: C901 - the steps of RFC 9162 2.1.4.2, kept in its order
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> None:
    """Raise ProofError unless the tree (size2, root2) begins with the tree (size1, root1)."""
    if not 0 <= size1 <= size2:
        raise ProofError("sizes")
    _check_hashes([root1, root2, *proof])
    if size1 in (0, size2):
        if proof or (size1 == size2 and root1 != root2) or (size1 == 0 and root1 != EMPTY):
            raise ProofError("not consistent")
        return
    path = list(proof)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    if not path:
        raise ProofError("empty proof")
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("proof too long")
        if node & 1 or node == last:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        node >>= 1
        last >>= 1
    if last != 0 or (old, new) != (root1, root2):
        raise ProofError("not consistent")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH for one in hashes):
        raise ProofError("hash size")


class Frontier:
    """The right edge of a tree: enough to append and to know the root (a gate's and a client's view of the log)."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        if size < 0 or len(edge) != size.bit_count() or any(len(one) != HASH for one in edge):
            raise MalformedError("edge")
        self.size = size
        self.edge = list(edge)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add one leaf hash. Return the roots of the complete subtrees that it closes: of 2 leaves, 4, 8 and so on."""
        size, closed = self.size, []
        while size & 1:
            leaf = node_hash(self.edge.pop(), leaf)
            closed.append(leaf)
            size >>= 1
        self.edge.append(leaf)
        self.size += 1
        return closed

    def root(self) -> bytes:
        """Root of what was appended."""
        if not self.edge:
            return EMPTY
        computed = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            computed = node_hash(left, computed)
        return computed

    def copy(self) -> "Frontier":
        """Return an independent one, to try with."""
        return Frontier(self.size, self.edge)
