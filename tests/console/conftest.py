"""One organisation a module, on a real socket; one browser; and whoever sits in front of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.console.desks import Console, Woman, console
from tests.harness import Running
from tests.web.street import Street, street
from tests.web.visiting import browser

Sit = Callable[..., Woman]


@pytest.fixture(scope="module")
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    # A browser's own guard of local addresses is off: ours must hold without it.
    guard = "--disable-features=LocalNetworkAccessChecks"
    with browser("--host-resolver-rules=MAP *.example 127.0.0.1", guard) as started:
        yield started


@pytest.fixture(scope="module")
def consoles(world: Running, way: Street, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Console]]:
    """Start a console as somebody; each ends with the module."""
    folder: Path = tmp_path_factory.mktemp("keys")
    with ExitStack() as stack:
        yield lambda who, *more: stack.enter_context(console(world, folder, who, way.url, *more))


@pytest.fixture(scope="module")
def sit(chrome: Any, consoles: Callable[..., Console]) -> Iterator[Sit]:
    """Sit down in front of a console of one's own, unlocked, with the list fetched."""
    contexts = []

    def down(who: str, **how: Any) -> Woman:
        context = chrome.new_context(reduced_motion="reduce", **how)
        contexts.append(context)
        woman = Woman(context.new_page(), consoles(who)).enter().unlock()
        woman.fetch()
        return woman

    yield down
    for one in contexts:
        one.close()
