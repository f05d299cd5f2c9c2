"""Cut the power of one disk under load, let the machine come up on what was synced, and check it. Again and again."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from tests import lossyfs
from tests.soak import rereading
from tests.soak.chance import Chance
from tests.soak.killing import Outcome, check
from tests.soak.load import Load
from tests.soak.processes import GATE, Process, household, start

LEAK = 64  # of 256 blocks reach the disk though nobody synced them, as under a real kernel
_SOONEST, _LATEST = 0.3, 1.2  # seconds of work between two cuts
_REPORTS = 24


class Disk:
    """A disk that forgets, under one folder."""

    def __init__(self, place: Path, store: Path, leak: int = 0) -> None:
        self.place = place
        words = ["-m", "tests.lossyfs", str(place), str(store), "--leak", str(leak)]
        self._process = Process(words, dict(os.environ), store)

    def plug(self) -> None:
        """Mount what the disk remembers."""
        self._process.start()

    def cut(self) -> None:
        """Forget everything that was not synced, at once."""
        self._process.kill()
        lossyfs.unmount(self.place)

    def read_only(self) -> None:
        """Take no more writes, or take them again."""
        self._process.signal(signal.SIGUSR1)
        time.sleep(0.05)

    def full(self) -> None:
        """Have no more room, or have it again."""
        self._process.signal(signal.SIGUSR2)
        time.sleep(0.05)


@contextmanager
def lossy(place: Path, store: Path, leak: int = 0) -> Iterator[Disk]:
    """Mount one; it is gone at the end."""
    disk = Disk(place, store, leak)
    try:
        disk.plug()
        yield disk
    finally:
        disk.cut()


def cut_repeatedly(folder: Path, rounds: int, tell: Callable[[str], None], chance: Chance) -> Outcome:
    """Cut the power of server and gate, one machine or two, so often. A machine without power loses its processes."""
    home = folder / "home"
    tell(f"seed {chance.seed}")
    with (
        lossy(home / "server", folder / "disk-server", LEAK) as server,
        lossy(home / "gate" / GATE, folder / "disk-gate", LEAK) as gate,
        household(home) as house,
    ):
        machines = (server, house.server), (gate, house.gate)
        turns = cycle([machines, machines[:1], machines[1:]])
        load = Load(house)
        load.prepare(rounds * _REPORTS)
        with load:
            for number in range(rounds):
                time.sleep(chance.between(_SOONEST, _LATEST))
                dark = next(turns)
                for disk, process in dark:
                    disk.cut()
                    process.kill()
                seen = dict(load.seen.acknowledged), dict(load.seen.opened)
                for disk, _ in dark:
                    disk.plug()
                found = check(house, folder / "copies", [process for _, process in dark], seen)
                start(*(process for _, process in dark))
                tell(
                    f"cut {number + 1} of {rounds}, {' and '.join(process.name for _, process in dark)}; "
                    f"{len(load.seen.acknowledged)} acknowledged, {load.seen.reads} read, "
                    f"{len(found.decisions)} decided, {len(found.log)} leaves"
                )
            time.sleep(_LATEST)  # it works again
        house.kill()
        acknowledged, opened = load.seen.acknowledged, load.seen.opened
        found = rereading.settle(home, house.organisation, acknowledged, opened, folder / "export")
    return Outcome(rounds, len(acknowledged), load.seen.reads, len(found.decisions), len(found.log))
