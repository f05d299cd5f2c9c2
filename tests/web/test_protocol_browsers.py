"""The same in real browsers, under the page's own content security policy.

Chromium with its X-Wing and without; Firefox ESR as it is and as Tor Browser "Safer" makes it: no WASM, no JIT.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.web import driving
from tests.web.driving import Found
from tests.web.exchange import Exchange

SAMPLES = {"plain": 4, "hidden": 3, "safer": 2}  # node does all; without a JIT a report takes seconds


@pytest.fixture(scope="module")
def found(
    bundle: Path, exchange: Exchange, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], Found]]:
    """Start each browser when it is first asked for; the slow one begins at once, beside the others."""
    started = {}
    for browser, mode in reversed(driving.MODES):
        if driving.installed(browser):
            folder = tmp_path_factory.mktemp(f"{browser}-{mode}")
            tasks = exchange.tasks(SAMPLES[mode])
            started[browser, mode] = driving.start_browser(browser, mode, bundle, tasks, folder)

    def finished(browser: str, mode: str) -> Found:
        if (browser, mode) not in started:
            driving.need_browser(browser)
        return driving.finish(started.pop((browser, mode)))

    yield finished
    for left in started.values():
        left.terminate()
        left.communicate(timeout=20)


@pytest.mark.parametrize(("browser", "mode"), driving.MODES)
def test_every_vector_and_every_exchange(
    found: Callable[[str, str], Found], exchange: Exchange, browser: str, mode: str
) -> None:
    done = found(browser, mode)
    assert done.replayed["wrong"] == []
    assert done.replayed["count"] == driving.vectors()
    exchange.check(done.exchanged, SAMPLES[mode])
    assert done.whole["wasm"] == ("undefined" if mode == "safer" else "object")
    assert done.whole["native"] is (browser == "chromium" and mode == "plain")
    assert [line for line in done.whole["said"] if "favicon" not in line] == []
