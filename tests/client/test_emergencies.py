"""Auditors see who opened alone in an emergency, and who owes a reason (protocol 21)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client import auditor, exporting
from client.emergencies import CLOSED, JUSTIFIED, OVERDUE, UNJUSTIFIED, WAITING
from crypto.sections import Section
from tests.asking import Asking
from tests.client.auditing import some_work
from tests.client.coming_back import People, at_the_command_line
from tests.gate.test_emergency import ticked
from tests.harness import Organisation, Running
from tests.server.coming_back import gates, rounds, serious

CARD, STORY = Section.CARD, Section.STORY


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with serious(tmp_path / "house") as world:
        yield world


@pytest.fixture
def people(
    house: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[People]:
    with at_the_command_line(house, tmp_path / "at", monkeypatch, capsys) as found:
        yield found


def hours(world: Running, count: float) -> None:
    world.clock.offset += count * 3600
    gates(world).tell()
    rounds(world).tick()


def said(people: People, command: str = "emergencies") -> tuple[int, dict[str, Any]]:
    exporting.export(people.world.house, people.world.organisation.trust, people.folder / "log")
    trust = people.folder / "trust.json"
    return people.run("audit", command, people.folder / "log", "--as", people.key("a1"), "--trust", trust)


def states(people: People) -> list[str]:
    return [one["state"] for one in said(people)[1]["emergencies"]]


def test_a_reason_given_at_once_is_shown_to_auditors(people: People) -> None:
    report = ticked(people.world).hex()
    asked = ["open", report, "story", "--purpose", "TRIAGE", "--emergency", "--because", "she is being followed"]
    code, done = people.review("r1", *asked)
    assert (code, done["warnings"]) == (0, [])
    code, found = said(people)
    assert (code, found["ok"]) == (0, True)
    (one,) = found["emergencies"]
    assert (one["id"], one["who"], one["section"]) == (report, "r1", "story")
    assert (one["state"], one["reason"]) == (JUSTIFIED, "she is being followed")
    hours(people.world, 24 * 5)
    assert said(people, "verify")[0] == 0


def test_a_reason_may_come_within_three_days(people: People) -> None:
    report = ticked(people.world).hex()
    code, done = people.review("r1", "open", report, "story", "--purpose", "TRIAGE", "--emergency")
    assert code == 0
    assert "amana review justify" in done["warnings"][-1]
    assert states(people) == [WAITING]
    assert people.review("r1", "justify", report, "--because", " ")[0] == 2
    hours(people.world, 71)
    assert states(people) == [WAITING]
    assert people.review("r1", "justify", report, "--because", "her brother was at the door")[0] == 0
    assert states(people) == [JUSTIFIED]
    hours(people.world, 24 * 5)
    code, found = said(people, "replay")
    assert (code, found["ok"]) == (0, True)


def test_without_one_it_is_a_finding_after_three_days_and_not_before(people: People) -> None:
    report = ticked(people.world)
    Asking(people.world, "r1", report, [STORY], action="emergency", because="  ").send()
    hours(people.world, 24)
    assert said(people, "verify")[0] == 0
    hours(people.world, 72)
    code, found = said(people, "verify")
    assert (code, found["emergencies"][0]["state"]) == (3, OVERDUE)
    assert [one["fault"] for one in found["faults"]] == [UNJUSTIFIED]
    Asking(people.world, "r1", report, [CARD], action="justify").send()  # too late
    assert states(people) == [OVERDUE]


def test_a_reason_of_somebody_else_or_about_another_report_is_none(people: People) -> None:
    report, other = ticked(people.world), ticked(people.world)
    Asking(people.world, "r1", report, [STORY], action="emergency", because="").send()
    Asking(people.world, "r1", other, [CARD], action="justify").send()
    Asking(people.world, "r4", report, [CARD], action="justify").send()
    hours(people.world, 24 * 5)
    assert states(people) == [OVERDUE]


def test_what_its_reporter_took_back_nobody_can_be_asked_about(people: People) -> None:
    from crypto import words  # noqa: PLC0415
    from tests.server.coming_back import Her as Sender  # noqa: PLC0415

    her = Sender(people.world)
    her.words = words.new(bytes)  # words of hers under which a ticked report lies
    her.keys = words.keys(her.words)
    her.report = ticked(people.world, said=her.words)
    Asking(people.world, "r1", her.report, [STORY], action="emergency", because="").send()
    her.withdraws()
    hours(people.world, 24 * 5)
    assert states(people) == [CLOSED]
    assert said(people, "verify")[0] == 0


def test_what_three_gates_permitted_is_one(tmp_path: Path) -> None:
    with serious(tmp_path / "three", Organisation(gates=3, threshold=2)) as world:
        world.house.publish(world.organisation.next_bundle(rehearsal=False, widen_hours=1, consent_hours=24))
        world.house.publish(world.organisation.next_directory())
        gates(world).tell()
        Asking(world, "r1", ticked(world), [STORY], action="emergency").send()
        exporting.export(world.house, world.organisation.trust, tmp_path / "log")
        found = auditor.verify(tmp_path / "log", world.organisation.trust, auditor=world.key("a1"))
    assert (len(found.decisions), len(found.emergencies)) == (3, 1)
    assert found.faults == []


def test_a_log_without_any_says_so(people: People) -> None:
    some_work(people.world)
    code, found = said(people)
    assert (code, found["emergencies"]) == (0, [])


def test_a_card_is_no_emergency(people: People) -> None:
    code, found = people.review("r1", "open", "00" * 32, "card", "--purpose", "TRIAGE", "--emergency")
    assert (code, found["kind"]) == (2, "usage")
