"""The ways of the reporter's page that go elsewhere: no line, a file, too few people, a note of her own device."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness import Running
from tests.samples import samples
from tests.web.street import Street, street
from tests.web.visiting import Visitor, browser


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


def test_it_works_without_a_line_once_loaded_and_sends_by_itself(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    visitor.enter()
    way.cut.add("/v1/reports")
    before = len(way.passed)
    visitor.tell(samples()["S01"])
    visitor.at("review.title")
    visitor.next()
    page.locator('[data-state="waiting"]').wait_for()
    assert len(way.passed) == before
    with page.expect_download() as saving:
        visitor.press("send.save")
    assert saving.value.suggested_filename == "notes.amana"
    sealed = saving.value.path().read_bytes()
    way.cut.clear()
    page.locator('[data-state="proven"]').wait_for()
    page.context.close()

    other = chrome.new_context().new_page()
    carrier = Visitor(other, way.url, "en")
    other.goto(way.url)
    other.locator('button[lang="en"]').click()
    carrier.at("safety.title")
    carrier.press("safety.file")
    carrier.at("file.title")
    field = other.locator('input[type="file"]')
    field.set_input_files({"name": "x", "mimeType": "application/octet-stream", "buffer": sealed[:-1]})
    carrier.press("file.send")
    other.get_by_text(carrier.t("file.damaged")).wait_for()
    field.set_input_files({"name": "x", "mimeType": "application/octet-stream", "buffer": sealed})
    carrier.press("file.send")
    other.locator('[data-state="proven"]').wait_for()
    sent = [one for one in way.passed if one.path == "/v1/reports"]
    assert [one.status for one in sent] == [201, 200]
    other.context.close()


def test_too_few_people_are_said_on_the_screen_that_causes_it(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    visitor.enter()
    visitor.tick(visitor.t("urgency.U0"))
    visitor.next()
    visitor.at("tiles.title")
    visitor.next()
    visitor.at("words.title")
    visitor.press("nav.enough")
    visitor.at("hide.title")
    visitor.next()
    visitor.at("team.title")
    for pool in ("home", "region", "outside", "women", "sister"):
        visitor.tick(visitor.t(f"hide.pool.{pool}"))
    visitor.next()
    assert page.locator("#status").inner_text() == visitor.t("hide.few")
    for pool in ("outside", "women"):
        page.get_by_label(visitor.t(f"hide.pool.{pool}"), exact=True).uncheck()
    for key in ("readers", "reply", "consent"):
        visitor.next()
        visitor.at(f"{key}.title")
    visitor.next()  # no yes: it goes no further
    assert page.locator("#status").inner_text() == visitor.t("consent.hint")
    visitor.tick(visitor.t("triage.yes_without_identity"))
    for key in ("given", "sharing", "recipients", "review"):
        visitor.next()
        visitor.at(f"{key}.title")
    assert page.get_by_text(visitor.t("review.missing.story")).is_visible()
    page.get_by_role("button", name=f"{visitor.t('review.change')}: {visitor.t('tiles.title')}").click()
    visitor.at("tiles.title")
    visitor.tick(visitor.t("tile.T12"))
    visitor.press("nav.done")
    visitor.at("review.title")
    assert page.get_by_text(visitor.t("review.send")).is_visible()
    page.context.close()


def test_a_note_of_her_own_device_about_what_identifies(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, "en")
    visitor.enter()
    visitor.tick(visitor.t("urgency.U0"))
    visitor.next()
    visitor.next()
    visitor.at("words.title")
    before = len(way.passed)
    seen = {
        "call me on +254 712 345 678": "phone",
        "٠٧٩٠١٢٣٤٥٦٧ اتصلوا": "phone",
        "write to a.b@example.org": "email",
        "her card is AB1234567": "identity",
        "at 33.5138, 36.2765 near": "coordinates",
    }
    for text, kind in seen.items():
        visitor.write(visitor.t("words.label"), text)
        assert visitor.t(f"note.{kind}") in page.locator(".note").inner_text(), text
    for text in ("About sixty women in 2026, at 14:30, on 3 May 2026.", "قبل ٣ أيام جاء ٢٥ رجلًا"):
        visitor.write(visitor.t("words.label"), text)
        assert page.locator(".note").inner_text() == "", text
    assert len(way.passed) == before
    page.context.close()
