"""For everybody: axe finds nothing on any screen, the keyboard is enough, nothing is cut at 320 px or at 200 %."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Running
from tests.needs import need
from tests.samples import samples
from tests.web.street import Street, street
from tests.web.visiting import Visitor, browser
from web import build

AXE = Path(build.__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" ")}`)"""
_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_NAMELESS = """() => [...document.querySelectorAll("button, input, select, textarea, summary, progress")]
  .filter((one) => one.checkVisibility() && !(one.labels?.length || one.textContent.trim() || one.ariaLabel)).length"""


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


def go(chrome: Any, way: Street, language: str, name: str, look: Any, **how: Any) -> list[str]:
    """Go the whole way; `look(page)` returns what is wrong on a screen."""
    page = chrome.new_context(reduced_motion="reduce", **how).new_page()
    found: list[str] = []
    visitor = Visitor(page, way.url, language, lambda screen: found.extend(f"{screen}: {one}" for one in look(page)))
    visitor.enter()
    visitor.tell(samples()[name])
    visitor.send()
    visitor.keep()
    page.context.close()
    return found


@pytest.mark.parametrize(
    ("language", "name", "scheme"), [("en", "S01", "light"), ("ar", "S04", "light"), ("en", "S03", "dark")]
)
def test_axe_finds_nothing_on_any_screen(chrome: Any, way: Street, language: str, name: str, scheme: str) -> None:
    try:
        build.install()
    except build.CannotBuildError as error:
        need("axe on every screen", f"node, npm and the packages of web/package-lock.json ({error})")
    axe = AXE.read_text("utf-8")

    def look(page: Any) -> list[str]:
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(axe)
        found: list[str] = page.evaluate(_RUN)
        return found

    assert go(chrome, way, language, name, look, color_scheme=scheme) == []


@pytest.mark.parametrize(("language", "name"), [("en", "S01"), ("ar", "S04"), ("fr", "S02"), ("es", "S03")])
def test_nothing_is_cut_at_320_px_and_everything_has_a_name(chrome: Any, way: Street, language: str, name: str) -> None:
    def look(page: Any) -> list[str]:
        wide, nameless = page.evaluate(_WIDE), page.evaluate(_NAMELESS)
        return [*(["wider than the screen"] if wide else []), *([f"{nameless} without a name"] if nameless else [])]

    assert go(chrome, way, language, name, look, viewport={"width": 320, "height": 568}) == []


def test_nothing_is_cut_at_200_percent(chrome: Any, way: Street) -> None:
    """Text twice as large, as her phone may set it."""

    def look(page: Any) -> list[str]:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        return ["wider than the screen"] if page.evaluate(_WIDE) else []

    assert go(chrome, way, "en", "S01", look, viewport={"width": 400, "height": 700}) == []


def test_the_keyboard_alone_is_enough(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    page.goto(way.url)
    page.locator('button[lang="en"]').wait_for()

    def reach(text: str) -> None:
        """Press Tab until what has this name has the focus."""
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
    visitor.at("safety.title")
    push(visitor.t("nav.next"))
    visitor.at("danger.title")
    reach(visitor.t("urgency.U3"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    push(visitor.t("nav.next"))
    visitor.at("tiles.title")
    reach(visitor.t("tile.T01"))
    page.keyboard.press("Space")
    push(visitor.t("nav.next"))
    visitor.at("words.title")
    reach(visitor.t("words.label"))
    page.keyboard.type("They wait at the door.")
    push(visitor.t("nav.next"))
    for key in (
        "voice", "files", "affected", "minor", "source", "where", "place", "context", "actors", "harm", "reach",
        "person", "others", "hide", "team", "readers", "reply",
    ):  # fmt: skip
        visitor.at(f"{key}.title")
        push(visitor.t("nav.skip"))
    visitor.at("consent.title")
    reach(visitor.t("triage.yes_with_identity"))
    page.keyboard.press("ArrowDown")
    push(visitor.t("nav.next"))
    for key, way_on in (("given", "nav.skip"), ("sharing", "nav.next"), ("recipients", "nav.skip")):
        visitor.at(f"{key}.title")
        push(visitor.t(way_on))
    visitor.at("review.title")
    push(visitor.t("review.send"))
    page.locator('[data-state="proven"]').wait_for()
    push(visitor.t("send.words"))
    visitor.at("keys.title")
    push(visitor.t("keys.show"))
    assert page.locator(".keys li").count() == 12
    push(visitor.t("keys.without"))
    visitor.at("done.title")
    assert visitor.errors == []
    page.context.close()


def test_the_states_are_said_aloud(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "ar")
    visitor.enter()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir].join()") == "ar,rtl"
    visitor.tell(samples()["S04"])
    visitor.send()
    status = page.get_by_role("status")
    assert status.inner_text() == visitor.t("send.proven")
    assert status.get_attribute("aria-live") == "polite"
    page.context.close()
