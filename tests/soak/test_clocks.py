"""Clocks that jump three days and come back: nothing opens that should not, nothing is decided twice, all heals."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from client import auditor
from client.errors import NotFoundError, UnprovenError
from client.exporting import export
from client.reporter import seal
from client.trusting import in_force
from crypto import words
from crypto.relay import DONE, REFUSED
from crypto.sections import Section
from policies.directory import DirectoryBody
from tests.asking import Asking
from tests.checking import check_world
from tests.gate.test_inforce import following
from tests.harness import Organisation, Post, Running, running
from tests.samples import samples, send

CARD = Section.CARD
DAYS = 3 * 86400
JUMPS = pytest.mark.parametrize("seconds", [DAYS, -DAYS], ids=["forward", "back"])


def tell(world: Running) -> None:
    """Let gates and server look at the log, and at their clocks."""
    world.server.app.dependencies["gates"].dependency().tell()


@contextmanager
def jumped(world: Running, seconds: float) -> Iterator[None]:
    """Server and gate believe another time for a while."""
    world.clock.offset += seconds
    tell(world)
    try:
        yield
    finally:
        world.clock.offset -= seconds
        tell(world)


def audit(world: Running, into: Path) -> list[str]:
    """Return what is wrong, after whatever the clocks did."""
    export(world.house, world.organisation.trust, into)
    check_world(world.folder, world.organisation.trust.log_policy, world.key("a1"))
    return [one.fault for one in auditor.verify(into, world.organisation.trust, auditor=world.key("a1")).faults]


def permitted(world: Running, who: str, report: bytes) -> bool:
    asking = Asking(world, who, report, [CARD])
    answer = asking.send()
    assert answer.state == DONE
    assert bool(asking.released(answer)) is asking.permitted(answer)[CARD]
    return asking.permitted(answer)[CARD]


@JUMPS
def test_jump_and_back(fresh: Running, tmp_path: Path, seconds: float) -> None:
    known = fresh.in_force
    report = send(fresh, "S01")
    read = Asking(fresh, "r1", report, [CARD])
    decided = read.blobs()
    assert read.read(read.send(decided), CARD)
    waiting = Asking(fresh, "r5", report, [CARD])
    undecided = waiting.blobs()
    today = fresh.clock.day
    with jumped(fresh, seconds):
        with pytest.raises(UnprovenError):  # `current` is of another day than hers
            in_force(fresh.house, fresh.organisation.trust, today=today)
        assert waiting.send(undecided).state == REFUSED  # from the past, or from the future
        assert read.send(decided).state == REFUSED
        sent = fresh.send(seal(samples()["S01"], known, words.new(os.urandom), draw=os.urandom))
    assert read.send(decided).state == REFUSED  # what was decided stays decided
    assert waiting.read(waiting.send(undecided), CARD)  # what was not is decided once
    assert permitted(fresh, "r1", sent)
    assert audit(fresh, tmp_path / "export") == []


@JUMPS
def test_jump_between_decision_and_release(tmp_path: Path, seconds: float) -> None:
    jumps: list[float] = []
    worlds: list[Running] = []

    def wrap(_: str, honest: Post) -> Post:
        def post(path: str, content: bytes) -> Any:
            if path == "/v1/releases" and jumps:
                worlds[0].clock.offset += jumps.pop()
            return honest(path, content)

        return post

    with running(tmp_path / "home", wrap=wrap) as world:
        worlds.append(world)
        report = send(world, "S01")
        asking = Asking(world, "r1", report, [CARD])
        openings = asking.blobs()
        jumps.append(seconds)
        answer = asking.send(openings)
        assert answer.gates[0].release == []
        world.clock.offset -= seconds
        tell(world)
        assert permitted(world, "r1", report)
        assert audit(world, tmp_path / "export") == []


def test_decision_offered_again_too_early_is_logged_once(fresh: Running, tmp_path: Path) -> None:
    """The clock jumps between a decision and its leaf, so the gate believes that minutes have passed, and offers it."""
    report = send(fresh, "S01")
    gates = fresh.server.app.dependencies["gates"].dependency()
    link = gates.links()["gate-1"]
    openings = Asking(fresh, "r1", report, [CARD]).blobs()
    link.follow()
    reply = link.decide(openings.blobs[0][1])
    with jumped(fresh, DAYS):
        places = gates.keep("gate-1", reply.entries)
    assert places == gates.keep("gate-1", reply.entries)
    assert [fresh.house.entries(place, place + 1)[0] for place in places] == [one.leaf for one in reply.entries]
    assert audit(fresh, tmp_path / "export") == []


def test_who_was_removed_while_the_clock_was_ahead_stays_removed(tmp_path: Path) -> None:
    with running(tmp_path / "home", Organisation(widen_hours=24)) as world:
        report = send(world, "S01")
        assert permitted(world, "r1", report)
        with jumped(world, DAYS):
            people = [one for one in world.in_force.directory.body.people if one.name != "r1"]
            world.house.publish(following(world, DirectoryBody(number=2, people=people)))
        assert not permitted(world, "r1", report)
        assert permitted(world, "r5", report)
        assert audit(world, tmp_path / "export") == []


def test_first_rules_published_while_the_clock_was_ahead(tmp_path: Path) -> None:
    with running(tmp_path / "home", Organisation(widen_hours=24), publish=False) as world:
        world.clock.offset = DAYS
        world.house.publish(world.organisation.next_bundle())
        world.house.publish(world.organisation.next_directory())
        world.clock.offset = 0
        tell(world)
        assert permitted(world, "r1", send(world, "S01"))
        assert audit(world, tmp_path / "export") == []


def test_checkpoints_go_on_after_a_jump_back(tmp_path: Path) -> None:
    """With a tick, what was submitted is in a checkpoint soon, whatever the clock does."""
    with running(tmp_path / "home", Organisation(tick=1)) as world:
        known = world.in_force
        world.clock.offset = -DAYS
        report = world.send(seal(samples()["S01"], known, words.new(os.urandom), draw=os.urandom))
        for _ in range(50):
            try:
                assert world.house.proof(report)
                break
            except NotFoundError:
                time.sleep(0.1)
        else:
            pytest.fail("no checkpoint in five seconds")
