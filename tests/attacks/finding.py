"""What offline checks find afterwards: export the log of a running house, verify it, decide everything again."""

from itertools import count
from typing import Final

from client import exporting
from client.auditor import rows
from client.findings import Fault
from client.replaying import Replay, replay
from tests.harness import Running

_FOLDERS: Final = count()


def audit(world: Running, name: str = "") -> Replay:
    """Export into a folder of its own (or one that is there), verify and replay as the auditor."""
    folder = world.folder / (name or f"audit-{next(_FOLDERS)}")
    trust = world.organisation.trust
    exporting.export(world.house, trust, folder)
    return replay(folder, trust, world.key("a1"))


def faults(world: Running) -> list[Fault]:
    """Everything that an auditor would name, by index."""
    found = audit(world)
    return sorted({*found.audit.faults, *found.faults})


def log_size(world: Running) -> int:
    """Leaves of the published log."""
    return int(world.house.checkpoint().split("\n")[1])


def last(world: Running) -> int:
    """Index of the newest leaf."""
    return log_size(world) - 1


def decided(world: Running) -> list[tuple[str, str, bool, list[str]]]:
    """Gate, asker, answer and reasons of every decision in the log, in order."""
    found = audit(world).audit
    reasons = {one.index: one.decision.rules for one in found.decisions}
    return [(row.gate, row.who, row.permitted, reasons[row.index]) for row in rows(found)]
