"""(4) One opening through gate and log, over HTTP between three processes, and the sum of its parts in one."""

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.house import Founded
from bench.measure import Spread
from bench.processes import Served
from bench.result import Found, Picture, Row, Scale
from client import opened, reviewer
from client.api import House
from client.opened import Result
from client.reviewer import Asked, Report, Session
from client.trusting import InForce, in_force
from crypto.checkpoints import TlogProof
from crypto.keyfile import KeyRing
from crypto.relay import DONE, WORKING, DecisionsCall, GateAnswer, OpeningAnswer, ReleasesCall
from crypto.sections import Section
from doors.database import open_database
from gate.app import Gate
from gate.settings import Settings as GateSettings
from policies.trust import Trust
from server import migrate, tree
from server.gates import Gates
from server.ledger import Ledger
from server.trust import TrustStore

FLOOR: Final = 25.0  # milliseconds, median
ASKER: Final = "r1"
PURPOSE: Final = "TRIAGE"
_POLL: Final = 0.0005  # seconds: so that the client's patience is not what is measured


@dataclass(frozen=True, slots=True)
class Reviewer:
    """One person with the report in hand."""

    ring: KeyRing
    in_force: InForce
    trust: Trust
    report: Report

    def begin(self) -> tuple[Session, Asked]:
        """Make a request and seal it to the gate."""
        minute = int(time.time() // 60)
        session = reviewer.begin(
            self.ring, self.report.id, [Section.CARD], action="open", purpose=PURPOSE, minute=minute, draw=os.urandom
        )
        asked = reviewer.request(
            session,
            self.report,
            ring=self.ring,
            in_force=self.in_force,
            sealed_under=self.in_force.bundle,
            given=[],
            because="to see what can be done",
            minute=minute,
            draw=os.urandom,
        )
        return session, asked

    def finish(self, answer: OpeningAnswer, session: Session, asked: Asked) -> Result:
        """Prove every word of the answer, and open the card."""
        result = opened.open_answer(
            answer,
            asked=asked,
            session=session,
            report=self.report,
            role="desk",
            shares=[],
            bundle=self.in_force.bundle,
            log=self.trust.log_policy,
        )
        if Section.CARD not in result.opened:
            raise RuntimeError("not opened")
        return result


def openings(scale: Scale) -> Found:
    """Measure both."""
    found = Found("one opening through gate and log, tick 0, one gate")
    count = 5 if scale.quick else 20 * scale.rounds
    founded = Founded()
    with tempfile.TemporaryDirectory(dir=scale.folder) as name:
        with founded.house(Path(name) / "home", gate=True) as house:
            whole = _over_http(founded, house, count)
        parts = _in_parts(founded, Path(name) / "parts", count)
    spread = Spread.of(whole)
    spreads = {part: Spread.of(values) for part, values in parts.items()}
    total = sum(one.median for one in spreads.values())
    beside = f"sum of its parts without HTTP: {total:.1f} ms"
    held = spread.median <= FLOOR
    found.rows.append(Row("request to card, over HTTP", f"{spread.text(1)} ms", beside, f"< {FLOOR:.0f} ms", held))
    found.rows += [Row(f"part: {part}", f"{one.text(1)} ms") for part, one in spreads.items()]
    found.pictures.append(
        Picture("opening", "Milliseconds of each part of an opening", list(spreads), {"ms": list(spreads.values())})
    )
    return found


def _over_http(founded: Founded, served: Served, count: int) -> list[float]:
    line = House(served.url)
    trust = founded.organisation.trust
    report_id, _, _ = line.submit(founded.seal().encode())
    ring = founded.organisation.keys[ASKER]
    force = _in_force(line, trust)
    one = Reviewer(ring, force, trust, reviewer.take(report_id, line.content(report_id), line.slots(report_id), ring))
    took = []
    for _ in range(count):
        began = time.perf_counter()
        session, asked = one.begin()
        name = line.open(asked.openings)
        while (answer := line.answer(name)).state == WORKING:
            time.sleep(_POLL)
        one.finish(answer, session, asked)
        took.append(1e3 * (time.perf_counter() - began))
    return took[1:]  # the first one connects, and parses the rules


def _in_force(line: House, trust: Trust) -> InForce:
    return in_force(line, trust, today=int(time.time() // 86400))


@dataclass(frozen=True, slots=True)
class _Answer:
    content: bytes
    status_code: int = 200


@dataclass(slots=True)
class _Parts:
    """Stop watches by name."""

    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.took[name].append(1e3 * (time.perf_counter() - began))


def _post_to(gate: Gate) -> Callable[[str, bytes], _Answer]:
    """Hand calls to a gate in this process."""

    def post(path: str, data: bytes) -> _Answer:
        if path == "/v1/decisions":
            return _Answer(gate.decisions(DecisionsCall.decode(data, limit=len(data))))
        return _Answer(gate.releases(ReleasesCall.decode(data, limit=len(data))))

    return post


def _in_parts(founded: Founded, folder: Path, count: int) -> dict[str, list[float]]:
    """The steps of `server.relay`, one after another, with server and gate in this process."""
    organisation = founded.organisation
    name = organisation.gate_names[0]
    gate = Gate(
        GateSettings(folder=folder / "gate", key=organisation.key("gate", name), trust=organisation.trust),
        os.urandom,
        time.time,
    )
    database = open_database(f"sqlite:///{folder / 'server' / 'amana.db'}")
    with database.writer.begin() as connection:
        migrate.upgrade(connection)
    ledger = Ledger(database, organisation.log, os.urandom, time.time)
    ledger.start()
    trust = TrustStore(organisation.trust, database, ledger, os.urandom)
    gates = Gates(ledger, trust, database, {}, {name: _post_to(gate)})
    for publication in founded.published:
        trust.publish(publication)
    sealed = founded.seal()
    ring = organisation.keys[ASKER]
    report = reviewer.take(sealed.id, sealed.content(), sealed.slots(), ring)
    asker = Reviewer(ring, founded.in_force, organisation.trust, report)
    link = gates.links()[name]
    parts = _Parts()
    for _ in range(count):
        with parts.timed("seal request"):
            session, asked = asker.begin()
        opening = dict(asked.openings.blobs)[name]
        with parts.timed("gate decides"):
            reply = link.decide(opening)
        with parts.timed("append, commit"):
            (index,) = gates.keep(name, reply.entries)
            head = ledger.wait_published(index + 1, 60)
        with parts.timed("proof"), database.reader.connect() as connection:
            hashes = tree.Reader(connection).inclusion(index, head.size)
            proofs = [TlogProof(index, tuple(hashes), head.checkpoint).encode()]
        with parts.timed("gate releases"):
            release = link.release(opening, proofs).release
        answer = GateAnswer(gate=name, verdict=[reply.verdict], release=[release], proofs=proofs)
        with parts.timed("prove, open"):
            asker.finish(OpeningAnswer(state=DONE, gates=[answer]), session, asked)
    ledger.stop()
    database.dispose()
    gate.close()
    return {part: values[1:] for part, values in parts.took.items()}
