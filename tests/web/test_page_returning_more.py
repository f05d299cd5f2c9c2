"""Coming back, and telling something more under the same words; files of it are followed where she goes on (US11)."""

from collections.abc import Iterator
from typing import Any

import pytest

from crypto import words
from tests.corpus import png
from tests.gate.her import Her, waiting
from tests.harness import Running
from tests.samples import samples
from tests.web.evidence import Sender as Attaching
from tests.web.returning import Returner
from tests.web.street import Street, street
from tests.web.visiting import browser


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with waiting(tmp_path_factory.mktemp("house")) as world:
        yield world


@pytest.fixture
def way(house: Running) -> Iterator[Street]:
    with street(house.server) as made:
        yield made


def test_what_she_writes_more_is_under_the_same_words(chrome: Any, way: Street, house: Running) -> None:
    her = Her(house)
    she = Returner(chrome.new_context().new_page(), way.url, "en")
    she.come_back(her.said)
    she.press("inbox.more")
    she.at("danger.title")
    she.tell(samples()["S01"])
    she.send()
    assert she.t("send.same") in she.text
    she.press("send.done")
    she.at("inbox.title")
    she.page.context.close()
    again = Returner(chrome.new_context().new_page(), way.url, "en")
    again.come_back(her.said)
    assert again.page.locator("h2").count() == 2
    again.page.context.close()
    second = words.keys(her.said, 1)
    (sealed,) = [one for one in way.passed if one.path == "/v1/reports"]
    assert sealed.status == 201
    listed = [house.house.content(bytes.fromhex(one.id)) for one in house.house.reports()]
    withdrawal = second.withdrawal_hash
    assert sum(withdrawal in one.header for one in listed) == 1


class Adding(Returner, Attaching):
    """Somebody who comes back, and tells something more with a file."""


def test_files_of_what_she_writes_more_are_followed_where_she_goes_on(chrome: Any, way: Street, house: Running) -> None:
    her = Her(house)
    she = Adding(chrome.new_context().new_page(), way.url, "en")
    she.come_back(her.said)
    assert she.page.locator("[data-files]").count() == 0
    she.press("inbox.more")
    for key in ("danger", "tiles", "words", "voice"):
        she.at(f"{key}.title")
        if key == "danger":
            she.tick(she.t("urgency.U0"))
        if key == "tiles":
            she.tick(she.t("tile.T01"))
        she.next()
    she.at("files.title")
    she.attach([{"name": "a.png", "mimeType": "image/png", "buffer": png()}])
    she.untouched_too(yes=False)
    she.onward()
    she.send()
    she.press("send.done")
    she.at("inbox.title")
    she.brought()
    she.press("inbox.openings")
    she.at("open.title")
    she.press("nav.back")
    she.at("inbox.title")
    assert she.page.locator('[data-files="proven"]').is_visible()
    she.press("inbox.forget")
    she.at("enter.title")
    assert she.page.locator("[data-files]").count() == 0, "nobody who takes the phone now sees that something was sent"
    assert [one for one in she.errors if "404 (Not Found)" not in one] == []  # days without a file yet
    she.page.context.close()
