"""`amana review lock`: what lies on her machine goes, and the disk holds no word of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from client import cli
from tests.client.test_review_command import Command, command  # noqa: F401 - a fixture
from tests.samples import samples, send

TEXT = samples()["S01"]["narrative"]["text"][:40]


@pytest.fixture
def worked(command: Command) -> Command:  # noqa: F811
    """Somebody opened a story into a folder, and has an ask that waits."""
    report = send(command.world, "S01").hex()
    assert command("r1", "open", report, "story", "--purpose", "TRIAGE", "-o", "case")[0] == 0
    other = send(command.world, "S08").hex()
    assert command("r1", "open", other, "story", "--purpose", "TRIAGE", "--ask", "my.ask")[0] == 5
    (command.folder / "mine.txt").write_text("not of Amana")
    return command


def lock(worked: Command, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    code = cli.main(["review", "lock", "--as", str(worked.folder / "r1.key"), *more, "--json"])
    return code, json.loads(capsys.readouterr().out)


def found(folder: Path) -> set[str]:
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}


def test_what_opened_goes_and_the_key_stays(worked: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert {"case/story.json", "my.ask", "my.ask.session", "r1.key.notebook"} <= found(worked.folder)
    code, said = lock(worked, capsys)
    assert (code, said["kind"], said["left"]) == (0, "locked", [])
    assert len(said["gone"]) == 4
    assert found(worked.folder) == {"r1.key", "mine.txt", "trust.json", "pass"}
    assert not any(TEXT.encode() in one.read_bytes() for one in worked.folder.rglob("*") if one.is_file())
    assert worked("r1", "list")[0] == 0, "she goes on with a new notebook"


def test_wipe_takes_the_key_only_from_somebody_who_says_so(
    worked: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = found(worked.folder)
    assert lock(worked, capsys, "--wipe")[0] == 2  # nobody is there
    assert found(worked.folder) == before
    monkeypatch.setattr("client.commands.locking._sure", lambda _: False)
    assert lock(worked, capsys, "--wipe")[0] == 1
    assert found(worked.folder) == before
    monkeypatch.setattr("client.commands.locking._sure", lambda key: key.name == "r1.key")
    assert lock(worked, capsys, "--wipe")[0] == 0
    assert found(worked.folder) == {"mine.txt", "trust.json", "pass"}


def test_at_once_needs_no_passphrase(
    worked: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AMANA_PASSPHRASE_FILE")
    code, said = lock(worked, capsys, "--wipe", "--at-once")
    assert (code, said["left"]) == (0, [])
    assert not {"r1.key", "r1.key.notebook"} & found(worked.folder)
    assert lock(worked, capsys, "--at-once")[0] == 2


def test_what_cannot_be_deleted_is_said(
    worked: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.wiping.overwrite", lambda path: path.name != "story.json")
    code, said = lock(worked, capsys)
    assert (code, said["ok"]) == (1, False)
    assert [Path(one).name for one in said["left"]] == ["story.json"]
