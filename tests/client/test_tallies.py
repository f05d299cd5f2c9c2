"""Statistics of the work: bands by day, and no way to anything finer."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client import auditor, exporting
from client.errors import RefusedError
from client.findings import Fault, Report
from client.folder import Folder
from client.records import NO_KEY
from client.tallies import BANDS, FEWEST, KINDS, band, tallies
from crypto import leaves
from crypto.sections import Section
from policies.feeds import FeedNote
from policies.statements import day_text
from tests.asking import Asking
from tests.client.coming_back import Her, People, at_the_command_line
from tests.harness import Organisation, Running
from tests.server.coming_back import Her as Sender
from tests.server.coming_back import gates, later, serious

ALL = {FEWEST, *(name for _, name in BANDS)}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Running]:
    with serious(tmp_path / "house", answers=4) as world:
        yield world


@pytest.fixture
def people(
    house: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[People]:
    with at_the_command_line(house, tmp_path / "at", monkeypatch, capsys) as found:
        yield found


def said(people: People) -> list[dict[str, str]]:
    """What the command prints of an export made now."""
    exporting.export(people.world.house, people.world.organisation.trust, people.folder / "log")
    trust = people.folder / "trust.json"
    code, found = people.run("audit", "statistics", people.folder / "log", "--as", people.key("a1"), "--trust", trust)
    assert code == 0
    days: list[dict[str, str]] = found["days"]
    return days


def test_a_day_s_work_is_told_in_bands_once_it_is_over(people: People) -> None:
    world = people.world
    day = world.clock.day
    hers = [Sender(world) for _ in range(12)]
    answered = Her(world)
    assert people.review("r1", "answer", answered.id, "--use", "received")[0] == 0
    for one in hers[:10]:
        one.withdraws()
    assert said(people) == []  # a day that goes on would tell each one that comes
    people.night()
    assert said(people) == []
    people.night()
    few = dict.fromkeys(KINDS, FEWEST)
    first = {"day": day_text(day), **few, "received": "10-19", "withdrawn": "10-19"}
    assert said(people) == [first]
    people.night(8)  # ten of them are destroyed: they had come all the same
    assert said(people)[0] == first
    assert said(people)[1] == {"day": day_text(day + 1), **few}


def test_one_report_more_or_none_at_all_is_the_same(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    """The very bytes that are printed, for people and for programs."""
    from client import cli  # noqa: PLC0415

    for count in (0, 1, 5):
        for _ in range(count):
            answered = Her(people.world)
        if count:
            assert people.review("r1", "open", answered.id, "card", "--purpose", "TRIAGE")[0] == 0
            Sender(people.world).withdraws()
        people.night()
    people.night()
    assert len(said(people)) == 3
    bands = [{key: value for key, value in one.items() if key != "day"} for one in said(people)]
    assert bands[0] == bands[1] == bands[2]
    capsys.readouterr()
    files = ["--as", str(people.key("a1")), "--trust", str(people.folder / "trust.json")]
    assert cli.main(["audit", "statistics", str(people.folder / "log"), *files]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len({line.partition("  ")[2] for line in printed}) == 1
    assert set(re.findall(r"\d+", printed[0].partition("  ")[2])) == {"10"}  # of "fewer than 10"


def made(counts: dict[str, int]) -> tuple[Report, list[bytes]]:
    """An audit of a log in which so much happened on the first of two days."""
    report = Report()
    received, withdrawn = counts["received"], counts["withdrawn"]
    key = bytes(32)
    all_leaves = [bytes([1]) * 48] * received + [leaves.withdrawn_tag(_hash(key)) + key] * withdrawn
    report.arrived = set(range(received))
    for day, place in ((100, len(all_leaves)), (101, len(all_leaves) + 1)):
        report.history.feeds.append((place, FeedNote(day=day, slots=4, digest=key, current=None, log=place)))
    return report, all_leaves


def _hash(key: bytes) -> bytes:
    from crypto.hashing import digest  # noqa: PLC0415
    from crypto.labels import Label  # noqa: PLC0415

    return digest(Label.WITHDRAWAL_HASH, key)


def test_nothing_but_four_bands_ever_comes_out() -> None:
    """Every count up to a thousand, twice: alike in a band, four bands, and each wider than one."""
    seen: dict[str, set[int]] = {}
    for count in range(1000):
        report, all_leaves = made({"received": count, "withdrawn": 999 - count})
        (day,) = tallies(report, all_leaves)
        assert set(day.bands) == set(KINDS)
        assert set(day.bands.values()) <= ALL
        assert day.bands["received"] == band(count)
        assert day.bands["withdrawn"] == band(999 - count)
        seen.setdefault(day.bands["received"], set()).add(count)
    assert {name: (min(one), max(one)) for name, one in seen.items()} == {
        FEWEST: (0, 9),
        "10-19": (10, 19),
        "20-49": (20, 49),
        "50 or more": (50, 999),
    }


def test_who_cannot_read_all_counts_nothing() -> None:
    report, all_leaves = made({"received": 1, "withdrawn": 1})
    report.unchecked.append(NO_KEY)
    with pytest.raises(RefusedError):
        tallies(report, all_leaves)


def test_a_log_in_which_something_is_wrong_gives_no_numbers(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    said(people)
    real = auditor.verify

    def wrong(*arguments: Any, **more: Any) -> Report:
        report = real(*arguments, **more)
        report.faults.append(Fault(0, "something"))
        return report

    monkeypatch.setattr(auditor, "verify", wrong)
    trust = people.folder / "trust.json"
    code, found = people.run("audit", "statistics", people.folder / "log", "--as", people.key("a1"), "--trust", trust)
    assert (code, found["ok"]) == (3, False)
    assert "days" not in found


def test_a_request_counts_once_however_many_gates_and_sections_it_has(tmp_path: Path) -> None:
    with serious(tmp_path / "three", Organisation(gates=3, threshold=2)) as world:
        world.house.publish(world.organisation.next_bundle(rehearsal=False, widen_hours=1, consent_hours=24))
        world.house.publish(world.organisation.next_directory())
        gates(world).tell()
        her = Sender(world)
        for _ in range(4):
            Asking(world, "r1", her.report, [Section.CARD, Section.STORY]).send()  # 24 leaves
        later(world, 1)
        later(world, 1)
        exporting.export(world.house, world.organisation.trust, tmp_path / "log")
        found = auditor.verify(tmp_path / "log", world.organisation.trust, auditor=world.key("a1"))
        assert len(found.decisions) == 24
        assert found.faults == []
        (day,) = tallies(found, Folder(tmp_path / "log").leaves)
        assert day.bands["openings asked"] == FEWEST
