"""Holds, erasures and changed minds on the page, as the log proves them; and what no change calls back (US9)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crypto import leaves, wishes
from crypto.notes import Signer
from crypto.relay import Publication
from policies.erasures import Erasure
from policies.holds import Hold
from tests.gate.her import Her, follow, publish
from tests.harness import OFFICERS, Running
from tests.server.coming_back import Her as Sender
from tests.server.coming_back import later, post, serious
from tests.web.returning import Returner
from tests.web.street import Street, street
from tests.web.visiting import browser


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serious(tmp_path_factory.mktemp("house"), consent_hours=24) as world:
        later(world, 1)
        yield world


@pytest.fixture
def way(house: Running) -> Iterator[Street]:
    with street(house.server) as made:
        yield made


def visit(chrome: Any, way: Street, world: Running, words: str) -> Returner:
    """She comes back on the house's day."""
    page = chrome.new_context(timezone_id="Africa/Nairobi").new_page()
    page.clock.install(time=world.clock())
    she = Returner(page, way.url, "en")
    she.begin()
    she.fetch()
    she.write(she.t("enter.label"), words)
    she.next()
    page.clock.run_for(20_000)
    she.at("inbox.title")
    return she


def name_of(she: Returner, day: int) -> str:
    """A day as the page writes it."""
    name: str = she.page.evaluate(
        "d => new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(d * 864e5)", day
    )
    return name


def hold(world: Running, report: bytes, days: int) -> None:
    text = Hold(id=report, day=world.clock.day, until=world.clock.day + days).text()
    world.house.publish(Publication(note=world.organisation.signed(text, *OFFICERS[:2])))
    follow(world)


def test_a_hold_on_hers_is_said_in_plain_words_and_only_while_it_lasts(
    chrome: Any, way: Street, house: Running
) -> None:
    held, other = Sender(house), Sender(house)
    hold(house, held.report, 30)
    until = house.clock.day + 30
    she = visit(chrome, way, house, held.words)
    assert she.t("inbox.hold", day=name_of(she, until)) in she.text
    she.page.context.close()
    she = visit(chrome, way, house, other.words)
    assert she.t("inbox.hold").partition("{")[0] not in she.text, "another one's hold is not hers"
    she.page.context.close()
    hold(house, held.report, 0)  # officers end it
    she = visit(chrome, way, house, held.words)
    assert she.t("inbox.hold").partition("{")[0] not in she.text
    she.page.context.close()


def test_an_erasure_is_shown_with_the_entries_that_prove_it(chrome: Any, way: Street, house: Running) -> None:
    gone, kept = Sender(house), Sender(house)
    assert gone.withdraws(now=True).status_code == 202
    later(house, 1)
    day = house.clock.day
    she = visit(chrome, way, house, gone.words)
    assert she.t("inbox.erased", day=name_of(she, day)) in she.text
    she.press("inbox.close")
    she.at("close.title")
    arrival, withdrawal = _leaves(house, gone)
    assert she.t("close.proof", index=arrival, withdrawal=withdrawal, day=name_of(she, day)) in she.text
    assert she.page.get_by_role("button", name=she.t("close.again"), exact=True).count() == 0
    she.page.context.close()
    she = visit(chrome, way, house, kept.words)
    assert she.t("inbox.erased").partition("{")[0] not in she.text
    she.page.context.close()


def _leaves(world: Running, her: Sender) -> tuple[int, int]:
    """Where her arrival and her withdrawal stand in the log, read without the page."""
    size = int(world.house.checkpoint().split("\n")[1])
    data = world.server.get(f"/log/tile/entries/000.p/{size}").content
    entries = [data[i + 2 : i + 50] for i in range(0, len(data), 50)]
    withdrawal = leaves.withdrawn_tag(her.keys.withdrawal_hash) + her.keys.withdrawal
    return entries.index(leaves.received_leaf(her.keys.received, her.report)), entries.index(withdrawal)


def test_a_hold_on_what_she_closed_keeps_bytes_and_says_that_it_opens_nothing(
    chrome: Any, way: Street, house: Running
) -> None:
    """What is closed stays closed, and nothing is said to be destroyed that is not."""
    held = Sender(house)
    hold(house, held.report, 30)
    assert held.withdraws(now=True).status_code == 202
    later(house, 1)
    she = visit(chrome, way, house, held.words)
    assert she.t("inbox.hold", day=name_of(she, house.clock.day + 29)) in she.text
    assert she.t("back.standing.closed") in she.text
    assert she.t("inbox.erased").partition("{")[0] not in she.text
    she.page.context.close()


def test_a_withdrawal_that_she_took_back_is_shown_as_such_and_is_not_destroyed(
    chrome: Any, way: Street, house: Running
) -> None:
    her = Sender(house)
    assert post(house, "withdrawals", her.body(wishes.withdraw(her.keys, os.urandom, now=False), 1)).status_code == 202
    she = visit(chrome, way, house, her.words)
    assert she.t("back.standing.closed") in she.text
    she.page.context.close()
    assert post(house, "consents", her.body(wishes.open_again(her.keys), 2)).status_code == 202
    later(house, 10)  # more than the days to change her mind
    assert her.served()
    she = visit(chrome, way, house, her.words)
    assert she.t("back.standing.reopened") in she.text
    assert she.t("inbox.erased").partition("{")[0] not in she.text
    she.press("inbox.close")
    assert she.t("close.second") in she.text
    assert she.t("close.proof").partition("{")[0] not in she.text
    she.page.context.close()


def test_what_was_read_is_listed_under_the_purpose_that_she_takes_away(
    chrome: Any, way: Street, house: Running
) -> None:
    her, silent = Her(house), Her(house)
    assert her.opens("r1", purpose="TRIAGE")
    assert her.opens("r3", purpose="TRIAGE")
    assert her.opens("r1", purpose="REPLY")
    assert not her.opens("r1", purpose="MEDIA"), "refused: nothing was read for it"
    she = visit(chrome, way, house, her.said)
    day = name_of(she, house.clock.day)
    once = f"{day} · {she.t('open.section.0')} · {she.t('open.role.desk')}"
    lists = {"TRIAGE": [f"{once} · {she.t('open.times', times=2)}"], "REPLY": [once]}

    def listed() -> dict[str, list[str]]:
        found = she.page.locator(".gone")
        return {one.get_attribute("data-purpose"): one.locator("li").all_inner_texts() for one in found.all()}

    she.press("inbox.consent")
    she.at("consent.back.title")
    assert listed() == lists
    assert she.t("consent.gone.text") in she.text
    she.press("consent.change")
    she.at("choose.title")
    assert listed() == lists
    for purpose in lists:  # each list stands right after the choice that it is about
        choice = she.page.get_by_label(she.t(f"purpose.{purpose}"), exact=True)
        beside = choice.locator("xpath=ancestor::*[following-sibling::*][1]/following-sibling::*[1]")
        assert beside.get_attribute("data-purpose") == purpose
    she.press("nav.back")
    she.press("nav.back")
    she.press("inbox.close")
    she.at("close.title")
    assert listed() == lists
    she.next()
    she.at("sure.title")
    assert listed() == lists
    she.page.context.close()
    she = visit(chrome, way, house, silent.said)
    she.press("inbox.close")
    assert listed() == {}
    assert she.t("gone.nothing") in she.text
    she.page.context.close()


def test_an_erasure_that_the_log_did_not_sign_stops_the_look(chrome: Any, tmp_path: Path) -> None:
    with serious(tmp_path / "lying") as world:
        her = Sender(world)
        later(world, 1)
        gate = world.key("gate-1")
        publish(
            world,
            lambda _: Erasure(day=world.clock.day, why="retention", indexes=(0,)).sign(
                Signer(world.organisation.log.name, gate.identity)
            ),
        )
        follow(world)
        with street(world.server) as way:
            she = Returner(chrome.new_context().new_page(), way.url, "en")
            she.page.clock.install(time=world.clock())
            she.begin()
            she.next()
            she.at("stop.title")
            assert she.t("fetch.unproven") in she.text
            assert " ".join(her.words.split()[:2]) not in she.page.content()  # one word alone may stand anywhere
            she.page.context.close()
