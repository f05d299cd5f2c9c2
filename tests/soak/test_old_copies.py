"""P5 and P7: a gate or a server on an old copy of its disk forgets nothing that forbids, and forks nothing unseen."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from client import auditor
from client.auditor import NO_WITNESS, SAME_PLACE
from client.errors import NotFoundError, UnprovenError
from client.exporting import export
from client.reporter import seal
from client.trusting import InForce
from crypto import words
from crypto.leaves import LEAF, MEMO
from crypto.relay import CLOSED, DONE, REFUSED, SYNC_LIMIT, DecisionsCall, Openings, Sync
from crypto.sections import Section
from doors.problem import Denied
from tests.asking import Asking
from tests.checking import check_world
from tests.harness import Organisation, Post, Running, running
from tests.samples import samples, send

CARD = Section.CARD
SOON = 11 * 60  # seconds after which no request of before is alive


def keep(folder: Path, into: Path) -> None:
    """Copy a folder whose owner has stopped."""
    shutil.copytree(folder, into)


def restore(folder: Path, copy: Path) -> None:
    """Put the old copy in the place of what is there."""
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)


@dataclass
class Old:
    """An organisation whose gate was copied before it decided anything; then it worked on."""

    folder: Path
    organisation: Organisation
    report: bytes
    request: Openings
    gate: Path = field(init=False)

    def __post_init__(self) -> None:
        self.gate = self.folder / "gate" / "gate-1"

    @contextmanager
    def again(self, wrap: Callable[[str, Post], Post] | None = None) -> Iterator[Running]:
        """Start both, with what is on their disks now."""
        with running(self.folder, self.organisation, publish=False, wrap=wrap) as world:
            yield world


@pytest.fixture
def old(tmp_path: Path) -> Old:
    """r1 stepped aside, r3 was revoked, r5 read the card: all of it after the copy."""
    folder, copy = tmp_path / "home", tmp_path / "copy"
    with running(folder) as world:
        report = send(world, "S01")
        organisation = world.organisation
    keep(folder / "gate" / "gate-1", copy)
    with running(folder, organisation, publish=False) as world:
        aside = Asking(world, "r1", report, [CARD], action="recuse")
        assert aside.permitted(aside.send()) == {CARD: True}
        world.house.publish(organisation.revocation("r3", world.clock.day))
        reading = Asking(world, "r5", report, [CARD])
        request = reading.blobs()
        assert reading.read(reading.send(request), CARD)
    made = Old(folder, organisation, report, request)
    restore(made.gate, copy)
    return made


def audit(world: Running, into: Path) -> list[str]:
    """Return what an auditor finds offline."""
    export(world.house, world.organisation.trust, into)
    found = auditor.verify(into, world.organisation.trust, auditor=world.key("a1"))
    assert NO_WITNESS in found.unchecked
    return [one.fault for one in found.faults]


def decides(world: Running, who: str, report: bytes) -> bool:
    asking = Asking(world, who, report, [CARD])
    answer = asking.send()
    assert answer.state == DONE
    permitted = asking.permitted(answer)[CARD]
    assert bool(asking.released(answer)) is permitted
    return permitted


def test_rolled_back_gate_is_closed_and_then_forgets_nothing(old: Old, tmp_path: Path) -> None:
    with old.again() as world:
        for who in ("r1", "r3", "r5"):
            assert Asking(world, who, old.report, [CARD]).send().state == CLOSED
        assert world.house.wait(world.house.open(old.request)).state == CLOSED
        world.clock.offset += SOON
        # The request of before the copy is too old by now: it is not decided a second time.
        assert world.house.wait(world.house.open(old.request)).state == REFUSED
        assert not decides(world, "r1", old.report)
        assert not decides(world, "r3", old.report)
        assert decides(world, "r5", old.report)
        assert audit(world, tmp_path / "export") == []
    check_world(old.folder, old.organisation.trust.log_policy, old.organisation.keys["a1"], {old.report})


def test_rolled_back_once_is_closed_once(old: Old) -> None:
    with old.again() as world:
        assert Asking(world, "r5", old.report, [CARD]).send().state == CLOSED
        world.clock.offset += SOON
        assert decides(world, "r5", old.report)
    with old.again() as world:
        world.clock.offset += 2 * SOON
        assert decides(world, "r5", old.report)


def test_what_was_decided_and_not_logged_is_offered_before_anything_is_forgotten(old: Old, tmp_path: Path) -> None:
    """A copy taken between a decision and its leaf: the gate remembers it, finds it in the log, and is not closed."""
    with old.again() as world:
        assert Asking(world, "r5", old.report, [CARD]).send().state == CLOSED
        world.clock.offset += 2 * SOON
        lost = Asking(world, "r5", old.report, [CARD])
        gate = world.gate_clients["gate-1"].app.dependencies["gate"].dependency()
        link = world.server.app.dependencies["gates"].dependency().links()["gate-1"]
        link.follow()
        reply = link.decide(lost.blobs().blobs[0][1])
        gate._database.dispose()  # noqa: SLF001 - what is in the WAL belongs to the copy
        keep(old.gate, tmp_path / "between")
        world.server.app.dependencies["gates"].dependency().keep("gate-1", reply.entries)
        link.follow()
    restore(old.gate, tmp_path / "between")
    with old.again() as world:
        world.clock.offset += 3 * SOON
        assert decides(world, "r5", old.report)
        assert audit(world, tmp_path / "export") == []


def test_clock_that_goes_back_does_not_keep_a_rolled_back_gate_closed(old: Old) -> None:
    with old.again() as world:
        gates = world.server.app.dependencies["gates"].dependency()
        world.clock.offset = 3 * 86400
        gates.tell()
        world.clock.offset = 0
        gates.tell()
        assert Asking(world, "r5", old.report, [CARD]).send().state == CLOSED
        world.clock.offset = SOON
        assert decides(world, "r5", old.report)


class Withholding:
    """A server that shows a gate the log as it was until it has decided, and the whole of it only for the release."""

    def __init__(self, checkpoint: str, size: int) -> None:
        self._checkpoint, self._size = checkpoint, size

    def wrap(self, _: str, honest: Post) -> Post:
        """Cut what is newer out of each sync."""

        def post(path: str, content: bytes) -> Any:
            if path == "/v1/sync":
                content = self._cut(Sync.decode(content, limit=SYNC_LIMIT)).encode()
            if path == "/v1/decisions":
                call = DecisionsCall.decode(content, limit=2 * SYNC_LIMIT)
                content = DecisionsCall(sync=self._cut(call.sync), opening=call.opening).encode()
            return honest(path, content)

        return post

    def _cut(self, sync: Sync) -> Sync:
        count = max(0, self._size - sync.start)
        return Sync(
            checkpoint=self._checkpoint,
            start=sync.start,
            leaves=sync.leaves[: LEAF * count],
            memos=sync.memos[: MEMO * count],
            statements=sync.statements if count else [],
        )


@pytest.mark.parametrize("who", ["r1", "r5"])
def test_server_withholds_the_newest_leaves_from_a_rolled_back_gate(old: Old, tmp_path: Path, who: str) -> None:
    """It decides without what it forgot, and takes a place of its journal twice. Of that it never releases anything."""
    with closing(sqlite3.connect(old.gate / "gate.db")) as database:
        ((size, checkpoint),) = database.execute("SELECT size, checkpoint FROM state").fetchall()
    with old.again(Withholding(checkpoint, size).wrap) as world:
        asking = Asking(world, who, old.report, [CARD])
        openings = asking.blobs()
        answer = asking.send(openings)
        assert asking.permitted(answer) == {CARD: True}  # it could not know better yet
        assert asking.released(answer) == {}
    with old.again() as world:
        world.clock.offset += SOON
        link = world.server.app.dependencies["gates"].dependency().links()["gate-1"]
        link.follow()
        with pytest.raises(Denied):
            link.release(openings.blobs[0][1], answer.gates[0].proofs)
        assert audit(world, tmp_path / "export") == [SAME_PLACE]


def test_server_restored_from_an_old_copy(tmp_path: Path) -> None:
    """No gate takes its log and nothing opens, also when it has grown past what they read; an auditor sees the fork.

    There is no witness here: nothing but gates, reporters with receipts and auditors with an export can tell.
    """
    folder = tmp_path / "home"
    with running(folder) as world:
        report = send(world, "S01")
        organisation = world.organisation
    keep(folder / "server", tmp_path / "copy")
    with running(folder, organisation, publish=False) as world:
        lost = send(world, "S02")
        assert decides(world, "r1", report)
        assert audit(world, tmp_path / "export") == []
        known = world.in_force
    restore(folder / "server", tmp_path / "copy")
    with running(folder, organisation, publish=False) as world:
        assert lost.hex() not in {one.id for one in world.house.reports()}  # said in docs/operating.md
        with pytest.raises(NotFoundError):
            _ = world.in_force
        for number in range(6):  # at last it has more leaves than the gate has read
            if number in {0, 5}:
                asking = Asking(Forced(world, known), "r1", report, [CARD])
                assert asking.send().state in {CLOSED, REFUSED}
            world.send(seal(samples()["S01"], known, words.new(os.urandom), draw=os.urandom))
        with pytest.raises(UnprovenError):
            export(world.house, organisation.trust, tmp_path / "export")


class Forced(Running):
    """A world for somebody who still has `current` of before."""

    def __init__(self, world: Running, known: InForce) -> None:
        super().__init__(world.organisation, world.folder, world.clock, world.house, world.gate_clients, world.server)
        self._known = known

    @property
    def in_force(self) -> InForce:
        """What bound then."""
        return self._known
