"""Fixtures: one organisation a module (reports and openings add up in it), or a fresh one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.harness import Organisation, Running, running

# Files of minutes first, in this order: what is taken last is short, and workers side by side end together.
LONG = ("tests/web/", "tests/soak/", "tests/hostile/", "tests/test_bench.py", "tests/test_journey.py")

# Time is no test here: a busy machine must not make a property fail.
settings.register_profile("amana", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("amana")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((place for place, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG))

    items.sort(key=place)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("world")) as started:
        yield started


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
def three_gates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("three"), Organisation(gates=3, threshold=2)) as started:
        yield started
