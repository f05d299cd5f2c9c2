"""Two exported folders of one log: one grew out of the other, or the log told two people two things.

Of a fork the proof is small and needs no folder: two signed checkpoints, and, for the first leaf that differs, two
tlog-proofs of different leaves at one index. Whoever has the log's key can check them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from client.auditor import roots_at
from client.errors import UnprovenError
from client.folder import CHECKPOINT, Folder
from client.keys import write_new
from crypto import merkle
from crypto.checkpoints import Checkpoint, TlogProof
from crypto.errors import CryptoError
from policies.trust import Trust

SAME: Final = "the same"
GREW: Final = "one grew out of the other"
FORKED: Final = "forked"


@dataclass(frozen=True, slots=True)
class Side:
    """One folder's newest signed checkpoint, and its leaves up to it."""

    head: Checkpoint
    note: str
    leaves: Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two folders are to each other; of a fork the first leaf that differs."""

    relation: str
    sides: tuple[Side, Side]
    index: int | None = None


def compare(one: Path, other: Path, trust: Trust) -> Comparison:
    """Compare what two people exported. Raise UnprovenError for one that lacks its own leaves."""
    sides = _side(one, trust), _side(other, trust)
    size = min(len(side.leaves) for side in sides)
    for index in range(size):
        if sides[0].leaves[index] != sides[1].leaves[index]:
            return Comparison(relation=FORKED, sides=sides, index=index)
    same = sides[0].head.size == sides[1].head.size
    return Comparison(relation=SAME if same else GREW, sides=sides)


def _side(folder: Path, trust: Trust) -> Side:
    source = Folder(folder)
    try:
        note = source.text(CHECKPOINT)
        head = trust.log_policy.verify(note)
    except CryptoError:
        raise UnprovenError(
            f"The checkpoint in {folder} is not one of this log.", "Without it a folder proves nothing."
        ) from None
    leaves = source.leaves[: head.size]
    if roots_at(leaves, [head.size]).get(head.size) != head.root:
        raise UnprovenError(
            f"The leaves in {folder} are not those of its checkpoint.", f"See: amana audit verify {folder}"
        )
    return Side(head, note, leaves)


def proofs(found: Comparison) -> list[tuple[bytes, str]]:
    """Return of each side the leaf at the place where they differ, and its tlog-proof; empty without a fork."""
    if found.index is None:
        return []
    made = []
    for side in found.sides:
        hashes = merkle.inclusion([merkle.leaf_hash(leaf) for leaf in side.leaves], found.index)
        made.append((side.leaves[found.index], TlogProof(found.index, tuple(hashes), side.note).encode()))
    return made


def keep(found: Comparison, folder: Path) -> None:
    """Write the proof of a fork: two checkpoints, two leaves in hex, two tlog-proofs. Nothing is overwritten."""
    for number, (leaf, proof), side in zip(count(1), proofs(found), found.sides, strict=False):
        write_new(folder / f"{number}.checkpoint", side.note.encode())
        write_new(folder / f"{number}.leaf", f"{leaf.hex()}\n".encode())
        write_new(folder / f"{number}.proof", proof.encode())
