"""What an auditor sees of lists: that they were made, on which days, and by whom (protocol 20.8; auditor (13))."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client import exporting, history, queues_found
from client.auditor import verify
from client.findings import Fault
from policies.queues import QueueNote
from policies.statements import day_text
from tests.client.bending import Bent
from tests.harness import Organisation, Running
from tests.server.coming_back import later, serious
from tests.waiting import make


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Lists on the first day and the third, and none on the second."""
    with serious(tmp_path_factory.mktemp("listing")) as world:
        make(world)
        make(world)
        later(world, 2)
        make(world)
        later(world, 1)
        yield world


@pytest.fixture
def bent(house: Running, tmp_path: Path) -> Bent:
    folder = tmp_path / "log"
    exporting.export(house.house, house.organisation.trust, folder)
    return Bent(folder, house.organisation)


def note(house: Running, *, days: int = 0, by: str = "gate-1", named: str = "gate-1") -> str:
    text = QueueNote(day=house.clock.day + days, gate=named)
    return text.sign(house.key(by).identity)


def faults(bent: Bent) -> list[Fault]:
    return verify(bent.path, bent.organisation.trust, auditor=bent.auditor).faults


def test_a_gate_says_it_once_a_day_and_a_day_without_is_named(house: Running, bent: Bent) -> None:
    report = verify(bent.path, bent.organisation.trust, auditor=bent.auditor)
    assert report.faults == []
    today = house.clock.day
    assert [(one.gate, one.day) for _, one in report.history.queues] == [("gate-1", today - 3), ("gate-1", today - 1)]
    assert f"gate-1 made no lists for reviewers on {day_text(today - 2)}." in report.unchecked


def test_a_second_note_of_a_day_is_a_finding(house: Running, bent: Bent) -> None:
    index = bent.say(note(house, days=-1))  # the same bytes: so it is the same leaf as well
    assert Fault(index, queues_found.AGAIN) in faults(bent)


@pytest.mark.parametrize(("by", "named"), [("r1", "gate-1"), ("r1", "r1"), ("gate-1", "gate-2")])
def test_nobody_else_says_it(house: Running, bent: Bent, by: str, named: str) -> None:
    index = bent.say(note(house, by=by, named=named))
    assert faults(bent) == [Fault(index, history.NOT_A_GATES)]


def test_a_gate_of_another_organisation(bent: Bent) -> None:
    other = Organisation()
    text = QueueNote(day=1, gate="gate-1").sign(other.key("gate", "gate-1").identity)
    index = bent.say(text)
    assert faults(bent) == [Fault(index, history.NOT_A_GATES)]


def test_several_days_are_named_together() -> None:
    assert queues_found.missed("gate-1", [3, 4, 9]) == (
        f"gate-1 made no lists for reviewers on 3 days, the first of them {day_text(3)}."
    )
