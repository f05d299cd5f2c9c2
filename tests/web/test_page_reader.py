"""What a screen reader is given: Chromium's own accessibility tree on every screen, in English and Arabic (US1).

Each control has a name in the page's language, headings come in order, focus goes to the heading of each new screen,
and what is said beside (a missing answer, how far the sending is) stands in a region that is read out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from tests.harness import Running
from tests.samples import samples
from tests.web.street import Street, street
from tests.web.visiting import Visitor, browser, texts

CONTROLS = {
    "button",
    "checkbox",
    "radio",
    "textbox",
    "combobox",
    "listbox",
    "link",
    "progressbar",
    "DisclosureTriangle",
}
GROUPS = {"group", "radiogroup"}
UNASKED = {"language", "proven", "words_shown"}  # what is shown there moved no focus to a heading
DIRECTIONS = {"en": "ltr", "ar": "rtl"}


@dataclass(frozen=True)
class Heard:
    """One thing in the tree, in the order in which it is read."""

    role: str
    name: str
    level: int
    focused: bool
    live: str


def listened(page: Any) -> list[Heard]:
    """Return what a screen reader would go through."""
    control = page.context.new_cdp_session(page)
    nodes: Mapping[str, Any] = {one["nodeId"]: one for one in control.send("Accessibility.getFullAXTree")["nodes"]}
    control.detach()
    root = next(one for one in nodes.values() if "parentId" not in one)

    def walk(node: Any) -> Iterator[Heard]:
        said = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
        children = [one for one in node.get("childIds", ()) if one in nodes]
        if not node["ignored"]:
            yield Heard(
                role=str(node["role"]["value"]),
                name=str(node.get("name", {}).get("value", "")).strip(),
                level=int(said.get("level") or 0),
                focused=bool(said.get("focused")),
                live=str(said.get("live") or ""),
            )
        for child in children:
            yield from walk(nodes[child])

    return list(walk(root))


@dataclass
class Reader:
    """Listens to every screen of one visit."""

    language: str
    page: Any
    screens: list[str] = field(default_factory=list)
    controls: int = 0

    def __post_init__(self) -> None:
        own, english = texts(self.language), texts("en")
        self.foreign = set(english.values()) - set(own.values()) if self.language != "en" else set()

    def listen(self, screen: str) -> None:
        heard = listened(self.page)
        self.screens.append(screen)
        self._root(screen)
        self._headings(screen, heard)
        for one, after in zip(heard, [*heard[1:], None], strict=True):
            folds = after is not None and after.role == "DisclosureTriangle"  # which has the name of this group
            if one.role in CONTROLS or (one.role in GROUPS and not folds):
                assert one.name, f"{screen}: a {one.role} without a name"
                assert one.name not in self.foreign, f"{screen}: {one.name!r} is not in her language"
                self.controls += 1
        assert [one.live for one in heard if one.role == "status"] == ["polite"], screen

    def _root(self, screen: str) -> None:
        root = self.page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        if screen != "language":
            assert root == [self.language, DIRECTIONS[self.language]], screen
            return
        for code, direction in DIRECTIONS.items():  # each name of a language is read in that language
            button = self.page.locator(f'button[lang="{code}"]')
            assert button.get_attribute("dir") == direction

    def _headings(self, screen: str, heard: list[Heard]) -> None:
        headings = [one for one in heard if one.role == "heading"]
        levels = [one.level for one in headings]
        assert levels[0] == 1, screen
        assert levels.count(1) == 1, screen
        assert all(later <= level + 1 for level, later in pairwise(levels)), (screen, levels)
        assert all(one.name for one in headings), screen
        if screen not in UNASKED and "_" not in screen:
            focused = [one for one in heard if one.focused and one.role != "RootWebArea"]
            assert [(one.role, one.level, one.name) for one in focused] == [("heading", 1, headings[0].name)], screen


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


@pytest.mark.parametrize(("language", "name"), [("en", "S03"), ("ar", "S04")])
def test_every_screen_can_be_heard(chrome: Any, way: Street, language: str, name: str) -> None:
    page = chrome.new_context(viewport={"width": 360, "height": 640}).new_page()
    reader = Reader(language, page)
    visitor = Visitor(page, way.url, language, reader.listen)
    visitor.enter()
    visitor.tell(samples()[name])
    visitor.send()
    visitor.keep()
    asked = {"danger", "tiles", "words", "affected", "where", "actors", "person", "hide", "consent", "sharing"}
    assert {"language", "safety", "review", "send", "keys", "test", "done"} | asked <= set(reader.screens)
    assert reader.controls > 150
    page.context.close()


def status(page: Any) -> str:
    """Return what stands in the region that is read out, as the tree has it."""
    nodes = page.locator('[role="status"]')
    assert nodes.count() == 1
    return str(nodes.aria_snapshot())


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_missing_is_read_out(chrome: Any, way: Street, language: str) -> None:
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, language)
    visitor.enter()
    visitor.at("danger.title")
    before = status(page)
    visitor.next()
    page.wait_for_function("document.querySelector('[role=status]').textContent !== ''")
    said = status(page)
    assert page.locator("h1").inner_text() == visitor.t("danger.title")  # it went no further
    page.context.close()
    assert visitor.t("danger.choose") not in before
    assert said == f"- status: {visitor.t('danger.choose')}"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_becomes_of_it_is_read_out(chrome: Any, way: Street, language: str) -> None:
    """Whoever does not see the bar hears that it waits, and then that it has arrived."""
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, language)
    visitor.enter()
    visitor.tell(samples()["S04" if language == "ar" else "S01"])
    visitor.at("review.title")
    way.cut.add("/v1/reports")
    visitor.next()
    said = []
    for state in ("waiting", "proven"):
        page.locator(f'[data-state="{state}"]').wait_for()
        live = [one for one in listened(page) if one.live == "polite"]
        said.append(" ".join(page.locator('[aria-live="polite"]').all_inner_texts()))
        assert live, state
        assert visitor.t(f"send.{state}") in said[-1], state
        way.cut.clear()
    assert said[0] != said[1]
    page.context.close()
