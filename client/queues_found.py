"""On which days gates said that they made lists for reviewers (protocol 20.8; auditor (13)).

Lists are no openings, so the one trace of them is a note a day and gate; a gate makes none before the log has it.
"""

from typing import Final

from client.findings import Report
from policies.statements import day_text

AGAIN: Final = "a second note of one gate about its lists of one day"


def check(report: Report) -> None:
    """Blame a note that is there twice; name the days on which a gate made no lists."""
    seen: set[tuple[str, int]] = set()
    for index, note in report.history.queues:
        if (note.gate, note.day) in seen:
            report.blame(index, AGAIN)
        seen.add((note.gate, note.day))
    days = sorted({note.day for _, note in report.history.feeds})
    gates = report.history.bundles[-1].value.body.gates if report.history.bundles else []
    for name in (gate.name for gate in gates):
        missing = [day for day in days if (name, day) not in seen]
        if missing:
            report.unchecked.append(missed(name, missing))


def missed(gate: str, days: list[int]) -> str:
    """Return the sentence about days on which a gate told nobody what waits."""
    if len(days) == 1:
        return f"{gate} made no lists for reviewers on {day_text(days[0])}."
    return f"{gate} made no lists for reviewers on {len(days)} days, the first of them {day_text(days[0])}."
