"""A reporter who comes back, by hand: her wishes as leaves of the log, at the moment and in the order a test wants.

The honest way is over HTTP, and `tests/server` has it. Here the log is given what any server could give it.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from client.findings import Fault
from client.reporter import seal
from crypto import leaves, wishes, words
from crypto.answers import Grant, open_grant
from crypto.envelope import Content, Slots
from crypto.leaves import WISH, WISH_BODY, Entry, Record
from crypto.notes import Signer
from crypto.opening import open_verdict
from crypto.relay import GateAnswer, OpeningAnswer
from crypto.sections import Section
from crypto.slip import PURPOSES
from crypto.wishes import CLOSED, FINAL, OPEN, Wish, WishEntry, Wishes
from crypto.words import Keys
from policies.feeds import FeedNote
from policies.vocabulary import PURPOSES as NAMES
from server.store import statement
from tests.asking import Asking
from tests.attacks.finding import audit
from tests.harness import Organisation, Running, running
from tests.samples import samples

CARD = Section.CARD
HOUR, DAY = 3600, 86400
ALL = bytes([3] * PURPOSES)  # yes to everything, with her identity
NONE = bytes([2]) + bytes(PURPOSES - 1)  # the least that there is


def but(consent: bytes, **values: int) -> bytes:
    """The same consent with other values for some purposes."""
    return bytes(values.get(name, value) for name, value in zip(NAMES, consent, strict=True))


@dataclass
class Kept(Asking):
    """Somebody who kept content and slots of before, as a server or a reviewer can who does not delete."""

    kept: tuple[Content, Slots] | None = None

    @property
    def content(self) -> Content:
        return super().content if self.kept is None else self.kept[0]

    @property
    def slots(self) -> Slots:
        return super().slots if self.kept is None else self.kept[1]

    def echo_of(self, gate: GateAnswer) -> list[bytes]:
        """What a gate says of the slip, and of what she wants now."""
        return open_verdict(
            gate.verdict[0],
            request=self.digest,
            gate=gate.gate,
            public=self.world.key(gate.gate).identity_public,
            session_seed=self.session,
        ).echo


@dataclass
class Her:
    """She, her words, and one report of hers."""

    world: Running
    sample: str = "S01"
    said: str = field(default_factory=lambda: words.new(os.urandom))
    number: int = 0
    months: int = 12
    report: bytes = b""

    def __post_init__(self) -> None:
        sealed = seal(
            samples()[self.sample],
            self.world.in_force,
            self.said,
            number=self.number,
            retention=self.months,
            draw=os.urandom,
        )
        self.report = self.world.send(sealed)
        self.kept = self.world.house.content(self.report), self.world.house.slots(self.report)

    @property
    def keys(self) -> Keys:
        return words.keys(self.said, self.number)

    @property
    def today(self) -> int:
        return self.world.clock.day

    def asking(self, who: str, **more: Any) -> Kept:
        """Somebody asks about her report, for the card to read it unless the test says otherwise."""
        return Kept(self.world, who, self.report, [CARD], kept=self.kept, **more)

    def opens(self, who: str = "r1", **more: Any) -> bool:
        """Whether she gets what she asks for; what is decided and what comes out must be the same."""
        asking = self.asking(who, **more)
        answer = asking.send()
        permitted = asking.permitted(answer)[CARD]
        if asking.action == "open":
            assert bool(asking.released(answer)) is permitted
        return permitted

    def made(
        self, place: int, consent: bytes, *, closed: int = OPEN, made: int | None = None, gate: str = "gate-1"
    ) -> WishEntry:
        """A wish for one gate."""
        wish = Wish(made=self.today if made is None else made, consent=consent, closed=closed)
        key = wishes.place_key(self.keys.gate(gate).consent_key, place)
        return wishes.seal_wish(wish, key, os.urandom)

    def wish(self, place: int, consent: bytes, **more: Any) -> int:
        """Put a wish for every gate into the log; return the index of the first leaf."""
        made = [self.made(place, consent, gate=gate, **more) for gate in self.world.organisation.gate_names]
        return append(self.world, [entry_of(self.world, one) for one in made])

    def withdraw(self, place: int = 1, consent: bytes = NONE, *, now: bool = False) -> int:
        """Withdraw: the leaf that shows her key, and the wishes beside it, as one batch."""
        world = self.world
        made = [
            entry_of(world, self.made(place, consent, closed=FINAL if now else CLOSED, gate=gate))
            for gate in world.organisation.gate_names
        ]
        return append(world, [self.withdrawal(), *made])

    def withdrawal(self) -> Entry:
        """The leaf that closes it."""
        return leaves.withdrawal_entry(self.keys.withdrawal, 1, os.urandom)

    def body(self, step: wishes.Step | None = None, place: int | None = None, consent: bytes = NONE) -> Wishes:
        """What she sends over HTTP."""
        step = step or wishes.withdraw(self.keys, os.urandom, now=False)
        gates = self.world.organisation.gate_names
        return wishes.body(
            step, keys=self.keys, gates=gates, place=place, made=self.today, consent=consent, draw=os.urandom
        )


def entry_of(world: Running, made: WishEntry) -> Entry:
    """What a server appends for one wish."""
    record = Record(kind=WISH, salt=made.salt, body=WISH_BODY)
    sealed = leaves.seal_record(record, world.in_force.directory.auditors, os.urandom)
    return Entry(leaf=made.leaf, record=sealed, notice=made.notice, memo=made.memo)


def append(world: Running, entries: Sequence[Entry]) -> int:
    """Append leaves; return the index of the first one, once it is published."""
    ledger = world.server.app.dependencies["ledger"].dependency()
    first = ledger.submit(lambda _, index: (list(entries), index), urgent=True).result(timeout=30)
    ledger.wait_published(first + len(entries), 30)
    return int(first)


def publish(world: Running, note: Callable[[int], str]) -> int:
    """Append what the log says in public, made for its own index; return that."""
    ledger = world.server.app.dependencies["ledger"].dependency()

    def job(connection: Any, first: int) -> tuple[list[Entry], int]:
        said = note(first)
        kind = said.split("\n", 1)[0]
        row = {"leaf": first, "kind": kind, "number": 0, "note": said, "body": b"", "certificates": b""}
        connection.execute(insert(statement), row)
        return [leaves.public_entry(said, os.urandom)], first

    first = int(ledger.submit(job, urgent=True).result(timeout=30))
    ledger.wait_published(first + 1, 30)
    return first


def feed(world: Running, day: int) -> int:
    """The note of a day's file of answers, as the log makes it when a day has ended."""
    log = world.organisation.log
    slots = [os.urandom(1024) for _ in range(4)]

    def note(index: int) -> str:
        return FeedNote.of(slots, "", day=day, log=index).sign(Signer(log.name, log.identity))

    return publish(world, note)


def follow(world: Running) -> None:
    """Let every gate read the log now."""
    world.server.app.dependencies["gates"].dependency().tell()


def later(world: Running, seconds: float) -> None:
    """Let time pass; gates follow, and sign what is in force on the new day."""
    world.clock.offset += seconds
    follow(world)


@contextmanager
def waiting(folder: Path, *, gates: int = 1, threshold: int = 1, **changes: Any) -> Iterator[Running]:
    """A house in which widening waits a day; the bundle's other values as the test says."""
    organisation = Organisation(gates=gates, threshold=threshold)
    with running(folder, organisation, publish=False) as world:
        world.house.publish(organisation.next_bundle(**{"consent_hours": 24} | changes))
        world.house.publish(organisation.next_directory())
        yield world


def between(world: Running, asking: Asking, what: Callable[[], object], gate: str = "gate-1") -> OpeningAnswer:
    """Let something happen, and the gate read it, after the gate decided and before it is asked to release."""
    client = world.gate_clients[gate]
    honest = client.post

    def post(path: str, *, content: bytes) -> object:
        if path == "/v1/releases":
            client.post = honest
            what()
            follow(world)
        return honest(path, content=content)

    client.post = post
    try:
        return asking.send()
    finally:
        client.post = honest


def tell_gate(her: Her, body: bytes | None = None, gate: str = "gate-1") -> int:
    """Send her withdrawal (or another body) to a gate's own address; return the status."""
    data = her.body().to_body() if body is None else body
    return int(her.world.gate_clients[gate].post("/v1/withdrawals", content=data).status_code)


def released_by(asking: Asking, answer: OpeningAnswer) -> dict[str, bool]:
    """Which gates gave a share."""
    return {one.gate: bool(asking.released(OpeningAnswer(state=answer.state, gates=[one]))) for one in answer.gates}


def grants(asking: Asking, answer: OpeningAnswer) -> dict[str, Grant]:
    """What each gate gave for an answer or a thread."""
    world = asking.world
    return {
        one.gate: open_grant(
            one.release[0],
            request=asking.digest,
            gate=one.gate,
            public=world.key(one.gate).identity_public,
            session_seed=asking.session,
        )
        for one in answer.gates
    }


def faults(world: Running) -> list[Fault]:
    """What an auditor finds wrong with decisions, offline. What else is in the log is not these tests' matter."""
    found = audit(world)
    decisions = {one.index for one in found.audit.decisions}
    assert decisions
    return sorted({one for one in [*found.audit.faults, *found.faults] if one.index in decisions})
