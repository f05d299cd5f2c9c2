"""A process that was forked with its imports done is the one that `python -m` would have been."""

import os

import pytest

from tests.soak.warm import MODULES, Forked

CALLED = {"server": "usage: amana serve", "gate": "usage: amana gate", "witness": "usage: amana witness"}


@pytest.mark.parametrize("module", MODULES)
def test_it_is_what_it_was_told_to_be_and_ends(module: str) -> None:
    one = Forked([module, "--help"], dict(os.environ))
    try:
        assert one.stdout.read().startswith(CALLED[module])
        one.wait(20)
        with pytest.raises(ProcessLookupError):
            one.send_signal(0)
    finally:
        one.close()


def test_its_environment_is_the_one_given() -> None:
    def lines(columns: str) -> int:
        one = Forked(["server", "--help"], {"COLUMNS": columns})
        try:
            return one.stdout.read().count("\n")
        finally:
            one.close()

    assert lines("40") > lines("200")
