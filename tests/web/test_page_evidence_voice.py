"""A voice note on the page (US10): sealed while she speaks, heard, thrown away, sent; and without a microphone."""

from collections.abc import Iterator
from typing import Any

import pytest

from crypto.sections import Section
from tests.harness import Running
from tests.web.evidence import Desk, Sender, report_of, wait_for
from tests.web.street import Street, street
from tests.web.visiting import browser

FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
_COUNT = "() => { globalThis.blobs = 0; URL.createObjectURL = () => { blobs++; return '' } }"
MOST = 24_000  # bits a second


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser(*FAKE, "--autoplay-policy=no-user-gesture-required") as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


def at_voice(page: Any, way: Street, language: str = "en", *, written: bool = False) -> Sender:
    sender = Sender(page, way.url, language)
    sender.enter()
    sender.tick(sender.t("urgency.U0"))
    sender.next()
    sender.at("tiles.title")
    sender.next()
    sender.at("words.title")
    if written:
        sender.write(sender.t("words.label"), "It is written.")
    sender.next()
    sender.at("voice.title")
    return sender


def record(sender: Sender, seconds: int) -> None:
    page = sender.page
    page.locator("#record").click()
    page.locator("#stop").wait_for()
    sender.next()  # nobody goes on while it listens
    assert page.locator("#status").inner_text() == sender.t("voice.first")
    page.wait_for_timeout(seconds * 1000)
    assert page.locator("meter").is_visible()
    page.locator("#stop").click()
    page.locator("#hear").wait_for()


def test_she_speaks_instead_of_writing(chrome: Any, world: Running, way: Street) -> None:
    page = chrome.new_context().new_page()
    sender = at_voice(page, way)
    page.evaluate(_COUNT)
    before = len(way.passed)
    record(sender, 1)
    page.locator("#drop").click()
    assert page.locator("#status").inner_text() == sender.t("voice.dropped")
    assert page.locator("#next").inner_text() == sender.t("nav.skip")
    record(sender, 3)
    assert page.locator("#next").inner_text() == sender.t("nav.next")
    page.locator("#hear").click()
    page.get_by_text(sender.t("voice.quiet"), exact=True).wait_for()
    page.locator("#hear").click()
    page.get_by_text(sender.t("voice.listen"), exact=True).wait_for()
    sender.next()
    sender.at("files.title")
    sender.onward()
    assert len(way.passed) == before
    sender.send()
    sender.brought()
    assert page.evaluate("blobs") == 0
    assert sender.errors == []
    page.context.close()
    desk = Desk(world, report_of([one.path for one in way.passed]))
    (piece,) = desk.pieces(Section.EVIDENCE)
    data = desk.read(piece)
    (voice,) = desk.story().voice
    seconds, transcript = voice
    assert (piece.kind, piece.media, transcript) == ("voice", "audio/webm", "")
    assert data[:4] == b"\x1aE\xdf\xa3"
    assert b"Opus" in data
    assert 3 <= seconds <= 6
    assert 1000 < len(data) * 8 < (seconds + 1) * MOST
    assert desk.pieces(Section.ORIGINALS) == []


def test_leaving_lets_the_microphone_go(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    told: list[str] = []
    page.expose_function("told", lambda state: told.append(state))  # noqa: PLW0108 - it must be a function
    page.add_init_script("""
      const stop = MediaStreamTrack.prototype.stop;
      MediaStreamTrack.prototype.stop = function () { stop.call(this); told(this.readyState); };
    """)
    sender = at_voice(page, way)
    page.locator("#record").click()
    page.locator("#stop").wait_for()
    sender.press("nav.back")
    sender.at("words.title")
    wait_for(lambda: told == ["ended"], page)
    sender.next()
    sender.at("voice.title")
    page.locator("#drop").click()
    page.locator("#record").click()
    page.locator("#stop").wait_for()
    page.route("**/leave", lambda _: None)  # the next page does not come for a while
    page.locator("#leave").click(no_wait_after=True)
    wait_for(lambda: told == ["ended", "ended"], page)
    page.context.close()


@pytest.mark.parametrize("how", ["no recorder", "no microphone"])
def test_without_a_microphone_it_says_so_and_she_writes(chrome: Any, way: Street, how: str) -> None:
    page = chrome.new_context().new_page()
    page.add_init_script(
        "delete globalThis.MediaRecorder"
        if how == "no recorder"
        else "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }"
    )
    sender = at_voice(page, way, "ar", written=True)
    if how == "no recorder":
        assert page.get_by_text(sender.t("voice.none")).is_visible()
        assert page.locator("#record").count() == 0
    else:
        page.locator("#record").click()
        page.wait_for_function(
            "text => document.querySelector('#status').innerText === text", arg=sender.t("voice.denied")
        )
    sender.next()
    sender.at("files.title")
    sender.onward()
    sender.send()
    assert sender.errors == []
    page.context.close()
