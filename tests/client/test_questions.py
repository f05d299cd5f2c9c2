"""Every question of the catalogue, of an honest house: the answer, its counts, and the leaves that prove it."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from client.errors import UsageError
from client.questions import answered, verdicts
from client.questions.catalogue import CATALOGUE
from client.questions.unusual import usual
from client.questions.verdicts import NO, UNPROVABLE, YES
from crypto.sections import Section
from tests.asking import Asking
from tests.attacks.gates import clean, lie_about_facts
from tests.client.aging import Aged, age, copy
from tests.client.asking_questions import answers, case_of, exported_now, rows
from tests.client.bending import Bent
from tests.client.test_history import without
from tests.harness import Organisation, Running, running
from tests.samples import send
from tests.server.coming_back import Her, later, serious

CARD, STORY, IDENTITY = Section.CARD, Section.STORY, Section.IDENTITY
ABSENT = {15, 21, 22, 23, 25}


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Aged:
    return age(tmp_path_factory.mktemp("aged"))


def test_the_catalogue_is_whole() -> None:
    assert [one.number for one in CATALOGUE] == list(range(1, 26))
    for one in CATALOGUE:
        module, _, name = one.answered_by.partition(":")
        assert callable(getattr(import_module(module), name))
        assert one.question.endswith("?")
        assert one.clean in (YES, NO, "")
    assert len({one.question for one in CATALOGUE}) == len({one.answered_by for one in CATALOGUE}) == len(CATALOGUE)


def test_an_honest_house_has_nothing_to_explain(exported: Bent, aged: Aged) -> None:
    for bent in (exported, aged.early, aged.late):
        found = answers(bent)
        assert {number for number, one in found.items() if one.faults} == set()
        for one in CATALOGUE:
            verdict = found[one.number]
            late = one.number == 13  # reports that nobody looked at for months
            assert verdict.answer in (one.clean or verdict.answer, UNPROVABLE) or late, one
            assert verdict.answer != UNPROVABLE or one.number in {*ABSENT, 13}, one
            assert verdict.sentence.endswith(".")


def test_what_no_log_says_is_said_to_be_so(exported: Bent) -> None:
    found = answers(exported, *ABSENT)
    assert {one.answer for one in found.values()} == {UNPROVABLE}
    assert all("Nothing in this log says it" in one.sentence for one in found.values())


def test_who_can_look_at_records(exported: Bent) -> None:
    assert rows(answers(exported, 21)[21], "auditors") == [("a1", 1, "yes")]


def test_a_log_without_a_witness_has_a_limit(exported: Bent) -> None:
    one = answers(exported, 1)[1]
    assert (one.answer, one.said, one.limited) == (YES, "yes, with a limit", True)
    assert "No witness has seen it." in one.sentence


def test_who_opened_what(exported: Bent) -> None:
    found = answers(exported, 2, 7, 18)
    decisions = exported.decisions()
    assert found[2].counts == {"decisions": 7, "openings": 3}
    assert [row[0] for row in rows(found[2], "decisions")] == decisions
    assert rows(found[2], "by-person") == [("r1", 3, f"{decisions[0]} {decisions[2]} {decisions[3]}")]
    assert {row[0]: row[1] for row in rows(found[2], "by-rule")} == {"R2.card": 2, "R4.identity": 1}
    assert found[7].counts["refusals"] == 3
    assert {row[0] for row in rows(found[7], "by-person")} == {"r1", "r2", "r4"}
    assert [row[0] for row in rows(found[18], "openings")] == [decisions[3]]
    assert rows(found[18], "openings")[0][-1] == "c1"


def test_no_report_is_named_unless_it_is_asked_for(exported: Bent) -> None:
    ids = {one.hex() for one in reports(exported)}
    assert len(ids) == 2
    for one in answers(exported).values():
        assert not any(name[:12] in str(one) for name in ids)
    third = min(reports(exported))
    about = answers(exported, 2, report=third)[2]
    assert {row[0] for row in rows(about, "decisions")} <= set(exported.decisions())
    assert 0 < len(rows(about, "decisions")) < 7
    assert answers(exported, 2, report=bytes(32))[2].answer == UNPROVABLE


def reports(bent: Bent) -> set[bytes]:
    return {bent.record(index).body for index in bent.of("received")}


def test_why_somebody_was_refused_stands_beside_no_name(exported: Bent) -> None:
    """R5.conflict beside r2 would tell that she has ties."""
    for number, one in answers(exported).items():
        for each in one.tables:
            for row in each.rows:
                assert not ("r2" in row and any("R5.conflict" in str(cell) for cell in row)), (number, each.name)
    assert rows(answers(exported, 7)[7], "why")[0] == ("R5.conflict", "fewer than 10")


def test_a_sample_of_reasons_is_the_same_for_everybody(exported: Bent) -> None:
    one, other = answers(exported, 4)[4], answers(exported, 4)[4]
    assert one == other
    assert {row[-1] for row in rows(one, "sample")} == {"to see what can be done"}


def test_counts_reconcile_by_leaves(aged: Aged) -> None:
    for bent in (aged.early, aged.late):
        found = answers(bent, 9, 10, 12)
        counts = found[10].counts
        assert counts == {"received": 3, "open": 1, "closed": 0, "erased": 2, "leaves": len(bent.leaves)}
        assert sum(int(row[1]) for row in rows(found[10], "kinds")) == len(bent.leaves)
        assert [row[2:] for row in rows(found[9], "erasures")] == [("withdrawn", 1), ("retention", 1)]
        assert found[12].counts["destroyed since"] == found[12].counts["withdrawn"] == 1
    assert answers(aged.early, 9)[9].counts["known as arrivals by earlier copies"] == 2
    assert answers(aged.late, 9)[9].counts["known as arrivals by earlier copies"] == 0


def test_what_is_withdrawn_is_closed_until_it_is_destroyed(tmp_path: Path) -> None:
    with serious(tmp_path, withdraw_hours=48) as world:
        hers, other = Her(world), Her(world)
        Asking(world, "r1", hers.report, [CARD]).send()
        hers.withdraws()
        Asking(world, "r1", other.report, [CARD]).send()
        counts = answers(exported_now(world), 10)[10].counts
        assert [counts[name] for name in ("received", "open", "closed", "erased")] == [2, 1, 1, 0]
        hers.opens_again()
        Asking(world, "r1", hers.report, [CARD]).send()  # her gate has no wish of hers: it stays closed
        later(world, 1)
        found = answers(exported_now(world), 10, 12, 17)
        assert (found[12].answer, found[12].faults, found[12].counts["withdrawn"]) == (YES, (), 1)
        assert found[17].answer == NO  # what was opened before is nothing unusual


def test_days_between_arrival_and_a_first_look(tmp_path: Path) -> None:
    with serious(tmp_path) as world:
        send(world, "S03")  # before any day that the log names: nothing can be said
        later(world, 1)
        soon, late, never = Her(world), Her(world), Her(world)
        Asking(world, "r1", soon.report, [CARD]).send()
        later(world, 1)
        later(world, 11)
        Asking(world, "r1", late.report, [CARD]).send()
        found = answers(exported_now(world), 13)[13]
        assert never.report != soon.report
    assert found.answer == NO
    counts = {name: found.counts[name] for name in ("in time", "late", "open")}
    assert counts == {"in time": 1, "late": 1, "open": 2}
    assert found.faults == ()  # a promise of the desk, and no lie of anybody


def test_between_which_days_a_leaf_came(tmp_path: Path) -> None:
    with serious(tmp_path) as world:
        day = world.clock.day
        before = Her(world)
        later(world, 1)
        between = Her(world)
        Asking(world, "r1", between.report, [CARD]).send()
        unread = Her(world)
        bent = exported_now(world)
    found = case_of(bent)
    places = {report: index for index, report in found.audit.ids.items()}
    days = [
        (found.calendar.soonest(places[one.report]), found.calendar.latest(places[one.report]))
        for one in (before, between, unread)
    ]
    assert days == [(None, day + 1), (day + 1, day + 1), (day + 1, None)]


def test_who_changed_the_rules(tmp_path: Path) -> None:
    with running(tmp_path, Organisation(widen_hours=24)) as world:
        report = send(world, "S01")
        Asking(world, "r1", report, [CARD]).send()
        world.house.publish(without(world, "r3"))
        Asking(world, "r1", report, [CARD]).send()
        rules = world.organisation.bundle
        assert rules is not None
        forbid = '\n@id("R0.closed")\nforbid (principal, action, resource) when { resource.tier == 1 };\n'
        world.house.publish(world.organisation.next_bundle(policies=rules.body.policies + forbid, threshold=1))
        world.house.publish(world.organisation.next_directory())
        Asking(world, "r1", report, [CARD]).send()
        found = answers(exported_now(world), 8, 14, 15, 16, 24)
    versions = {(row[1], row[2]): row for row in rows(found[8], "versions")}
    assert versions["bundle", 1][3:5] == ("officer-1 officer-2", 0)
    assert versions["directory", 2][4] == 0  # it only takes away
    assert versions["directory", 3][3:6] == ("officer-2 officer-3", 24, "")  # not used yet
    assert versions["bundle", 2][4] == 0
    told = {(row[1], row[2], row[3]) for row in rows(found[8], "changes")}
    assert ("directory", 2, "person r3: removed") in told
    assert ("directory", 3, "person r3: added") in told
    assert any(re.match("person r1: .*commitment", str(what)) for _, _, what in told)
    assert ("bundle", 2, "policies: see the lines") in told
    lines = [row[3] for row in rows(found[8], "diff")]
    assert '+@id("R0.closed")' in lines
    assert found[16].counts["people who changed their role"] == 0
    people = {row[0]: row for row in rows(found[14], "people")}
    assert people["r3"][3] == ""  # gone, and here again
    assert len(rows(found[15], "directories")) == 3


def test_a_delay_that_was_kept_is_counted(tmp_path: Path) -> None:
    with running(tmp_path, Organisation(widen_hours=24)) as world:
        report = send(world, "S01")
        Asking(world, "r1", report, [CARD]).send()
        world.house.publish(world.organisation.next_directory())
        Asking(world, "r1", report, [CARD]).send()
        world.clock.offset += 30 * 3600
        Asking(world, "r1", report, [CARD]).send()
        bent = exported_now(world)
    (row,) = [one for one in rows(answers(bent, 8)[8], "versions") if one[1:3] == ("directory", 2)]
    assert row[4:] == (24, bent.decisions()[-1], 30, 30)


def test_somebody_far_above_the_others(fresh: Running) -> None:
    hers = [send(fresh, "S01") for _ in range(12)]
    for report in hers:
        Asking(fresh, "r1", report, [CARD]).send()
    for who in ("r5", "r6"):
        Asking(fresh, who, hers[0], [CARD]).send()
    found = answers(exported_now(fresh), 17)[17]
    hints = {(row[1], row[2], row[4]) for row in rows(found, "hints")}
    assert ("openings of one person in a day", "r1", 12) in hints
    assert ("different reports in a day", "r1", 12) in hints
    assert {who for _, who, _ in hints} == {"r1"}
    assert (found.answer, found.faults) == (YES, ())  # a hint is no fault


def test_a_clock_that_went_back(fresh: Running) -> None:
    report = send(fresh, "S01")
    fresh.clock.offset += 3 * 3600
    Asking(fresh, "r1", report, [CARD]).send()
    fresh.clock.offset -= 3 * 3600
    Asking(fresh, "r1", report, [CARD]).send()
    bent = exported_now(fresh)
    (row,) = rows(answers(bent, 17)[17], "hints")
    assert (row[0], row[1], row[4]) == (bent.decisions()[1], "hours that a gate went back", 3)


def test_what_came_into_the_log_too_late_to_be_released(aged: Aged, tmp_path: Path) -> None:
    """Decided in the first days, in the log behind files of later days: no gate released it."""
    bent = copy(aged.late, tmp_path / "late")
    first, *_, last = case_of(bent).decided()
    here = {"size": first.decision.size, "minute": first.decision.minute, "root": first.decision.root}
    bent.rewrite(last.index, dict(here), gate_signs=True)
    found = answers(bent, 20)[20]
    assert (found.answer, found.counts["too late"]) == (YES, 1)
    assert [row[0] for row in rows(found, "late")] == [last.index]


def test_a_person_above_her_colleagues_over_many_days(tmp_path: Path) -> None:
    with serious(tmp_path) as world:
        hers = [Her(world) for _ in range(5)]
        for number in range(3):
            for one in hers:
                Asking(world, "r1", one.report, [CARD]).send()
            for who in ("r4", "r5"):
                Asking(world, who, hers[number].report, [CARD]).send()
            later(world, 1)
        found = answers(exported_now(world), 17)[17]
    assert [(row[1], row[2], row[4]) for row in rows(found, "hints")] == [("openings of one person in all", "r1", 15)]


def test_two_of_three_gates_make_one_opening(three_gates: Running) -> None:
    report = send(three_gates, "S01")
    Asking(three_gates, "r1", report, [CARD]).send()
    lie_about_facts(three_gates, "gate-2", clean)
    Asking(three_gates, "r2", report, [CARD]).send()  # one gate alone lets her in: nothing opens
    found = answers(exported_now(three_gates), 2)[2]
    assert (found.counts["decisions"], found.counts["openings"]) == (6, 1)
    assert [row[:2] for row in rows(found, "by-person")] == [("r1", 1)]


@pytest.mark.parametrize(
    ("values", "most"), [([], 10), ([1, 1, 1], 10), ([20, 20, 20, 500], 20), ([10, 20, 30], 20 + 3 * 14.826)]
)
def test_what_stands_out_is_told_by_medians(values: list[int], most: float) -> None:
    assert usual(values) == pytest.approx(most)


def test_who_became_auditor_later_answers_for_her_own_time(fresh: Running) -> None:
    report = send(fresh, "S01")
    Asking(fresh, "r1", report, [CARD]).send()
    people = {**fresh.organisation.people}
    people["auditors"] = [*people["auditors"], {"name": "a9"}]
    fresh.organisation.people = people
    fresh.house.publish(fresh.organisation.next_directory())
    Asking(fresh, "r1", report, [CARD]).send()
    found = answered.answer(case_of(exported_now(fresh), who="a9"))
    for one in found:
        if one.question.number != 1:
            part = one.verdict.answer == UNPROVABLE and one.verdict.sentence.startswith("Only for the part")
            assert part != one.question.public, one.question
            assert one.verdict.faults == ()


def test_a_number_that_is_none(exported: Bent) -> None:
    with pytest.raises(UsageError):
        answers(exported, 26)


def test_names_of_tables_are_names_of_files(exported: Bent) -> None:
    for number, one in answers(exported).items():
        names = [each.name for each in one.tables]
        assert len(set(names)) == len(names), number
        assert all(re.fullmatch(r"[a-z-]+", name) for name in names)
        for each in one.tables:
            assert all(len(row) == len(each.columns) for row in each.rows)


def test_a_list_of_leaves_ends() -> None:
    found = verdicts.tally("t", "what", [("x", index) for index in range(250)])
    assert found.rows[0][1] == 250
    assert str(found.rows[0][2]).endswith("99 and 150 more")


def test_the_document_lists_the_same_questions() -> None:
    text = (Path(__file__).parents[2] / "docs" / "auditing.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.split("\n") if line[:3] == "| 1"]
    assert rows
    for one in CATALOGUE:
        assert f"| {one.number} | {one.question} | {one.proves} |" in text
    for said in ("Nobody did, as certificates, slips and the log before it say.", "Two people stood behind each."):
        assert said in text  # as the command says it
