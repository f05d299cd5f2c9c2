"""Coming back is for everybody: axe finds nothing, nothing is cut at 320 px, the keyboard is enough."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.gate.her import Her, waiting
from tests.harness import Running
from tests.needs import need
from tests.web.returning import Returner, write_to
from tests.web.street import Street, street
from tests.web.test_page_access import _NAMELESS, _RUN, _WIDE, AXE
from tests.web.visiting import browser
from web import build


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with waiting(tmp_path_factory.mktemp("house"), gates=3, threshold=2) as world:
        yield world


@pytest.fixture
def way(house: Running) -> Iterator[Street]:
    with street(house.server) as made:
        yield made


def whole_way(she: Returner, her: Her) -> None:
    """Every screen of who comes back, each looked at by `watch`."""
    she.begin()
    she.press("far.decoy")
    she.at("decoy.title")
    she.next()
    she.at("far.title")
    she.fetch()
    she.write(she.t("enter.label"), "one two")
    she.next()
    she.page.wait_for_function("document.querySelector('#status').textContent !== ''")
    she.watch("typo")
    she.type(her.said)
    for button, title in (("inbox.openings", "open"), ("inbox.consent", "consent.back"), ("inbox.close", "close")):
        she.press(button)
        she.at(f"{title}.title")
        if button == "inbox.consent":
            she.press("consent.change")
            she.at("choose.title")
            she.press("nav.back")
        if button == "inbox.close":
            she.next()
            she.at("sure.title")
            she.press("nav.back")
        she.press("nav.back")
        she.at("inbox.title")
    she.button("inbox.read").click()
    she.page.locator(".letter").wait_for()
    she.watch("letter")
    she.press("letter.away")
    she.press("inbox.consent")
    she.press("consent.change")
    she.next()
    she.page.locator('[data-state="taken"]').wait_for()
    she.watch("post")


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark"), ("fr", "light"), ("es", "dark")])
def test_every_screen_is_for_everybody(chrome: Any, way: Street, house: Running, language: str, scheme: str) -> None:
    try:
        build.install()
    except build.CannotBuildError as error:
        need("axe on every screen", f"node, npm and the packages of web/package-lock.json ({error})")
    axe = AXE.read_text("utf-8")
    her = Her(house)
    her.opens("r1")
    write_to(house, her, "We have read it. Do not go there alone." * 3)
    size = {"width": 320, "height": 568}
    page = chrome.new_context(reduced_motion="reduce", color_scheme=scheme, viewport=size).new_page()
    found: list[str] = []
    seen: list[str] = []

    def look(screen: str) -> None:
        seen.append(screen)
        page.evaluate(axe)
        found.extend(f"{screen}: {one}" for one in page.evaluate(_RUN))
        if page.evaluate(_WIDE):
            found.append(f"{screen}: wider than the screen")
        if page.evaluate(_NAMELESS):
            found.append(f"{screen}: something without a name")

    whole_way(Returner(page, way.url, language, look), her)
    assert found == []
    assert {"far", "decoy", "enter", "typo", "inbox", "open", "consent", "choose", "close", "sure", "letter"} <= set(
        seen
    )
    page.context.close()


def test_the_keyboard_alone_is_enough(chrome: Any, way: Street, house: Running) -> None:
    her = Her(house)
    page = chrome.new_context().new_page()
    she = Returner(page, way.url, "en")
    page.goto(way.url)
    page.locator('button[lang="en"]').wait_for()

    def reach(text: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            name = page.evaluate("document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText")
            if (name or "").strip() == text:
                return
        raise AssertionError(text)

    def push(text: str) -> None:
        reach(text)
        page.keyboard.press("Enter")

    push("English")
    she.at("safety.title")
    push(she.t("safety.back"))
    she.at("far.title")
    push(she.t("far.fetch"))
    she.at("enter.title")
    reach(she.t("enter.label"))
    page.keyboard.type(her.said)
    push(she.t("enter.look"))
    she.at("inbox.title")
    assert she.t("open.nobody") in she.text
    push(she.t("inbox.forget"))
    she.at("enter.title")
    assert she.status == she.t("inbox.forgotten")
    page.context.close()
