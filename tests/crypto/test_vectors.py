"""The vectors hold for `crypto`, are what their generator writes, and say enough."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.vectors import generate, replay

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("file", generate.FILES)
def test_every_vector_ends_as_it_must(file: str) -> None:
    vectors = replay.load(file)
    for one in vectors:
        assert one["description"]
        replay.replay(one)
    assert Counter(one["expect"] for one in vectors)["ok"] >= 2


def test_no_file_is_left_out() -> None:
    assert {path.stem for path in replay.HERE.glob("*.json")} == set(generate.FILES)
    used = {one["op"] for file in generate.FILES for one in replay.load(file)}
    assert used == set(replay.OPS)


def test_the_generator_would_write_the_same() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/vectors/generate.py"), "--check"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_a_vector_that_ends_otherwise_is_noticed() -> None:
    (first, *_) = replay.load("padding")
    with pytest.raises(AssertionError):
        replay.replay({**first, "expect": "malformed"})
    with pytest.raises(AssertionError):
        replay.replay({**first, "content": "00"})
