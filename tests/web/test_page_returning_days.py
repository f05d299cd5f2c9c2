"""Coming back after weeks, in a house that is no rehearsal: a file a day, a log that is not read from its beginning."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crypto import leaves
from policies.statements import day_text
from tests.gate.her import Her, append
from tests.harness import Running
from tests.server.coming_back import later, serious
from tests.web.returning import Returner, write_to
from tests.web.street import Street, street
from tests.web.visiting import browser

DAYS = 40


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


def noise(world: Running, count: int) -> None:
    """So many leaves that say nothing, as other people's reports and decisions are for her."""
    auditors = world.in_force.directory.auditors
    append(world, [leaves.pad_entry(auditors, os.urandom) for _ in range(count)])


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Her, Her]]:
    """An old report that was answered, weeks of files, a new report that was answered yesterday."""
    folder: Path = tmp_path_factory.mktemp("house")
    with serious(folder, consent_hours=24) as world:
        later(world, 0)
        old = Her(world)
        write_to(world, old, "The answer of weeks ago.")
        noise(world, 300)
        for _ in range(DAYS):
            later(world, 1)
        new = Her(world)
        assert new.opens("r1")
        write_to(world, new, "The answer of yesterday.")
        later(world, 1)
        yield world, old, new


@pytest.fixture
def way(weeks: tuple[Running, Her, Her]) -> Iterator[Street]:
    with street(weeks[0].server) as made:
        yield made


def visit(chrome: Any, way: Street, world: Running) -> Returner:
    page = chrome.new_context().new_page()
    page.clock.install(time=datetime.fromtimestamp(world.clock(), UTC))
    return Returner(page, way.url, "en")


def test_a_week_shows_the_new_one_and_begins_where_the_week_began(
    chrome: Any, way: Street, weeks: tuple[Running, Her, Her]
) -> None:
    world, old, new = weeks
    she = visit(chrome, way, world)
    she.come_back(new.said, "7")
    assert she.t("inbox.answers", count=1) in she.text
    she.button("inbox.read").click()
    assert she.page.locator(".letter").inner_text() == "The answer of yesterday."
    she.press("letter.away")
    paths = [one.path for one in way.passed]
    assert not [one for one in paths if one.startswith("/log/tile/entries/000")], (
        "the first tile is older than the week"
    )
    assert [one for one in paths if one.startswith("/log/tile/1/000")], "the left edge instead"
    files = [one.rpartition("/")[2] for one in paths if one.startswith("/v1/feed/")]
    today = world.clock.day
    assert files == [day_text(day) for day in range(today - 8, today)]
    she.page.context.close()
    she = visit(chrome, way, world)
    she.come_back(old.said, "7")
    assert she.t("inbox.none") in she.text
    assert she.t("open.nobody") not in she.text
    she.page.context.close()


def test_further_back_shows_the_old_one(chrome: Any, way: Street, weeks: tuple[Running, Her, Her]) -> None:
    world, old, _ = weeks
    she = visit(chrome, way, world)
    she.come_back(old.said, "90")
    assert she.t("inbox.answers", count=1) in she.text
    assert she.t("open.count", count=1, all=1) in she.text
    she.page.context.close()


def test_a_file_that_is_kept_from_her_is_noticed(
    chrome: Any, way: Street, weeks: tuple[Running, Her, Her], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A house that says of a day's file that it is not there: the log has its note."""
    world, _, _ = weeks
    day = f"/v1/feed/{day_text(world.clock.day - 1)}"
    honest = way.pass_on

    def hidden(method: str, path: str, body: bytes, asked: dict[str, str]) -> Any:
        return (404, [], b"") if path == day else honest(method, path, body, asked)

    monkeypatch.setattr(way, "pass_on", hidden)
    she = visit(chrome, way, world)
    she.begin()
    she.next()
    she.at("stop.title")
    assert she.t("fetch.unproven") in she.text
    she.page.context.close()


def test_an_author_who_was_revoked_before_is_not_believed(
    chrome: Any, way: Street, weeks: tuple[Running, Her, Her]
) -> None:
    """She is permitted, then revoked, then writes what she kept: it is said, and not shown."""
    world, _, _ = weeks
    her = Her(world)
    write_to(world, her, "From somebody who is revoked before the file is made.", who="r5")
    world.house.publish(world.organisation.revocation("r5", world.clock.day))
    later(world, 1)
    she = visit(chrome, way, world)
    she.come_back(her.said, "7")
    she.press("inbox.anyway")
    assert she.t("inbox.forged") in she.text
    assert "revoked before" not in she.page.content()
    she.page.context.close()
