"""The summary of `make test` counts what ran, in each of its parts, and names what did not."""

import sys
from threading import Thread

import pytest

from tests import run
from tests.run import ROOMS, WHOLE, Summary

LAST = "1 failed, 20 passed, 3 skipped in 0.31s"


def said(*lines: str, code: int = 0) -> Summary:
    summary = Summary()
    program = f"import sys; print({chr(10).join(lines)!r}); sys.exit({code})"
    summary.step("a part", sys.executable, "-c", program, counted=True)
    return summary


def test_what_comes_after_the_counts_hides_nothing() -> None:
    """Measured tests may be followed by a warning of the measuring."""
    summary = said("SKIPPED [1] x.py:1: NOT RUN: a phone, needs a phone", LAST, "CoverageWarning: 2 passed", code=1)
    assert summary.counts == {"failed": 1, "passed": 20, "skipped": 3}
    assert summary.lines[1:] == ["  NOT RUN: a phone, needs a phone"]


def test_a_part_that_breaks_before_it_counts_has_failed() -> None:
    assert said("no such folder", code=4).counts == {"failed": 1}
    assert said("7 passed in 61.02s (0:01:01)", code=2).counts == {"passed": 7, "failed": 1}


def test_no_test_runs_twice_and_none_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def note(command: list[str]) -> tuple[int, list[str]]:
        commands.append(list(command))
        return 0, []

    monkeypatch.setattr(run, "run", note)
    monkeypatch.setattr(run, "prepare_node", lambda: None)
    monkeypatch.setattr(run, "pythons", dict)
    run.everything(Summary())
    tests = [command for command in commands if "pytest" in command]
    apart = [*WHOLE, *ROOMS]
    (measured,) = [command for command in tests if command[-len(WHOLE) :] == list(WHOLE)]
    (rooms,) = [command for command in tests if command[-len(ROOMS) :] == list(ROOMS)]
    (others,) = [command for command in tests if command not in (measured, rooms)]
    assert others[-len(apart) :] == [f"--ignore={folder}" for folder in apart]
    assert all((run.ROOT / folder).is_dir() for folder in apart)


def test_what_steps_side_by_side_print_is_kept_apart(capsys: pytest.CaptureFixture[str]) -> None:
    program = "import time\nfor _ in range(20): print({!r}, flush=True); time.sleep(0.01)"
    summary = Summary()
    steps = [Thread(target=summary.step, args=(name, sys.executable, "-c", program.format(name))) for name in "ab"]
    for step in steps:
        step.start()
    for step in steps:
        step.join()
    said = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("-- begins")]
    assert sorted(said[::21]) == ["-- a", "-- b"]
    assert [line[-1] for line in said] == [said[0][-1]] * 21 + [said[-1][-1]] * 21
    assert summary.counts == {"passed": 2}
