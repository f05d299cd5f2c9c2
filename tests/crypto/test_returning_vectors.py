"""The vectors of coming back hold, are what their generator writes, and say enough."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.vectors.returning import __main__ as writing
from tests.vectors.returning import play
from tests.vectors.returning.files import FILES


def load(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((writing.HERE / f"{file}.json").read_text())["vectors"]
    return found


@pytest.mark.parametrize("file", FILES)
def test_every_vector_of_coming_back_ends_as_it_must(file: str) -> None:
    vectors = load(file)
    for one in vectors:
        assert one["description"]
        assert play.outcome(one) == one["expect"], one["name"]
    assert Counter(one["expect"] for one in vectors)["ok"] >= 1


def test_the_generator_would_write_the_same_of_coming_back() -> None:
    assert writing.main(["--check"]) == 0
    assert {path.stem for path in writing.HERE.glob("*.json")} == set(FILES)
    assert {one["op"] for file in FILES for one in load(file)} == set(play.OPS)


def test_a_vector_of_coming_back_that_ends_otherwise_is_noticed() -> None:
    (good,) = [one for one in load("erasures") if one["name"] == "erasure"]
    with pytest.raises(AssertionError):
        play.outcome({**good, "indexes": [3, 17]})
    assert play.outcome({**good, "note": good["note"].replace("17", "18")}) == "bad-proof"
