"""`amana review watch`: rings for what waits, says numbers, and tells nobody which reports they are."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from client import cli
from client.errors import UnreachableError
from tests.client.test_review_command import Command, command  # noqa: F401 - a fixture
from tests.samples import samples, send
from tests.waiting import make, minute


@pytest.fixture
def looks(command: Command, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:  # noqa: F811
    """Watch with these things happening between the looks; then somebody presses Ctrl-C."""

    def watched(*between: Callable[[], Any], more: tuple[str, ...] = ()) -> int:
        left = list(between)

        def pause(seconds: float) -> None:
            assert 0.8 * 15 * 60 <= seconds <= 1.2 * 15 * 60
            if not left:
                raise KeyboardInterrupt
            left.pop(0)()

        # The command's own pauses: the house and the gates of this process sleep as ever.
        monkeypatch.setattr("client.commands.waiting.time", SimpleNamespace(sleep=pause))
        monkeypatch.setattr("client.commands.waiting.house_of", lambda *_: command.world.house)
        key, trust = str(command.folder / "r1.key"), str(command.folder / "trust.json")
        command("r1", "list")  # writes her key file
        return cli.main(["review", "watch", "--as", key, "--trust", trust, *more])

    return watched


def test_once(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("client.commands.waiting.house_of", lambda *_: command.world.house)
    report = send(command.world, "S01")
    make(command.world)
    code, said = command("r1", "watch", "--once")
    assert (code, said["kind"], said["urgent"]) == (0, "waiting", 0)
    assert said["others"] >= 1
    assert report.hex() in [one["id"] for one in said["reports"]]
    code, said = command("r1", "watch", "--once", "--quiet")
    assert (code, "reports" in said) == (0, False)
    assert report.hex() not in json.dumps(said)


def test_what_is_new_rings_and_what_is_known_does_not(
    command: Command,  # noqa: F811
    looks: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = command.world
    make(world)

    def comes() -> None:
        send(world, "S01")
        make(world)

    assert looks(lambda: None, comes, lambda: None, more=("--quiet",)) == 0
    said = capsys.readouterr()
    assert said.out.count("work waiting") in {1, 2}  # what other tests left, and the new one
    assert "\a" in said.err
    assert said.out.rstrip().rpartition("\n")[2].startswith("work waiting: 0 urgent, ")


def test_urgent_rings_three_times_and_again_while_nobody_attends(
    command: Command,  # noqa: F811
    looks: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = send(command.world, "S01", slip={**samples()["S01"]["slip"], "urgency": "U3"})
    make(command.world)
    now = minute(command.world)
    passed = [0]
    monkeypatch.setattr("client.commands.waiting.minute", lambda: now + passed[0])
    steps = [lambda after=after: passed.insert(0, after) for after in (59, 60, 89, 90, 120)]
    assert looks(*steps) == 0
    said = capsys.readouterr()
    lines = [line.split(":")[0] for line in said.out.splitlines() if line.startswith("work")]
    assert lines == ["work waiting", "work still waiting", "work still waiting"]
    assert said.err.count("\a\a\a") == said.err.count("\a") / 3 == 3
    assert f"  {report.hex()}  DANGER NOW" in said.out
    assert command("r1", "recuse", report.hex())[0] == 0  # nothing urgent is left to other tests
    make(command.world)


def test_a_house_that_is_away_is_said_once(
    command: Command,  # noqa: F811
    looks: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make(command.world)

    there, gone = type(command.world.house).queue, [False]

    def queue(house: Any, number: int) -> Any:
        if gone[0]:
            raise UnreachableError("The house did not answer. Nothing was changed.")
        return there(house, number)

    monkeypatch.setattr(type(command.world.house), "queue", queue)
    assert looks(lambda: gone.insert(0, True), lambda: None, lambda: gone.insert(0, False)) == 0
    said = capsys.readouterr().err
    assert said.count("The house does not answer") == said.count("The house answers again") == 1
