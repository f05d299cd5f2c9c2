"""A reporter who comes back and reviewers who answer her, by the commands that they would use."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from client import cli
from client.fetching import fetch
from client.inbox import Inbox, read
from client.returning import Look, prove
from crypto import keyfile, words
from crypto.words import entropy_of
from tests.harness import Running
from tests.samples import send
from tests.server.coming_back import gates, rounds

Said = dict[str, Any]


def look_at(world: Running, *, days: int = 7, full: bool = True) -> Look:
    """What anybody fetches today, proven."""
    trust = world.organisation.trust
    return prove(fetch(world.house, trust, today=world.clock.day, days=days, full=full), trust)


class People:
    """Everybody of one organisation at the command line."""

    def __init__(self, world: Running, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self.folder, self._capsys = world, folder, capsys
        self.err = ""

    def key(self, who: str) -> Path:
        """Path of somebody's key file."""
        path = self.folder / f"{who}.key"
        if not path.exists():
            path.write_bytes(keyfile.lock(self.world.key(who), "a long passphrase", os.urandom, keyfile.CHEAPEST))
        return path

    def run(self, *arguments: object) -> tuple[int, Said]:
        """Run one command; return its exit code and what it prints as JSON."""
        self._capsys.readouterr()
        code = cli.main([*map(str, arguments), "--json"])
        out, self.err = self._capsys.readouterr()
        return code, json.loads(out)

    def review(self, who: str, *arguments: object) -> tuple[int, Said]:
        """`amana review` as somebody."""
        return self.run("review", *arguments, "--as", self.key(who), "--trust", self.folder / "trust.json")

    def report(self, said: str, *arguments: object) -> tuple[int, Said]:
        """`amana report` with these words, which come by a descriptor."""
        reading, writing = os.pipe()
        os.write(writing, said.encode() + b"\n")
        os.close(writing)
        try:
            return self.run("report", *arguments, "--words-from", reading, "--trust", self.folder / "trust.json")
        finally:
            os.close(reading)

    def night(self, days: int = 1) -> None:
        """A day and a night pass: gates say what is in force, then the house does what is due."""
        self.world.clock.offset += days * 86400
        gates(self.world).tell()
        rounds(self.world).tick()


@contextmanager
def at_the_command_line(
    world: Running, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[People]:
    """Let commands speak with this house, by its clock."""
    folder.mkdir(exist_ok=True)
    (folder / "pass").write_text("a long passphrase\n")
    (folder / "trust.json").write_text(world.organisation.trust.to_json())
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(folder / "pass"))
    for module in ("review", "report", "returning", "officer", "keeping", "exposure"):
        monkeypatch.setattr(f"client.commands.{module}.house_of", lambda *_: world.house)
    for module in ("review", "report", "returning", "wishing", "answers", "officer", "keeping"):
        monkeypatch.setattr(f"client.commands.{module}.today", lambda: world.clock.day)
    for module in ("review", "openings", "answers"):
        monkeypatch.setattr(f"client.commands.{module}.minute", lambda: int(world.clock() // 60))
    monkeypatch.chdir(folder)
    yield People(world, folder, capsys)


class Her:
    """A reporter with her words and one report in the house."""

    def __init__(self, world: Running, sample: str = "S01", **changes: Any) -> None:
        self.world, self.said = world, words.new(os.urandom)
        self.report = send(world, sample, self.said, **changes)

    @property
    def id(self) -> str:
        return self.report.hex()

    def inbox(self, *, days: int = 7, full: bool = True) -> Inbox:
        """What her words find today."""
        return read(look_at(self.world, days=days, full=full), entropy_of(self.said))


class Recorded:
    """A way to a house that writes down what is asked for, and how long each answer is."""

    def __init__(self, honest: Any, bend: Callable[[str, Any], Any] | None = None) -> None:
        self._honest, self._bend = honest, bend
        self.asked: list[tuple[str, str, int, int]] = []

    def get(self, path: str) -> Any:
        answer = self._honest.get(path)
        self.asked.append(("GET", path, 0, len(answer.content)))
        return answer if self._bend is None else self._bend(path, answer)

    def post(self, path: str, *, content: bytes) -> Any:
        answer = self._honest.post(path, content=content)
        self.asked.append(("POST", path, len(content), len(answer.content)))
        return answer


def texts(inbox: Inbox) -> Sequence[str]:
    """The answers that are shown."""
    return [letter.answer.text for one in inbox.sent for letter in one.letters if letter.answer is not None]
