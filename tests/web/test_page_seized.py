"""P4 on what the page sends: every sample typed into it, and then the very search of `tests/test_seized.py`, all of it.

The browser's own headers reach the house, with an address such as a proxy would add.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Organisation, Running, running
from tests.samples import samples
from tests.test_seized import (  # noqa: F401 - they are collected here, and search this house
    AGENT,
    NAMES,
    days_work,
    everything,
    listening,
    renamed,
    test_certificates_are_sealed,
    test_days_and_nothing_finer,
    test_no_address_and_no_agent,
    test_no_reviewer_beyond_the_public_directory,
    test_no_word_of_any_report,
    test_stories_of_one_size,
    test_who_opened_what_is_not_there,
)
from tests.web.street import street
from tests.web.visiting import Visitor, browser

PAGES = {"S02": "fr", "S03": "es", "S04": "ar"}  # languages of the page; the others in English


@pytest.fixture(scope="module")
def seized(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path, str]]:
    """Return a world after a day on which all reports came by the page, its folder, and what was logged."""
    folder = tmp_path_factory.mktemp("seized")
    with listening() as lines, running(folder, Organisation(people=renamed())) as world, browser() as chrome:
        world.server.headers["x-forwarded-for"] = "203.0.113.77"
        ids = {}
        with street(world.server) as way:
            for name, sample in samples().items():
                context = chrome.new_context(user_agent=AGENT)
                visitor = Visitor(context.new_page(), way.url, PAGES.get(name, "en"))
                visitor.enter()
                visitor.tell(named_here(sample))
                visitor.send()
                context.close()
                proofs = [one.path for one in way.passed if one.path.endswith("/proof") and one.status == 200]
                ids[name] = bytes.fromhex(proofs[-1].split("/")[3])
            assert {one.headers["user-agent"] for one in way.passed} == {AGENT}
        days_work(world, ids)
        yield world, folder, "\n".join(lines)


def named_here(sample: dict[str, Any]) -> dict[str, Any]:
    """Return the sample with people excluded by the names that they have in this house."""
    slip = sample["slip"]
    return {**sample, "slip": {**slip, "exclude_people": [NAMES[name] for name in slip["exclude_people"]]}}


def test_all_samples_came_by_the_page(seized: tuple[Running, Path, str]) -> None:
    world, folder, _ = seized
    assert len(world.house.reports()) == len(samples()) == 14
    assert len(everything(folder)) > 14 * 30_000
