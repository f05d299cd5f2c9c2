"""P5: a gate that is further behind than one call carries reads it in parts, and does nothing until it is through."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from crypto.leaves import LEAF, MEMO
from crypto.relay import SYNC_LIMIT, DecisionsCall, SyncReply
from crypto.sections import Section
from server import gates as server_gates
from tests.asking import Asking
from tests.harness import Organisation, running
from tests.samples import send

CARD = Section.CARD
PART = 8  # leaves


@pytest.fixture
def lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Organisation, bytes]:
    """A log of some parts; r1 stepped aside near its end; the gate lost its disk."""
    folder = tmp_path / "home"
    with running(folder) as world:
        report = send(world, "S01")
        for _ in range(2 * PART):
            send(world, "S02")
        aside = Asking(world, "r1", report, [CARD], action="recuse")
        assert aside.permitted(aside.send()) == {CARD: True}
        organisation = world.organisation
    shutil.rmtree(folder / "gate")
    monkeypatch.setattr(server_gates, "SYNC_LEAVES", PART)
    return folder, organisation, report


def test_reads_all_parts_before_it_decides(lost: tuple[Path, Organisation, bytes]) -> None:
    folder, organisation, report = lost
    with running(folder, organisation, publish=False) as world:
        assert world.in_force.current.log[0] > 2 * PART
        world.clock.offset += 11 * 60
        later = Asking(world, "r1", report, [CARD])
        assert later.permitted(later.send()) == {CARD: False}
        other = Asking(world, "r5", report, [CARD])
        assert other.read(other.send(), CARD)


@pytest.mark.parametrize("told", ["truth", "nothing", "another size"])
def test_part_of_the_log_is_not_enough_to_decide(lost: tuple[Path, Organisation, bytes], told: str) -> None:
    """A server that stops half way, with a true proof or without, gets neither a decision nor `current` for it."""
    folder, organisation, report = lost
    with running(folder, organisation, publish=False) as world:
        openings = Asking(world, "r1", report, [CARD]).blobs()
    shutil.rmtree(folder / "gate")
    with running(folder, organisation, publish=False, wrap=lambda _, __: unreachable) as world:
        client = world.gate_clients["gate-1"]
        gate = client.app.dependencies["gate"].dependency()
        part = world.server.app.dependencies["gates"].dependency().links()["gate-1"]._sync()  # noqa: SLF001
        assert part.consistency  # what an honest server sends first
        if told == "nothing":
            part = structs.replace(part, consistency=[])
        if told == "another size":
            part = structs.replace(part, leaves=part.leaves[:-LEAF], memos=part.memos[:-MEMO])
        for _ in range(2):  # also when the same head is shown again, with nothing new
            answer = client.post(
                "/v1/decisions", content=DecisionsCall(sync=part, opening=openings.blobs[0][1]).encode()
            )
            if told != "truth":
                assert answer.json()["type"].endswith("malformed")
                assert gate.position().size == 0
                continue
            assert answer.json()["type"].endswith("closed")
            assert gate.position().size == PART
            part = structs.replace(part, start=PART, leaves=b"", memos=b"", statements=[])
            reply = SyncReply.decode(client.post("/v1/sync", content=part.encode()).content, limit=SYNC_LIMIT)
            assert (reply.size, reply.current, reply.pending) == (PART, "", [])


def unreachable(_: str, __: bytes) -> Any:
    """A gate that its server does not reach."""
    raise OSError
