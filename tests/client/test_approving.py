"""Whom a reviewer waits for, and what both check before a share is given or used (protocol 11.1, 11.2)."""

import os

import pytest
from msgspec import structs

from client import approving, reviewer
from client.errors import RefusedError, UnprovenError, UsageError
from client.reviewer import Needs, Session
from crypto import hybrid, keyfile
from crypto.sections import Section
from tests.client.reviewing import agree, begin, desk, minute, open_
from tests.harness import Running
from tests.samples import send

CARD, STORY, IDENTITY = Section.CARD, Section.STORY, Section.IDENTITY


@pytest.mark.parametrize(
    ("sample", "section", "role", "needs"),
    [
        ("S01", STORY, "desk", Needs(0, 0)),
        ("S08", CARD, "desk", Needs(0, 0)),
        ("S08", STORY, "desk", Needs(1, 0)),
        ("S08", IDENTITY, "desk", Needs(1, 1)),
        ("S03", IDENTITY, "desk", Needs(0, 1)),
        ("S03", IDENTITY, "custodian", Needs(1, 0)),
    ],
)
def test_thresholds_tell_who_must_agree(world: Running, sample: str, section: Section, role: str, needs: Needs) -> None:
    found = reviewer.needs(desk(world, "r1").fetch(send(world, sample)).slot, section, role)
    assert found == needs
    assert found.nobody == (needs == Needs(0, 0))


def test_tier_three_needs_a_second_reviewer(world: Running) -> None:
    report = send(world, "S08")
    with pytest.raises(RefusedError):
        open_(world, "r1", report, STORY)
    assert set(open_(world, "r1", report, STORY, agreed=["r4"]).opened) == {STORY}


def test_identity_needs_a_custodian_besides(world: Running) -> None:
    report = send(world, "S08")
    assert set(open_(world, "r1", report, IDENTITY, agreed=["r4", "c1"]).opened) == {IDENTITY}


def test_an_approver_checks_who_asks(world: Running) -> None:
    report = send(world, "S08")
    session = begin(world, "r1", report, STORY)
    file = approving.ask_file(session)
    other = desk(world, "r4")

    def examine(changed: approving.AskFile, ring: keyfile.KeyRing = other.ring, later: int = 0) -> None:
        approving.examine(changed.encode(), ring, other.in_force, minute(world) + later)

    examine(file)
    with pytest.raises(UnprovenError):
        examine(structs.replace(file, signature=bytes(64)))
    with pytest.raises(UnprovenError):
        examine(structs.replace(file, session=hybrid.public_key(os.urandom(32))))
    with pytest.raises(UnprovenError):
        examine(structs.replace(file, ask=structs.replace(session.ask, purpose="MEDIA").encode()))
    with pytest.raises(RefusedError):
        examine(file, world.key("r1"))
    with pytest.raises(RefusedError):
        examine(file, world.key("c1"))  # a custodian holds no share of a story
    with pytest.raises(RefusedError):
        examine(file, later=3000)
    with pytest.raises(UsageError):
        approving.examine(b"rubbish", other.ring, other.in_force, minute(world))


def test_an_approval_is_checked_before_it_is_used(world: Running) -> None:
    report = send(world, "S08")
    session = begin(world, "r1", report, STORY)
    ((given, _, _),) = agree(world, session, "r4")
    again = begin(world, "r1", report, STORY)

    def check(one: reviewer.Given, of: Session = session, later: int = 0) -> None:
        approving.check(of, one, world.in_force, minute(world) + later)

    check(given)
    with pytest.raises(UnprovenError):
        check(given, again)
    with pytest.raises(UnprovenError):
        check(reviewer.Given(given.approval, bytes(64), given.sealed))
    with pytest.raises(UnprovenError):
        check(reviewer.Given(given.approval, given.signature, bytes(len(given.sealed))))
    with pytest.raises(RefusedError):
        check(given, later=3000)


def test_a_session_is_kept_for_its_asker_alone(world: Running) -> None:
    report = send(world, "S08")
    session = begin(world, "r1", report, STORY)
    file, ring = approving.ask_file(session).encode(), world.key("r1")
    kept = approving.keep(session, "a reason", ring)
    assert session.seed not in kept
    assert approving.resume(file, kept, ring) == (session, "a reason")
    with pytest.raises(UsageError):
        approving.resume(file, kept, world.key("r4"))
    with pytest.raises(UsageError):
        approving.resume(approving.ask_file(begin(world, "r1", report, STORY)).encode(), kept, ring)


def test_nothing_secret_is_shown(world: Running) -> None:
    report = send(world, "S01")
    fetched, session = desk(world, "r1").fetch(report), begin(world, "r1", report, CARD)
    shown = repr(session) + repr(fetched) + repr(approving.Kept(seed=session.seed, because="no chance writes this"))
    assert repr(session.seed) not in shown
    assert repr(fetched.slot.shares["desk", CARD]) not in shown
    assert "no chance" not in shown
