"""Fixtures: the packages of package.json, in node."""

import pytest

from tests.interop import node
from tests.needs import need


@pytest.fixture(scope="session")
def package(request: pytest.FixtureRequest) -> None:
    """Install the packages, or say what could not be run."""
    lacks = node.missing()
    if lacks:
        need(f"{request.node.name} beside packages of node", lacks)
