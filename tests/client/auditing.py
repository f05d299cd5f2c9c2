"""What auditors are given to look at: a house that did some work."""

from client.auditor import verify
from client.findings import Fault
from crypto.sections import Section
from tests.asking import Asking
from tests.client.bending import Bent
from tests.harness import Running
from tests.samples import send

CARD, IDENTITY = Section.CARD, Section.IDENTITY


def some_work(world: Running) -> bytes:
    """A report, openings, refusals, a recusal, a revocation; return the id of the first report."""
    first, third = send(world, "S01"), send(world, "S03")
    for who in ("r1", "r2"):
        Asking(world, who, first, [CARD]).send()
    Asking(world, "r1", third, [CARD, IDENTITY]).approve("c1", IDENTITY).send()
    Asking(world, "r1", first, [CARD], action="recuse").send()
    Asking(world, "r1", first, [CARD]).send()
    world.house.publish(world.organisation.revocation("r4", world.clock.day))
    Asking(world, "r4", first, [CARD]).send()
    return first


def faults(bent: Bent) -> list[Fault]:
    return verify(bent.path, bent.organisation.trust, auditor=bent.auditor).faults
