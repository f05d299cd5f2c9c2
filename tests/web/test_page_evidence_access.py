"""Files and voice for everybody: axe finds nothing, nothing is cut at 320 px, the keyboard is enough."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.corpus import jpeg
from tests.harness import Running
from tests.needs import need
from tests.web.evidence import Sender
from tests.web.street import Street, street
from tests.web.test_page_access import _NAMELESS, _RUN, _WIDE, AXE
from tests.web.test_page_evidence_voice import FAKE
from tests.web.visiting import browser
from web import build

FILES = (
    {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()},
    {
        "name": "a-long-name-of-a-paper-that-has-no-place-to-be-broken.pdf",
        "mimeType": "x/y",
        "buffer": b"%PDF-1.7" * 99,
    },
)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser(*FAKE) as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_every_screen_of_files_and_voice(chrome: Any, way: Street, tmp_path: Path, language: str, scheme: str) -> None:
    try:
        build.install()
    except build.CannotBuildError as error:
        need("axe on the screens of files", f"node, npm and the packages of web/package-lock.json ({error})")
    context = chrome.new_context(viewport={"width": 320, "height": 568}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    found: list[str] = []

    def look(screen: str) -> None:
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(AXE.read_text("utf-8"))
        found.extend(f"{screen}: {one}" for one in page.evaluate(_RUN))
        found.extend([f"{screen} is wider than the screen"] if page.evaluate(_WIDE) else [])
        found.extend([f"{screen} has things without a name"] if page.evaluate(_NAMELESS) else [])
        page.screenshot(path=tmp_path / f"{language}-{screen}.png", full_page=True)

    sender = Sender(page, way.url, language)
    sender.to_files()
    sender.press("nav.back")
    sender.at("voice.title")
    page.locator("#record").click()
    page.locator("#stop").wait_for()
    look("recording")
    page.wait_for_timeout(1100)
    page.locator("#stop").click()
    page.locator("#hear").wait_for()
    look("recorded")
    page.locator("#drop").click()
    sender.next()
    sender.at("files.title")
    sender.attach(FILES)
    for _ in FILES:
        page.locator('main button[aria-expanded="false"]').first.click()
    page.locator("canvas:visible").wait_for()
    look("files")
    sender.tick(sender.t("files.asis.yes"))
    sender.untouched_too(yes=True)
    look("decided")
    sender.onward()
    way.cut.add("/v1/objects")
    sender.next()
    sender.brought("waiting")
    assert page.locator("[data-files]").inner_text() == sender.t("bring.waiting", done=0, all=3)
    look("waiting")
    way.cut.clear()
    sender.press("bring.now")
    sender.brought()
    assert page.get_by_role("status").inner_text() == sender.t("bring.proven")  # said aloud
    look("there")
    context.close()
    assert found == []


def test_the_keyboard_alone_attaches_and_leaves_out(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    sender = Sender(page, way.url, "en")
    sender.to_files()
    sender.attach(FILES)
    names = []
    for _ in range(20):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.innerText"))
        if names[-1] == f"{sender.t('files.remove')}: {sender.t('files.kind.document')} 2":
            page.keyboard.press("Enter")
            break
    assert sender.t("files.asis.yes") in names
    assert page.locator("section.card").count() == 1
    assert page.locator("#status").inner_text() == sender.t("files.removed")
    assert page.evaluate("document.activeElement.type") == "file"  # the focus is not lost with what it was on
    page.context.close()
