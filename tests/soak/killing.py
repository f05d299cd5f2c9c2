"""Kill server and gate at random moments under load, and read both disks again after every kill."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.soak import rereading
from tests.soak.load import Load
from tests.soak.processes import GATE, Process, household

_SOONEST, _LATEST = 0.05, 0.4  # seconds of work between two kills
_REPORTS = 8  # sealed beforehand for each kill


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    kills: int
    reports: int
    opened: int
    decisions: int
    leaves: int


def kill_repeatedly(folder: Path, kills: int, tell: Callable[[str], None]) -> Outcome:
    """Run an organisation under load in `folder`, kill so often, check each time and at the end. Raise on any doubt."""
    home = folder / "home"
    with household(home) as house:
        load = Load(house)
        load.prepare(kills * _REPORTS)
        with load:
            for number in range(kills):
                time.sleep(_SOONEST + secrets.randbelow(1000) / 1000 * (_LATEST - _SOONEST))
                victim = (house.server, house.gate)[number % 2]
                victim.kill()
                found = _check(house.home, folder / "copies" / str(number), victim, load, house.server)
                victim.start()
                tell(
                    f"kill {number + 1} of {kills}: {victim.name}; {len(load.seen.acknowledged)} acknowledged, "
                    f"{load.seen.reads} read, {len(found.decisions)} decided, {len(found.log)} leaves"
                )
        house.kill()
        seen = load.seen
        found = rereading.settle(home, house.organisation, seen.acknowledged, seen.opened, folder / "export")
    return Outcome(kills, len(seen.acknowledged), seen.reads, len(found.decisions), len(found.log))


def _check(home: Path, copies: Path, victim: Process, load: Load, server: Process) -> rereading.Reread:
    """Copy both disks, the gate's first, and check them. What people were promised before that must be there."""
    acknowledged, opened = dict(load.seen.acknowledged), dict(load.seen.opened)
    gate = home / "gate" / GATE / "gate.db"
    rereading.copy_database(gate, copies / "gate" / GATE / "gate.db", alive=victim is server)
    database = home / "server" / "amana.db"
    rereading.copy_database(database, copies / "server" / "amana.db", alive=victim is not server)
    return rereading.check_copies(copies, load.household.organisation, acknowledged, opened)
