"""The tree, against the recursive definition of RFC 6962; proofs hold, and changed ones do not (protocol 7.1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import merkle
from crypto.errors import MalformedError, ProofError
from crypto.hashing import sha256

SIZE = 130
LEAVES = [merkle.leaf_hash(bytes([i]) * 48) for i in range(SIZE)]


def naive(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + naive(leaves[:k]) + naive(leaves[k:]))


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole=whole), naive(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], whole=False), naive(leaves[:k])]


ROOTS = [naive(LEAVES[:size]) for size in range(SIZE + 1)]


def test_roots_of_all_sizes_and_of_the_frontier() -> None:
    frontier = merkle.Frontier()
    for size in range(SIZE + 1):
        assert merkle.root(LEAVES[:size]) == ROOTS[size] == frontier.root()
        assert frontier.size == size
        again = merkle.Frontier(frontier.size, frontier.edge)
        assert again.root() == ROOTS[size]
        if size < SIZE:
            tried = frontier.copy()
            tried.append(bytes(32))
            assert frontier.root() == ROOTS[size]
            frontier.append(LEAVES[size])
    with pytest.raises(MalformedError):
        merkle.Frontier(3, [bytes(32)])
    with pytest.raises(MalformedError):
        merkle.Frontier(1, [bytes(31)])
    with pytest.raises(MalformedError):
        merkle.Frontier(-1, [bytes(32)])


def test_every_inclusion_proof_holds() -> None:
    for size in range(1, SIZE + 1):
        for index in range(size):
            proof = merkle.inclusion(LEAVES[:size], index)
            merkle.verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            if size in (1, 2, 3, 7, 64, 65, 127, 130):
                assert proof == naive_path(index, LEAVES[:size])


def test_every_consistency_proof_holds() -> None:
    for size in range(SIZE + 1):
        for size1 in range(size + 1):
            proof = merkle.consistency(LEAVES[:size], size1)
            merkle.verify_consistency(size1, size, proof, ROOTS[size1], ROOTS[size])
            if size in (1, 2, 3, 7, 64, 65, 127, 130) and size1:
                assert proof == naive_proof(size1, LEAVES[:size])


def changed(proof: list[bytes], data: st.DataObject) -> list[bytes]:
    """Return the proof with one thing wrong."""
    ways = ["more"] if not proof else ["more", "less", "bit", "size", "front"]
    place = data.draw(st.integers(0, max(0, len(proof) - 1)))
    match data.draw(st.sampled_from(ways)):
        case "more":
            return [*proof, data.draw(st.binary(min_size=32, max_size=32))]
        case "front":
            return [data.draw(st.binary(min_size=32, max_size=32)), *proof]
        case "less":
            return proof[:place] + proof[place + 1 :]
        case "size":
            return [*proof[:place], proof[place] + b"\0", *proof[place + 1 :]]
    bad = bytearray(proof[place])
    bad[data.draw(st.integers(0, 31))] ^= data.draw(st.integers(1, 255))
    return [*proof[:place], bytes(bad), *proof[place + 1 :]]


@settings(max_examples=200)
@given(size=st.integers(1, SIZE), data=st.data())
def test_changed_inclusion_proofs_do_not_hold(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(LEAVES[:size], index)
    other = data.draw(st.integers(-2, size + 2).filter(lambda one: one != index))
    for leaf, at, count, path, root in (
        (LEAVES[index], index, size, changed(proof, data), ROOTS[size]),
        (LEAVES[index], other, size, proof, ROOTS[size]),
        (bytes(32), index, size, proof, ROOTS[size]),
        (LEAVES[index], index, size, proof, ROOTS[size - 1]),
        (LEAVES[index][:-1], index, size, proof, ROOTS[size]),
        (LEAVES[index], index, 0, proof, ROOTS[size]),
        (LEAVES[index], index, -size, proof, ROOTS[size]),
        (LEAVES[index], index, 1 << 62, proof, ROOTS[size]),
    ):
        with pytest.raises(ProofError):
            merkle.verify_inclusion(leaf, at, count, path, root)


@settings(max_examples=200)
@given(size2=st.integers(1, SIZE), data=st.data())
def test_changed_consistency_proofs_do_not_hold(size2: int, data: st.DataObject) -> None:
    size1 = data.draw(st.integers(0, size2))
    proof = merkle.consistency(LEAVES[:size2], size1)
    good = (size1, size2, proof, ROOTS[size1], ROOTS[size2])
    merkle.verify_consistency(*good)
    cases = [
        (size1, size2, changed(proof, data), ROOTS[size1], ROOTS[size2]),
        (size1, size2, proof, bytes(32), ROOTS[size2]),
        (size2 + 1, size2, proof, ROOTS[size1], ROOTS[size2]),
        (-1, size2, proof, ROOTS[size1], ROOTS[size2]),
        (size1, size2, proof, ROOTS[size1], b""),
    ]
    if size1:
        cases.append((size1, size2, proof, ROOTS[size1], bytes(32)))
        cases.append((size1, size2, proof, ROOTS[size1 - 1], ROOTS[size2]))
    for case in cases:
        with pytest.raises(ProofError):
            merkle.verify_consistency(*case)


@given(
    sizes=st.tuples(st.integers(-5, 2**64), st.integers(-5, 2**64)),
    proof=st.lists(st.binary(min_size=32, max_size=32), max_size=70),
    root=st.binary(min_size=32, max_size=32),
)
def test_noise_proves_nothing(sizes: tuple[int, int], proof: list[bytes], root: bytes) -> None:
    with pytest.raises(ProofError):
        merkle.verify_inclusion(LEAVES[0], *sizes, proof, root)
    with pytest.raises(ProofError):
        merkle.verify_consistency(*sizes, proof, LEAVES[0], root)


def test_an_index_beyond_the_tree_has_no_proof() -> None:
    for index in (-1, 5):
        with pytest.raises(MalformedError):
            merkle.inclusion(LEAVES[:5], index)
    for size in (-1, 6):
        with pytest.raises(MalformedError):
            merkle.consistency(LEAVES[:5], size)


def test_whoever_has_proven_a_leaf_can_read_on_from_it() -> None:
    for size in range(1, SIZE + 1):
        for index in range(size):
            proof = naive_path(index, LEAVES[:size])
            frontier = merkle.Frontier(index, merkle.left_edge(index, size, proof))
            assert frontier.root() == ROOTS[index]
