"""One real house, with its gate, for the tests of this folder that need sockets and processes."""

from collections.abc import Iterator

import pytest

from deploy.rehearsal import Rehearsal
from tests.hostile.cpu import house


@pytest.fixture(scope="package")
def rehearsal() -> Iterator[Rehearsal]:
    with house() as started:
        yield started
