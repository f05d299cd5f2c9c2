"""Files from the page over a line that is cut again and again, to a house that is killed on the way (protocol 19.7).

House and gate are processes of their own; what the page sends goes through a socket that hangs up in the middle.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crypto.sections import Section
from tests.cutting import Cutting
from tests.soak.processes import Household, household
from tests.web.evidence import Desk, Sender, report_of, sent_as_it_is, wait_for
from tests.web.visiting import browser

MEMORY = 80 << 20  # bytes that the page holds, all of it, while 120 MiB go through it
EVERY = 700_000  # bytes that the line holds: less than a piece


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    with household(tmp_path_factory.mktemp("line") / "home") as made:
        yield made


def test_what_was_cut_goes_on_and_the_bytes_are_equal(chrome: Any, house: Household, tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(b"\0\0\0\x18ftypmp42" + os.urandom(5_000_000))
    page = chrome.new_context().new_page()
    sender = Sender(page, house.url, "en")
    with Cutting(house.url, size=EVERY, most=12) as line:
        sender.url = line.url
        sent_as_it_is(sender, video)
        sender.page.wait_for_selector('[data-files="sending"], [data-files="waiting"]')
        assert page.locator('[data-state="proven"], [data-state="received"]').count() == 1
        wait_for(lambda: line.passed > 2_000_000, page)
        house.server.kill()
        page.wait_for_selector('[data-files="waiting"]')
        assert sender.t("bring.now") == page.locator("main button:visible", has_text=sender.t("bring.now")).inner_text()
        house.server.start()
        sender.press("bring.now")
        sender.brought()
        assert 5 < line.cuts <= 12, "again and again; how often in the moment in which the house died is chance"
        seen = line.seen
    page.context.close()
    words = seen.index("POST /v1/reports")
    files = next(i for i, one in enumerate(seen) if one.startswith("POST /v1/objects"))
    assert seen[words : words + 3] == ["POST /v1/reports", "body", "201"]
    assert words + 2 < files
    with house.world() as world:
        desk = Desk(world, report_of([one.partition(" ")[2] for one in seen]))
        (piece,) = desk.pieces(Section.ORIGINALS)
        assert desk.read(piece) == video.read_bytes()
        assert desk.pieces(Section.EVIDENCE) == []


def test_a_large_file_does_not_grow_the_page(chrome: Any, house: Household, tmp_path: Path) -> None:
    """120 MiB, of which the page holds a piece or two."""
    video = tmp_path / "video.mp4"
    with video.open("wb") as file:
        file.write(b"\0\0\0\x18ftypmp42")
        for _ in range(120):
            file.write(os.urandom(1 << 20))
    page = chrome.new_context().new_page()
    sender = Sender(page, house.url, "en")
    page.set_default_timeout(240_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    control = page.context.new_cdp_session(page)
    sent_as_it_is(sender, video)
    most = 0.0
    while page.locator('[data-files="proven"]').count() == 0:
        page.wait_for_timeout(200)
        control.send("HeapProfiler.collectGarbage")
        said = control.send("Runtime.getHeapUsage")
        most = max(most, said["usedSize"] + said.get("backingStorageSize", 0))
    page.context.close()
    assert most < MEMORY, most
    with house.world() as world:
        (piece,) = (desk := Desk(world, report_of(asked))).pieces(Section.ORIGINALS)
        assert hashlib.sha256(desk.read(piece)).digest() == hashlib.sha256(video.read_bytes()).digest()
