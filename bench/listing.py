"""(14) One sheet of lists for the desk: CPU, beside the bare opening of its slots and asking of the rules."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.measure import Spread, interleaved, ratios
from bench.result import Found, Row, Scale
from crypto.hybrid import PrivateKey
from crypto.limits import limit
from crypto.slots import GateSlot
from gate import listing as lists
from policies.decide import Deny, Permit, Rules, decide
from policies.facts import Question
from tests.harness import running
from tests.samples import samples, send
from tests.waiting import desk, make

GATE: Final = "gate-1"


def sheets(scale: Scale) -> Found:
    """Have one made, and do the same without locks, log and sealing."""
    reports = 4 if scale.quick else limit("queue_reports")
    found = Found(f"a sheet of {reports} reports for the desk; CPU of gate and house in one process")
    with tempfile.TemporaryDirectory(dir=scale.folder) as name, running(Path(name)) as world:
        names = sorted(samples())
        ids = [send(world, names[place % len(names)]) for place in range(reports)]
        people = len(desk(world))
        slots = [(one, world.house.slots(one).gates[0]) for one in ids]
        opens, rules = PrivateKey(world.key(GATE).encryption), world.in_force.bundle.rules
        asked = _asked(lambda: make(world))

        def bare() -> float:
            began = time.process_time()
            for one, slot in slots:
                GateSlot.unseal(opens, slot, GATE, one)
            for question in asked:
                decide(rules, question)
            return time.process_time() - began

        def ours() -> float:
            began = time.process_time()
            make(world)
            return time.process_time() - began

        times = interleaved(scale.rounds, {"ours": ours, "bare": bare})
    ratio = ratios(times["ours"], times["bare"])
    mine, other = Spread.of(times["ours"]), Spread.of(times["bare"])
    what = f"seconds, for {people} people"
    found.rows.append(Row(what, mine.text(2), f"{other.text(2)} s for {reports} slots and {len(asked)} questions"))
    found.rows.append(Row("over the bare parts", ratio.text()))
    found.rows.append(Row("milliseconds a report", Spread.of(1e3 * one / reports for one in times["ours"]).text(1)))
    return found


def _asked(work: Callable[[], None]) -> list[Question]:
    """Return the questions that the rules are asked meanwhile."""
    seen: list[Question] = []

    def note(rules: Rules, question: Question) -> Permit | Deny:
        seen.append(question)
        return decide(rules, question)

    vars(lists)["decide"] = note
    try:
        work()
    finally:
        vars(lists)["decide"] = decide
    return seen
