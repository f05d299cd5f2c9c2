"""A stranger's verifier reads our server's log: checkpoints, tiles, entries, proofs; and refuses it when it is bent."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from crypto import leaves, merkle, notes
from crypto.checkpoints import LogPolicy, TlogProof, parse_entry_bundle, tile_path
from crypto.notes import Kind, Vkey, b64
from crypto.signing import public_key
from server.ledger import Ledger
from tests.harness import ORIGIN, Running, running
from tests.interop import aics
from tests.needs import need
from tests.samples import samples, send

SIZES: Final = (255, 256, 300, 700)  # of the log, each with its checkpoint
WITNESS: Final = Vkey("witness.test.example", Kind.COSIGNATURE, public_key(bytes(range(32))))


@dataclass
class Log:
    """What outsiders get: a mirror of the tiles, the checkpoints that were seen, and a report's receipt."""

    mirror: Path
    checkpoints: dict[int, Path]
    key: str
    leaves: list[bytes]
    receipt: TlogProof
    policy: LogPolicy

    def verify(self, what: str, **options: Any) -> dict[str, Any]:
        return aics.verify(what, log_key=self.key, origin=ORIGIN, **options)


def write(path: Path, content: str) -> Path:
    path.write_text(content)
    return path


def mirror(world: Running, folder: Path, size: int) -> list[bytes]:
    """Copy every file of tlog-tiles at this size, as any mirror would; return the leaves."""
    found: list[bytes] = []
    for level, width in ((level, size >> 8 * level) for level in range(2)):
        for number in range((width + 255) // 256):
            path = tile_path(level, number, min(256, width - 256 * number))
            names = [path, path.replace("tile/0/", "tile/entries/")] if level == 0 else [path]
            for name in names:
                answer = world.server.get(f"/log/{name}")
                assert answer.status_code == 200, name
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(answer.content)
            if level == 0:
                found += parse_entry_bundle(answer.content)
    return found


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """A log that holds statements, a report, and enough padding for several tiles."""
    lacks = aics.missing()
    if lacks:
        need("aics-tlog on our log", lacks)
    folder = tmp_path_factory.mktemp("aics")
    with running(folder / "house") as world:
        ledger: Ledger = world.server.app.dependencies["ledger"].dependency()
        report = send(world, next(iter(samples())))
        seen = {}
        for size in SIZES:
            pad = [leaves.pad_entry(ledger.auditors, os.urandom) for _ in range(size - ledger.head.size)]
            ledger.append(pad).result(30)
            text = world.server.get("/log/checkpoint").text
            seen[size] = write(folder / f"checkpoint-{size}", text)
        tiles = folder / "tiles"
        found = mirror(world, tiles, SIZES[-1])
        write(tiles / "checkpoint", text)
        receipt = TlogProof.parse(world.server.get(f"/v1/reports/{report.hex()}/proof").text)
        policy = world.organisation.trust.log_policy
        yield Log(tiles, seen, str(policy.log[0]), found, receipt, policy)


def test_every_checkpoint_is_signed_and_of_the_tiles(log: Log) -> None:
    for size, file in log.checkpoints.items():
        report = log.verify("checkpoint", note=file)
        assert (report["ok"], report["size"]) == (True, size)
    assert log.verify("checkpoint", tiles=log.mirror)["size"] == SIZES[-1]


def test_a_checkpoint_that_carries_a_signature_of_another_kind_is_read(tmp_path: Path, log: Log) -> None:
    text, _ = notes.split(log.checkpoints[300].read_text())
    both = log.checkpoints[300].read_text() + notes.sign_mldsa44(ORIGIN, bytes(32), text, 1)
    assert log.verify("checkpoint", note=write(tmp_path / "both", both))["ok"]


def test_a_witness_s_line_counts_for_the_quorum(tmp_path: Path, log: Log) -> None:
    file = log.checkpoints[700]
    assert not log.verify("checkpoint", note=file, witness_key=WITNESS, quorum=1)["ok"]
    text, _ = notes.split(file.read_text())
    line = notes.sign_cosignature(WITNESS.name, bytes(range(32)), text, 1_700_000_000)
    cosigned = write(tmp_path / "cosigned", file.read_text() + line)
    assert log.verify("checkpoint", note=cosigned, witness_key=WITNESS, quorum=1)["ok"]
    bent = line[:-3] + ("A" if line[-3] != "A" else "B") + line[-2:]
    assert not log.verify("checkpoint", note=write(cosigned, file.read_text() + bent), witness_key=WITNESS, quorum=1)[
        "ok"
    ]


@pytest.mark.parametrize("index", [0, 256, 699])
def test_entries_are_included_by_the_tiles(tmp_path: Path, log: Log, index: int) -> None:
    leaf = tmp_path / "leaf"
    leaf.write_bytes(log.leaves[index])
    assert log.verify("inclusion", tiles=log.mirror, index=index, leaf=leaf)["ok"]
    leaf.write_bytes(log.leaves[index][:-1] + b"\0\1")
    assert not log.verify("inclusion", tiles=log.mirror, index=index, leaf=leaf)["ok"]


def test_a_reporter_s_receipt_verifies_without_us(tmp_path: Path, log: Log) -> None:
    receipt, leaf = log.receipt, log.leaves[log.receipt.index]
    head = receipt.verify(log.policy, leaf)
    given: dict[str, Any] = {
        "index": receipt.index,
        "size": head.size,
        "root": b64(head.root),
        "proof": write(tmp_path / "proof", "".join(f"{b64(one)}\n" for one in receipt.hashes)),
    }
    assert aics.verify("inclusion", leaf_hash=merkle.leaf_hash(leaf).hex(), **given)["ok"]
    assert not aics.verify("inclusion", leaf_hash=merkle.leaf_hash(log.leaves[0]).hex(), **given)["ok"]
    note = write(tmp_path / "note", receipt.checkpoint)
    assert log.verify("checkpoint", note=note)["size"] == head.size


def test_the_log_only_grew(tmp_path: Path, log: Log) -> None:
    hashes = [merkle.leaf_hash(one) for one in log.leaves]
    for old, new in pairwise(SIZES):
        if new == SIZES[-1]:
            assert log.verify("consistency", tiles=log.mirror, old_checkpoint=log.checkpoints[old])["ok"]
        proof = merkle.consistency(hashes[:new], old)
        given: dict[str, Any] = {
            "old_size": old,
            "new_size": new,
            "new_root": b64(merkle.root(hashes[:new])),
            "proof": write(tmp_path / "proof", "".join(f"{b64(one)}\n" for one in proof)),
        }
        assert aics.verify("consistency", old_root=b64(merkle.root(hashes[:old])), **given)["ok"]
        assert not aics.verify("consistency", old_root=b64(merkle.root(hashes[1:old])), **given)["ok"]


def test_a_tile_that_was_changed_is_refused(log: Log) -> None:
    for path, index in ((tile_path(0, 0), 3), (tile_path(1, 0, 2), 3), (tile_path(0, 2, 700 - 512), 600)):
        tile = log.mirror / path
        honest = tile.read_bytes()
        assert log.verify("inclusion", tiles=log.mirror, index=index)["ok"]
        tile.write_bytes(bytes(32) + honest[32:])
        assert not log.verify("inclusion", tiles=log.mirror, index=index)["ok"]
        tile.write_bytes(honest)
