"""`crypto.merkle` and the Merkle code of npm `@sigstore/verify` agree on inclusion proofs, good and bent."""

import hashlib
import json
import subprocess
from typing import Any

import pytest

from crypto import merkle
from crypto.errors import ProofError
from crypto.leaves import LEAF
from tests.interop.node import HERE

pytestmark = pytest.mark.usefixtures("package")

LEAVES = [hashlib.shake_256(bytes([number])).digest(LEAF) for number in range(130)]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def said(cases: list[dict[str, Any]]) -> list[bool]:
    """What node says."""
    told = json.dumps(cases)
    command = ["node", "sigstore.mjs"]
    done = subprocess.run(command, cwd=HERE, input=told, capture_output=True, text=True, timeout=60, check=True)
    answers: list[bool] = json.loads(done.stdout)
    assert len(answers) == len(cases)
    return answers


def case(index: int, size: int) -> dict[str, Any]:
    proof = [one.hex() for one in merkle.inclusion(HASHES[:size], index)]
    root = merkle.root(HASHES[:size]).hex()
    return {"index": index, "size": size, "root": root, "leaf": LEAVES[index].hex(), "proof": proof}


def ours(one: dict[str, Any]) -> bool:
    leaf, proof = merkle.leaf_hash(bytes.fromhex(one["leaf"])), [bytes.fromhex(each) for each in one["proof"]]
    try:
        merkle.verify_inclusion(leaf, one["index"], one["size"], proof, bytes.fromhex(one["root"]))
    except ProofError:
        return False
    return True


def bent(one: dict[str, Any]) -> list[dict[str, Any]]:
    """The same with one thing that is not so."""
    index, size, proof = one["index"], one["size"], one["proof"]
    found = [
        one | {"leaf": one["leaf"][:-2] + "ff"},
        one | {"root": "00" * 32},
        one | {"index": (index + 1) % size},
        one | {"size": size + 1},
        one | {"proof": [*proof, "00" * 32]},
    ]
    return [*found, one | {"proof": proof[:-1]}, one | {"proof": proof[::-1]}] if proof else found


def test_both_take_every_proof_of_ours() -> None:
    cases = [case(index, size) for size in (1, 2, 3, 7, 8, 64, 100, 130) for index in range(size)]
    assert said(cases) == [True] * len(cases)


def test_both_refuse_the_same_bent_ones() -> None:
    cases = [each for size in (1, 5, 8, 129) for index in {0, size // 2, size - 1} for each in bent(case(index, size))]
    mine = [ours(one) for one in cases]
    assert said(cases) == mine
    assert mine.count(False) > len(mine) * 3 // 4
