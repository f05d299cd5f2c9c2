"""People at work, whatever fails: reporters who send until they have a receipt, reviewers who open, step aside, ask."""

import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

import httpx2

from client.errors import AmanaError
from client.reporter import check_receipt, seal
from client.trusting import InForce
from crypto import opening, words
from crypto.checkpoints import TlogProof
from crypto.envelope import Envelope
from crypto.relay import DONE, OpeningAnswer
from crypto.sections import Section
from tests.asking import Asking
from tests.harness import Running
from tests.samples import samples
from tests.soak.processes import Household

CARD = Section.CARD
_PAUSE = 0.03  # seconds between two tries of one person
_PACE = 0.2  # seconds between two reports of one person


@dataclass
class Steady(Running):
    """A world in which what is in force is fetched once."""

    known: list[InForce] = field(default_factory=list)

    @property
    def in_force(self) -> InForce:
        """What binds; nothing is published while people work here."""
        if not self.known:
            self.known.append(super().in_force)
        return self.known[0]


@dataclass
class Seen:
    """What was promised to people, each entry made only when the promise was in hand."""

    acknowledged: dict[bytes, int] = field(default_factory=dict)
    """Report and the leaf that its receipt names."""
    opened: dict[int, bytes] = field(default_factory=dict)
    """Place and leaf of each decision for which shares were released."""
    aside: set[tuple[bytes, str]] = field(default_factory=set)
    """Who stepped aside from what, and was told so."""
    reads: int = 0
    refusals: int = 0


class Load:
    """Threads that go on until they are told to stop. What one of them finds wrong is raised at the end."""

    def __init__(self, household: Household, *, reporters: int = 3, reviewers: int = 2) -> None:
        self.seen = Seen()
        self.household = household
        self._stop = threading.Event()
        self._wrong: list[BaseException] = []
        self._sealed: list[Envelope] = []
        self._lock = threading.Lock()
        work: list[Callable[[Steady], None]] = [*[self._report] * reporters, *[self._review] * reviewers]
        self._threads = [threading.Thread(target=self._run, args=(one,), daemon=True) for one in work]

    def prepare(self, number: int) -> None:
        """Seal so many reports beforehand: the more are sent a second, the more often a kill meets one."""
        with self.household.world() as world:
            in_force = world.in_force
        said = [words.new(os.urandom) for _ in range(number)]
        self._sealed = [seal(samples()["S01"], in_force, one, draw=os.urandom) for one in said]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)
        if self._wrong:
            raise self._wrong[0]
        assert not any(thread.is_alive() for thread in self._threads), "somebody waits in vain"

    def _run(self, work: Callable[[Steady], None]) -> None:
        with ExitStack() as stack:
            plain = stack.enter_context(self.household.world())
            world = Steady(plain.organisation, plain.folder, plain.clock, plain.house, plain.gate_clients, plain.server)
            while not self._stop.is_set():
                try:
                    work(world)
                except (AmanaError, httpx2.HTTPError, OSError):
                    pass  # somebody was killed: try again
                except BaseException as error:  # noqa: BLE001 - told to whoever ends the load
                    self._wrong.append(error)
                    return
                time.sleep(_PAUSE)

    def _report(self, world: Steady) -> None:
        """Send one report until there is a receipt for it; sometimes once more, for the same receipt."""
        with self._lock:
            if not self._sealed:
                return
            envelope = self._sealed.pop()
        receipt = self._send(world, envelope)
        if receipt is None:
            return
        index = check_receipt(receipt, envelope.id, world.organisation.trust.log_policy)
        self.seen.acknowledged[envelope.id] = index
        time.sleep(_PACE)
        if secrets.randbelow(4) == 0:
            again, _, new = world.house.submit(envelope.encode())
            assert (again, new) == (envelope.id, False)

    def _send(self, world: Steady, envelope: Envelope) -> str | None:
        while not self._stop.is_set():
            try:
                _, receipt, _ = world.house.submit(envelope.encode())
            except (AmanaError, httpx2.HTTPError, OSError):
                time.sleep(_PAUSE)
            else:
                return receipt
        return None

    def _review(self, world: Steady) -> None:
        """Open a card; sometimes step aside from it first, and then it must stay closed."""
        acknowledged = list(self.seen.acknowledged)
        if not acknowledged:
            return
        report, who = secrets.choice(acknowledged), secrets.choice(("r1", "r3", "r4", "r5", "r6", "r7"))
        if secrets.randbelow(6) == 0:
            self._step_aside(world, report, who)
        aside = (report, who) in self.seen.aside
        asking = Asking(world, who, report, [CARD])
        answer = asking.send()
        if answer.state != DONE:
            self.seen.refusals += 1
            return
        released = asking.released(answer)
        for index, leaf in places(asking, answer):
            if released:
                assert not aside, "opened by somebody who had stepped aside"
                self.seen.opened[index] = leaf
        if released:
            assert asking.read(answer, CARD)
            self.seen.reads += 1

    def _step_aside(self, world: Steady, report: bytes, who: str) -> None:
        asking = Asking(world, who, report, [CARD], action="recuse")
        answer = asking.send()
        if answer.state == DONE and asking.permitted(answer) == {CARD: True}:
            self.seen.aside.add((report, who))


def places(asking: Asking, answer: OpeningAnswer) -> list[tuple[int, bytes]]:
    """Return the place and the leaf of each decision in an answer, as its proofs have them."""
    found = []
    for gate in answer.gates:
        verdict = opening.open_verdict(
            gate.verdict[0],
            request=asking.digest,
            gate=gate.gate,
            public=asking.world.key(gate.gate).identity_public,
            session_seed=asking.session,
        )
        for (_, _, leaf), text in zip(verdict.sections, gate.proofs, strict=True):
            proof = TlogProof.parse(text)
            proof.verify(asking.world.organisation.trust.log_policy, leaf)
            found.append((proof.index, leaf))
    return found
