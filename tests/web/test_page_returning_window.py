"""US11 on the page: outside the hours that she named, its screens are those of a report to which nobody wrote."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crypto.hours import ANY, NEVER
from doors import clock
from tests.gate.her import Her, follow, waiting
from tests.harness import Running
from tests.server.coming_back import Her as Sender
from tests.server.coming_back import Reply, rounds
from tests.web.returning import Returner, line, write_to
from tests.web.street import Street, street
from tests.web.visiting import browser

ANSWER = "We have read it. Do not go there alone."
NAIROBI, KATHMANDU = "Africa/Nairobi", "Asia/Kathmandu"
HIDDEN = ("UTC", "Atlantic/Reykjavik")  # what browsers say that hide where they are
DAY = 1440  # minutes


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with waiting(tmp_path_factory.mktemp("house"), gates=3, threshold=2) as world:
        yield world


@pytest.fixture
def way(house: Running) -> Iterator[Street]:
    with street(house.server) as made:
        yield made


def hours(zone: str, first: int, end: int) -> bytes:
    """Hours from so many minutes after now to so many, by the clocks of a zone."""
    now = datetime.fromtimestamp(clock.system(), ZoneInfo(zone))
    return b"".join(((now.hour * 60 + now.minute + one) % DAY).to_bytes(2, "big") for one in (first, end))


def visit(chrome: Any, way: Street, zone: str, language: str = "en") -> Returner:
    return Returner(chrome.new_context(timezone_id=zone).new_page(), way.url, language)


def answered(house: Running, within: bytes) -> Her:
    her = Her(house)
    assert her.opens("r1")
    write_to(house, her, ANSWER, hours=within)
    return her


def told(house: Running, within: bytes) -> Sender:
    """The same without asking the gates: enough for a short look, which does not see what they decided."""
    her = Sender(house)
    assert Reply(house, her, ANSWER, hours=within).post().status_code == 202
    rounds(house).tick()
    return her


def opened(house: Running) -> Her:
    """Read as the other one was, and nobody wrote."""
    her = Her(house)
    assert her.opens("r1")
    return her


def screens(she: Returner) -> list[str]:
    """The inbox and who opened it, as an onlooker sees them: text, buttons and form, but for the size of the log."""
    found = []
    for _ in range(2):
        found.append(re.sub(r"entry \d+|مدخل \d+", "entry", she.page.locator("body").inner_html()))
        if len(found) == 1:
            she.press("inbox.openings")
            she.at("open.title")
    she.next()
    she.at("inbox.title")
    return [re.sub(r'"n\d+"', '"n"', one) for one in found]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_outside_her_hours_the_screens_are_those_of_an_inbox_without_an_answer(
    chrome: Any, way: Street, house: Running, language: str
) -> None:
    silent = opened(house)
    later = answered(house, hours(NAIROBI, 60, 120))
    follow(house)
    seen, passed = [], []
    for her in (silent, later):
        way.passed.clear()
        she = visit(chrome, way, NAIROBI, language)
        she.come_back(her.said)
        assert she.t("inbox.quiet") in she.text
        assert she.t("inbox.hours") in she.text
        seen.append(screens(she))
        passed.append(line(way))
        she.page.context.close()
    assert seen[0] == seen[1]
    assert passed[0] == passed[1]
    for text in ("alone", she.t("open.action.answer")):
        assert all(text not in one for one in seen[1])


def test_her_own_button_shows_it_at_any_hour_and_is_always_there(chrome: Any, way: Street, house: Running) -> None:
    silent, later = opened(house), answered(house, hours(NAIROBI, 60, 120))
    for her, there in ((later, True), (silent, False)):
        she = visit(chrome, way, NAIROBI)
        she.come_back(her.said)
        she.press("inbox.anyway")
        assert (she.t("inbox.answers", count=1) in she.text) is there
        assert (she.t("inbox.silent") in she.text) is not there
        if there:
            she.button("inbox.read").click()
            assert she.page.locator(".letter").inner_text() == ANSWER
            she.press("letter.away")
            she.press("inbox.openings")
            assert she.t("open.action.answer") in she.text
            she.next()
        she.press("letter.away")
        assert she.t("inbox.quiet") in she.text
        she.press("inbox.anyway")
        she.next()  # forget: then the next one who types them is asked again
        she.at("enter.title")
        she.type(her.said)
        assert she.t("inbox.quiet") in she.text
        she.page.context.close()


@pytest.mark.parametrize(
    ("zone", "first", "end", "shown"),
    [
        (NAIROBI, -60, 60, True),
        (KATHMANDU, -60, 60, True),
        (NAIROBI, -1410, -60, False),  # over midnight somewhere in it; it begins in half an hour, so no test reaches it
        (KATHMANDU, 60, -60, False),
        (NAIROBI, -720, 719, True),
    ],
)
def test_her_hours_are_those_of_her_own_clock(  # noqa: PLR0913, PLR0917 - a row
    chrome: Any,
    way: Street,
    house: Running,
    zone: str,
    first: int,
    end: int,
    shown: bool,  # noqa: FBT001 - a column
) -> None:
    her = told(house, hours(zone, first, end))
    she = visit(chrome, way, zone)
    she.come_back(her.words, full=False)
    assert (she.t("inbox.answers", count=1) in she.text) is shown
    assert (she.t("inbox.quiet") in she.text) is not shown
    she.page.context.close()


def test_the_same_answer_far_away_is_outside_her_hours(chrome: Any, way: Street, house: Running) -> None:
    """It is her device that says what time it is, and nothing else."""
    her = told(house, hours(NAIROBI, -60, 60))
    she = visit(chrome, way, "Pacific/Honolulu")  # thirteen hours behind
    she.come_back(her.words, full=False)
    assert she.t("inbox.quiet") in she.text
    she.page.context.close()


@pytest.mark.parametrize("zone", HIDDEN)
def test_a_browser_that_hides_its_clock_shows_nothing_by_itself(
    chrome: Any, way: Street, house: Running, zone: str
) -> None:
    limited, free = told(house, hours(zone, -60, 60)), told(house, ANY)
    never = told(house, NEVER)
    for her, shown in ((limited, False), (never, False), (free, True)):
        she = visit(chrome, way, zone)
        she.come_back(her.words, full=False)
        assert (she.t("inbox.answers", count=1) in she.text) is shown
        she.page.context.close()


def test_an_hour_that_ends_while_she_looks_closes_the_letter_s_door(chrome: Any, way: Street, house: Running) -> None:
    her = told(house, hours(NAIROBI, -60, 2))
    she = visit(chrome, way, NAIROBI)
    she.page.clock.install()
    she.begin()
    she.fetch(full=False)
    she.write(she.t("enter.label"), her.words)
    she.next()
    she.page.clock.run_for(5_000)
    she.at("inbox.title")
    assert she.t("inbox.answers", count=1) in she.text
    she.page.clock.run_for(3 * 60_000)
    she.button("inbox.read").click()
    assert she.page.locator(".letter").count() == 0
    assert she.t("inbox.quiet") in she.text
    she.page.context.close()


def test_other_words_have_the_same_button(chrome: Any, way: Street) -> None:
    she = visit(chrome, way, NAIROBI)
    she.begin()
    she.press("far.decoy")
    she.at("decoy.title")
    decoy = " ".join(she.page.locator(".keys li").all_inner_texts())
    she.next()
    she.fetch()
    she.type(decoy)
    assert she.t("inbox.hours") in she.text
    she.press("inbox.anyway")
    assert she.t("inbox.none") in she.text
    she.page.context.close()
