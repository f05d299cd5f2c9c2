"""What a reviewer's device keeps of a report, and lets go of when its reporter takes it back (protocol 17.7)."""

import os
from pathlib import Path

import pytest

from client.errors import UsageError
from client.notebook import Notebook
from client.withdrawn import gone, withdrawn
from crypto.keyfile import KeyRing
from tests.client.coming_back import People, at_the_command_line
from tests.gate.her import Her, append
from tests.harness import Running
from tests.samples import send

ONE, OTHER, THIRD = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32


def test_pages_are_hers_alone_and_survive(tmp_path: Path) -> None:
    ring, stranger = (KeyRing.new("desk", "r1", os.urandom) for _ in range(2))
    key = tmp_path / "r1.key"
    saved = tmp_path / "story.txt"
    saved.write_text("what she wrote")
    Notebook.of(key, ring).note(ONE, files=[saved], seen=7, answered=100)
    Notebook.of(key, ring).note(ONE, kin=[("gate-1", bytes(16))])
    page = Notebook.of(key, ring).page(ONE)
    assert (page.seen, page.answered, page.files, page.kin) == (7, 100, [str(saved)], [("gate-1", bytes(16))])
    with pytest.raises(UsageError):
        Notebook.of(key, stranger)
    assert Notebook.of(key, ring).forget(OTHER) == []
    assert Notebook.of(key, ring).forget(ONE) == [str(saved)]
    assert not saved.exists()
    assert Notebook.of(key, ring).pages == {}


def test_the_same_reporter_is_said_only_where_t_gates_say_it(tmp_path: Path) -> None:
    notebook = Notebook.of(tmp_path / "r1.key", KeyRing.new("desk", "r1", os.urandom))
    kin = [(f"gate-{number}", os.urandom(16)) for number in range(3)]
    notebook.note(ONE, threshold=2, kin=kin)
    notebook.note(OTHER, threshold=2, kin=[*kin[:1], ("gate-1", os.urandom(16))])
    assert notebook.same_reporter(ONE) == []
    notebook.note(THIRD, threshold=2, kin=kin[:2])
    assert notebook.same_reporter(ONE) == [THIRD]
    assert notebook.same_reporter(THIRD) == [ONE]


def test_a_withdrawal_in_the_log_is_found_from_where_she_last_saw_it(world: Running) -> None:
    her = Her(world)
    header = her.kept[0].verified(her.report)
    log = world.organisation.trust.log_policy
    assert not withdrawn(world.house, header, log, since=0)
    index = append(world, [her.withdrawal()])
    assert withdrawn(world.house, header, log, since=0)
    assert withdrawn(world.house, header, log, since=index)
    assert not withdrawn(world.house, header, log, since=index + 1)
    assert not withdrawn(world.house, header, log, since=10**6)
    assert not gone(world.house, her.report)  # the leaf came by another way; this house still hands it out
    assert gone(world.house, os.urandom(32))


def test_a_denial_for_what_was_withdrawn_deletes_and_any_other_denial_does_not(
    world: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A house that goes on handing out what was withdrawn: the gates deny, and the log says why."""
    with at_the_command_line(world, tmp_path / "at", monkeypatch, capsys) as people:
        her = Her(world)
        opening = ("open", her.report.hex(), "card", "--purpose", "TRIAGE")
        assert people.review("r1", *opening, "-o", "case")[0] == 0
        saved = people.folder / "case" / "card.json"
        assert people.review("r1", "open", her.report.hex(), "story", "--purpose", "MEDIA")[0] == 1
        assert saved.exists()
        append(world, [her.withdrawal()])
        code, said = people.review("r1", *opening)
        assert (code, said["kind"]) == (1, "refused")
        assert not saved.exists()


def test_the_list_lets_go_of_asks_sessions_and_approvals(
    world: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_the_command_line(world, tmp_path / "at", monkeypatch, capsys) as people:
        her = Her(world, "S08")
        other = send(world, "S01").hex()
        assert people.review("r1", "open", her.report.hex(), "story", "--purpose", "TRIAGE", "--ask", "s.ask")[0] == 5
        assert people.review("r4", "approve", "s.ask", "-o", "r4.approval", "--yes")[0] == 0
        assert people.review("r1", "open", other, "card", "--purpose", "TRIAGE", "-o", "other")[0] == 0
        files = [people.folder / name for name in ("s.ask", "s.ask.session", "r4.approval")]
        assert all(path.exists() for path in files)
        assert people.review("r1", "list")[0] == 0
        assert all(path.exists() for path in files)
        _withdraw(people, her)
        assert people.review("r1", "list")[0] == 0
        assert [path.name for path in files if path.exists()] == ["r4.approval"]
        assert people.review("r4", "list")[0] == 0
        assert not any(path.exists() for path in files)
        assert (people.folder / "other" / "card.json").exists()


def _withdraw(people: People, her: Her) -> None:
    assert people.report(her.said, "withdraw", "--yes")[0] == 0
