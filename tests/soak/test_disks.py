"""P2 and P8 on disks that fail, full or read-only, under server or gate: nothing is half done, and all of it heals."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from client.errors import AmanaError
from client.reporter import seal
from crypto import words
from crypto.relay import CLOSED, DONE
from crypto.sections import Section
from tests import lossyfs
from tests.asking import Asking
from tests.checking import check_world
from tests.harness import Running, running
from tests.needs import need
from tests.samples import samples, send
from tests.soak.cutting import Disk, lossy
from tests.soak.processes import Household, Process

CARD = Section.CARD
PLACES = {"server": Path("server"), "gate": Path("gate", "gate-1")}


@pytest.fixture(autouse=True)
def _root() -> None:
    if not lossyfs.available():
        need("disks that fail", "Linux, root and /dev/fuse")


@contextmanager
def fails(disk: Disk, how: str) -> Iterator[None]:
    """Let a disk be full, or read-only, for a while."""
    switch = {"full": disk.full, "read-only": disk.read_only}[how]
    switch()
    try:
        yield
    finally:
        switch()


def reads(world: Running, report: bytes) -> bool:
    asking = Asking(world, "r1", report, [CARD])
    answer = asking.send()
    return answer.state == DONE and bool(asking.released(answer)) and bool(asking.read(answer, CARD))


def log_size(world: Running) -> int:
    return int(world.house.checkpoint().split("\n")[1])


def healed(world: Running, report: bytes, acknowledged: set[bytes]) -> None:
    """Minutes later everything works, nothing is there twice, nothing that was promised is missing."""
    world.clock.offset += 6 * 60
    world.server.app.dependencies["gates"].dependency().tell()
    assert reads(world, report)
    again = send(world, "S02")
    assert reads(world, again)
    check_world(world.folder, world.organisation.trust.log_policy, world.key("a1"), acknowledged | {report, again})


@pytest.mark.parametrize("how", ["full", "read-only"])
@pytest.mark.parametrize("place", PLACES)
def test_disk_fails_and_heals(tmp_path: Path, place: str, how: str) -> None:
    with lossy(tmp_path / "home" / PLACES[place], tmp_path / "disk") as disk, running(tmp_path / "home") as world:
        report = send(world, "S01")
        assert reads(world, report)
        sealed = seal(samples()["S02"], world.in_force, words.new(os.urandom), draw=os.urandom).encode()
        asking = Asking(world, "r1", report, [CARD])
        openings, size, acknowledged = asking.blobs(), log_size(world), set()
        with fails(disk, how):
            status = world.server.post("/v1/reports", content=sealed).status_code
            assert status == (201 if place == "gate" else 503)
            if place == "gate":
                acknowledged.add(bytes.fromhex(world.house.reports()[-1].id))
            assert asking.send(openings).state == CLOSED
            world.house.content(report)  # what is there can still be fetched
            assert len(world.house.reports()) == 1 + len(acknowledged)
        assert log_size(world) == size + len(acknowledged)
        healed(world, report, acknowledged)


def test_disk_that_fills_up(tmp_path: Path) -> None:
    """A real file system without room left: submissions fail at some size, and every one that did not fail is there."""
    home, acknowledged = tmp_path / "home", set()
    with lossyfs.tmpfs(home, "24m"), running(home) as world:
        report = send(world, "S01")
        ballast = home / "ballast"
        free = os.statvfs(home)
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - (1 << 18))
        in_force = world.in_force
        failed = 0
        for _ in range(40):
            envelope = seal(samples()["S01"], in_force, words.new(os.urandom), draw=os.urandom)
            try:
                acknowledged.add(world.send(envelope))
            except AmanaError:
                failed += 1
                with suppress(AmanaError):
                    assert not reads(world, report)  # the leaf has no room, so nothing opens
        assert failed
        ballast.unlink()
        healed(world, report, acknowledged)


def test_nothing_starts_on_a_read_only_disk(tmp_path: Path) -> None:
    """One clear line and exit code 2: no half-started house, no traceback."""
    house = Household(tmp_path / "home")
    with read_only(house.home):
        begun = [begin(process) for process in (house.server, house.gate)]
        for one in begun:
            _, said = one.communicate(timeout=60)
            assert one.returncode == 2
            assert "cannot write in" in said
            assert "Traceback" not in said


def begin(process: Process) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *process.words],
        env=process.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """Put the same folder over itself, read-only."""
    bind, remount = 4096, 32
    lossyfs.mount("none", place, "", flags=bind)
    try:
        lossyfs.mount("none", place, "", flags=bind | remount | 1)
        yield
    finally:
        lossyfs.unmount(place)
