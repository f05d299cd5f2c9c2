"""A reviewer at work: her desk, an ask, whom she waits for, and what opens."""

import os
from collections.abc import Sequence

from client import approving, reviewer
from client.asking import Desk
from client.opened import Result
from client.reviewer import Session
from crypto.opening import Approval
from crypto.sections import Section
from tests.harness import Running

Given = tuple[reviewer.Given, Approval, bytes]


def desk(world: Running, who: str) -> Desk:
    return Desk(world.house, world.organisation.trust, world.in_force, world.key(who), os.urandom)


def minute(world: Running) -> int:
    return int(world.clock() // 60)


def begin(world: Running, who: str, report: bytes, *sections: Section, action: str = "open") -> Session:
    ring, now = world.key(who), minute(world)
    return reviewer.begin(ring, report, sections, action=action, purpose="TRIAGE", minute=now, draw=os.urandom)


def agree(world: Running, session: Session, who: str) -> list[Given]:
    """Let somebody approve an ask by files, as she would."""
    approver = desk(world, who)
    data = approving.ask_file(session).encode()
    wanted = approving.examine(data, approver.ring, approver.in_force, minute(world))
    file = approving.approve(wanted, approver.fetch(wanted.ask.id), approver.ring).encode()
    return [(one, *approving.check(session, one, world.in_force, minute(world))) for one in approving.given([file])]


def open_(world: Running, who: str, report: bytes, *sections: Section, agreed: Sequence[str] = ()) -> Result:
    mine = desk(world, who)
    session = begin(world, who, report, *sections)
    given = [one for other in agreed for one in agree(world, session, other)]
    return mine.ask(session, mine.fetch(report), given, "to see what can be done", minute(world))
