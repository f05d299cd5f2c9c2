"""What single questions do: the operator's words, a child, other people, hours, and what does not fit."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from policies import cast
from tests.harness import Organisation, Running, running
from tests.samples import samples
from tests.web import answering
from tests.web.street import Street, street
from tests.web.visiting import Visitor, browser, texts

SHOWN = {"en": "8:00 to 20:00", "fr": "8 h à 20 h", "es": "8:00 a 20:00", "ar": "الثامنة"}


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


@pytest.fixture
def visitor(chrome: Any, way: Street) -> Iterator[Visitor]:
    page = chrome.new_context().new_page()
    yield Visitor(page, way.url, "en")
    page.context.close()


def arrive(visitor: Visitor) -> str:
    """Go to the first screen that is verified; return what it says."""
    visitor.page.goto(visitor.url)
    visitor.page.locator(f'button[lang="{visitor.language}"]').click()
    visitor.at("safety.title")
    said: str = visitor.page.locator("main").inner_text()
    return said


def walk(visitor: Visitor, *screens: str) -> None:
    """Press the main button and stand before each of these screens."""
    for screen in screens:
        visitor.next()
        visitor.at(f"{screen}.title")


def to_affected(visitor: Visitor) -> None:
    visitor.enter()
    visitor.tick(visitor.t("urgency.U0"))
    walk(visitor, "tiles")
    visitor.tick(visitor.t("tile.T01"))
    walk(visitor, "words", "voice", "files", "affected")


def status(visitor: Visitor) -> str:
    said: str = visitor.page.locator("#status").inner_text()
    return said


@pytest.mark.parametrize("language", SHOWN)
def test_the_operators_words_are_shown_in_her_language(chrome: Any, way: Street, language: str) -> None:
    page = chrome.new_context().new_page()
    visitor = Visitor(page, way.url, language)
    said = arrive(visitor)
    signed = {one.language: one for one in cast.wording_of(cast.example())}[language]
    assert SHOWN[language] in said
    for text in (signed.hours, signed.duty, *(part for one in signed.help for part in (one.name, one.how))):
        assert text in said, text
    for default in ("safety.hours.text", "safety.duty.text", "safety.help.default"):
        assert visitor.t(default) not in said
    assert page.locator(".card bdi").first.evaluate("one => one.dir + one.innerText") == "ltr0000 111"
    visitor.next()
    visitor.tick(visitor.t("urgency.U3"))
    assert signed.help[0].name in page.locator(".urgent").inner_text()
    page.context.close()


def test_without_words_the_standard_text_says_that_it_is_one(chrome: Any, tmp_path: Path) -> None:
    people: dict[str, Any] = deepcopy(dict(cast.example()))
    people["words"] = {"fr": {"hours": "", "duty": "", "help": []}}
    with running(tmp_path / "bare", Organisation(people=people)) as world, street(world.server) as way:
        for language in ("en", "fr"):
            page = chrome.new_context().new_page()
            said = arrive(Visitor(page, way.url, language))
            for default in ("safety.hours.text", "safety.duty.text", "safety.help.default"):
                assert texts(language)[default] in said, default
            page.context.close()


def test_help_that_nobody_checked_for_long_is_marked(chrome: Any, tmp_path: Path) -> None:
    people: dict[str, Any] = deepcopy(dict(cast.example()))
    people["words"]["en"]["help"][0]["checked_on"] = "2024-03-05"
    with running(tmp_path / "old", Organisation(people=people)) as world, street(world.server) as way:
        page = chrome.new_context().new_page()
        visitor = Visitor(page, way.url, "en")
        assert visitor.t("safety.old", day="March 5, 2024") in arrive(visitor)
        page.context.close()


def test_for_a_child_nothing_broad_can_be_chosen_nor_stays_chosen(visitor: Visitor) -> None:
    """Rule C8: also what was chosen before she said that it is a child."""
    page = visitor.page
    to_affected(visitor)
    visitor.press("nav.enough")
    visitor.at("hide.title")
    walk(visitor, "team", "readers", "reply", "consent")
    visitor.tick(visitor.t("triage.yes_with_identity"))
    walk(visitor, "given", "sharing")
    for purpose in ("MEDIA", "JUSTICE", "SUPPORT"):
        visitor.choose(visitor.t(f"purpose.{purpose}"), "yes_with_identity")
    walk(visitor, "recipients", "review")
    page.get_by_role("button", name=f"{visitor.t('review.change')}: {visitor.t('minor.title')}").click()
    visitor.at("minor.title")
    assert not page.get_by_text(visitor.t("minor.narrow")).is_visible()
    visitor.tick(visitor.t("minor.YES"))
    assert page.get_by_text(visitor.t("minor.narrow")).is_visible()
    visitor.press("nav.done")
    visitor.at("review.title")
    row = page.locator(".row", has_text=visitor.t("sharing.title")).locator("bdi")
    assert row.inner_text() == visitor.t("review.chosen", count=2)  # REPLY and SUPPORT
    page.get_by_role("button", name=f"{visitor.t('review.change')}: {visitor.t('sharing.title')}").click()
    visitor.at("sharing.title")
    kept = {
        purpose: page.get_by_label(visitor.t(f"purpose.{purpose}"), exact=True).evaluate(
            "one => [one.value, [...one.options].map((option) => option.value).join()].join()"
        )
        for purpose in ("MEDIA", "JUSTICE", "SUPPORT")
    }
    assert kept == {
        "MEDIA": "ask_me_first,no,ask_me_first",
        "JUSTICE": "ask_me_first,no,ask_me_first,yes_without_identity",
        "SUPPORT": "yes_with_identity,no,ask_me_first,yes_without_identity,yes_with_identity",
    }


def test_one_hour_alone_is_no_time_and_do_not_write_needs_none(visitor: Visitor) -> None:
    to_affected(visitor)
    visitor.press("nav.enough")
    visitor.at("hide.title")
    walk(visitor, "team", "readers", "reply")
    visitor.choose(visitor.t("reply.from"), "20:00")
    visitor.next()
    assert status(visitor) == visitor.t("reply.both")
    visitor.tick(visitor.t("reply.none"))
    assert not visitor.page.get_by_label(visitor.t("reply.from"), exact=True).is_visible()
    walk(visitor, "consent")


def test_nobody_with_ties_follows_when_she_changes_the_place(visitor: Visitor) -> None:
    to_affected(visitor)
    walk(visitor, "minor", "source", "where")
    visitor.choose(visitor.t("where.country"), "XV")
    visitor.write(visitor.t("where.area"), "XV-02")
    visitor.press("nav.enough")
    visitor.at("hide.title")
    group = visitor.page.get_by_role("group", name=visitor.t("hide.actors"), exact=True)
    police = visitor.t("actor.POL")
    group.get_by_label(police, exact=True).check()
    field = visitor.page.get_by_label(visitor.t("hide.actors.place", actor=police), exact=True)
    assert field.locator("option").all_inner_texts() == ["XV", "XV-02"]
    assert field.input_value() == "0"  # the wider place: rather too many left out than too few
    group.get_by_label(police, exact=True).uncheck()
    assert field.count() == 0


def test_what_does_not_fit_is_said_where_it_is_written(visitor: Visitor) -> None:
    page = visitor.page
    to_affected(visitor)
    walk(visitor, "minor", "source", "where", "place", "context")
    for family, screen in (("context", "actors"), ("actor", "basis")):
        for key in [
            key for key in visitor.texts if key.startswith(f"{family}.") and key not in ("actor.NOT", "context.title")
        ]:
            visitor.tick(visitor.texts[key])
        walk(visitor, screen)
    for field in page.locator("select").all():
        field.select_option(index=3)
    walk(visitor, "harm")
    effects = [key for key in visitor.texts if key.startswith("effect.")]
    for key in effects:
        visitor.tick(visitor.texts[key])
    visitor.next()
    assert status(visitor) == visitor.t("long.card")
    for key in effects:
        page.get_by_label(visitor.texts[key], exact=True).uncheck()
    walk(visitor, "reach", "person")
    for key, most in (("person.name", 80), ("person.contact", 150), ("person.place", 250)):
        visitor.write(visitor.t(key), "𐌰" * (most // 2))  # two units of JavaScript, four bytes
    walk(visitor, "others")
    for number in range(1, 6):
        if number > 1:
            visitor.press("others.more")
        group = page.get_by_role("group", name=visitor.t("others.one", number=number), exact=True)
        group.get_by_label(visitor.t("others.name"), exact=True).fill("က" * 120)
    assert not page.get_by_text(visitor.t("others.more")).is_visible()
    visitor.next()
    assert status(visitor) == visitor.t("long.identity")
    for number in (1, 3, 5):
        group = page.get_by_role("group", name=visitor.t("others.one", number=number), exact=True)
        group.get_by_label(visitor.t("others.name"), exact=True).fill("")
    walk(visitor, "hide")


def test_going_back_keeps_what_she_wrote_also_from_the_first_question(visitor: Visitor) -> None:
    visitor.enter()
    visitor.tick(visitor.t("urgency.U2"))
    visitor.press("nav.back")
    visitor.at("safety.title")
    visitor.next()
    visitor.at("danger.title")
    assert visitor.page.get_by_label(visitor.t("urgency.U2"), exact=True).is_checked()
    walk(visitor, "tiles")
    visitor.press("nav.back")
    visitor.at("danger.title")


def test_a_question_without_a_subject_is_not_asked(visitor: Visitor) -> None:
    """Nobody accused: how does she know that it was them? Everything refused: whom should it go to?"""
    quiet = deepcopy(samples()["S14"])
    quiet["consent"]["choices"] = dict.fromkeys(quiet["consent"]["choices"], "no") | {"TRIAGE": "yes_with_identity"}
    visitor.enter()
    answering.tell(visitor, quiet)
    visitor.at("review.title")
    rows = visitor.page.locator("dt").all_inner_texts()
    assert visitor.t("basis.title") not in rows
    assert visitor.t("recipients.title") not in rows
    assert visitor.t("actors.title") in rows
