"""Two lists about somebody who goes: what she could have opened, and what she did open, before and after."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client import exporting
from client.exposure import NAMELESS, NO_DECISIONS, NO_HOUSE, SHARE, SLOT, UNKNOWN
from crypto.sections import Section
from tests.asking import Asking
from tests.client.coming_back import People, at_the_command_line
from tests.harness import Organisation, Running
from tests.samples import send
from tests.server.coming_back import Her as Sender
from tests.server.coming_back import gates, later, serious

CARD, STORY = Section.CARD, Section.STORY


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with serious(tmp_path / "house", withdraw_hours=1) as world:
        yield world


@pytest.fixture
def people(
    house: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[People]:
    with at_the_command_line(house, tmp_path / "at", monkeypatch, capsys) as found:
        yield found


def said(people: People, name: str, *more: object, key: bool = True) -> dict[str, Any]:
    given = ["--as", people.key("a1")] if key else []
    code, found = people.run("officer", "exposure", name, *more, *given, "--trust", people.folder / "trust.json")
    assert (code, found["kind"]) == (0, "exposure")
    return found


def hours(world: Running, count: int) -> None:
    world.clock.offset += count * 3600
    gates(world).tell()


def ids(rows: list[dict[str, Any]]) -> set[str]:
    return {row["id"] for row in rows}


def why(rows: list[dict[str, Any]], report: bytes) -> str:
    (found,) = [row["why"] for row in rows if row["id"] == report.hex()]
    return str(found)


def test_both_lists_are_exact_before_and_after_a_revocation(people: People) -> None:
    world = people.world
    opened, untouched, two, service = (send(world, name) for name in ("S01", "S03", "S08", "S13"))
    assert Asking(world, "r1", opened, [CARD]).send().gates
    Asking(world, "r2", opened, [CARD]).send()  # refused: her brother serves there
    Asking(world, "r4", two, [STORY]).approve("r1", STORY).send()
    Asking(world, "o1", service, [CARD]).send()  # so that the log shows that r1 holds noise there
    assert said(people, "r1")["ended_at"] is None
    world.house.publish(world.organisation.revocation("r1", world.clock.day))
    for report in (opened, untouched):
        Asking(world, "r1", report, [CARD]).send()
    late = send(world, "S01")  # sealed to the directory that still names her
    world.house.publish(world.organisation.next_directory(without=("r1",)))
    hours(world, 2)
    without = send(world, "S01")
    found = said(people, "r1")
    assert ids(found["could_open"]["before"]) == {one.hex() for one in (opened, untouched, two)}
    assert ids(found["could_open"]["after"]) == {late.hex()}
    assert without.hex() not in str(found)
    assert found["noise"] == 1
    assert [why(found["could_open"]["before"], one) for one in (opened, untouched, two)] == [SHARE] * 3
    assert why(found["could_open"]["after"], late) == SLOT
    assert [(row["id"], row["section"], row["action"], row["enough"]) for row in found["did_open"]["before"]] == [
        (opened.hex(), "card", "open", True)
    ]
    assert found["did_open"]["after"] == []
    assert [(row["id"], row["section"]) for row in found["agreed"]] == [(two.hex(), "story")]
    assert (found["refused"], found["unchecked"]) == (2, [])
    # Her colleague has a share by her pool and ties by her certificate: what stops her is the gates, and they did.
    r2 = said(people, "r2")
    assert why(r2["could_open"]["before"], opened) == SHARE
    assert (r2["ended_at"], r2["did_open"]["before"], r2["refused"]) == (None, [], 1)


def test_without_an_auditors_key_the_first_list_is_longer_and_says_so(people: People) -> None:
    world = people.world
    first, service = send(world, "S01"), send(world, "S13")
    Asking(world, "o1", service, [CARD]).send()
    found = said(people, "r2", key=False)
    assert ids(found["could_open"]["before"]) == {first.hex(), service.hex()}
    assert {row["why"] for row in found["could_open"]["before"]} == {SLOT}
    assert found["unchecked"] == [NO_DECISIONS]


def test_what_was_destroyed_is_counted_and_named_where_an_earlier_export_tells(people: People) -> None:
    world = people.world
    her = Sender(world)
    log = people.folder / "log"
    exporting.export(world.house, world.organisation.trust, log)
    her.withdraws(now=True)
    assert why(said(people, "r1")["could_open"]["before"], her.report) == UNKNOWN
    later(world, 1)
    nameless = said(people, "r1")
    assert (nameless["could_open"]["before"], nameless["unchecked"]) == ([], [NAMELESS.format(1)])
    exporting.export(world.house, world.organisation.trust, log)
    kept = said(people, "r1", log, "--offline")
    assert why(kept["could_open"]["before"], her.report) == UNKNOWN
    assert kept["unchecked"] == [NO_HOUSE]


def test_who_was_left_out_of_the_directory_is_gone_as_well(people: People) -> None:
    world = people.world
    before = send(world, "S01")
    world.house.publish(world.organisation.next_directory(without=("r5",)))
    waiting = send(world, "S01")
    assert said(people, "r5")["ended_at"] is None  # others were changed with it, so it waits
    hours(world, 2)
    after = send(world, "S01")
    assert ids(said(people, "r5")["could_open"]["before"]) == {before.hex(), waiting.hex()}
    Asking(world, "r1", after, [CARD]).send()
    found = said(people, "r5")
    assert found["ended_at"] is not None
    assert ids(found["could_open"]["before"]) == {before.hex(), waiting.hex()}
    assert found["could_open"]["after"] == []
    assert after.hex() not in str(found)


def test_fewer_gates_than_it_takes_opened_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A permit of one gate of three is told, and told apart."""
    with serious(tmp_path / "three", Organisation(gates=3, threshold=2)) as world:
        world.house.publish(world.organisation.next_bundle(rehearsal=False, widen_hours=1, consent_hours=24))
        world.house.publish(world.organisation.next_directory())
        world.server.app.dependencies["gates"].dependency().tell()
        report = send(world, "S01")
        note = world.organisation.revocation("r1", world.clock.day)
        for gate in ("gate-1", "gate-2"):
            assert world.gate_clients[gate].post("/v1/notes", content=note.encode()).status_code == 200
        Asking(world, "r1", report, [CARD]).send()
        with at_the_command_line(world, tmp_path / "at", monkeypatch, capsys) as people:
            found = said(people, "r1")
    assert [(row["id"], row["enough"]) for row in found["did_open"]["before"]] == [(report.hex(), False)]


@pytest.mark.parametrize("arguments", [["nobody"], ["a1"], ["r1", "nowhere", "--offline"], ["r1", "--offline"]])
def test_wrong_use(people: People, arguments: list[str]) -> None:
    trust = people.folder / "trust.json"
    code, found = people.run("officer", "exposure", *arguments, "--as", people.key("a1"), "--trust", trust)
    assert (code, found["kind"]) == (2, "usage")


def test_in_words(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    from client import cli  # noqa: PLC0415

    world = people.world
    report = send(world, "S01")
    Asking(world, "r1", report, [CARD]).send()
    world.house.publish(world.organisation.revocation("r1", world.clock.day))
    trust, key = str(people.folder / "trust.json"), str(people.key("a1"))
    capsys.readouterr()
    assert cli.main(["officer", "exposure", "r1", "--as", key, "--trust", trust]) == 0
    out = capsys.readouterr().out
    assert "Could have opened: 1." in out
    assert "Did open: 1." in out
    assert "Was let open after that: 0." in out
    assert out.count(report.hex()) == 2
