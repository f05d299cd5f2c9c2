"""US11 at the command line: outside the hours that she named, a screen is as if nobody had written to her."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from client import quiet
from client.errors import UsageError
from client.telling import EMPTY, NOBODY, told
from crypto.hours import ANY, NEVER, hours_of, within
from crypto.words import entropy_of
from tests.client.coming_back import Her, People, at_the_command_line, look_at
from tests.harness import Running
from tests.server.coming_back import Her as Sender
from tests.server.coming_back import Reply, serious

EVENING, NOON = 20 * 60 + 30, 12 * 60  # minutes of her day; S02 says 20:00-21:00


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


def screen(her: Her, minute: int | None) -> str:
    """What `report look` prints at this minute, but for the numbers of days and entries."""
    lines = told(quiet.quiet(her.inbox(), minute), letters=False)
    return re.sub(r"\d+", "0", "\n".join(lines))


def test_outside_her_hours_the_screen_is_that_of_a_report_to_which_nobody_wrote(people: People) -> None:
    answered, silent = Her(people.world, "S02"), Her(people.world, "S02")
    assert people.review("r1", "answer", answered.id, "--use", "received")[0] == 0
    assert people.review("r1", "open", silent.id, "card", "--purpose", "REPLY")[0] == 0
    people.night()
    assert people.review("r1", "thread", answered.id)[0] == 0  # opens the card again, for triage
    assert people.review("r1", "open", silent.id, "card", "--purpose", "TRIAGE")[0] == 0
    for minute in (NOON, 19 * 60 + 59, 21 * 60, 0, None):
        assert screen(answered, minute) == screen(silent, minute)
        assert quiet.QUIET in screen(answered, minute)
        assert "answer you" not in screen(answered, minute)
    assert screen(answered, EVENING) != screen(silent, EVENING)
    assert "There is 0 answer for you" in screen(answered, EVENING)
    assert "was allowed to answer you" in screen(answered, EVENING)
    assert screen(silent, EVENING) == screen(silent, NOON)
    assert all(quiet.ANYWAY in one for one in (screen(answered, NOON), screen(silent, NOON), screen(silent, EVENING)))


def test_the_command_keeps_her_hours_and_shows_anyway_when_she_says_so(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, silent = Her(people.world, "S02"), Her(people.world, "S02")
    assert people.review("r1", "answer", answered.id, "--use", "received")[0] == 0
    assert people.review("r1", "open", silent.id, "card", "--purpose", "REPLY")[0] == 0
    people.night()

    def at(minute: int | None, said: str, *arguments: str) -> dict[str, object]:
        monkeypatch.setattr("client.quiet.her_minute", lambda: minute)
        code, found = people.report(said, *(arguments or ("look",)))
        assert code == 0
        (report,) = found["reports"]
        for one in report["decisions"]:
            del one["index"]
        del report["arrived"]
        return dict(report)

    for arguments in ((), ("look", "--no-answers"), ("opened",)):
        assert at(NOON, answered.said, *arguments) == at(NOON, silent.said, *arguments)
    assert at(NOON, answered.said)["answers"] == 0
    assert at(EVENING, answered.said)["answers"] == 1
    assert at(EVENING, answered.said)["letters"] == []
    shown = at(NOON, answered.said, "look", "--answers")["letters"]
    assert isinstance(shown, list)
    assert shown[0]["text"].startswith("Une personne a lu")
    assert at(NOON, silent.said, "look", "--answers")["letters"] == []


def test_the_hours_come_from_her_card_and_nobody_types_them(people: People) -> None:
    """The desk has no option for it; without hours in the card an answer shows itself at any hour."""
    for sample, hours in (("S01", ANY), ("S02", hours_of("20:00-21:00")), ("S08", hours_of("13:00-14:00"))):
        her = Her(people.world, sample)
        if people.review("r1", "answer", her.id, "--use", "received")[0]:
            assert people.review("r3", "answer", her.id, "--use", "received")[0] == 0
        people.night()
        (letter,) = her.inbox().sent[0].letters
        assert letter.answer is not None
        assert letter.answer.hours == hours


def test_a_card_whose_hours_cannot_be_read_never_means_always(house: Running) -> None:
    assert [hours_of(one) for one in ("evenings", "20:00-20:00", "8-9", "20:00-21:00 ")] == [NEVER] * 4
    assert not any(within(NEVER, minute) for minute in (None, *range(1440)))
    assert all(within(ANY, minute) for minute in (None, *range(1440)))
    with pytest.raises(UsageError, match="safe hours"):
        Her(house, "S01", reply={"mode": "inbox", "safe_window": "evenings"})


def test_where_no_opening_is_left_to_tell_nobody_is_not_said(people: People) -> None:
    """Only answering was decided: to leave that out must not turn into a proof that nothing was."""
    her = Her(people.world, "S02")
    assert people.review("r1", "answer", her.id, "--use", "received")[0] == 0
    people.night()
    inbox = her.inbox()
    (one,) = inbox.sent
    answering = [each for each in one.decisions if each.notice and each.notice.action == "answer"]
    only = replace(inbox, sent=[replace(one, decisions=answering)])
    lines = "\n".join(told(quiet.quiet(only, NOON), letters=False))
    assert NOBODY not in lines
    assert "none of them opened anything" in lines


def test_a_forged_answer_says_no_hours_and_is_told_when_she_asks(house: Running) -> None:
    from client.inbox import read  # noqa: PLC0415
    from client.telling import FALSE_ANSWER  # noqa: PLC0415
    from tests.server.coming_back import gates, rounds  # noqa: PLC0415

    sender = Sender(house)
    assert Reply(house, sender, "Meet us at the bridge.").post().status_code == 202
    house.clock.offset += 86400
    gates(house).tell()
    rounds(house).tick()
    inbox = read(look_at(house), entropy_of(sender.words))
    assert FALSE_ANSWER in "\n".join(told(inbox, letters=False))
    for minute in (None, NOON, EVENING):
        assert FALSE_ANSWER not in "\n".join(told(quiet.quiet(inbox, minute), letters=False))


def test_words_of_nobody_see_the_same_way_to_it(house: Running) -> None:
    from client.inbox import read  # noqa: PLC0415

    nobody = told(quiet.quiet(read(look_at(house), bytes(16)), NOON), letters=False)
    assert nobody[-2:] == [EMPTY, quiet.ANYWAY]


@pytest.mark.parametrize(
    ("zone", "minute"), [("EAT-3", 15 * 60 + 7), ("GMT0", 12 * 60 + 7), ("UTC0", None), ("<+0545>-5:45", 17 * 60 + 52)]
)
def test_her_minute_is_this_machine_s_and_a_machine_without_a_place_has_none(
    zone: str, minute: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.localtime
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        monkeypatch.setattr(
            "client.quiet.time.localtime", lambda: real(1_700_000_000 // 86400 * 86400 + 12 * 3600 + 420)
        )
        assert quiet.her_minute() == minute
    finally:
        monkeypatch.undo()
        time.tzset()
