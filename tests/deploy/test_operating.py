"""docs/operating.md against the code: commands and options exist, defaults are as told, files are there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from client.cli import cli
from doors import environment
from server.settings import Settings
from tests.deploy.units import NAMES, ROOT, Unit
from tests.harness import Organisation

TEXT = (ROOT / "docs" / "operating.md").read_text("utf-8")
COMMAND = re.compile(r"(?:^|`|/)amana ((?:[a-z-]+ ?)+[^`\n]*)", re.MULTILINE)


def commands() -> Iterator[list[str]]:
    """Every `amana …` that the document shows as something to do, in words."""
    for found in COMMAND.findall(TEXT.split("## What is not there yet")[0]):
        yield shlex.split(found.split(" (")[0].rstrip(":,.;"))


def test_every_command_and_option_exists() -> None:
    shown = list(commands())
    assert len(shown) > 12
    for words in shown:
        command: click.Command | None = cli
        rest = list(words)
        while isinstance(command, click.Group) and rest:
            command = command.get_command(click.Context(command), rest.pop(0))
        assert command is not None, words
        options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        assert {word for word in rest if word.startswith("--")} <= options, words


def test_defaults_are_as_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert environment.home({}) == tmp_path / ".amana"
    told = dict(re.findall(r"^\| `(AMANA_\w+)` \| ([^|]+) \|", TEXT, re.MULTILINE))
    assert told["AMANA_HOME"] == "`./.amana`"
    assert told["AMANA_DATABASE_URL"] == "SQLite in `AMANA_HOME/server/amana.db`"
    made = Organisation()
    for name in ("officer-1", "officer-2", "officer-3"):
        made.key("officer", name)
    monkeypatch.setattr("server.settings.keyfile.unlock", lambda *_: made.log)
    home = tmp_path / ".amana"
    home.mkdir()
    (home / "trust.json").write_text(made.trust.to_json())
    (home / "log.key").write_text("")
    (home / "passphrase").write_text("x")
    settings = Settings.from_environment({}, {"AMANA_PASSPHRASE_FILE": str(home / "passphrase")})
    assert settings.database_url == f"sqlite:///{home / 'server' / 'amana.db'}"


def test_a_setting_that_nothing_uses_is_named_so() -> None:
    code = {
        path: path.read_text("utf-8")
        for room in ("client", "server", "gate", "doors")
        for path in (ROOT / room).rglob("*.py")
    }
    for name in environment.KNOWN:
        users = [path.name for path, text in code.items() if name in text and path.name != "environment.py"]
        said = re.search(rf"^\| `{name}` \|.*nothing uses it yet", TEXT, re.MULTILINE) is not None
        inside = f'"{name}"' in code[ROOT / "doors" / "environment.py"].split("KNOWN", 1)[1].split("}", 1)[1]
        assert said == (not users and not inside and name != "AMANA_TEST_ALL"), name


def test_steps_name_files_that_are_there_and_places_that_the_units_use() -> None:
    for name in re.findall(r"/opt/amana/(deploy/[\w./@-]+)", TEXT):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"install -m 0644 ([\w.@-]+(?: [\w.@-]+)*) /etc", TEXT):
        assert all((ROOT / "deploy" / "systemd" / one).exists() for one in name.split()), name
    for unit in map(Unit.read, NAMES):
        assert f"/var/lib/{unit.one('StateDirectory')}" in TEXT
        assert unit.one("LoadCredentialEncrypted").removeprefix("passphrase:") in TEXT
    example = re.search(r"^ExecStart=(/opt.*)$", TEXT, re.MULTILINE)
    assert example is not None
    assert example[1].split(" --gate ")[0] == Unit.read("amana-server").one("ExecStart").split(" --gate ")[0]
