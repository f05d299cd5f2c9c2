"""A day at a console, in a real browser: queue, open, agree as a second person, step aside, answer (US3, US4)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client.asks import Asks
from client.notebook import Notebook
from client.reviewer import DENIED
from crypto.sections import Section
from tests.client.reviewing import begin
from tests.console.conftest import Sit
from tests.console.desks import PASSPHRASE, Woman
from tests.console.looking import Looker
from tests.harness import Running
from tests.samples import samples, send
from tests.server.coming_back import Her
from tests.waiting import make

NARROW = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture(scope="module")
def look() -> Iterator[Looker]:
    """Looks at every page on the way; pictures of them go where CONSOLE_PICTURES says."""
    folder = os.environ.get("CONSOLE_PICTURES")
    looker = Looker(Path(folder) if folder else None)
    yield looker
    assert looker.wrong == []


def saved(woman: Woman, name: str, to: Path) -> Path:
    """Save what a link offers."""
    with woman.page.expect_download() as download:
        woman.page.get_by_role("link", name=name).click()
    download.value.save_as(to)
    return to


def test_the_most_urgent_stands_first_and_what_is_not_hers_last(sit: Sit, world: Running, look: Looker) -> None:
    reports = {name: send(world, name) for name in ("S01", "S03", "S07")}
    make(world)
    woman = sit("r1", **NARROW)
    look(woman.page, "queue")
    titles = woman.page.locator("ul.rows h2 a").all_inner_texts()
    places = {name: titles.index(f"Report {report.hex()[:8]}") for name, report in reports.items()}
    text = woman.page.locator("ul.rows").inner_text()
    assert places["S03"] < places["S01"] < places["S07"], "danger in the next days, then a risk that goes on"
    assert text.index("U2: ") < text.index("U1: ") < text.index("Not for you by the rules")
    assert "due" not in text.partition("Not for you by the rules")[2].partition("Report")[0], "others answer that one"
    assert woman.errors == []


def test_she_opens_section_by_section_and_it_is_counted_and_logged(sit: Sit, world: Running, look: Looker) -> None:
    report = send(world, "S01")
    woman = sit("r1", color_scheme="dark", **NARROW)
    woman.report(report)
    look(woman.page, "report-closed")
    before = world.house.checkpoint().split("\n")[1]
    woman.page.get_by_role("link", name="the card").click()
    look(woman.page, "before-it-opens")
    assert world.house.checkpoint().split("\n")[1] == before, "looking at what may be in it asks nobody"
    woman.page.locator('input[value="TRIAGE"]').check()
    woman.page.get_by_role("button", name="in the log").click()
    look(woman.page, "card-open")
    assert "She agreed to: TRIAGE with her identity, REPLY" in woman.text
    woman.open("story")
    look(woman.page, "story-open")
    assert samples()["S01"]["narrative"]["text"][:30] in woman.text
    assert int(world.house.checkpoint().split("\n")[1]) == int(before) + 2
    # What she agreed to is offered; for the rest it is said why not.
    woman.page.get_by_role("link", name="the identity").click()
    assert woman.page.locator('input[name="purpose"][value="MEDIA"]').count() == 0
    assert woman.errors == []


def test_a_refusal_is_the_one_sentence(sit: Sit, world: Running, look: Looker) -> None:
    report = send(world, "S01")
    woman = sit("r2")  # has a tie to the police, who are accused
    woman.report(report)
    woman.open("card")
    look(woman.page, "refused")
    assert DENIED in woman.text
    assert "police" not in woman.text.lower()
    woman.page.get_by_role("link", name="Back to the report").click()
    assert "Closed. It holds" in woman.text


def test_two_people_on_two_consoles(sit: Sit, world: Running, look: Looker, tmp_path: Path) -> None:
    report = send(world, "S08")
    asker, other = sit("r1"), sit("r4", **NARROW)
    asker.report(report)
    asker.open("story")
    look(asker.page, "ask-made")
    assert "It waits for a second reviewer" in asker.text
    ask = saved(asker, "Save the ask file", tmp_path / "hers.ask")
    # Nobody agrees with herself, and a custodian holds no share of a story.
    asker.follow("A colleague asks")
    look(asker.page, "a-colleague-asks")
    asker.page.locator('input[type="file"]').set_input_files(ask)
    asker.page.locator("main button").click()
    assert "Nobody agrees with herself" in asker.text
    other.follow("A colleague asks")
    other.page.locator('input[type="file"]').set_input_files(ask)
    other.page.locator("main button").click()
    look(other.page, "wanted")
    assert other.heading == "r1 asks you"
    other.press("I agree")
    look(other.page, "agreed")
    approval = saved(other, "Save the approval file", tmp_path / "approval")
    asker.report(report)
    asker.page.get_by_label("Her approval file").set_input_files(approval)
    asker.press("Take it")
    asker.page.get_by_role("button", name="Open together").click()
    assert samples()["S08"]["narrative"]["text"][:20] in asker.text
    asker.follow("Queue")
    assert "third tier" not in asker.text
    refused = "Failed to load resource: the server responded with a status of 403 (Forbidden)"  # to agree with herself
    assert (asker.errors, other.errors) == ([refused], [])


def test_two_are_asked_for_where_one_may_only_in_an_emergency(sit: Sit, world: Running) -> None:
    """Its locks would open to one; the gates ask for two, unless she calls it an emergency, which no console does."""
    report = send(world, "S08", slip={**samples()["S08"]["slip"], "emergency": True})
    woman = sit("r1")
    woman.report(report)
    woman.open("card")
    woman.open("story")
    assert "It waits for a second reviewer" in woman.text


def test_she_steps_aside_and_nobody_asks_why(sit: Sit, world: Running, look: Looker) -> None:
    report = send(world, "S01")
    woman = sit("r5")
    woman.report(report)
    woman.follow("Step aside from this report")
    look(woman.page, "aside")
    assert woman.page.locator("main input:not([type=hidden]), main textarea").count() == 0
    woman.page.get_by_role("button", name="Step aside, for good").click()
    assert "You stepped aside" in woman.text
    assert woman.page.get_by_role("link", name="the card").count() == 0
    other = sit("r1")
    other.report(report)
    other.open("card")
    assert "Open here until" in other.text, "others go on"


def test_she_answers_and_reads_it_again(sit: Sit, world: Running, look: Looker) -> None:
    report = send(world, "S01")
    woman = sit("r1", **NARROW)
    woman.report(report)
    assert "open the card first" in woman.text
    woman.open("card")
    woman.follow("Write to her")
    look(woman.page, "answer")
    woman.page.locator("select[name=template]").select_option("received")
    woman.page.locator("textarea").fill("Please call +44 20 7946 0000.")
    woman.page.locator("main button.main").click()
    look(woman.page, "before-it-is-sent")
    assert "Careful" in woman.text, "a number in an answer"
    woman.press("Change it")
    woman.page.locator("textarea").fill("We read it today.")
    woman.page.locator("main button.main").click()
    woman.page.get_by_role("button", name="Send, sealed").click()
    look(woman.page, "answered")
    woman.report(report)
    woman.follow("Read what was written to her")
    look(woman.page, "thread")
    woman.page.get_by_role("button", name="in the log").click()
    assert woman.heading == "What was written to her"
    assert woman.errors == []


def test_locked_it_holds_nothing_and_a_wrong_passphrase_costs_time(sit: Sit, world: Running, look: Looker) -> None:
    report = send(world, "S01")
    woman = sit("r1")
    woman.report(report)
    woman.open("card")
    inside = woman.page.url
    woman.press("Lock")
    look(woman.page, "locked")
    assert woman.heading == "Locked"
    woman.page.goto(inside)
    assert woman.heading == "Locked"
    woman.page.go_back()
    assert "Open here until" not in woman.text
    woman.page.goto(inside)
    woman.unlock("not hers")
    assert "does not open the key" in woman.text
    woman.unlock(PASSPHRASE)
    assert "too early" in woman.text
    woman.page.wait_for_timeout(1100)
    woman.unlock(PASSPHRASE)
    assert woman.heading == "Queue"
    assert "Nothing was fetched yet" in woman.text, "what was fetched went with the lock"


def test_a_house_that_is_away_leaves_what_was_fetched(sit: Sit, world: Running, way: Any) -> None:
    report = send(world, "S01")
    woman = sit("r1")
    way.cut = {"/v1/reports", "/trust/current"}
    try:
        woman.fetch()
        assert "The house did not answer" in woman.text
        assert f"Report {report.hex()[:8]}" in woman.text
    finally:
        way.cut = set()


def test_what_she_takes_back_goes_from_the_console_as_well(sit: Sit, world: Running) -> None:
    her = Her(world)
    woman = sit("r1")
    woman.report(her.report)
    woman.open("card")
    woman.open("story")
    inside = woman.page.url
    assert her.withdraws(now=True).status_code == 202
    woman.follow("Queue")
    woman.fetch()
    assert "1 reports were taken back or are over." in woman.text
    assert f"Report {her.report.hex()[:8]}" not in woman.text
    assert woman.page.goto(inside).status == 404
    assert samples()["S01"]["narrative"]["text"][:30] not in woman.text


def test_an_ask_whose_day_is_over_is_let_go_of(world: Running, tmp_path: Path) -> None:
    ring = world.key("r1")
    key = tmp_path / "r1.key"
    notebook, asks = Notebook.of(key, ring), Asks.of(key, ring)
    session = begin(world, "r1", send(world, "S08"), Section.STORY)
    asks.add(notebook, session, "")
    late = Asks.of(key, ring)
    assert len(late.pending) == 1
    late.drop_old(session.ask.until)
    assert len(late.pending) == 1
    late.drop_old(session.ask.until + 1)
    assert (late.pending, list((tmp_path / "r1.key.asks").iterdir())) == ({}, [])
