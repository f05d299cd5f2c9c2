"""A reviewer who asks a thousand times, or gives no reason: bounded, logged once, and named (protocol 11.5, 13)."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from client import auditor, replaying
from client.findings import Fault
from crypto import hybrid, leaves, words
from crypto.hashing import sha256, tag
from crypto.labels import Label
from crypto.limits import LIMITS, limit
from crypto.padding import pad
from crypto.relay import DONE, REFUSED
from crypto.sections import Section
from gate import quota
from tests.asking import Asking
from tests.attacks.finding import audit, decided, faults, last, log_size
from tests.harness import Running, running
from tests.samples import send

CARD, STORY, IDENTITY, EVIDENCE = Section.CARD, Section.STORY, Section.IDENTITY, Section.EVIDENCE


@pytest.fixture
def three_a_day() -> Iterator[None]:
    """The quota, small enough to reach."""
    before = LIMITS["requests"]
    LIMITS["requests"] = before._replace(value=3)
    try:
        yield
    finally:
        LIMITS["requests"] = before


@pytest.mark.usefixtures("three_a_day")
def test_asks_a_thousand_times(fresh: Running) -> None:
    """A5: so many are decided a day; the next is refused and logged, for all to see; the rest leaves no leaf."""
    report = send(fresh, "S01")
    before = log_size(fresh)
    states, answers = [], []
    for _ in range(8):
        asking = Asking(fresh, "r1", report, [CARD, EVIDENCE])
        answer = asking.send()
        states.append(answer.state)
        answers += [asking.permitted(answer)] if answer.state == DONE else []
    assert states == [DONE] * 4 + [REFUSED] * 4
    assert answers == [{CARD: True, EVIDENCE: True}] * 3 + [{CARD: False, EVIDENCE: False}]
    assert log_size(fresh) == before + 8  # two sections each
    # A colleague is not harmed, and tomorrow is another day.
    other = Asking(fresh, "r5", report, [CARD])
    assert other.read(other.send(), CARD)
    fresh.clock.offset += 86400
    later = Asking(fresh, "r1", report, [CARD])
    assert later.read(later.send(), CARD)
    assert faults(fresh) == []
    assert [one[3] for one in decided(fresh)][6:8] == [["quota"], ["quota"]]


@pytest.mark.usefixtures("three_a_day")
def test_floods_one_report_so_that_nobody_else_can_open_it(fresh: Running) -> None:
    """A5: there is nothing to use up: every decision has its own leaf, and the reporter finds each by its tag."""
    said = words.new(os.urandom)
    report = send(fresh, "S01", said)
    for who in ("r2", "r2", "r2", "r8", "r8"):  # refused, all of them
        Asking(fresh, who, report, [CARD]).send()
    honest = Asking(fresh, "r5", report, [CARD])
    assert honest.read(honest.send(), CARD)
    key = words.keys(said, 0).gate("gate-1").log_key
    whole = fresh.house.entries(0, log_size(fresh))
    mine = [index for index, leaf in enumerate(whole) if leaf[:16] == tag(key, leaf[16:])]
    notices = [leaves.open_notice(key, fresh.house.notices(0)[index]) for index in mine]
    assert [one.opened for one in notices] == [False] * 5 + [True]


@pytest.mark.usefixtures("three_a_day")
def test_a_gate_that_lets_her_hoard_is_found(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A5, P7: a gate that does not count is named at the first decision too many."""
    report = send(fresh, "S01")
    monkeypatch.setattr(quota, "take", lambda *_: True)
    for _ in range(4):
        Asking(fresh, "r1", report, [CARD]).send()
    assert faults(fresh) == [Fault(last(fresh), replaying.TOO_MANY)]


def test_a_gate_that_pretends_she_asked_too_often_is_found(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A5, P7: a refusal for the quota holds only where the log shows as many requests."""
    report = send(fresh, "S01")
    monkeypatch.setattr(quota, "take", lambda *_: False)
    Asking(fresh, "r1", report, [CARD]).send()
    assert faults(fresh) == [Fault(last(fresh), replaying.OUTCOME)]


def test_the_count_survives_a_restart_and_names_nobody(tmp_path: Path) -> None:
    """A5: kept on the gate's disk under a keyed hash."""
    with running(tmp_path) as world:
        Asking(world, "r1", send(world, "S01"), [CARD]).send()
        organisation = world.organisation
    with running(tmp_path, organisation, publish=False) as world:
        Asking(world, "r1", send(world, "S01"), [CARD]).send()
    with sqlite3.connect(tmp_path / "gate" / "gate-1" / "gate.db") as database:
        rows = database.execute("SELECT who, requests FROM asked").fetchall()
    database.close()
    assert [(len(who), count) for who, count in rows] == [(16, 2)]


def rubbish(world: Running, asking: Asking, text: bytes, *, to_auditors: bool) -> None:
    keys = world.in_force.directory.auditors if to_auditors else [hybrid.public_key(os.urandom(32))]
    sealed = hybrid.seal_all(keys, pad(text, limit("justification")), Label.JUSTIFICATION.value, os.urandom)
    honest = asking.request

    def request(**changes: Any) -> Any:
        made, _ = honest(**changes)
        return structs.replace(made, justification=sha256(sealed)), sealed

    asking.request = request  # type: ignore[method-assign]


@pytest.mark.parametrize(("text", "to_auditors"), [(b"\xff\xfe", True), (b"because", False)])
def test_a_reason_that_no_auditor_can_read(fresh: Running, text: bytes, *, to_auditors: bool) -> None:
    """B15: the gate cannot tell; the auditor does, and names the decision."""
    asking = Asking(fresh, "r1", send(fresh, "S01"), [CARD])
    rubbish(fresh, asking, text, to_auditors=to_auditors)
    assert asking.read(asking.send(), CARD)
    assert audit(fresh).audit.faults == [Fault(last(fresh), auditor.REASON)]
