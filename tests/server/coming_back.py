"""What a reporter sends when she comes back, and what a reviewer hands in, made by hand so that a test can bend it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crypto import answers, feed, wishes, words
from crypto.answers import Answer
from crypto.feed import AnswerPost, FeedFile
from crypto.hours import ANY
from crypto.limits import limit
from crypto.slip import PURPOSES
from crypto.wishes import Step, Wishes
from crypto.words import Keys
from policies import feeds
from policies.feeds import FeedNote
from policies.statements import day_text
from server.rounds import Rounds
from tests.harness import Organisation, Running, running
from tests.samples import send

DAY = 86400
CONSENT = bytes([3] * PURPOSES)


@contextmanager
def serious(folder: Path, organisation: Organisation | None = None, **changes: Any) -> Iterator[Running]:
    """A house that is no rehearsal, or the same one started again on its folder."""
    new = organisation is None
    with running(folder, organisation or Organisation(), publish=False) as world:
        if new:
            least = {"rehearsal": False, "widen_hours": 1, "consent_hours": 24}
            world.house.publish(world.organisation.next_bundle(**{**least, **changes}))
            world.house.publish(world.organisation.next_directory())
        gates(world).tell()
        yield world


def gates(world: Running) -> Any:
    return world.server.app.dependencies["gates"].dependency()


def rounds(world: Running) -> Rounds:
    found = world.server.app.dependencies["rounds"].dependency()
    assert isinstance(found, Rounds)
    return found


def ledger(world: Running) -> Any:
    return world.server.app.dependencies["ledger"].dependency()


def later(world: Running, days: int) -> None:
    """So many days on: gates say what is in force, then the house does what is due."""
    world.clock.offset += days * DAY
    gates(world).tell()
    rounds(world).tick()


class Her:
    """A reporter with one report in the house."""

    def __init__(self, world: Running, name: str = "S01") -> None:
        self.world, self.words = world, words.new(os.urandom)
        self.keys: Keys = words.keys(self.words)
        self.report = send(world, name, self.words)

    def body(self, step: Step, place: int | None = None, **changes: Any) -> Wishes:
        given = {"made": self.world.clock.day, "consent": CONSENT, **changes}
        names = self.world.organisation.gate_names
        return wishes.body(step, keys=self.keys, gates=names, place=place, draw=os.urandom, **given)

    def withdraws(self, *, now: bool = False) -> Any:
        return post(self.world, "withdrawals", self.body(wishes.withdraw(self.keys, os.urandom, now=now)))

    def opens_again(self) -> Any:
        return post(self.world, "consents", self.body(wishes.open_again(self.keys)))

    def withdraws_again(self, *, now: bool = False) -> Any:
        return post(self.world, "withdrawals", self.body(wishes.withdraw_again(self.keys, os.urandom, now=now)))

    def narrows(self, place: int | None = 1) -> Any:
        step = wishes.change(wishes.OPEN, os.urandom)
        return post(self.world, "consents", self.body(step, place, consent=bytes([2]) + bytes(PURPOSES - 1)))

    def served(self) -> bool:
        """Whether the house hands out her report: content, slots and list say the same."""
        said = {self.world.server.get(f"/v1/reports/{self.report.hex()}{part}").status_code for part in ("", "/slots")}
        assert said in ({200}, {404})
        listed = self.report.hex() in {one.id for one in self.world.house.reports()}
        assert listed == (said == {200})
        return listed


def post(world: Running, route: str, body: Wishes | bytes) -> Any:
    data = body if isinstance(body, bytes) else body.to_body()
    return world.server.post(f"/v1/{route}", content=data)


def log_size(world: Running) -> int:
    return int(world.house.checkpoint().split("\n")[1])


def rows(world: Running, query: str) -> list[Any]:
    """Ask the database itself, by the house's own library: a second one in a process would take its locks away."""
    with world.server.app.dependencies["database"].dependency().reader.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


class Reply:
    """An answer as a reviewer makes it, with permissions of some gates."""

    def __init__(
        self, world: Running, her: Her, text: str = "We read it. You did right.", who: str = "r1", hours: bytes = ANY
    ) -> None:
        self.world, self.request = world, os.urandom(32)
        self.until = int(world.clock() // 60) + limit("answer_minutes")
        names = world.organisation.gate_names[: world.organisation.threshold]
        parts = {name: answers.part(her.keys.gate(name).answer_key, self.request) for name in names}
        day = world.clock.day
        answer = Answer(id=her.report, request=self.request, author=who, day=day, text=text, hours=hours)
        signature = answer.sign(world.key(who).identity)
        self.slots = answers.seal_answer(answer, signature, reply=her.keys.reply, parts=parts)
        self.names = names

    def message(self, **changes: Any) -> AnswerPost:
        until = changes.get("until", self.until)
        permissions = [
            (name, answers.permit(self.world.key(name).identity, self.request, until)) for name in self.names
        ]
        given = {"request": self.request, "until": until, "slots": self.slots, "permissions": permissions}
        return AnswerPost(**{**given, **changes})

    def post(self, **changes: Any) -> Any:
        return self.world.server.post("/v1/answers", content=self.message(**changes).encode())


def file_of(world: Running, day: int) -> tuple[FeedFile, FeedNote]:
    """A day's file, held against its note, and the note against its leaf."""
    answer = world.server.get(f"/v1/feed/{day_text(day)}")
    assert answer.status_code == 200
    file = FeedFile.decode(answer.content, limit=limit("feed"))
    note = feeds.check_file(file, world.organisation.trust.log_policy)
    assert note.day == day
    assert world.house.statement(note.log) == file.note
    return file, note


def read(world: Running, her: Her, day: int) -> list[str]:
    """The texts that she finds for herself in one file."""
    keys: Mapping[str, bytes] = {name: her.keys.gate(name).answer_key for name in world.organisation.gate_names}
    file, _ = file_of(world, day)
    threshold = world.organisation.threshold
    found = feed.find(file.each(), reply=her.keys.reply, answer_keys=keys, thresholds=[threshold])
    return [one.answer.text if one.answer else "" for one in found]
