"""Holds by two officers, and what is going to be destroyed (protocol 17.4, 17.6)."""

import json
from pathlib import Path

import pytest

from client import holding
from client.cli import main
from client.errors import UsageError
from policies.holds import Hold
from tests.client.coming_back import Her, at_the_command_line
from tests.client.conftest import DAY, PASSPHRASE, Rehearsal
from tests.harness import OFFICERS, Running
from tests.server.coming_back import later, serious

REPORT = bytes([7]) * 32


def test_two_officers_sign_and_the_same_again_is_the_same(rehearsal: Rehearsal) -> None:
    name, note = holding.sign_hold(rehearsal.folder, REPORT, day=DAY, until=DAY + 30)
    assert holding.sign_hold(rehearsal.folder, REPORT, day=DAY, until=DAY + 30) == (name, note)
    assert Hold.verify(note, rehearsal.folder.trust()) == Hold(id=REPORT, day=DAY, until=DAY + 30)
    assert name in {one for one, _ in rehearsal.folder.statements()}
    for until in (DAY - 1, DAY + 367):
        with pytest.raises(UsageError):
            holding.sign_hold(rehearsal.folder, REPORT, day=DAY, until=until)
    (rehearsal.folder.path / "officers" / "officer-1.key").unlink()
    (rehearsal.folder.path / "officers" / "officer-2.key").unlink()
    with pytest.raises(UsageError, match="takes 2 officers"):
        holding.sign_hold(rehearsal.folder, REPORT, day=DAY, until=DAY)


def test_the_command_signs_and_sends_later(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("client.commands.officer.today", lambda: DAY)
    monkeypatch.setattr("client.commands.officer.house_of", lambda *_: rehearsal.house)
    assert main(["officer", "hold", REPORT.hex(), "--until", "2026-12-24", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["kind"], said["sent"]) == ("held", True)
    for wrong in (["--until", "2026-12-24", "--end"], [], ["--until", "soon"]):
        assert main(["officer", "hold", REPORT.hex(), *wrong]) == 2
    assert main(["officer", "hold", REPORT.hex(), "--end", "--no-send", "--json"]) == 0
    assert PASSPHRASE not in capsys.readouterr().out


def test_a_dry_run_says_what_goes_and_why_and_a_hold_is_seen_by_her(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        serious(tmp_path / "house") as world,
        at_the_command_line(world, tmp_path / "at", monkeypatch, capsys) as people,
    ):
        monkeypatch.setenv("AMANA_HOME", str(tmp_path / "house"))
        kept, over, back = Her(world), Her(world), Her(world)
        _hold(world, kept.report, 366)
        assert people.report(back.said, "withdraw", "--yes")[0] == 0
        today = world.clock.day
        here = holding.from_database(tmp_path / "house" / "server" / "amana.db", world.organisation.trust, today + 7)
        assert [(one.id, one.why) for one in here.due] == [(back.report, "withdrawn")]
        soon = today + 366
        there = holding.from_house(world.house, world.organisation.trust, today, soon)
        assert {(one.id, one.why, one.held_until) for one in there.due} == {
            (kept.report, "retention", today + 366),
            (over.report, "retention", None),
        }
        code, said = people.run("officer", "retention", "--trust", people.folder / "trust.json")
        assert code == 2  # nobody destroys by hand
        code, said = people.run("officer", "retention", "--dry-run", "--trust", people.folder / "trust.json")
        assert (code, said["due"], said["reports"]) == (0, [], 3)
        later(world, 8)
        code, said = people.run("officer", "retention", "--dry-run", "--trust", people.folder / "trust.json")
        assert (code, said["due"], said["reports"]) == (0, [], 2)
        assert kept.inbox(days=30).sent[0].held_until == today + 366
        assert over.inbox(days=30).sent[0].held_until is None
        _hold(world, kept.report, 0)
        assert kept.inbox(days=30).sent[0].held_until is None


def _hold(world: Running, report: bytes, days: int) -> None:
    from crypto.relay import Publication  # noqa: PLC0415

    day = world.clock.day
    text = Hold(id=report, day=day, until=day + days).text()
    world.house.publish(Publication(note=world.organisation.signed(text, *OFFICERS[:2])))
