"""The reviewer: what she asks for, what opens to her, and what she is told (protocol 11)."""

import os

import pytest
from msgspec import structs

from client import contents, opened, reporter, reviewer
from client.errors import RefusedError
from client.reviewer import DENIED, Report
from crypto import keyfile, words
from crypto.errors import ProofError
from crypto.sections import Section
from crypto.slip import Slip
from tests.client.reviewing import begin, desk, minute, open_
from tests.harness import Running
from tests.samples import samples, send

CARD, STORY, IDENTITY = Section.CARD, Section.STORY, Section.IDENTITY


def test_the_card_opens_and_agrees_with_the_slip(world: Running) -> None:
    report = send(world, "S01")
    result = open_(world, "r1", report, CARD)
    card = contents.read(CARD, result.opened[CARD])
    assert isinstance(card, contents.Card)
    assert (card.urgency, card.tier) == (1, 1)
    assert result.warnings == []
    assert result.rules == opened.Rules(card.tier, card.urgency, card.consent)
    assert len(result.leaves["gate-1"]) == 1


def test_a_refusal_is_one_fixed_sentence(world: Running) -> None:
    report = send(world, "S01")
    with pytest.raises(RefusedError) as refused:
        open_(world, "r2", report, CARD)
    assert refused.value.sentence == DENIED
    assert (refused.value.code, refused.value.next_step) == (1, "")


def test_what_is_refused_does_not_keep_the_rest_closed(world: Running) -> None:
    report = send(world, "S03")
    result = open_(world, "r1", report, CARD, IDENTITY)
    assert set(result.opened) == {CARD}
    assert result.refused == [IDENTITY]


def test_two_of_three_gates(three_gates: Running) -> None:
    report = send(three_gates, "S01")
    assert set(open_(three_gates, "r1", report, CARD, STORY).opened) == {CARD, STORY}


def test_recusing_opens_nothing_and_binds(world: Running) -> None:
    report = send(world, "S01")
    mine = desk(world, "r5")
    session = begin(world, "r5", report, CARD, action="recuse")
    result = mine.ask(session, mine.fetch(report), [], "", minute(world))
    assert (result.opened, result.refused) == ({}, [])
    with pytest.raises(RefusedError):
        open_(world, "r5", report, CARD)


def test_a_report_under_an_older_bundle(fresh: Running) -> None:
    report = send(fresh, "S01")
    fresh.house.publish(fresh.organisation.next_bundle(consent_hours=1))
    assert fresh.in_force.bundle.number == 2
    assert set(open_(fresh, "r1", report, CARD).opened) == {CARD}


def test_somebody_without_a_slot(world: Running) -> None:
    report = send(world, "S01")
    with pytest.raises(RefusedError, match="no slot"):
        desk(world, "a1").fetch(report)


def test_a_key_that_is_not_in_the_directory(world: Running) -> None:
    other = keyfile.KeyRing.new("desk", "r1", os.urandom)
    with pytest.raises(RefusedError, match="not in the directory"):
        reviewer.entry(world.in_force, other)
    with pytest.raises(RefusedError):
        reviewer.entry(world.in_force, renamed(other, "nobody"))


def renamed(ring: keyfile.KeyRing, name: str) -> keyfile.KeyRing:
    return keyfile.KeyRing(
        role=ring.role, name=name, identity=ring.identity, encryption=ring.encryption, extra=ring.extra
    )


def test_slots_of_another_report(world: Running) -> None:
    first, second = send(world, "S01"), send(world, "S02")
    house, ring = world.house, world.key("r1")
    with pytest.raises(ProofError):
        reviewer.take(first, house.content(first), house.slots(second), ring)
    with pytest.raises(ProofError):
        reviewer.take(first, house.content(second), house.slots(first), ring)


def test_a_list_says_where_there_is_a_slot(world: Running) -> None:
    report = send(world, "S04")
    assert report in [one.raw for one, slot in desk(world, "r2").reports() if slot]
    assert not any(slot for _, slot in desk(world, "a1").reports())


def test_card_and_slip_disagree(world: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile page seals a milder slip than the card that she sees: both are said, the stricter one counts."""
    compose = reporter.compose

    def bend(sample: contents.Report, reply_key: bytes, files: contents.Files) -> tuple[Slip, dict[Section, bytes]]:
        slip, written = compose(sample, reply_key, files)
        consent = bytes([3, *slip.consent[1:-1], 3])
        return structs.replace(slip, tier=2, urgency=0, consent=consent), written

    monkeypatch.setattr(reporter, "compose", bend)
    envelope = reporter.seal(samples()["S01"], world.in_force, words.new(os.urandom), draw=os.urandom)
    result = open_(world, "r1", world.send(envelope), CARD)
    card = contents.read(CARD, result.opened[CARD])
    assert isinstance(card, contents.Card)
    assert [word for word in ("tier", "urgency", "consent") if any(word in one for one in result.warnings)]
    assert len(result.warnings) == 3
    assert result.rules == opened.Rules(2, card.urgency, card.consent)


def test_a_report_is_taken_whole(world: Running) -> None:
    report = desk(world, "r1").fetch(send(world, "S01"))
    assert isinstance(report, Report)
    assert report.header.id == report.id
