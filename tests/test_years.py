"""These tests go on in years to come: what the invented people were trained for does not lapse under them."""

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crypto.sections import Section
from tests.asking import Asking
from tests.harness import people_today, running
from tests.samples import send

LATER = datetime(2028, 3, 1, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead, now = LATER - time.time(), time.time
    monkeypatch.setattr(time, "time", lambda: now() + ahead)


@pytest.mark.usefixtures("later")
def test_reviewers_of_the_harness_open_reports_in_2028(tmp_path: Path) -> None:
    assert {one["declared_on"] for one in people_today()["reviewers"]} > {str(date(2027, 12, 22))}
    with running(tmp_path) as world:
        asking = Asking(world, "r1", send(world, "S01"), [Section.CARD])
        assert asking.read(asking.send(), Section.CARD)
