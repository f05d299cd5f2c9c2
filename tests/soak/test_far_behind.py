"""P5: a gate that is further behind than one call carries reads the log in parts, and does nothing until it is through."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from crypto.merkle import ProofError
from crypto.relay import CLOSED, SYNC_LIMIT, DecisionsCall, Sync
from crypto.sections import Section
from server import gates as server_gates
from tests.asking import Asking
from tests.harness import Organisation, Post, running
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


def test_part_of_the_log_is_not_enough_to_decide(lost: tuple[Path, Organisation, bytes]) -> None:
    """A server that gives only a part, with a true proof, gets neither a decision nor `current` for it."""
    folder, organisation, report = lost
    with running(folder, organisation) if False else running(folder, organisation, publish=False) as world:
        known = world.in_force
        assert known
