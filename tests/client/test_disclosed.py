"""US9: what no change calls back is listed under the purpose that she takes away (domain 4.1, C4)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from client.disclosed import STAYS, UNSEEN, narrowed, told
from policies.statements import day_text
from tests.client.coming_back import Her, People, at_the_command_line
from tests.harness import Running
from tests.server.coming_back import serious


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


def test_each_purpose_that_she_takes_away_has_its_own_list(people: People) -> None:
    her = Her(people.world)
    day = day_text(people.world.clock.day)
    for purpose in ("TRIAGE", "REPLY"):
        assert people.review("r1", "open", her.id, "card", "--purpose", purpose)[0] == 0
    assert people.review("r1", "answer", her.id, "--use", "received")[0] == 0  # is no reading but of the card
    code, found = people.report(
        her.said, "consent", "--set", "REPLY=ask_me_first", "--set", "MEDIA=no", "--rest", "default"
    )
    assert code == 0
    lines = people.err
    listed = lines[lines.index("What cannot be called back") :].splitlines()
    at = listed.index("- REPLY: read already, and not to be called back")
    assert listed[at + 1] == f"-   {day}: a reviewer opened the card (what you ticked), 2 times"
    assert "- MEDIA: nothing was read" in listed
    assert listed[-1] == f"- {STAYS}"
    assert "answer you" not in lines
    assert [
        (one["purpose"], one["section"], one["times"]) for one in found["read"]["1"] if one["purpose"] == "REPLY"
    ] == [("REPLY", "card", 2)]
    # What stands at no already is not taken away again, so the next change lists only its own purpose.
    assert people.report(her.said, "consent", "--set", "REPLY=no")[0] == 0
    again = people.err[people.err.index("What cannot be called back") :].splitlines()
    assert again[1:] == [
        "- REPLY: read already, and not to be called back",
        f"-   {day}: a reviewer opened the card (what you ticked), 2 times",
        f"- {STAYS}",
    ]


def test_withdrawing_lists_all_of_it_by_purpose(people: People) -> None:
    her = Her(people.world)
    day = day_text(people.world.clock.day)
    for purpose in ("REPLY", "TRIAGE"):
        assert people.review("r1", "open", her.id, "card", "--purpose", purpose)[0] == 0
    code, found = people.report(her.said, "withdraw", "--yes")
    assert code == 0
    listed = people.err[people.err.index("What cannot be called back") :].splitlines()
    once = f"-   {day}: a reviewer opened the card (what you ticked)"
    assert listed[1:] == [
        *("- TRIAGE: read already, and not to be called back", once),
        *("- REPLY: read already, and not to be called back", once),
        f"- {STAYS}",
    ]
    assert [one["purpose"] for one in found["reports"][0]["read"]] == ["REPLY", "TRIAGE"]
    silent = Her(people.world)
    assert people.report(silent.said, "withdraw", "--yes")[0] == 0
    assert "Nothing was read up to now, as the log proves." in people.err


def test_what_was_handed_on_is_told_from_a_look(people: People) -> None:
    her = Her(people.world)
    day = day_text(people.world.clock.day)
    to = ("--to", "Fictional Police Ombuds Office of XV", "--guess", "no", "--harm", "no", "-o", "out")
    assert people.review("r1", "export", her.id, "story", "--purpose", "OVERSIGHT", *to)[0] == 0
    code, found = people.report(her.said, "opened")
    assert code == 0
    assert "export" in {one["action"] for one in found["reports"][0]["decisions"]}
    assert people.report(her.said, "withdraw", "--yes")[0] == 0
    listed = people.err[people.err.index("What cannot be called back") :].splitlines()
    assert f"-   {day}: a reviewer handed on to somebody outside: your words" in listed


def test_a_report_out_of_sight_is_not_said_to_be_unread(people: People) -> None:
    (one,) = Her(people.world).inbox().sent
    assert told(replace(one, arrival=None)) == [UNSEEN, STAYS]


def test_what_was_not_known_before_counts_as_a_yes() -> None:
    assert narrowed(None, bytes([2, 3, *[0] * 13]))[:2] == ["TRIAGE", "SUPPORT"]
    assert narrowed(bytes([2] * 15), bytes([2, 1, 3, *[2] * 12])) == ["REPLY"]
