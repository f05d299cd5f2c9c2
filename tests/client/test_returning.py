"""She comes back with twelve words: US11 and US9, at the command line, against a real house that is no rehearsal."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from client.api import House
from client.errors import UnprovenError
from client.fetching import fetch
from client.inbox import read
from client.letters import UNSEEN
from client.line import Answer as Reply
from client.returning import prove
from client.telling import EMPTY, NO_WITNESS, NOBODY, openings, told
from crypto import words
from crypto.feed import PublicNotes
from crypto.limits import limit
from policies.statements import day_text
from policies.vocabulary import consent_choices
from tests.client.coming_back import Her, People, Recorded, at_the_command_line, look_at, texts
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


def test_an_answer_comes_back_to_her_alone_and_she_sees_who_opened(people: People) -> None:
    her, other = Her(people.world), Her(people.world)
    code, done = people.review("r1", "answer", her.id, "--use", "received")
    assert (code, done["kind"], done["late"], done["slots"]) == (0, "answered", False, 1)
    people.night()
    code, found = people.report(her.said, "look", "--answers")
    (report,) = found["reports"]
    assert (code, found["full"], report["answers"], report["false_answers"]) == (0, True, 1, 0)
    assert report["letters"][0]["text"].startswith("A person has read what you sent.")
    assert report["letters"][0]["author"] == "r1"
    told_of = [(one["role"], one["section"], one["action"], one["purpose"]) for one in report["decisions"]]
    assert told_of == [("desk", "card", "open", "REPLY"), ("desk", "card", "answer", "REPLY")]
    assert report["nobody_has_opened_it"] is False
    _, found = people.report(her.said, "look")
    assert found["reports"][0]["letters"] == []  # not on a screen before she asks for it
    _, found = people.report(other.said, "opened")
    assert found["reports"][0]["nobody_has_opened_it"] is True
    assert found["reports"][0]["decisions"] == []
    _, found = people.report(words.new(os.urandom), "return")
    assert (found["empty"], found["reports"]) == (True, [])


def test_a_short_look_says_of_decisions_only_that_there_were_some(people: People) -> None:
    her = Her(people.world)
    assert people.review("r1", "answer", her.id, "--use", "received")[0] == 0
    people.night()
    _, found = people.report(her.said, "look", "--short", "--answers")
    report = found["reports"][0]
    assert len(report["decisions"]) == 2
    assert all("opened" not in one for one in report["decisions"])
    assert report["answers"] == 1
    lines = "\n".join(told(her.inbox(full=False), letters=False))
    assert "There were decisions about it. Who opened what stands in a full look" in lines
    assert "A person has read" not in lines


def test_requests_are_the_same_with_an_answer_without_one_and_with_other_words(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_answer, without = Her(people.world), Her(people.world)
    assert people.review("r1", "answer", with_answer.id, "--use", "received")[0] == 0
    people.night()
    asked = []
    for said in (with_answer.said, without.said, words.new(os.urandom), words.new_digits(os.urandom)):
        line = Recorded(people.world.server)
        house = House("http://testserver.local", client=line)
        monkeypatch.setattr("client.commands.returning.house_of", lambda *_, house=house: house)
        assert people.report(said, "look", "--answers")[0] == 0
        asked.append(line.asked)
    assert asked[0] == asked[1] == asked[2] == asked[3]
    paths = [path for _, path, _, _ in asked[0]]
    assert {method for method, _, _, _ in asked[0]} == {"GET"}
    assert paths[:6] == [
        "/trust/current", "/trust/bundle-1", "/trust/bundle-1/body", "/trust/directory-1", "/trust/directory-1/body",
        "/log/checkpoint",
    ]  # fmt: skip
    feeds = [path for path in paths if path.startswith("/v1/feed/")]
    assert feeds == sorted(feeds)
    assert len(feeds) == 31
    assert [path.split("/")[2] for path in paths[37:]] == ["tile", "statements", "notices"]


def test_mistyped_words_are_told_by_their_place_and_nothing_is_sent_after(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    her = Her(people.world)
    line = Recorded(people.world.server)
    monkeypatch.setattr("client.commands.returning.house_of", lambda *_: House("http://testserver.local", client=line))
    typed = her.said.split()
    typed[3] = "xyzzy"
    code, found = people.report(" ".join(typed), "look")
    assert (code, found["kind"]) == (2, "usage")
    assert "Word 4 is not in the list." in found["message"]
    assert "xyzzy" not in str(found)
    assert {method for method, _, _, _ in line.asked} == {"GET"}
    shouted = her.said.upper()
    assert people.report(shouted, "look")[1]["empty"] is False


def test_nobody_is_said_only_of_what_arrived_in_the_look(house: Running) -> None:
    her = Her(house)
    look = look_at(house)
    one = her.inbox().sent[0]
    assert one.arrival is not None
    assert one.nobody
    assert NOBODY in "\n".join(openings(her.inbox()))
    after = one.arrival + 1
    shorter = replace(look, start=after, entries=look.entries[after:], notices=look.notices[after:])
    found = read(shorter, words.entropy_of(her.said))
    assert (found.sent[0].arrival, found.sent[0].nobody, found.next) == (None, False, None)
    lines = "\n".join([*told(found, letters=True), *openings(found)])
    assert NOBODY not in lines
    assert EMPTY in lines
    assert NO_WITNESS in told(found, letters=True)


def test_an_answer_to_a_report_out_of_sight_is_not_shown(people: People) -> None:
    her = Her(people.world)
    assert people.review("r1", "answer", her.id, "--use", "received")[0] == 0
    people.night()
    look = look_at(people.world)
    assert texts(her.inbox())
    after = (her.inbox().sent[0].arrival or 0) + 1
    shorter = replace(look, start=after, entries=look.entries[after:], notices=look.notices[after:])
    found = read(shorter, words.entropy_of(her.said))
    assert [letter.state for letter in found.sent[0].letters] == [UNSEEN]
    assert not texts(found)


def _refused(world: Running, bend: Any) -> bool:
    """Whether a look through a line that bends an answer is refused."""
    trust = world.organisation.trust
    house = House("http://testserver.local", client=Recorded(world.server, bend))
    try:
        prove(fetch(house, trust, today=world.clock.day, days=7, full=True), trust)
    except UnprovenError:
        return True
    return False


def test_a_house_that_hides_or_changes_something_is_found(people: People) -> None:
    world = people.world
    her = Her(world)
    people.night()
    mine = 50 * (her.inbox().sent[0].arrival or 0) + 20  # a byte of her own leaf, which no statement is about
    house, day = world.house, world.clock.day
    checkpoint = house.checkpoint()
    feed = f"/v1/feed/{day_text(day - 1)}"
    other = f"/v1/feed/{day_text(day - 2)}"
    notes = PublicNotes.decode(house.log("statements/0"), limit=limit("statements"))
    fewer = PublicNotes(notes=notes.notes[1:]).encode()  # of officers, not of a day's file
    more = PublicNotes(notes=sorted([*notes.notes, (mine // 50, notes.notes[0][1])])).encode()
    another = PublicNotes(notes=[(notes.notes[0][0], notes.notes[1][1]), *notes.notes[1:]]).encode()

    def instead(part: str, data: Any, status: int = 200) -> Any:
        def bend(path: str, answer: Any) -> Any:
            if part not in path:
                return answer
            return Reply(status, data(answer.content) if callable(data) else data, {})

        return bend

    assert not _refused(world, None)
    nothing = b'{"type":"tag:amana,2026:not-found"}'
    for bend in (
        instead("/log/tile/entries", lambda data: data[:mine] + bytes([data[mine] ^ 1]) + data[mine + 1 :]),
        instead("/log/tile/entries", lambda data: data[:-50]),
        instead("/log/statements/0", fewer),
        instead("/log/statements/0", more),
        instead("/log/statements/0", another),
        instead("/log/statements/0", nothing, 404),
        instead("/log/notices/0", lambda data: data[:-1]),
        instead(feed, nothing, 404),
        instead(feed, lambda _: house.feed(other.rpartition("/")[2])),
        instead(feed, lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        instead("/log/checkpoint", checkpoint.replace("\n", "\nx", 1).encode()),
        instead("/trust/current", lambda data: data.replace(b"\nlog ", b"\nlog 1")),
    ):
        assert _refused(world, bend)


def test_an_older_head_than_the_gates_have_read_is_refused(people: People) -> None:
    world = people.world
    old = world.house.checkpoint().encode()
    Her(world)
    people.night()  # the gates say `current` with a head that has her leaf
    assert _refused(world, lambda path, answer: Reply(200, old, {}) if path == "/log/checkpoint" else answer)


def test_a_change_of_consent_counts_at_once_where_it_takes_away(people: People) -> None:
    her = Her(people.world)
    code, found = people.report(her.said, "consent", "--set", "REPLY=no")
    assert (code, found["kind"]) == (2, "usage")  # what she chose is sealed: she says what counts for the rest
    code, found = people.report(her.said, "consent", "--set", "REPLY=no", "--rest", "default")
    assert (code, found["consent"]["REPLY"], found["reports"]) == (0, "no", 1)
    assert people.review("r1", "answer", her.id, "--use", "received")[0] == 1
    _, found = people.report(her.said, "look")
    (wish,) = found["reports"][0]["wishes"]
    assert (wish["place"], wish["closed"], wish["consent"]["REPLY"]) == (1, 0, "no")
    # Wider again: it waits, she sees it, and any narrower one takes it back.
    assert people.report(her.said, "consent", "--set", "reply=yes_without_identity")[0] == 0
    assert people.review("r1", "answer", her.id, "--use", "received")[0] == 1
    people.night(2)
    assert people.review("r1", "answer", her.id, "--use", "received")[0] == 0
    assert [one.place for one in her.inbox().sent[0].wishes] == [1, 2]
    assert people.report(words.new(os.urandom), "consent", "--set", "REPLY=no", "--rest", "no")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["consent"],
        ["consent", "--set", "REPLY"],
        ["consent", "--set", "REPLY=maybe"],
        ["consent", "--set", "TRIAGE=no"],
        ["look", "--days", "8"],
        ["withdraw"],
    ],
)
def test_wrong_use_sends_nothing(people: People, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    her = Her(people.world)
    line = Recorded(people.world.server)
    monkeypatch.setattr("client.commands.returning.house_of", lambda *_: House("http://testserver.local", client=line))
    assert people.report(her.said, *arguments)[0] == 2
    assert all(method == "GET" for method, _, _, _ in line.asked)


def test_withdrawn_changed_her_mind_withdrawn_for_ever(people: People) -> None:
    her = Her(people.world)
    opening = ("open", her.id, "card", "--purpose", "TRIAGE", "-o", "case")
    assert people.review("r1", *opening)[0] == 0
    saved = people.folder / "case" / "card.json"
    assert saved.is_file()
    code, found = people.report(her.said, "withdraw", "--yes")
    assert (code, found["kind"], found["hours"]) == (0, "withdrawn", 168)
    assert [(one["number"], one["decisions"]) for one in found["reports"]] == [(0, 1)]
    assert people.review("r1", "open", her.id, "card", "--purpose", "TRIAGE")[1]["kind"] == "not-found"
    assert not saved.exists()  # her device lets go of it
    assert "taken back" in people.err
    assert people.report(her.said, "withdraw", "--yes")[0] == 1
    assert people.report(her.said, "reopen", "--yes")[0] == 0
    assert people.review("r1", "open", her.id, "card", "--purpose", "TRIAGE")[0] == 0
    assert people.report(her.said, "reopen", "--yes")[0] == 1
    assert people.report(her.said, "withdraw", "--yes")[0] == 0
    assert people.review("r1", "open", her.id, "card", "--purpose", "TRIAGE")[1]["kind"] == "not-found"
    assert people.report(her.said, "reopen", "--yes")[0] == 1
    people.night(8)
    _, found = people.report(her.said, "look")
    report = found["reports"][0]
    assert report["destroyed"]["why"] == "withdrawn"
    assert [one["closed"] for one in report["wishes"]] == [1, 0, 2]
    assert "the log says so" in "\n".join(told(her.inbox(days=30), letters=False))


def test_now_is_at_once_and_without_a_way_back(people: People) -> None:
    her = Her(people.world)
    assert people.report(her.said, "withdraw", "--now", "--yes")[0] == 0
    assert people.report(her.said, "reopen", "--yes")[0] == 1
    people.night()
    assert people.report(her.said, "look")[1]["reports"][0]["destroyed"]["why"] == "withdrawn"


def test_a_house_that_hides_its_log_cannot_keep_her_from_taking_it_back(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    her = Her(people.world)

    def hide(path: str, answer: Any) -> Any:
        return Reply(404, b"{}", {}) if path.startswith("/log/statements") else answer

    monkeypatch.setattr(
        "client.commands.returning.house_of",
        lambda *_: House("http://testserver.local", client=Recorded(people.world.server, hide)),
    )
    assert people.report(her.said, "look")[0] == 3
    assert people.report(her.said, "withdraw", "--yes")[0] == 0
    assert "could not be checked" in people.err
    assert people.review("r1", "open", her.id, "card", "--purpose", "TRIAGE")[1]["kind"] == "not-found"
    monkeypatch.setattr("client.commands.returning.house_of", lambda *_: people.world.house)
    # She did not look, so no wish stands beside it; she can change her mind all the same, and back.
    assert people.report(her.said, "reopen", "--yes")[0] == 0
    assert people.review("r1", "open", her.id, "card", "--purpose", "TRIAGE")[0] == 0
    assert people.report(her.said, "withdraw", "--yes")[0] == 0
    assert people.review("r1", "open", her.id, "card", "--purpose", "TRIAGE")[1]["kind"] == "not-found"


def test_a_follow_up_is_an_envelope_of_the_next_number_and_gates_vouch_for_it(people: People) -> None:
    import json  # noqa: PLC0415

    from tests.samples import samples  # noqa: PLC0415

    her = Her(people.world)
    (people.folder / "more.json").write_text(json.dumps(samples()["S01"]))
    code, made = people.report(her.said, "follow-up", "more.json", "-o", "more.amana")
    assert (code, made["number"]) == (0, 1)
    assert people.report(words.new(os.urandom), "follow-up", "more.json", "-o", "no.amana")[0] == 1
    assert not (people.folder / "no.amana").exists()
    assert people.run("report", "send", "more.amana", "--trust", people.folder / "trust.json")[0] == 0
    assert [one.number for one in her.inbox().sent] == [0, 1]
    assert her.inbox().next == 2
    assert people.review("r1", "open", her.id, "card", "--purpose", "TRIAGE")[0] == 0
    assert "same reporter" not in people.err
    stranger = Her(people.world)
    assert people.review("r1", "open", stranger.id, "card", "--purpose", "TRIAGE")[0] == 0
    assert "same reporter" not in people.err
    assert people.review("r1", "open", made["id"], "card", "--purpose", "TRIAGE")[0] == 0
    assert f"The gates vouch: the same reporter sent {her.id}." in people.err


def test_consent_is_shown_as_she_chose_it(people: People) -> None:
    her = Her(people.world)
    assert people.report(her.said, "consent", "--set", "MEDIA=yes_with_identity", "--rest", "no")[0] == 0
    wish = her.inbox().sent[0].newest
    assert wish is not None
    assert consent_choices(wish.consent)["MEDIA"] == "yes_with_identity"
    lines = "\n".join(told(her.inbox(), letters=False))
    assert "MEDIA: yes with identity" in lines
    assert "waits 24 hours" in lines
    assert NO_WITNESS in lines
