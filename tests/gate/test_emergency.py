"""Break-glass: one person where two are needed, if her reporter allowed it and she says so (protocol 21)."""

import os
from typing import Any

import pytest

from client.disclosed import disclosures
from client.inbox import read
from client.telling import openings
from crypto import words
from crypto.sections import Section
from crypto.words import entropy_of
from tests.asking import Asking
from tests.client.coming_back import look_at
from tests.harness import Running
from tests.samples import samples, send

CARD, STORY, IDENTITY, EVIDENCE = Section.CARD, Section.STORY, Section.IDENTITY, Section.EVIDENCE


def ticked(world: Running, said: str | None = None, **more: object) -> bytes:
    slip = samples()["S08"]["slip"]
    return send(world, "S08", said, slip={**slip, "emergency": True, **more})


def test_the_tick_alone_opens_nothing_to_one(world: Running) -> None:
    report = ticked(world)
    asking = Asking(world, "r1", report, [STORY])
    answer = asking.send()
    assert asking.permitted(answer) == {STORY: False}
    assert asking.released(answer) == {}


def test_who_says_that_it_is_an_emergency_opens_alone(world: Running) -> None:
    report = ticked(world)
    asking = Asking(world, "r1", report, [STORY, EVIDENCE], action="emergency")
    answer = asking.send()
    assert asking.permitted(answer) == {STORY: True, EVIDENCE: True}
    assert asking.read(answer, STORY)


def test_two_people_open_it_as_any_other(world: Running) -> None:
    asking = Asking(world, "r1", ticked(world), [STORY]).approve("r4", STORY)
    answer = asking.send()
    assert asking.permitted(answer) == {STORY: True}
    assert asking.read(answer, STORY)


def test_what_she_did_not_tick_is_no_emergency(world: Running) -> None:
    asking = Asking(world, "r1", send(world, "S08"), [STORY], action="emergency")
    answer = asking.send()
    assert asking.permitted(answer) == {STORY: False}
    assert asking.released(answer) == {}


def test_files_are_not_taken_along_in_one(world: Running) -> None:
    asking = Asking(world, "r1", ticked(world), [EVIDENCE], action="copy")
    assert asking.permitted(asking.send()) == {EVIDENCE: False}


def test_names_still_need_a_custodian(world: Running) -> None:
    report = ticked(world)
    alone = Asking(world, "r1", report, [IDENTITY], action="emergency")
    assert alone.permitted(alone.send()) == {IDENTITY: False}
    two = Asking(world, "r1", report, [IDENTITY], action="emergency").approve("c1", IDENTITY)
    assert two.permitted(two.send()) == {IDENTITY: True}


@pytest.mark.parametrize(
    ("who", "slip"),
    [
        ("r3", {}),  # S08 asks for a woman
        ("r2", {"exclude_links": ["ACT:POL@XV"]}),
        ("r1", {"exclude_people": ["r1"]}),
        ("r4", {"exclude_pools": ["home", "women"], "reviewer_preference": "ANY"}),
        ("r8", {}),  # no current declaration
        ("o1", {}),
    ],
)
def test_nobody_whom_a_rule_keeps_out_gets_in_by_it(world: Running, who: str, slip: dict[str, Any]) -> None:
    """R1, R5, R6 bind in an emergency too; R9, R11 and R13 have their rows in the decision table."""
    asking = Asking(world, who, ticked(world, **slip), [STORY], action="emergency")
    answer = asking.send()
    assert asking.permitted(answer) == {STORY: False}
    assert asking.released(answer) == {}


def test_its_reporter_reads_that_it_was_one(world: Running) -> None:
    said = words.new(os.urandom)
    report = ticked(world, said=said)
    Asking(world, "r1", report, [STORY], action="emergency").send()
    Asking(world, "r1", report, [CARD], action="justify").send()
    inbox = read(look_at(world), entropy_of(said))
    lines = "\n".join(openings(inbox))
    assert "opened alone, in an emergency, your words" in lines
    assert "gave auditors a reason for an emergency" in lines
    assert [one.action for one in disclosures(inbox.sent[0])] == ["emergency"]
