"""Quick exit while a file is on its way: it stops at once, and nothing of it is left in the browser (P4)."""

from pathlib import Path

from tests.cutting import Cutting
from tests.soak.processes import household
from tests.web.evidence import Sender, sent_as_it_is, wait_for
from tests.web.test_page_traces import found
from tests.web.visiting import persistent

KEPT = """async () => [document.cookie.length, localStorage.length + sessionStorage.length,
  (await indexedDB.databases()).length, (await caches.keys()).length]"""


def test_leaving_stops_at_once_and_nothing_is_left(tmp_path: Path) -> None:
    """Also where the next page takes its time: not a byte more goes out."""
    video, profile = tmp_path / "video.mp4", tmp_path / "profile"
    video.write_bytes(b"\0\0\0\x18ftypmp42" + b"CANARY-CANARY" * 400_000)
    with household(tmp_path / "home") as house, Cutting(house.url) as line, persistent(profile) as context:
        page = context.new_page()
        sender = Sender(page, line.url, "en")
        control = context.new_cdp_session(page)
        slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
        control.send("Network.enable")
        control.send("Network.emulateNetworkConditions", slow)
        sent_as_it_is(sender, video)
        wait_for(lambda: line.passed > 600_000, page)
        page.route("**/leave", lambda _: None)
        page.locator("#leave").click(no_wait_after=True)
        page.wait_for_timeout(300)  # what was on its way
        before = line.passed
        assert before < video.stat().st_size // 2
        page.wait_for_timeout(1000)
        assert line.passed == before
        page.unroute("**/leave")
        page.goto(line.url)
        kept = page.evaluate(KEPT)
    assert kept == [0, 0, 0, 0]
    assert found(profile, ["CANARY-CANARY", "They came to the office"]) == []
