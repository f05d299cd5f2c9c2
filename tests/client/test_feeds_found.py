"""Files of answers as an auditor sees them: one a day, in its place, of one size (protocol 18, auditor (10))."""

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from client import exporting, feeds_found, history
from client.auditor import verify
from client.findings import WHOLE, Fault, Report
from policies.feeds import FeedNote
from tests.asking import Asking
from tests.client.aging import CARD, MONTHS, Aged, age, audited, copy, feed, found
from tests.client.bending import Bent
from tests.harness import Organisation, Running
from tests.server.coming_back import Her, Reply, gates, later, rounds, rows, serious


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Aged:
    return age(tmp_path_factory.mktemp("aged"))


@pytest.fixture
def bent(aged: Aged, tmp_path: Path) -> Bent:
    return copy(aged.late, tmp_path / "bent")


def exported(world: Running) -> Report:
    folder = world.folder / "log"
    exporting.export(world.house, world.organisation.trust, folder)
    return audited(Bent(folder, world.organisation))


def test_an_honest_house_makes_one_a_day(aged: Aged) -> None:
    report = audited(aged.late)
    assert report.faults == []
    assert [note.day for _, note in report.history.feeds] == list(range(aged.today - MONTHS - 1, aged.today))


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        (0, None),
        (1, feeds_found.SKIPPED),
        (400, feeds_found.SKIPPED),
        (-1, feeds_found.AGAIN),
        (-MONTHS - 1, feeds_found.AGAIN),
        (-MONTHS - 2, feeds_found.BACKWARDS),
    ],
)
def test_the_days_follow(aged: Aged, bent: Bent, day: int, fault: str | None) -> None:
    index = feed(bent, aged.today + day)
    wanted = [] if fault is None else [Fault(index, fault)]
    assert found(bent) == wanted
    assert verify(bent.path, bent.organisation.trust).faults == wanted  # without a key as well
    if fault == feeds_found.AGAIN:  # and what follows is judged by the newest day
        feed(bent, aged.today)
        assert found(bent) == wanted


def test_a_note_of_another_place(aged: Aged, bent: Bent) -> None:
    index = feed(bent, aged.today, log=len(bent.leaves) - 1)
    assert found(bent) == [Fault(index, feeds_found.ELSEWHERE)]


@pytest.mark.parametrize("slots", [31, 33])
def test_more_or_fewer_slots_than_the_bundle_says(aged: Aged, bent: Bent, slots: int) -> None:
    index = feed(bent, aged.today, slots=slots)
    assert found(bent) == [Fault(index, feeds_found.SLOTS)]


def test_a_note_that_the_log_did_not_sign(aged: Aged, bent: Bent) -> None:
    text = FeedNote.of([bytes(1024)] * 32, "", day=aged.today, log=len(bent.leaves)).text()
    index = bent.say(bent.organisation.signed(text, "gate-1"))
    assert found(bent) == [Fault(index, history.NOT_THE_LOGS)]


def test_another_number_of_slots_from_the_next_bundle_on(tmp_path: Path) -> None:
    with serious(tmp_path, answers=8) as world:
        later(world, 1)
        world.house.publish(
            world.organisation.next_bundle(answers=12, rehearsal=False, widen_hours=1, consent_hours=24)
        )
        later(world, 2)
        report = exported(world)
        assert report.faults == []
        assert [note.slots for _, note in report.history.feeds] == [8, 12, 12]
        bent = Bent(world.folder / "log", world.organisation)
        index = feed(bent, world.clock.day, slots=8)
        assert found(bent) == [Fault(index, feeds_found.SLOTS)]


def test_a_rehearsal_makes_todays_file_again_and_again(fresh: Running) -> None:
    her = Her(fresh)
    gates(fresh).tell()
    for _ in range(2):
        assert Reply(fresh, her).post().status_code == 202
        rounds(fresh).tick()
    later(fresh, 1)
    report = exported(fresh)
    assert report.faults == []
    days = [note.day for _, note in report.history.feeds]
    assert days == [fresh.clock.day - 1] * 3
    bent = Bent(fresh.folder / "log", fresh.organisation)
    feed(bent, fresh.clock.day)
    index = feed(bent, fresh.clock.day - 1)  # but not that of an earlier day
    assert found(bent) == [Fault(index, feeds_found.AGAIN)]


def test_a_house_that_stops_making_them(tmp_path: Path) -> None:
    """Nothing in the log is wrong; only gates say that days went by."""
    with serious(tmp_path) as world:
        report = Her(world).report
        Asking(world, "r1", report, [CARD]).send()
        rounds(world).stop()
        for days, faults in ((1, []), (1, [Fault(WHOLE, feeds_found.STOPPED)])):
            later_without_rounds(world, days)
            Asking(world, "r1", report, [CARD]).send()
            assert exported(world).faults == faults
        rounds(world).tick()  # and an honest one that was away for days makes up for it
        assert exported(world).faults == []


def test_a_house_that_begins_too_late(tmp_path: Path) -> None:
    with serious(tmp_path) as world:
        rounds(world).stop()
        report = Her(world).report
        Asking(world, "r1", report, [CARD]).send()
        ((first,),) = rows(world, "SELECT day FROM calendar")
        forget(world, first + 1)
        later(world, 2)
        found = exported(world)
        ((index, note),) = found.history.feeds
        assert note.day == first + 1
        assert found.faults == [Fault(index, feeds_found.SKIPPED)]


def test_one_gate_whose_clock_lies_blames_nobody(tmp_path: Path) -> None:
    """Two of three open something; so two of three are believed about the day."""
    organisation = Organisation(gates=3, threshold=2)
    with serious(tmp_path, organisation) as world:
        world.house.publish(organisation.next_bundle(rehearsal=False, widen_hours=1, consent_hours=24))
        world.house.publish(organisation.next_directory())
        gates(world).tell()
        Asking(world, "r1", Her(world).report, [CARD]).send()
        later(world, 1)
        report = exported(world)
    assert report.faults == []
    assert len(report.decisions) == 3
    for wrong, away in ((1, 30 * 1440), (1, -30 * 1440)):
        assert judged(report, wrong, away) == []
    assert judged(report, 2, 30 * 1440) == [Fault(WHOLE, feeds_found.STOPPED)]
    assert judged(report, 2, -30 * 1440) == [Fault(report.history.feeds[0][0], feeds_found.SKIPPED)]


def judged(report: Report, wrong: int, away: int) -> list[Fault]:
    """The faults of the days where so many gates say another minute."""
    lying = [structs.replace(one.decision, minute=one.decision.minute + away) for one in report.decisions[:wrong]]
    told = [replace(one, decision=lie) for one, lie in zip(report.decisions[:wrong], lying, strict=True)]
    bent = Report(size=report.size, decisions=[*told, *report.decisions[wrong:]], history=report.history)
    feeds_found.check(bent)
    return bent.faults


def forget(world: Running, day: int) -> None:
    """What a house does that made no file before this day."""
    with world.server.app.dependencies["database"].dependency().writer.begin() as connection:
        connection.exec_driver_sql("UPDATE calendar SET day = ?", (day,))


def later_without_rounds(world: Running, days: int) -> None:
    world.clock.offset += days * 86400
    gates(world).tell()
