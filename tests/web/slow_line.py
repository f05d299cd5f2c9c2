"""What a bad line and a slow phone make of it: `python -m tests.web.slow_line` prints seconds.

64 kbit/s, 400 ms, a CPU slowed six times, by Chromium's own emulation; nothing cached.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.harness import Organisation, running
from tests.samples import samples
from tests.web.street import street
from tests.web.visiting import Visitor, browser

_LINE = {"offline": False, "latency": 400, "downloadThroughput": 8000, "uploadThroughput": 8000}
_SLOWER = 6


def main() -> int:
    """Go once."""
    with (
        tempfile.TemporaryDirectory() as home,
        running(Path(home), Organisation()) as world,
        street(world.server) as way,
        browser() as chrome,
    ):
        page = chrome.new_page()
        control = page.context.new_cdp_session(page)
        control.send("Network.enable")
        control.send("Network.emulateNetworkConditions", _LINE)
        control.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        visitor = Visitor(page, way.url, "en")
        page.set_default_timeout(90_000)
        began = time.monotonic()
        page.goto(way.url, wait_until="commit")
        page.locator('button[lang="en"]').wait_for()
        shown = time.monotonic() - began
        page.locator("html[data-ready]").wait_for(state="attached")
        ready = time.monotonic() - began
        page.locator('button[lang="en"]').click()
        visitor.at("safety.title")
        proven = time.monotonic() - began
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
        whole = time.monotonic() - began
    sys.stdout.write(
        f"first screen {shown:.1f} s, all scripts {ready:.1f} s, trust verified {proven:.1f} s; "
        f"sealed in {sealed:.1f} s, acknowledged after {received:.1f} s, proven after {whole:.1f} s\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
