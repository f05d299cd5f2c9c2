"""The whole way of the reporter's page: what she writes arrives equal, word for word, through the gates."""

from collections.abc import Iterator
from typing import Any

import pytest

from client import contents
from crypto import words
from crypto.sections import Section
from policies.vocabulary import consent_choices
from tests.asking import Asking
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


READERS = {"S06": "r7"}  # who reads its language; all others r1 does


def opened(world: Running, name: str, report: bytes, section: Section) -> bytes:
    asking = Asking(world, READERS.get(name, "r1"), report, [section])
    two = samples()[name]["slip"]["tier"] == 3
    if two and section is not Section.CARD:
        asking.approve("r5", section)
    return asking.read(asking.send(), section)


def visit(chrome: Any, way: Street, language: str, name: str) -> tuple[Visitor, bytes]:
    page = chrome.new_context(viewport={"width": 360, "height": 640}).new_page()
    visitor = Visitor(page, way.url, language)
    visitor.enter()
    visitor.tell(samples()[name])
    visitor.send()
    visitor.keep()
    (proof,) = {one.path for one in way.passed if one.path.endswith("/proof") and one.status == 200}
    assert visitor.errors == []
    page.context.close()
    return visitor, bytes.fromhex(proof.split("/")[3])


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "S01"), ("ar", "S04"), ("fr", "S02"), ("es", "S03"), ("en", "S09"), ("ar", "S06"), ("en", "S10")],
)
def test_what_she_writes_arrives_equal(chrome: Any, way: Street, world: Running, language: str, name: str) -> None:
    sample = samples()[name]
    visitor, report = visit(chrome, way, language, name)
    assert way.paths().count("POST /v1/reports") == 1
    said = " ".join(visitor.words)
    keys = words.keys(said if language != "ar" else "".join(visitor.words), 0)
    assert len(visitor.words) == (10 if language == "ar" else 12)

    card = contents.Card.decode(opened(world, name, report, Section.CARD), limit=1 << 16)
    wanted, place, time = sample["triage"], sample["triage"]["place"], sample["triage"]["time"]
    assert card.language == sample["slip"]["lang"]
    assert f"U{card.urgency}" == sample["slip"]["urgency"]
    assert list(card.tiles) == wanted["tiles"]
    assert [one[0] for one in card.actors] == [one["type"] for one in wanted["actors"]]
    assert (list(card.who), card.count) == (wanted["who"], wanted["count"])
    assert card.place[:4] == (place["precision"], *(place[key] or "" for key in ("country", "area", "district")))
    assert card.time == (time["precision"], time["value"] or "", time["ongoing"])
    assert consent_choices(card.consent) == sample["consent"]["choices"]
    assert card.reply_key == keys.reply
    story = contents.Story.decode(opened(world, name, report, Section.STORY), limit=1 << 20)
    assert story.text == sample["narrative"]["text"]
    named = [(one["type"], one["unit_text"] or "", one["person_text"] or "") for one in sample["accused"] or ()]
    assert list(story.accused) == [one for one in named if one[1] or one[2]]


def test_the_house_saw_nothing_of_it(chrome: Any, way: Street, world: Running) -> None:
    """Nothing that she sends but the envelope has a body, and no header says more than a browser must."""
    visit(chrome, way, "en", "S01")
    assert {one.path for one in way.passed if one.sent} == {"/v1/reports"}
    for one in way.passed:
        assert not {"cookie", "referer", "authorization", "if-none-match"} & set(one.headers), one.path
    stored = b"".join(path.read_bytes() for path in (world.folder / "server").iterdir() if path.is_file())
    assert b"candles" not in stored
    assert b"riot police" not in stored


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
    for key in ("tiles", "words", "affected", "where", "actors", "person", "hide"):
        visitor.next()
        visitor.at(f"{key}.title")
    for pool in ("home", "region", "outside", "women", "sister"):
        visitor.tick(visitor.t(f"hide.pool.{pool}"))
    visitor.next()
    assert page.locator("#status").inner_text() == visitor.t("hide.few")
    for pool in ("outside", "women"):
        page.get_by_label(visitor.t(f"hide.pool.{pool}"), exact=True).uncheck()
    visitor.next()
    visitor.at("consent.title")
    visitor.next()  # no yes: it goes no further
    assert page.locator("#status").inner_text() == visitor.t("consent.hint")
    visitor.tick(visitor.t("triage.yes_without_identity"))
    visitor.next()
    visitor.at("sharing.title")
    visitor.next()
    visitor.at("review.title")
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
