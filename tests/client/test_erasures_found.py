"""Erasures: an honest house's are believed, and whoever hides something behind one is found (protocol 17.3)."""

import shutil
from pathlib import Path

import pytest

from client import auditor, decisions, erasures_found, exporting, history, records
from client.auditor import verify
from client.findings import Fault
from client.folder import EARLIER, MEMOS, NOTICES, RECORDS
from crypto import leaves
from crypto.leaves import MEMO, NOTICE
from policies.erasures import Erasure
from policies.retention import RETAINED, WITHDRAWN, due_day
from tests.asking import Asking
from tests.client.aging import (
    CARD,
    MONTHS,
    Aged,
    age,
    arrival,
    audited,
    busy_days,
    copy,
    erasure,
    feed,
    found,
    hold,
    signer,
)
from tests.client.bending import Bent
from tests.gate.her import publish
from tests.harness import OFFICERS


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Aged:
    return age(tmp_path_factory.mktemp("aged"))


@pytest.fixture
def early(aged: Aged, tmp_path: Path) -> Bent:
    """Of an auditor who exported before anything was destroyed."""
    return copy(aged.early, tmp_path / "early")


@pytest.fixture
def late(aged: Aged, tmp_path: Path) -> Bent:
    """Of one who came when it was gone."""
    return copy(aged.late, tmp_path / "late")


def decided(bent: Bent) -> list[int]:
    """The decisions of the first days."""
    return bent.decisions()[:3]


def test_what_an_honest_house_destroyed(aged: Aged) -> None:
    for folder in (aged.early, aged.late):
        report = audited(folder)
        assert report.faults == []
        assert report.counts["erased"] == 2
        assert report.history.erased == {aged.withdrawn, aged.due}
        assert [one.why for _, one in report.history.erasures] == ["withdrawn", "retention"]
        assert verify(folder.path, folder.organisation.trust).faults == []
        assert not (folder.path / RECORDS / str(aged.due)).exists()
    assert sorted(one.name for one in (aged.early.path / EARLIER).iterdir()) == sorted(
        f"{index}.{what}" for index in (aged.withdrawn, aged.due) for what in ("record", "notice", "memo")
    )
    assert not (aged.late.path / EARLIER).exists()


def test_an_erasure_by_nobody(aged: Aged, late: Bent) -> None:
    """Signed by a gate, by all officers, by no one: what it names is missing."""
    victim = decided(late)[-1]
    late.destroy(victim)
    text = Erasure(day=aged.today, why=WITHDRAWN, indexes=(victim,)).text()
    places = [late.say(late.organisation.signed(text, *names)) for names in (["gate-1"], OFFICERS)]
    faults = found(late)
    assert {Fault(place, history.NOT_THE_LOGS) for place in places} <= set(faults)
    assert Fault(victim, records.MISSING) in faults


def test_a_record_missing_that_no_erasure_names(aged: Aged, late: Bent) -> None:
    victim = late.of(leaves.RECEIVED)[0]
    late.destroy(victim)
    assert found(late) == [Fault(victim, records.BESIDE), Fault(victim, records.MISSING)]
    assert aged.due != victim


@pytest.mark.parametrize(("name", "size"), [(NOTICES, NOTICE), (MEMOS, MEMO)])
def test_a_notice_or_memo_missing_that_no_erasure_names(late: Bent, name: str, size: int) -> None:
    victim = late.of(leaves.RECEIVED)[0]
    late.put(name, victim, size, bytes(size))
    assert found(late) == [Fault(victim, records.BESIDE)]


def test_a_decision_destroyed_between_two_others(aged: Aged, late: Bent) -> None:
    """No copy, but the gate's journal goes through its leaf."""
    first, second, third = decided(late)
    late.destroy(second)
    erasure(late, aged.today, second)
    faults = found(late)
    assert Fault(second, erasures_found.NO_ARRIVAL) in faults
    assert Fault(third, auditor.GAP) in faults
    assert first not in {one.index for one in faults}


def test_two_decisions_destroyed_among_others(aged: Aged, late: Bent) -> None:
    """A report that really arrived there is not blamed with them."""
    first, second, third = decided(late)
    for index in (first, second):
        late.destroy(index)
    honest = late.of(leaves.RECEIVED)[0]
    late.destroy(honest)
    erasure(late, aged.today, *sorted((honest, first, second)))
    faults = found(late)
    assert {one.index for one in faults if one.fault == erasures_found.NO_ARRIVAL} == {first, second}
    assert Fault(third, auditor.GAP) in faults


def test_the_last_decision_of_a_gate_is_told_by_a_copy_alone(aged: Aged, early: Bent, late: Bent) -> None:
    """Whoever came later learns what it was from the gate's next decision, and not before: here only its days tell."""
    last = late.decisions()[-1]
    for folder in (early, late):
        keep(folder, last)
        erasure(folder, aged.today, last)
    shutil.rmtree(late.path / EARLIER)
    assert found(late) == [Fault(last, erasures_found.TOO_EARLY)]
    report = audited(early)
    assert report.faults == [Fault(last, erasures_found.TOO_EARLY), Fault(last, erasures_found.NO_ARRIVAL)]
    assert last in {one.index for one in report.decisions}  # and what was decided is known as before


def test_a_copy_that_is_not_as_the_gate_made_it_is_judged(aged: Aged, early: Bent) -> None:
    """A decision that was hidden is held against keys and rules like any other."""
    last = decided(early)[-1]
    early.rewrite(last, {"rules": ["R2.card"]}, gate_signs=False)
    keep(early, last)
    erasure(early, aged.today, last)
    assert {Fault(last, erasures_found.NO_ARRIVAL), Fault(last, decisions.NOT_SIGNED)} <= set(found(early))


@pytest.mark.parametrize("kind", [leaves.WISH, leaves.PAD])
def test_a_wish_or_padding_destroyed_as_a_report(aged: Aged, early: Bent, kind: str) -> None:
    victim = early.of(kind)[0]
    keep(early, victim)
    erasure(early, aged.today, victim)
    assert found(early) == [Fault(victim, erasures_found.NO_ARRIVAL)]


def test_a_public_leaf_or_a_withdrawal_destroyed(aged: Aged, late: Bent) -> None:
    withdrawal = next(index for index, leaf in enumerate(late.leaves) if leaves.is_withdrawal(leaf))
    late.destroy(1)
    late.destroy(withdrawal)
    erasure(late, aged.today, 1, withdrawal)
    faults = found(late)
    assert Fault(1, erasures_found.NO_ARRIVAL) in faults
    assert Fault(1, history.NO_STATEMENT) in faults
    assert Fault(withdrawal, erasures_found.NO_ARRIVAL) in faults


def test_an_erasure_of_what_comes_later(aged: Aged, late: Bent) -> None:
    place = len(late.leaves)
    erasure(late, aged.today, place + 1)
    index = feed(late, aged.today)
    assert index == place + 1
    assert {Fault(place, erasures_found.NO_LEAF), Fault(index, erasures_found.NO_ARRIVAL)} <= set(found(late))
    erasure(late, aged.today + 1, 1 << 40)
    assert Fault(place + 2, erasures_found.NO_LEAF) in found(late)


def test_an_erasure_of_what_was_erased_before(aged: Aged, late: Bent) -> None:
    erasure(late, aged.today + 1, aged.due)
    assert found(late) == [Fault(aged.due, erasures_found.TWICE)]


def test_more_for_withdrawal_than_were_withdrawn(aged: Aged, late: Bent) -> None:
    """One was, and destroyed; so a second cannot have been."""
    victim = late.of(leaves.RECEIVED)[0]
    late.destroy(victim)
    place = erasure(late, aged.today, victim, why=WITHDRAWN)
    assert found(late) == [Fault(place, erasures_found.TOO_MANY)]


def test_too_early(aged: Aged, late: Bent) -> None:
    """The last decision came behind the feed note of yesterday: three months later it may go, and no day sooner."""
    young = late.decisions()[-1]
    yesterday = aged.today - 1
    earliest = due_day(yesterday, 3)
    for day in range(aged.today, earliest + 1):
        feed(late, day)
    keep(late, young)
    shutil.rmtree(late.path / EARLIER)
    soon = copy(late, late.path.parent / "soon")
    erasure(soon, earliest, young)
    # Its own feed note is of that day, too: the day is not believed either.
    assert Fault(young, erasures_found.TOO_EARLY) in found(soon)
    erasure(late, earliest + 1, young)
    assert found(late) == []


def test_an_erasure_before_its_day(tmp_path: Path) -> None:
    """Who says that it is later than it is could destroy too early: a gate that has read it knows the day."""
    with busy_days(tmp_path) as (world, (_, due, stays)):
        day, victim = world.clock.day + MONTHS, arrival(world, due)
        log = signer(world.organisation)
        place = publish(world, lambda _: Erasure(day=day, why=RETAINED, indexes=(victim,)).sign(log))
        exporting.export(world.house, world.organisation.trust, tmp_path / "before")
        Asking(world, "r1", stays, [CARD]).send()
        exporting.export(world.house, world.organisation.trust, tmp_path / "after")
        before, after = (Bent(tmp_path / name, world.organisation) for name in ("before", "after"))
        assert found(before) == [Fault(victim, erasures_found.STILL_THERE)]  # nobody has read it, so nothing else
        assert found(after) == [Fault(victim, erasures_found.STILL_THERE), Fault(place, erasures_found.OTHER_DAY)]


def test_an_erasure_after_the_feed_of_its_day(aged: Aged, late: Bent) -> None:
    victim = late.of(leaves.RECEIVED)[0]
    late.destroy(victim)
    place = erasure(late, aged.today - 1, victim)
    assert found(late) == [Fault(place, erasures_found.OTHER_DAY)]


@pytest.mark.parametrize("what", ["record", "notice", "memo"])
def test_what_is_handed_out_although_it_is_gone(aged: Aged, early: Bent, late: Bent, what: str) -> None:
    kept = (early.path / EARLIER / f"{aged.due}.{what}").read_bytes()
    match what:
        case "record":
            (late.path / RECORDS / str(aged.due)).write_bytes(kept)
        case "notice":
            late.put(NOTICES, aged.due, NOTICE, kept)
        case _:
            late.put(MEMOS, aged.due, MEMO, kept)
    assert found(late) == [Fault(aged.due, erasures_found.STILL_THERE)]
    assert verify(late.path, late.organisation.trust).faults == [Fault(aged.due, erasures_found.STILL_THERE)]


def test_a_copy_excuses_nothing_that_no_erasure_names(early: Bent) -> None:
    victim = early.of(leaves.RECEIVED)[0]
    keep(early, victim)
    assert found(early) == [Fault(victim, records.BESIDE), Fault(victim, records.MISSING)]


@pytest.mark.parametrize(("ended", "kept"), [(False, True), (True, False)])
def test_a_report_that_officers_held(aged: Aged, early: Bent, ended: bool, kept: bool) -> None:  # noqa: FBT001 - a table
    """Known to whoever has a copy of its arrival, which names the id; the order of the log is the judge."""
    victim = early.of(leaves.RECEIVED)[0]
    report = early.record(victim).body
    keep(early, victim)
    organisation, officers = early.organisation, OFFICERS[:2]
    early.say(hold(organisation, report, aged.today - 9, aged.today, *officers))
    if ended:
        early.say(hold(organisation, report, aged.today, aged.today, *officers))
    erasure(early, aged.today, victim)
    early.say(hold(organisation, report, aged.today, aged.today + 9, *officers))  # too late
    assert found(early) == ([Fault(victim, erasures_found.HELD)] if kept else [])


def keep(bent: Bent, index: int) -> None:
    """What an export does with what is gone."""
    place = bent.path / EARLIER
    place.mkdir(exist_ok=True)
    (place / f"{index}.record").write_bytes((bent.path / RECORDS / str(index)).read_bytes())
    for name, file, size in (("notice", NOTICES, NOTICE), ("memo", MEMOS, MEMO)):
        (place / f"{index}.{name}").write_bytes((bent.path / file).read_bytes()[index * size : (index + 1) * size])
    bent.destroy(index)
