"""A gate put back to an old copy, or made anew: nothing opens until it has read all again, and widening waits again."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec import structs

from crypto.leaves import LEAF, MEMO
from crypto.merkle import consistency, leaf_hash
from crypto.relay import CLOSED, Sync
from crypto.wishes import OPEN
from tests import harness
from tests.attacks.finding import log_size
from tests.attacks.lying import Wire, bent_sync
from tests.gate.her import ALL, DAY, HOUR, NONE, Her, faults, follow, later
from tests.harness import Organisation, Running, running

HOW = pytest.mark.parametrize("how", ["old copy", "made anew"])


@dataclass
class Put:
    """A house whose gate was copied when its log was young."""

    folder: Path
    organisation: Organisation
    her: Her

    @contextmanager
    def again(self, wire: Wire | None = None) -> Iterator[Running]:
        """Start both, with what is on their disks now; the clock goes on where it was."""
        clock = self.her.world.clock
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(harness, "Clock", lambda: clock)
            with running(self.folder, self.organisation, publish=False, wrap=wire) as world:
                self.her.world = world
                yield world

    def back(self, how: str) -> None:
        """Put the gate back."""
        gate = self.folder / "gate" / "gate-1"
        shutil.rmtree(gate)
        if how == "old copy":
            shutil.copytree(self.folder / "copy", gate)


@pytest.fixture
def put(tmp_path: Path) -> Put:
    organisation = Organisation()
    with running(tmp_path, organisation, publish=False) as world:
        world.house.publish(organisation.next_bundle(consent_hours=24))
        world.house.publish(organisation.next_directory())
        her = Her(world)
        follow(world)
    shutil.copytree(tmp_path / "gate" / "gate-1", tmp_path / "copy")
    return Put(tmp_path, organisation, her)


@HOW
def test_widening_waits_again_and_narrowing_does_not(put: Put, how: str) -> None:
    with put.again() as world:
        put.her.wish(1, ALL)
        follow(world)
        later(world, 26 * HOUR)
        assert put.her.opens(purpose="MEDIA")
    put.back(how)
    with put.again() as world:
        later(world, 11 * 60)  # it decided once, and has forgotten it: closed until no request of then can live
        later(world, 11 * 60)
        assert not put.her.opens(purpose="MEDIA")
        later(world, 26 * HOUR)
        assert put.her.opens(purpose="MEDIA")
        put.her.wish(2, NONE)
        assert not put.her.opens(purpose="MEDIA")
        assert faults(world) == []
    put.back(how)
    with put.again() as world:
        later(world, 11 * 60)
        later(world, 11 * 60)
        assert not put.her.opens(purpose="OVERSIGHT")


@HOW
def test_withdrawn_stays_closed(put: Put, how: str) -> None:
    with put.again() as world:
        put.her.withdraw()
        follow(world)
    put.back(how)
    with put.again() as world:
        assert not put.her.opens()
        put.her.wish(2, ALL, closed=OPEN)
        assert put.her.opens()
        assert not put.her.opens(purpose="OVERSIGHT")
        assert faults(world) == []


@HOW
def test_nothing_opens_until_all_is_read(put: Put, how: str) -> None:
    """The server gives it the log only up to her withdrawal, under a head that has more: it decides nothing."""
    with put.again() as world:
        asking = put.her.asking("r1")
        blobs = asking.blobs()
        place = put.her.withdraw()
        follow(world)
        hashes = [leaf_hash(one) for one in world.house.entries(0, log_size(world))]
    put.back(how)

    def until(sync: Sync) -> Sync:
        count = max(0, place - sync.start)
        return structs.replace(
            sync,
            leaves=sync.leaves[: count * LEAF],
            memos=sync.memos[: count * MEMO],
            statements=sync.statements if count else [],
            consistency=consistency(hashes, place),
        )

    wire = Wire({path: bent_sync(path, until) for path in ("/v1/sync", "/v1/decisions")})
    with put.again(wire) as world:
        asking.world = world
        assert asking.send(blobs).state == CLOSED
        wire.bends.clear()
        follow(world)
        assert not put.her.opens()


def test_an_old_copy_that_had_read_her_wish_counts_from_then(put: Put) -> None:
    """The minute of reading is in the copy: what waited is not made to wait longer by a restart from it."""
    with put.again() as world:
        put.her.wish(1, ALL)
        follow(world)
    shutil.rmtree(put.folder / "copy")
    shutil.copytree(put.folder / "gate" / "gate-1", put.folder / "copy")
    put.back("old copy")
    with put.again() as world:
        later(world, 26 * HOUR)
        assert put.her.opens(purpose="MEDIA")


def test_closed_at_the_decision_and_again_in_the_log_order(put: Put) -> None:
    """Closed, opened again, closed for ever, all while the gate was away: it finds them in the order of the log."""
    with put.again() as world:
        put.her.withdraw()
        put.her.wish(2, ALL, closed=OPEN)
    put.back("made anew")
    with put.again() as world:
        assert put.her.opens()
    with put.again() as world:
        put.her.wish(3, ALL, closed=2)
    put.back("made anew")
    with put.again() as world:
        later(world, 11 * 60)
        later(world, 11 * 60)
        assert not put.her.opens()
        later(world, DAY)
        assert put.her.asking("r1").send().state != CLOSED
