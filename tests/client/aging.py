"""A house that has been running for months: reports that were withdrawn, that fell due, and that are still there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from client import exporting
from client.auditor import verify
from client.findings import Fault, Report
from client.reporter import seal
from crypto import words
from crypto.notes import Signer
from crypto.sections import Section
from policies.erasures import Erasure
from policies.feeds import FeedNote
from policies.holds import Hold
from policies.retention import RETAINED
from tests.asking import Asking
from tests.client.bending import Bent
from tests.harness import Organisation, Running
from tests.samples import samples
from tests.server.coming_back import Her, later, rows, serious

CARD = Section.CARD
SLOTS = 32
MONTHS = 100  # days, more than three months


@dataclass(frozen=True)
class Aged:
    """What was exported in the first days, what the same folder is now, and a folder of somebody who came later."""

    early: Bent
    late: Bent
    today: int
    withdrawn: int  # leaf of the arrival of a report that was withdrawn
    due: int  # and of one that was kept for three months
    ids: dict[int, bytes]  # of these two


def of_three_months(world: Running) -> bytes:
    """A report that she wants to be kept for three months."""
    return world.send(seal(samples()["S01"], world.in_force, words.new(os.urandom), retention=3, draw=os.urandom))


def arrival(world: Running, report: bytes) -> int:
    """The leaf of its arrival."""
    return int(rows(world, f"SELECT leaf FROM report WHERE id = x'{report.hex()}'")[0][0])  # noqa: S608 - hex


@contextmanager
def busy_days(folder: Path) -> Iterator[tuple[Running, list[bytes]]]:
    """Reports, decisions and a wish; the ids of one that is withdrawn, one that falls due, and one that stays."""
    with serious(folder) as world:
        due = of_three_months(world)
        gone, stays = Her(world), Her(world, "S03")
        for who in ("r1", "r2", "r5"):
            Asking(world, who, stays.report, [CARD]).send()
        stays.narrows()
        gone.withdraws(now=True)
        yield world, [gone.report, due, stays.report]


def months_later(world: Running, report: bytes) -> None:
    """What the house does by itself in that time; then somebody asks again."""
    later(world, 1)
    later(world, MONTHS)
    Asking(world, "r1", report, [CARD]).send()


def age(folder: Path) -> Aged:
    """Let it all happen."""
    with busy_days(folder) as (world, (gone, due, stays)):
        trust = world.organisation.trust
        exporting.export(world.house, trust, folder / "early")
        months_later(world, stays)
        exporting.export(world.house, trust, folder / "early")
        exporting.export(world.house, trust, folder / "late")
        places = arrival(world, gone), arrival(world, due)
        return Aged(
            Bent(folder / "early", world.organisation),
            Bent(folder / "late", world.organisation),
            world.clock.day,
            *places,
            dict(zip(places, (gone, due), strict=True)),
        )


def copy(bent: Bent, folder: Path) -> Bent:
    """The same folder, to be bent."""
    shutil.copytree(bent.path, folder)
    return Bent(folder, bent.organisation)


def audited(bent: Bent) -> Report:
    """All that an auditor finds."""
    return verify(bent.path, bent.organisation.trust, auditor=bent.auditor)


def found(bent: Bent) -> list[Fault]:
    """The faults alone."""
    return audited(bent).faults


def signer(organisation: Organisation) -> Signer:
    """The log's own."""
    return Signer(organisation.log.name, organisation.log.identity)


def erasure(bent: Bent, day: int, *indexes: int, why: str = RETAINED) -> int:
    """Let the log say that these were destroyed."""
    return bent.say(Erasure(day=day, why=why, indexes=indexes).sign(signer(bent.organisation)))


def feed(bent: Bent, day: int, *, slots: int = SLOTS, log: int | None = None) -> int:
    """Let the log say that there is a file of answers."""
    place = len(bent.leaves) if log is None else log
    note = FeedNote.of([bytes(1024)] * slots, "", day=day, log=place)
    return bent.say(note.sign(signer(bent.organisation)))


def hold(organisation: Organisation, report: bytes, day: int, until: int, *officers: str) -> str:
    """A hold that these signed."""
    return organisation.signed(Hold(id=report, day=day, until=until).text(), *officers)
