"""What a test needs and this machine may not have: said aloud, never passed over (`AMANA_TEST_ALL=1` fails instead)."""

import os
from typing import NoReturn

import pytest


def need(what: str, needs: str) -> NoReturn:
    """Skip the test that calls it, naming what was not run and what it needs; fail where everything must run."""
    message = f"NOT RUN: {what}, needs {needs}"
    if os.environ.get("AMANA_TEST_ALL") == "1":
        pytest.fail(message)
    pytest.skip(message)
