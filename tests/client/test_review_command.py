"""`amana review`: as one person at a time would use it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from client import cli
from client.reviewer import DENIED
from crypto import keyfile
from tests.harness import Running
from tests.samples import send


class Command:
    """`amana review … --json` as one person."""

    def __init__(self, world: Running, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self.folder, self._capsys = world, folder, capsys

    def __call__(self, who: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        key = self.folder / f"{who}.key"
        if not key.exists():
            key.write_bytes(keyfile.lock(self.world.key(who), "a long passphrase", os.urandom, keyfile.CHEAPEST))
        trust = str(self.folder / "trust.json")
        code = cli.main(["review", *arguments, "--as", str(key), "--trust", trust, "--json"])
        return code, json.loads(self._capsys.readouterr().out)


@pytest.fixture
def command(
    world: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    (tmp_path / "pass").write_text("a long passphrase\n")
    (tmp_path / "trust.json").write_text(world.organisation.trust.to_json())
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(tmp_path / "pass"))
    monkeypatch.setattr("client.commands.review.house_of", lambda *_: world.house)
    monkeypatch.chdir(tmp_path)
    return Command(world, tmp_path, capsys)


def test_the_command_opens_a_card(command: Command) -> None:
    report = send(command.world, "S01").hex()
    code, said = command("r1", "open", report, "card", "--purpose", "TRIAGE")
    assert (code, said["ok"], said["kind"]) == (0, True, "opened")
    assert said["sections"]["card"]["urgency"] == "U1"
    code, said = command("r2", "open", report, "card", "--purpose", "TRIAGE")
    assert (code, said["ok"], said["message"]) == (1, False, DENIED)
    code, said = command("r2", "list")
    assert (code, said["kind"]) == (0, "reports")
    assert {"id": report, "slot": True} in [{key: one[key] for key in ("id", "slot")} for one in said["reports"]]


def test_the_command_waits_for_a_second_reviewer(command: Command) -> None:
    report = send(command.world, "S08").hex()
    asking = ["open", report, "story", "--purpose", "TRIAGE", "--because", "to reach her", "-o", "case"]
    code, said = command("r1", *asking)
    assert (code, said["missing"], said["ask"]) == (5, ["a second reviewer"], f"{report[:16]}.ask")
    assert "amana review approve" in said["next"]
    session = command.folder / f"{said['ask']}.session"
    assert session.stat().st_mode & 0o777 == 0o600
    assert command("r1", *asking, "--ask", said["ask"])[0] == 5
    code, approved = command("r4", "approve", said["ask"], "-o", "hers.approval")
    assert (code, approved["sections"], approved["purpose"]) == (0, ["story"], "TRIAGE")
    code, done = command("r1", *asking, "--ask", said["ask"], "--approval", "hers.approval")
    assert (code, done["files"]) == (0, ["case/story.json"])
    assert json.loads((command.folder / "case/story.json").read_text("utf-8"))["text"]
    code, _ = command("r1", *asking, "--ask", said["ask"], "--approval", "hers.approval")
    assert code == 2  # case holds it already: nothing is asked, nothing overwritten


def test_the_command_steps_aside(command: Command) -> None:
    report = send(command.world, "S01").hex()
    code, said = command("r1", "recuse", report)
    assert (code, said["kind"]) == (0, "recused")
    assert command("r1", "open", report, "card", "--purpose", "TRIAGE")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["open", "00", "card", "--purpose", "TRIAGE"],
        ["open", "00" * 32, "card", "--purpose", "CURIOSITY"],
        ["open", "00" * 32, "card", "--purpose", "TRIAGE", "--approval", "x"],
        ["open", "00" * 32, "card", "--purpose", "TRIAGE", "--because", "x" * 300],
        ["open", "00" * 32, "letter", "--purpose", "TRIAGE"],
        ["approve", "nothing.ask", "-o", "x"],
        ["list", "--since", "yesterday"],
    ],
)
def test_wrong_use(command: Command, arguments: list[str]) -> None:
    code, said = command("r1", *arguments)
    assert (code, said["kind"]) == (2, "usage")
