"""Kill server and gate at random moments under load, and read both disks again after every kill."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from tests.checking import Reread
from tests.soak import rereading
from tests.soak.chance import Chance
from tests.soak.load import Load
from tests.soak.processes import GATE, Household, Process, household, start

_SOONEST = 0.05  # seconds of work between two kills, at least
_REPORTS = 8  # sealed beforehand for each kill


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    kills: int
    reports: int
    opened: int
    decisions: int
    leaves: int


def kill_repeatedly(folder: Path, kills: int, tell: Callable[[str], None], chance: Chance, latest: float) -> Outcome:
    """Run an organisation under load in `folder`, kill so often, check each time and at the end. Raise on any doubt.

    `latest`: seconds of work between two kills, at most.
    """
    home = folder / "home"
    tell(f"seed {chance.seed}")
    with household(home) as house:
        load = Load(house)
        load.prepare(kills * _REPORTS)
        with load:
            done, turns = 0, cycle([(house.server,), (house.gate,), (house.server, house.gate)])
            while done < kills:
                time.sleep(chance.between(_SOONEST, latest))
                victims = next(turns)
                for one in victims:
                    one.kill()
                seen = dict(load.seen.acknowledged), dict(load.seen.opened)
                found = check(house, folder / "copies", victims, seen)
                start(*victims)
                done += len(victims)
                tell(
                    f"{done} of {kills} killed, last {' and '.join(one.name for one in victims)}; "
                    f"{len(load.seen.acknowledged)} acknowledged, {load.seen.reads} read, "
                    f"{len(found.decisions)} decided, {len(found.log)} leaves"
                )
        house.kill()
        acknowledged, opened = load.seen.acknowledged, load.seen.opened
        found = rereading.settle(home, house.organisation, acknowledged, opened, folder / "export")
    return Outcome(done, len(acknowledged), load.seen.reads, len(found.decisions), len(found.log))


def check(
    house: Household, copies: Path, dead: Sequence[Process], seen: tuple[dict[bytes, int], dict[int, bytes]]
) -> Reread:
    """Copy both disks, the gate's first, and check them. What people had been promised (`seen`) must be there."""
    for process, file in ((house.gate, Path("gate", GATE, "gate.db")), (house.server, Path("server", "amana.db"))):
        rereading.copy_database(house.home / file, copies / file, alive=process not in dead)
    found = rereading.check_copies(copies, house.organisation, *seen)
    shutil.rmtree(copies)
    return found
