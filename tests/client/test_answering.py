"""Reviewers answer, read again what was answered, and are told what is due (protocol 15, US9, US11)."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from client import answering, clocks, replies
from client.asking import Desk
from client.errors import ClosedError, UsageError
from client.letters import FALSE
from crypto import answers, words
from crypto.answers import Grant
from crypto.limits import limit
from policies.statements import day_text
from tests.client.coming_back import Her, People, at_the_command_line, look_at, texts
from tests.client.reviewing import desk
from tests.harness import Organisation, Running, running
from tests.server.coming_back import Her as Reporter
from tests.server.coming_back import Reply, later, rounds, serious

LONG = "We read it. You did right. " * 120


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serious(tmp_path_factory.mktemp("serious"), answers=4) as world:
        yield world


@pytest.fixture
def people(
    house: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[People]:
    with at_the_command_line(house, tmp_path / "at", monkeypatch, capsys) as found:
        yield found


def test_a_long_answer_takes_all_places_and_the_next_one_waits_a_day_and_is_said(people: People) -> None:
    her, other = Her(people.world), Her(people.world)
    today = people.world.clock.day
    (people.folder / "long.txt").write_text(LONG)
    code, done = people.review("r1", "answer", her.id, "--file", "long.txt")
    assert (code, done["slots"], done["late"], done["day"]) == (0, 4, False, day_text(today))
    code, done = people.review("r3", "answer", other.id, "--use", "question", "--language", "fr")
    assert (code, done["slots"], done["late"], done["day"]) == (0, 1, True, day_text(today + 1))
    people.night()
    assert texts(her.inbox()) == [LONG.strip()]
    assert texts(other.inbox()) == []
    people.night()
    assert texts(other.inbox()) == [replies.text("question", "fr")]


def test_who_wants_no_answer_gets_none(people: People) -> None:
    her = Her(people.world, "S06")
    code, done = people.review("r3", "answer", her.id, "--use", "received")
    assert (code, done["kind"]) == (1, "refused")
    assert "no answer" in done["message"]
    people.night()
    sent = her.inbox().sent[0]
    assert [one.notice.action for one in sent.decisions if one.notice] == ["open"]  # nobody asked to answer
    assert sent.letters == []


def test_her_safe_hour_and_her_field_officer_are_said_before_it_goes(people: People) -> None:
    her = Her(people.world, "S02")
    code, done = people.review("r1", "answer", her.id, "--use", "received")
    assert code == 0
    assert any("20:00-21:00" in one for one in done["cautions"])
    assert any("never outside" in one for one in done["cautions"])
    (people.folder / "bad.txt").write_text("We will help the victim. Can we call you?")
    code, done = people.review("r1", "answer", her.id, "--file", "bad.txt")
    assert code == 0
    assert len([one for one in done["cautions"] if one in people.err]) == len(done["cautions"]) >= 5


def test_a_colleague_reads_again_what_was_answered(people: People) -> None:
    her = Her(people.world)
    assert people.review("r1", "thread", her.id)[1]["answers"] == []
    assert people.review("r1", "answer", her.id, "--use", "received")[0] == 0
    assert people.review("r3", "thread", her.id)[1]["answers"] == [{"author": None, "day": None, "text": None}]
    today = people.world.clock.day
    people.night()
    code, found = people.review("r3", "thread", her.id)
    assert code == 0
    assert found["answers"] == [{"author": "r1", "day": today, "text": replies.text("received", "en")}]
    assert people.review("r2", "thread", her.id)[0] == 1  # tied to the police that the report accuses
    actions = [one.notice.action for one in her.inbox().sent[0].decisions if one.notice]
    assert actions.count("thread") == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["answer", "00" * 32],
        ["answer", "00" * 32, "--use", "nothing"],
        ["answer", "00" * 32, "--file", "missing.txt"],
        ["answer", "00" * 32, "--file", "empty.txt"],
        ["answer", "00" * 32, "--file", "turned.txt"],
        ["answer", "00" * 32, "--file", "long.txt"],
        ["thread", "00" * 32, "--purpose", "CURIOSITY"],
    ],
)
def test_wrong_use_asks_nothing(people: People, arguments: list[str]) -> None:
    (people.folder / "empty.txt").write_text(" \n")
    (people.folder / "turned.txt").write_text("to you \u202e to me")
    (people.folder / "long.txt").write_text("x" * (limit("answer_text") + 1))
    before = people.world.house.checkpoint()
    assert people.review("r1", *arguments)[0] == 2
    assert people.world.house.checkpoint() == before


def test_templates_are_there_in_four_languages_and_promise_nothing() -> None:
    for name in replies.names():
        found = {replies.text(name, language) for language in replies.LANGUAGES}
        assert len(found) == 4
        for text in found:
            answering.check_text(text)
            assert len(text.encode()) < 900  # in one place of the file
            assert replies.careful(text) == []
    assert replies.text("received", "am") == replies.text("received", "en")
    with pytest.raises(UsageError):
        replies.text("nothing", "en")


def test_a_first_answer_is_due_in_seven_days_and_the_next_word_in_three_months() -> None:
    assert clocks.due(100, 0, 103) == clocks.Due("a first answer", 107, -4)
    assert not clocks.due(100, 0, 103).pressing
    assert clocks.due(100, 0, 104).pressing
    assert clocks.due(100, 0, 110).late == 3
    assert clocks.due(100, 105, 106) == clocks.Due("word of where it stands", 197, -91)


def test_the_list_says_what_is_due_and_forgets_it_once_it_is_done(people: People) -> None:
    her = Her(people.world)
    day = people.world.clock.day

    def listed() -> dict[str, Any]:
        code, found = people.review("r1", "list")
        assert code == 0
        return next(one for one in found["reports"] if one["id"] == her.id)

    assert (listed()["what"], listed()["due"]) == ("a first answer", day_text(day + 7))
    assert people.review("r1", "answer", her.id, "--use", "received")[0] == 0
    assert (listed()["what"], listed()["due"]) == ("word of where it stands", day_text(day + 92))
    people.review("r3", "thread", her.id)
    notebook = people.key("r1").with_name("r1.key.notebook")
    assert notebook.stat().st_mode & 0o777 == 0o600
    assert bytes.fromhex(her.id) not in notebook.read_bytes()


# -- who must not reach her --------------------------------------------------------------------------------------------


def inbox_states(world: Running, her: Reporter, *, full: bool = False) -> list[str]:
    from client.inbox import read  # noqa: PLC0415

    found = read(look_at(world, full=full), words.entropy_of(her.words))
    return [letter.state for one in found.sent for letter in one.letters]


def test_an_answer_that_no_gate_logged_is_false_in_a_full_look(house: Running) -> None:
    """A grant that was kept, or t gates that did not log: she hears that somebody tried."""
    her = Reporter(house)
    assert Reply(house, her).post().status_code == 202
    later(house, 1)
    assert inbox_states(house, her, full=True) == [FALSE]


def test_a_revoked_reviewer_with_all_that_she_ever_had_writes_nothing(tmp_path: Path) -> None:
    """Even where t gates help her: her signature is of nobody in that day's file."""
    with serious(tmp_path) as world:
        her = Reporter(world)
        world.house.publish(world.organisation.revocation("r1", world.clock.day))
        assert Reply(world, her, who="r1").post().status_code == 202
        later(world, 1)
        assert inbox_states(world, her) == [FALSE]
        world.house.publish(world.organisation.next_directory(without=("r1",)))
        later(world, 1)
        assert Reply(world, her, who="r1").post().status_code == 202
        later(world, 1)
        assert inbox_states(world, her) == [FALSE, FALSE]
        assert Reply(world, her, who="r3").post().status_code == 202
        later(world, 1)
        assert inbox_states(world, her) == [FALSE, FALSE, "real"]


@pytest.mark.parametrize("who", ["c1", "a1"])
def test_only_the_desk_writes(house: Running, who: str) -> None:
    her = Reporter(house)
    assert Reply(house, her, who=who).post().status_code == 202
    later(house, 1)
    assert inbox_states(house, her) == [FALSE]


def test_an_answer_about_another_report_of_hers_is_false(house: Running) -> None:
    """Whoever answers one report under the keys of another mixes them up, or wants her to."""
    her = Reporter(house)
    wrong = Reporter(house)
    wrong.words, wrong.keys = her.words, her.keys  # her keys, the id of a stranger's report
    assert Reply(house, wrong).post().status_code == 202
    later(house, 1)
    assert inbox_states(house, her) == [FALSE]


def test_two_gates_of_three_where_the_first_hands_over_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It said yes and then released nothing: by a withdrawal that it has read and they have not, or by malice."""
    honest = answering._grants  # noqa: SLF001 - what came from the gates

    def without_first(*given: Any, **named: Any) -> Mapping[str, Grant]:
        came = honest(*given, **named)
        empty = Grant(request=came["gate-1"].request, until=0, permission=b"", parts=[])
        return {**came, "gate-1": empty}

    monkeypatch.setattr(answering, "_grants", without_first)
    with running(tmp_path, Organisation(gates=3, threshold=2)) as world:
        her = Reporter(world)
        mine: Desk = desk(world, "r1")
        now = int(world.clock() // 60)
        begun = answering.begin(mine, mine.fetch(her.report), purpose="REPLY", because="", minute=now)
        assert answering.answer(mine, begun, LONG, because="", minute=now).slots == 4
        rounds(world).tick()
        look = look_at(world)
        found = answering.thread(mine, begun, look, purpose="TRIAGE", because="", minute=now)
        assert [one.answer.text for one in found if one.answer] == [LONG]
        assert inbox_states(world, her, full=True) == ["real"]


def test_permissions_of_different_minutes_are_not_mixed(world: Running) -> None:
    """A gate's permission names a minute; the house takes t that name the same."""
    mine = desk(world, "r1")
    request = os.urandom(32)

    def grant(gate: str, until: int, signer: str = "") -> Grant:
        permission = answers.permit(world.key(signer or gate).identity, request, until)
        return Grant(request=request, until=until, permission=permission, parts=[(request, bytes(32))])

    assert answering.permissions(mine, {"gate-1": grant("gate-1", 5)}, 1)[0] == 5
    with pytest.raises(ClosedError):
        answering.permissions(mine, {"gate-1": grant("gate-1", 5)}, 2)
    with pytest.raises(ClosedError):
        answering.permissions(mine, {"gate-1": grant("gate-1", 5, "r1")}, 1)
