"""What the page costs, counted on the line: bytes, hosts, and that a long report looks like a short one (US1)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.harness import Running
from tests.samples import samples
from tests.web.street import Passed, Street, street
from tests.web.visiting import Visitor, browser

FIRST, ALL = 60_000, 250_000  # bytes, gzipped


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


def short(text: str) -> dict[str, Any]:
    return {**samples()["S01"], "narrative": {"text": text}}


def told(chrome: Any, way: Street, sample: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Go the whole way. Return what an observer of the line sees: order, kind and size of requests."""
    way.passed.clear()
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    visitor.enter()
    visitor.tell(sample)
    visitor.send()
    visitor.keep()
    page.context.close()
    seen = [(one.method, one.path.split("/")[1] + "/" + one.path.split("/")[-1], one.sent) for one in way.passed]
    post = [method for method, _, _ in seen].index("POST")
    return sorted(seen[:post]) + seen[post:]  # what comes before she types comes side by side


def test_first_screen_and_all_of_it_are_small_and_come_from_one_host(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    visitor = Visitor(page, way.url, "en")
    page.goto(way.url, wait_until="load")
    first = {one.path: one.answered for one in way.passed}
    assert set(first) == {"/", "/page/page.css", "/page/start.js", "/page/page.js"}
    assert sum(first.values()) <= FIRST, first
    for language in ("en", "fr", "es", "ar"):
        page.goto(way.url)
        page.locator(f'button[lang="{language}"]').click()
        page.locator("html[data-whole]").wait_for(state="attached")
    once: dict[str, Passed] = {one.path: one for one in way.passed}
    assert sum(one.answered for one in once.values()) <= ALL, {one.path: one.answered for one in once.values()}
    assert {"/page/questions.js", "/page/locale-ar.json", "/trust/current"} <= set(once)
    assert hosts == {urlsplit(way.url).netloc}
    assert visitor.errors == []
    page.context.close()


def test_two_hundred_words_look_like_two(chrome: Any, way: Street) -> None:
    one = told(chrome, way, short("They came last night"))
    two = told(chrome, way, short("They came last night. " * 95))
    assert one == two
    other = told(chrome, way, {**samples()["S12"], "narrative": {"text": "Приказ"}})
    assert one == other
    assert [method for method, _, _ in one].count("POST") == 1
