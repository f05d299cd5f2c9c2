"""`crypto.shamir` and npm `shamir-secret-sharing` 0.0.4 (two audits) read each other's shares."""

import hashlib
import json
import subprocess
from itertools import combinations
from typing import Any

import pytest

from crypto import locks, shamir
from crypto.errors import MalformedError
from crypto.hybrid import Draw
from tests.interop.node import HERE

SECRETS = [hashlib.sha256(bytes([i])).digest() for i in range(8)] + [bytes(32), b"\xff" * 32, b"\0\1" * 16]
SHAPES = [(2, 2), (2, 3), (3, 5), (5, 8), (2, 12)]  # threshold, holders


def node(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", "shamir.mjs"],
        cwd=HERE,
        input=json.dumps(tasks),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(answers) == len(tasks)
    return answers


def stream(seed: bytes) -> Draw:
    data = iter(hashlib.shake_256(seed).digest(1 << 16))
    return lambda count: bytes(next(data) for _ in range(count))


@pytest.mark.usefixtures("package")
def test_node_combines_what_we_split() -> None:
    tasks, expected = [], []
    for number, (secret, (threshold, holders)) in enumerate((s, shape) for s in SECRETS for shape in SHAPES):
        shares, _ = locks.split(secret, threshold, holders, 2, stream(bytes([number])))
        for chosen in list(combinations(shares, threshold))[:: max(1, holders)]:
            tasks.append({"shares": [share.hex() for share in chosen]})
            expected.append({"secret": secret.hex()})
    assert node(tasks) == expected


@pytest.mark.usefixtures("package")
def test_we_combine_what_node_split() -> None:
    cases = [(secret, *shape) for secret in SECRETS for shape in SHAPES]
    for (secret, threshold, _), answer in zip(
        cases, node([{"secret": s.hex(), "holders": n, "threshold": t} for s, t, n in cases]), strict=True
    ):
        shares = [bytes.fromhex(share) for share in answer["shares"]]
        assert all(len(share) == locks.SHARE for share in shares)
        for chosen in list(combinations(shares, threshold))[:20]:
            assert shamir.combine(chosen) == secret
            assert locks.combine(chosen, threshold) == secret


@pytest.mark.usefixtures("package")
def test_both_give_the_same_wrong_secret_for_a_share_of_another() -> None:
    first, _ = locks.split(SECRETS[0], 2, 3, 0, stream(b"first"))
    second = shamir.split(SECRETS[1], 2, [200, 201], stream(b"second")(32))
    wrong = shamir.combine([first[0], second[0]])
    assert wrong not in (SECRETS[0], SECRETS[1])
    assert node([{"shares": [first[0].hex(), second[0].hex()]}]) == [{"secret": wrong.hex()}]


@pytest.mark.usefixtures("package")
def test_both_refuse_one_share_and_the_same_share_twice() -> None:
    shares, _ = locks.split(SECRETS[0], 2, 2, 0, stream(b"twice"))
    refused = [[shares[0]], [shares[0], shares[0]], [shares[0], shares[1][:-1]]]
    for answer in node([{"shares": [share.hex() for share in chosen]} for chosen in refused]):
        assert "error" in answer
    for chosen in refused:
        with pytest.raises(MalformedError):
            shamir.combine(chosen)
