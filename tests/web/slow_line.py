"""What a bad line and a slow phone make of the page: `python -m tests.web.slow_line` prints seconds, `bench` a table.

64 kbit/s, 400 ms, a CPU slowed six times, by Chromium's own emulation; nothing cached. It loses no packets.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness import Organisation, running
from tests.samples import samples
from tests.web.street import Street, street
from tests.web.visiting import Visitor, browser

_PATIENCE = 180_000  # milliseconds


@dataclass(frozen=True)
class Line:
    """A way to the house, and the device at its end."""

    latency: int  # milliseconds
    rate: int  # bytes a second, each way
    slower: int  # times that the CPU is slowed

    def put_on(self, page: Any) -> None:
        """Let Chromium behave like this from now on."""
        control = page.context.new_cdp_session(page)
        control.send("Network.enable")
        conditions = {"offline": False, "latency": self.latency}
        rates = {"downloadThroughput": self.rate, "uploadThroughput": self.rate}
        control.send("Network.emulateNetworkConditions", conditions | rates)
        control.send("Emulation.setCPUThrottlingRate", {"rate": self.slower})


SLOW = Line(latency=400, rate=8000, slower=6)


@dataclass(frozen=True)
class Visit:
    """Seconds since she opened the page, or, once she is at the end of the questions, since she pressed "send"."""

    shown: float  # the first screen: a language can be chosen
    verified: float  # who would open it is proven: she may go on
    whole: float  # all that the page ever fetches is there: the line may go away
    sealed: float
    received: float  # the log has signed for it
    proven: float  # the public record has it


@contextmanager
def house() -> Iterator[tuple[Street, Any]]:
    """A house, the street to it and Chromium. Skips like a test where Chromium is missing."""
    with (
        browser() as chrome,
        tempfile.TemporaryDirectory() as home,
        running(Path(home), Organisation()) as world,
        street(world.server) as way,
    ):
        yield way, chrome


def visit(way: Street, chrome: Any, line: Line | None = None) -> Visit:
    """Go once through the page, in English, with the first sample; over the machine's own line unless one is given."""
    page = chrome.new_context().new_page()
    if line is not None:
        line.put_on(page)
    visitor = Visitor(page, way.url, "en")
    page.set_default_timeout(_PATIENCE)
    began = time.monotonic()
    page.goto(way.url, wait_until="commit")
    page.locator('button[lang="en"]').wait_for()
    shown = time.monotonic() - began
    page.locator('button[lang="en"]').click()
    visitor.at("safety.title")
    verified = time.monotonic() - began
    page.locator("html[data-whole]").wait_for(state="attached")
    whole = time.monotonic() - began
    visitor.next()
    visitor.tell(samples()["S01"])
    visitor.at("review.title")
    began = time.monotonic()
    visitor.next()
    page.locator('[data-state="sending"], [data-state="received"], [data-state="proven"]').first.wait_for()
    sealed = time.monotonic() - began
    page.locator('[data-state="received"], [data-state="proven"]').first.wait_for()
    received = time.monotonic() - began
    page.locator('[data-state="proven"]').wait_for()
    proven = time.monotonic() - began
    page.context.close()
    return Visit(shown, verified, whole, sealed, received, proven)


def main() -> int:
    """Go once."""
    with house() as (way, chrome):
        found = visit(way, chrome, SLOW)
    sys.stdout.write(
        f"first screen {found.shown:.1f} s, trust verified {found.verified:.1f} s, all scripts {found.whole:.1f} s; "
        f"sealed in {found.sealed:.1f} s, acknowledged after {found.received:.1f} s, proven after {found.proven:.1f} s"
        "\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
