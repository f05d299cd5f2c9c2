"""One bundle for all, and one organisation of three gates whose reports everybody seals and opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import Organisation, running
from tests.web import driving
from tests.web.exchange import Exchange


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return driving.bundled(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with running(tmp_path_factory.mktemp("world"), Organisation(gates=3, threshold=2)) as world:
        yield Exchange.of(world)
