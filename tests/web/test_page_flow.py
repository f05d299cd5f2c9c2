"""The whole way of the reporter's page: what she writes arrives equal, word for word, through the gates."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import structs

from client import contents
from crypto import words
from crypto.errors import OpenError
from crypto.sections import CUSTODIAL, Section
from crypto.slip import Slip
from crypto.slots import GateSlot
from policies.slips import slip_of
from tests.asking import Asking
from tests.harness import Running
from tests.samples import samples
from tests.web.answering import dated
from tests.web.street import Street, street
from tests.web.visiting import Visitor, browser

LANGUAGES = {  # of the page; her own words are in the language of the sample
    "S01": "en", "S02": "fr", "S03": "es", "S04": "ar", "S05": "en", "S06": "ar", "S07": "en",
    "S08": "es", "S09": "en", "S10": "en", "S11": "fr", "S12": "en", "S13": "en", "S14": "fr",
}  # fmt: skip
TIERS = {  # what the page proposes; reviewers code finer
    "S01": 2, "S02": 3, "S03": 2, "S04": 2, "S05": 2, "S06": 2, "S07": 1,
    "S08": 3, "S09": 2, "S10": 2, "S11": 2, "S12": 3, "S13": 2, "S14": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


def opened(world: Running, name: str, report: bytes, section: Section) -> bytes:
    """Open one section as those may who may open this sample: a second person and a custodian where it takes them."""
    sample, people = samples()[name], world.organisation.people
    asker, *others = people["reports"][name]["may_open_card"]
    asking = Asking(world, asker, report, [section])
    if section is not Section.CARD and TIERS[name] == 3:
        asking.approve(others[0], section)
    if section in CUSTODIAL:
        links = {one["name"]: one["links"] for one in people["custodians"]}
        free = [one for one in sorted(links) if not any(links[one]) or not sample["slip"]["exclude_links"]]
        asking.approve(free[0], section)
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


def test_all_samples_are_typed_in_every_language_of_the_page() -> None:
    assert sorted(LANGUAGES) == sorted(samples()) == sorted(TIERS)
    assert set(LANGUAGES.values()) == {"en", "fr", "es", "ar"}


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_she_writes_arrives_equal(chrome: Any, way: Street, world: Running, name: str) -> None:
    language = LANGUAGES[name]
    visitor, report = visit(chrome, way, language, name)
    assert way.paths().count("POST /v1/reports") == 1
    said = " ".join(visitor.words)
    keys = words.keys(said if language != "ar" else "".join(visitor.words), 0)
    assert len(visitor.words) == (10 if language == "ar" else 12)
    wanted = written(name, keys.reply)
    for section in Section:
        found = contents.read(section, opened(world, name, report, section))
        assert found == wanted[section], section.label
    given = structs.replace(slip_given(world, report), log_keys=[])
    assert given == structs.replace(slip_of(retold(name)), log_keys=[])


def slip_given(world: Running, report: bytes) -> Slip:
    """Open the slip as the first gate does."""
    gate, sealed = world.in_force.bundle.body.gates[0].name, world.house.slots(report).gates[0]
    return Slip.from_bytes(GateSlot.unseal(world.key(gate).encryption, sealed, gate, report).slip)


def retold(name: str) -> dict[str, Any]:
    """Return a sample without what no keyboard types: files and recordings.

    The tier is the page's own proposal. An accused of whom nothing is said says nothing, so she leaves none.
    """
    sample = dated(samples()[name])
    accused = [one for one in sample["accused"] or () if one["unit_text"] or one["person_text"]]
    return {
        **sample,
        "slip": {**sample["slip"], "tier": TIERS[name]},
        "narrative": {**sample["narrative"], "voice": []},
        "accused": accused,
        "evidence": [],
    }


def written(name: str, reply_key: bytes) -> dict[Section, contents.SectionContent]:
    """Return what Python writes of this sample: all its fields."""
    sample = retold(name)
    slip = slip_of(sample)
    made = contents.write(sample, urgency=slip.urgency, consent=slip.consent, reply_key=reply_key)
    return {section: contents.read(section, content) for section, content in made.items()}


def test_what_is_left_out_by_whom_she_names_has_no_key(chrome: Any, way: Street, world: Running) -> None:
    """S13 names r1 and goes to the ombudsperson: nobody of the desk opens even the card."""
    _, report = visit(chrome, way, "en", "S13")
    for who in ("r1", "r2"):
        asking = Asking(world, who, report, [Section.CARD])
        assert asking.permitted(asking.send()) == {Section.CARD: False}
        with pytest.raises(OpenError):
            asking.read(asking.send(asking.blobs()), Section.CARD)
    card = contents.read(Section.CARD, opened(world, "S13", report, Section.CARD))
    assert isinstance(card, contents.Card)


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
