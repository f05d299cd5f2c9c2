"""(9) The reporter's page on a bad line and a slow phone, beside the same visit without either, in turns."""

from dataclasses import fields
from typing import Final

import pytest

from bench.measure import Spread
from bench.result import Found, Row, Scale
from tests.web.slow_line import SLOW, Line, Visit, house, visit

FLOOR: Final = 60.0  # seconds from "send" to the log's signature, median
_MOST: Final = 3  # rounds: a visit takes half a minute
_QUICK: Final = Line(latency=20, rate=1_000_000, slower=1)
_SAID: Final = {
    "shown": "first screen",
    "verified": "who would open it is verified",
    "whole": "everything fetched",
    "sealed": "sealed, from “send”",
    "received": "acknowledged, from “send”",
    "proven": "proven in the log, from “send”",
}


def visiting(scale: Scale) -> Found:
    """Measure both; where there is no Chromium, say so in the table."""
    line = _QUICK if scale.quick else SLOW
    rate = line.rate * 8 // 1000
    found = Found(f"the reporter's page at {rate} kbit/s, {line.latency} ms, CPU {line.slower} times slower")
    try:
        slow, plain = _in_turns(line, min(scale.rounds, _MOST))
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:
        found.rows.append(Row("a visit", "NOT RUN", str(missing).removeprefix("NOT RUN: ")))
        return found
    for field in fields(Visit):
        there, here = (Spread.of(getattr(one, field.name) for one in many) for many in (slow, plain))
        counts = field.name == "received"
        found.rows.append(
            Row(
                _SAID[field.name],
                f"{there.text(1)} s",
                f"{here.text(2)} s on the machine's own line",
                f"<= {FLOOR:.0f} s" if counts else "",
                there.median <= FLOOR if counts else None,
            )
        )
    found.notes.append(
        "emulated by Chromium, without loss of packets; nothing cached; one browser, one house in process"
    )
    return found


def _in_turns(line: Line, rounds: int) -> tuple[list[Visit], list[Visit]]:
    slow, plain = [], []
    with house() as (way, chrome):
        visit(way, chrome)  # whoever comes first waits for the rules to be parsed
        for _ in range(rounds):
            slow.append(visit(way, chrome, line))
            plain.append(visit(way, chrome))
    return slow, plain
