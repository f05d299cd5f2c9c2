"""Small liars in between: on the line from a client to its house, on the line from the house to a gate, on its disk."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import structs

from client import approving, reviewer
from client.api import House
from client.asking import Desk
from client.line import Answer
from client.opened import Result
from client.reviewer import Session
from client.trusting import in_force
from crypto.hybrid import Draw
from crypto.opening import Approval
from crypto.relay import SYNC_LIMIT, DecisionsCall, ReleasesCall, Sync
from crypto.sections import Section
from tests.harness import Post, Running

Given = tuple[reviewer.Given, Approval, bytes]


@dataclass
class Between:
    """A house as one client is shown it: answers to GET may be others than the true ones."""

    true: Any
    show: Callable[[str, bytes], bytes]

    def get(self, path: str) -> Answer:
        """Ask the true house, then lie."""
        came = self.true.get(path)
        return Answer(came.status_code, self.show(path, came.content), dict(came.headers))

    def post(self, path: str, *, content: bytes) -> Answer:
        """Hand on."""
        came = self.true.post(path, content=content)
        return Answer(came.status_code, came.content, dict(came.headers))


def shown(world: Running, show: Callable[[str, bytes], bytes]) -> House:
    """The house of a client who is lied to."""
    return House("http://testserver.local", client=Between(world.server, show))


@dataclass
class Wire:
    """The line to the gates (`running(..., wrap=wire)`): honest until a path has a bend; remembers all it carried."""

    bends: dict[str, Callable[[str, bytes], bytes]] = field(default_factory=dict)
    carried: list[tuple[str, str, bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def __call__(self, name: str, honest: Post) -> Post:
        """Wrap the way to one gate."""

        def post(path: str, content: bytes) -> Any:
            self.carried.append((name, path, content))
            bend = self.bends.get(path)
            answer = honest(path, content if bend is None else bend(name, content))
            self.answers.append(answer.status_code)
            return answer

        return post

    def sent(self, path: str) -> list[bytes]:
        """What went to one path."""
        return [content for _, where, content in self.carried if where == path]


def on_disk(world: Running, statement: str, *values: object) -> None:
    """Change the server's database under its feet, as its operator can."""
    database = sqlite3.connect(world.folder / "server" / "amana.db")
    try:
        with database:
            database.execute(statement, values)
    finally:
        database.close()


def minute(world: Running) -> int:
    """Of the world's clock."""
    return int(world.clock() // 60)


@dataclass
class Reviewer:
    """A reviewer with the installed software, at a house that may lie."""

    world: Running
    who: str
    house: House
    draw: Draw

    def desk(self) -> Desk:
        """What is in force is read through the same house."""
        trust = self.world.organisation.trust
        seen = in_force(self.house, trust, today=self.world.clock.day)
        return Desk(self.house, trust, seen, self.world.key(self.who), self.draw)

    def begin(self, report: bytes, *sections: Section) -> Session:
        """Make an ask."""
        ring, now = self.world.key(self.who), minute(self.world)
        return reviewer.begin(ring, report, sections, action="open", purpose="TRIAGE", minute=now, draw=self.draw)

    def agree(self, session: Session, other: str) -> list[Given]:
        """Let a colleague agree by files."""
        hers = Reviewer(self.world, other, self.world.house, self.draw).desk()
        wanted = approving.examine(approving.ask_file(session).encode(), hers.ring, hers.in_force, minute(self.world))
        file = approving.approve(wanted, hers.fetch(wanted.ask.id), hers.ring).encode()
        checked = self.world.in_force, minute(self.world)
        return [(one, *approving.check(session, one, *checked)) for one in approving.given([file])]

    def open(self, report: bytes, *sections: Section, agreed: Sequence[str] = ()) -> Result:
        """Ask, prove, open."""
        desk = self.desk()
        session = self.begin(report, *sections)
        given = [one for other in agreed for one in self.agree(session, other)]
        return desk.ask(session, desk.fetch(report), given, "to see what can be done", minute(self.world))


def sync_of(path: str, content: bytes) -> tuple[Sync | DecisionsCall | ReleasesCall, Sync]:
    """The message to a gate, and the part of the log in it."""
    if path == "/v1/sync":
        sync = Sync.decode(content, limit=SYNC_LIMIT)
        return sync, sync
    kind = DecisionsCall if path == "/v1/decisions" else ReleasesCall
    call = kind.decode(content, limit=SYNC_LIMIT)
    return call, call.sync


def bent_sync(path: str, bend: Callable[[Sync], Sync]) -> Callable[[str, bytes], bytes]:
    """Change the part of the log that goes to a gate."""

    def change(_: str, content: bytes) -> bytes:
        message, sync = sync_of(path, content)
        return (bend(sync) if message is sync else structs.replace(message, sync=bend(sync))).encode()

    return change
