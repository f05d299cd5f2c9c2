"""A changed script, part, bundle, directory or `current` stops the page before anything is typed (P7)."""

import gzip
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.harness import Organisation, Running
from tests.samples import samples
from tests.web.street import Street, street
from tests.web.visiting import Visitor, browser

Bend = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


def zipped(bend: Bend) -> Bend:
    return lambda data: gzip.compress(bend(gzip.decompress(data)))


def more(data: bytes) -> bytes:
    return data + b" "


def flipped(data: bytes) -> bytes:
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


def other_day(data: bytes) -> bytes:
    return data.replace(b"day 20", b"day 19", 1)


def cut_out(data: bytes) -> bytes:
    """Leave out the last signature."""
    return data[: data[:-1].rindex(b"\n") + 1]


CASES: dict[str, tuple[str, Bend, str | None]] = {
    "a part": ("/page/locale-en.json", zipped(lambda data: data.replace(b"Send", b"Post")), None),
    "the words": ("/page/words-english.txt", zipped(lambda data: data.replace(b"zoo", b"zot")), "stop.changed"),
    "officers' keys": (
        "/page/trust.json",
        zipped(lambda data: data.replace(b"officer-1", b"officer-9")),
        "stop.changed",
    ),
    "bundle": ("/trust/bundle-1", cut_out, "stop.unproven"),
    "bundle body": ("/trust/bundle-1/body", flipped, "stop.unproven"),
    "directory": ("/trust/directory-1", cut_out, "stop.unproven"),
    "directory body": ("/trust/directory-1/body", flipped, "stop.unproven"),
    "current": ("/trust/current", other_day, "stop.unproven"),
    "current unsigned": ("/trust/current", cut_out, "stop.unproven"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_was_changed_stops_it(chrome: Any, way: Street, name: str) -> None:
    path, bend, said = CASES[name]
    way.bent[path] = bend
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    page.goto(way.url)
    page.locator('button[lang="en"]').click()
    if said is None:
        page.get_by_text("this browser cannot seal", exact=False).wait_for()
    else:
        visitor.at("stop.title")
        assert page.locator("main p").inner_text() == visitor.t(said)
    assert page.locator("input, textarea, select").count() == 0
    assert path in [one.path for one in way.passed]
    page.context.close()


@pytest.mark.parametrize("path", ["/page/page.js", "/page/start.js"])
def test_a_changed_script_does_not_run(chrome: Any, way: Street, path: str) -> None:
    way.bent[path] = zipped(lambda data: b"document.title='owned';" + data)
    page = chrome.new_context().new_page()
    page.goto(way.url, wait_until="load")
    page.get_by_text("was changed on the way", exact=False).wait_for()
    assert page.title() == "Notes"
    assert page.locator("input, textarea, select").count() == 0
    page.context.close()


def test_a_changed_second_script_stops_it_and_can_be_tried_again(chrome: Any, way: Street) -> None:
    way.bent["/page/questions.js"] = zipped(lambda data: b"document.title='owned';" + data)
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    page.goto(way.url)
    page.locator('button[lang="en"]').click()
    visitor.at("safety.title")
    visitor.next()
    visitor.at("stop.title")
    assert page.locator("main p").inner_text() == visitor.t("stop.part")
    visitor.press("stop.again")
    visitor.at("stop.title")
    assert page.title() == "Notes"
    assert page.locator("input, textarea, select").count() == 0
    way.bent.clear()
    visitor.press("stop.again")
    visitor.at("danger.title")
    page.context.close()


def test_the_document_alone_says_which_second_script_may_run(chrome: Any, way: Street) -> None:
    """A document whose template names no hash, or another one, does not bring the page to its questions."""
    for bend in (
        lambda data: re.sub(rb'(questions\.js") integrity="[^"]*"', rb"\1", data),
        lambda data: re.sub(rb'(questions\.js" integrity="sha256-)....', rb"\1AAAA", data),
        lambda data: data.replace(b'id="second"', b'id="other"'),
    ):
        way.bent["/"] = zipped(bend)
        page = chrome.new_context().new_page()
        visitor = Visitor(page, way.url, "en")
        page.goto(way.url)
        page.locator('button[lang="en"]').click()
        visitor.at("safety.title")
        visitor.next()
        visitor.at("stop.title")
        assert page.locator("input, textarea, select").count() == 0
        page.context.close()


def test_a_directory_of_another_organisation_stops_it(chrome: Any, way: Street) -> None:
    other = Organisation()
    for name in ("officer-1", "officer-2", "officer-3"):
        other.key("officer", name)
    other.next_bundle()
    forged = other.next_directory()
    way.bent["/trust/directory-1"] = lambda _: forged.note.encode()
    way.bent["/trust/directory-1/body"] = lambda _: forged.body
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    page.goto(way.url)
    page.locator('button[lang="en"]').click()
    visitor.at("stop.title")
    assert page.locator("main p").inner_text() == visitor.t("stop.unproven")
    page.context.close()


def test_a_broken_line_can_be_tried_again(chrome: Any, way: Street) -> None:
    way.cut.add("/trust/current")
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    page.goto(way.url)
    page.locator('button[lang="en"]').click()
    visitor.at("stop.title")
    way.cut.clear()
    visitor.press("stop.again")
    visitor.at("safety.title")
    page.context.close()


def test_a_false_receipt_is_not_believed(chrome: Any, way: Street) -> None:
    way.bent["/v1/reports"] = lambda data: data.replace(b"index ", b"index 1")
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    visitor.enter()
    visitor.tell(samples()["S01"])
    visitor.at("review.title")
    visitor.next()
    page.locator('[data-state="unproven"]').wait_for()
    assert page.get_by_text(visitor.t("send.unproven")).first.is_visible()
    page.context.close()


def test_without_scripts_there_is_an_explanation_and_no_form(way: Street) -> None:
    page = way.house.get("/").text
    explained = page[page.index("<noscript>") : page.index("</noscript>")]
    assert "amana report seal" in explained
    assert explained.count("<section") == 4
    for tag in ("form", "input", "textarea", "button", "select"):
        assert f"<{tag}" not in page
