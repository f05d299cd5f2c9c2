"""Lists of what waits (protocol 20): the server lies, one gate of three lies, somebody looks on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec import structs

from client import triage
from client.triage import Queue, Standing
from crypto import sheets
from crypto.limits import limit
from crypto.opening import Pair
from crypto.sheets import QueuePage, Sheet
from tests.harness import Organisation, Running, running
from tests.samples import send
from tests.waiting import desk, make, minute

HERS, NOT_HERS = "r1", "r2"  # r2 has a tie to the police, whom S01 accuses
Bend = Callable[[str, Sheet], Pair | None]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("three"), Organisation(gates=3, threshold=2)) as world:
        yield world


@pytest.fixture(scope="module")
def report(three: Running) -> bytes:
    found = send(three, "S01")
    make(three)
    return found


class Lying:
    """A server that shows what `bend` makes of each gate's sheet; None leaves it out."""

    def __init__(self, world: Running, bend: Bend) -> None:
        self._world, self._bend = world, bend

    def queue(self, number: int) -> QueuePage:
        page = self._world.house.queue(number)
        names = self._world.organisation.gate_names
        honest = [
            Sheet.verify(pair, key(self._world, name), name) for pair, name in zip(page.sheets, names, strict=True)
        ]
        shown = [self._bend(one.gate, one) for one in honest]
        return QueuePage(sheets=[one for one in shown if one is not None])


def key(world: Running, name: str) -> bytes:
    return world.key(name).identity_public


def told(world: Running, who: str, bend: Bend, *, later: int = 0) -> Queue:
    """What she is told by that server, so many minutes later."""
    house: Any = Lying(world, bend)
    return triage.look(house, world.in_force.bundle, world.key(who), minute(world) + later)


def signed(world: Running, sheet: Sheet, by: str | None = None) -> Pair:
    return sheet.sign(world.key(by or sheet.gate).identity)


def marked(world: Running, sheet: Sheet, mark: int) -> Sheet:
    """A sheet that says the same of everything to everybody."""
    bodies = [one for one in world.in_force.directory.body.people if one.role == "desk"]
    said = bytes([mark]) * len(sheet.ids)
    how: dict[str, Any] = {"gate": sheet.gate, "hour": sheet.hour, "number": sheet.number, "ids": sheet.ids}
    return structs.replace(sheet, lists=[sheets.seal_list(one.encryption, said, **how) for one in bodies])


def test_an_honest_server_and_honest_gates(three: Running, report: bytes) -> None:
    """The baseline of this file."""
    honest: Bend = lambda _, sheet: signed(three, sheet)  # noqa: E731
    assert told(three, HERS, honest).standing(report) is Standing.HERS
    assert told(three, NOT_HERS, honest).standing(report) is Standing.NOT_HERS


def test_shows_the_lists_of_another_day(three: Running, report: bytes) -> None:
    """B13: a server that wants nobody to look shows old lists; they count for nothing, and their age is said before."""
    honest: Bend = lambda _, sheet: signed(three, sheet)  # noqa: E731
    late = told(three, HERS, honest, later=(limit("queue_hours") + 1) * 60)
    assert (late.standing(report), late.hour) == (Standing.UNLISTED, None)
    hours = limit("queue_hours") - 1
    assert told(three, HERS, honest, later=hours * 60).age(minute(three) + hours * 60) in {hours - 1, hours}


def test_shows_a_sheet_in_the_place_of_another(three: Running, report: bytes) -> None:
    """B13: what stands under another number, or says that it is another gate's, counts for nothing."""
    moved: Bend = lambda _, sheet: signed(three, structs.replace(sheet, number=1, count=2))  # noqa: E731
    assert told(three, HERS, moved).standing(report) is Standing.UNLISTED
    named: Bend = lambda _, sheet: signed(three, structs.replace(sheet, gate="gate-1"), by=sheet.gate)  # noqa: E731
    assert told(three, HERS, named).hour is None  # one of them is gate-1's own; two are nobody's


@pytest.mark.usefixtures("report")
def test_swaps_the_lists_of_two_people(three: Running) -> None:
    """B13: lists are bound to their sheet by the gate's signature, and to their reader by her key."""

    def swapped(_: str, sheet: Sheet) -> Pair:
        data, signature = signed(three, sheet)
        return data.replace(sheet.lists[0], sheet.lists[1], 1), signature

    for who in desk(three):
        assert told(three, who, swapped).hers == {}


def test_leaves_a_report_or_a_gate_out(three: Running, report: bytes) -> None:
    """B13: one gate that is kept away changes nothing; two, and nobody is told that nothing waits."""
    without: Bend = lambda name, sheet: None if name == "gate-1" else signed(three, sheet)  # noqa: E731
    assert told(three, HERS, without).standing(report) is Standing.HERS
    alone: Bend = lambda name, sheet: signed(three, sheet) if name == "gate-1" else None  # noqa: E731
    found = told(three, HERS, alone)
    assert (found.standing(report), found.hour) == (Standing.UNLISTED, None)
    assert report.hex() in {one.id for one in three.house.reports()}, "it stands in the house's own list all the same"


def test_one_gate_of_three_lists_everything_or_nothing(three: Running, report: bytes) -> None:
    """B13: t gates must say it."""
    everything: Bend = lambda name, sheet: signed(three, marked(three, sheet, 13) if name == "gate-1" else sheet)  # noqa: E731
    assert told(three, NOT_HERS, everything).standing(report) is Standing.NOT_HERS
    nothing: Bend = lambda name, sheet: signed(three, marked(three, sheet, 0) if name == "gate-1" else sheet)  # noqa: E731
    assert told(three, HERS, nothing).standing(report) is Standing.HERS


@pytest.mark.usefixtures("report")
def test_looks_on(three: Running) -> None:
    """B13: whoever has all pages, and no key, sees one size for everybody, whatever waits for whom."""
    pages = [three.house.queue(0) for _ in range(2)]
    assert pages[0] == pages[1], "the same bytes, whoever asks"
    lists = [one for pair in pages[0].sheets for one in Sheet.decode(pair[0], limit=sheets.SHEET_LIMIT).lists]
    assert {len(one) for one in lists} == {sheets.LIST}
    assert len(set(lists)) == len(lists) == 3 * len(desk(three))
    send(three, "S12")  # for others, in another language
    make(three)
    again = [
        one for pair in three.house.queue(0).sheets for one in Sheet.decode(pair[0], limit=sheets.SHEET_LIMIT).lists
    ]
    assert {len(one) for one in again} == {sheets.LIST}
