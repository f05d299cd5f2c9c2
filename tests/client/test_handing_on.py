"""A section is handed on to somebody outside: for what she agreed to, to whom she named, with what may leave (US12)."""

import copy
import json
import os
from typing import Any

import pytest

from client import handing_on
from client.errors import RefusedError, UsageError
from client.handing_on import HandingOn
from client.reviewer import DENIED
from crypto import wishes, words
from crypto.sections import Section
from crypto.slip import PURPOSES
from tests.client.test_review_command import Command, command  # noqa: F401 - a fixture
from tests.samples import samples, send
from tests.server.coming_back import post

NO = ("--guess", "no", "--harm", "no")
HELPERS = "Helping hands"
NAMES = ("Mona Known", "Noor Unknowing", "Ola Unasked")


def told(**changes: Any) -> dict[str, Any]:
    """What is added to a sample: consent for the matter, and three who are named in it."""
    report = copy.deepcopy(samples()["S01"])
    report["consent"]["choices"] |= {"SUPPORT": "yes_with_identity", "JUSTICE": "yes_without_identity"} | changes
    report["consent"]["named_recipients"] = {"SUPPORT": [HELPERS]}
    people = report.setdefault("identities", {})
    people["others"] = [
        {"role": "witness", "name": name, "knows": knows, "consent_by": "self"}
        for name, knows in zip(NAMES, ("knows", "does_not_know", "cannot_ask"), strict=True)
    ]
    return {name: report[name] for name in ("consent", "identities")}


TEXT = samples()["S01"]["narrative"]["text"]


def handed(command: Command, who: str, report: str, *more: str) -> tuple[int, dict[str, Any]]:  # noqa: F811
    return command(who, "export", report, *more, "-o", "out")


def test_her_words_are_handed_on_with_her_consent_and_without_how_she_is_reached(command: Command) -> None:  # noqa: F811
    report = send(command.world, "S01", **told()).hex()
    code, said = handed(command, "r1", report, "card", "story", "--purpose", "JUSTICE", "--to", "The court", *NO)
    assert (code, said["kind"], said["left_out"]) == (0, "exported", 0), said
    paper = json.loads((command.folder / "out/handed-on.json").read_text("ascii"))
    assert (paper["purpose"], paper["recipient"], paper["consent"]) == ("JUSTICE", "The court", "yes_without_identity")
    assert paper["story"]["text"] == TEXT
    assert "recipients" not in paper["story"]
    assert not {"reply", "reply_key", "consent", "given_by", "mode"} & set(paper["card"])
    assert "identity" not in paper
    text = (command.folder / "out/handed-on.txt").read_text("utf-8")
    assert handing_on.WORDS in text
    assert report not in text + json.dumps(paper)
    assert (command.folder / "out").stat().st_mode & 0o777 == 0o700


def test_who_does_not_know_of_it_stays_here(command: Command) -> None:  # noqa: F811
    report = send(command.world, "S01", **told()).hex()
    asking = ["identity", "--purpose", "SUPPORT", "--to", HELPERS, *NO, "--ask", "my.ask"]
    code, said = handed(command, "r1", report, *asking)
    assert (code, said["missing"]) == (5, ["a custodian"])
    assert command("c1", "approve", "my.ask", "-o", "c.approval")[0] == 0
    code, said = handed(command, "r1", report, *asking, "--approval", "c.approval")
    assert (code, said["left_out"]) == (0, 2), said
    written = "".join(one.read_text() for one in (command.folder / "out").iterdir())
    assert [name in written for name in NAMES] == [True, False, False]
    assert TEXT[:20] not in written, "the story was asked for and not handed on"


@pytest.mark.parametrize(
    ("sections", "purpose", "consent"),
    [
        (["story"], "TRIAGE", {}),
        (["story"], "PARTNER", {"PARTNER": "ask_me_first"}),
        (["story"], "MEDIA", {"MEDIA": "no"}),
        (["story"], "STATS", {"STATS": "yes_with_identity"}),
    ],
)
def test_what_she_did_not_agree_to_is_refused_and_logged(
    command: Command,  # noqa: F811
    sections: list[str],
    purpose: str,
    consent: dict[str, str],
) -> None:
    report = send(command.world, "S01", **told(**consent)).hex()
    before = command.world.house.checkpoint().split("\n")[1]
    code, said = handed(command, "r1", report, *sections, "--purpose", purpose, "--to", "Somebody", *NO)
    assert (code, said["message"]) == (1, DENIED)
    assert int(command.world.house.checkpoint().split("\n")[1]) > int(before)
    assert not (command.folder / "out").exists()


def test_her_name_does_not_go_where_she_agreed_without_it(command: Command) -> None:  # noqa: F811
    report = send(command.world, "S01", **told()).hex()
    asking = ["identity", "--purpose", "JUSTICE", "--to", "The court", *NO, "--ask", "my.ask"]
    assert handed(command, "r1", report, *asking)[0] == 5
    assert command("c1", "approve", "my.ask", "-o", "c.approval")[0] == 0
    code, said = handed(command, "r1", report, *asking, "--approval", "c.approval")
    assert (code, said["refused"]) == (1, ["identity"])
    assert not (command.folder / "out").exists()


def test_nobody_but_whom_she_named(command: Command) -> None:  # noqa: F811
    report = send(command.world, "S01", **told()).hex()
    code, said = handed(command, "r1", report, "story", "--purpose", "SUPPORT", "--to", "Others", *NO)
    assert (code, HELPERS in said["message"]) == (1, True)
    assert not (command.folder / "out").exists()
    assert handed(command, "r1", report, "story", "--purpose", "SUPPORT", "--to", HELPERS.upper(), *NO)[0] == 0


def test_a_yes_to_a_question_needs_a_second_person(command: Command) -> None:  # noqa: F811
    report = send(command.world, "S01", **told()).hex()
    asking = ["story", "--purpose", "JUSTICE", "--to", "The court", "--guess", "yes", "--harm", "no", "--ask", "my.ask"]
    code, said = handed(command, "r1", report, *asking)
    assert (code, said["missing"]) == (5, ["a second reviewer"])
    assert command("r4", "approve", "my.ask", "-o", "hers.approval")[0] == 0
    code, said = handed(command, "r1", report, *asking, "--approval", "hers.approval")
    assert (code, said["kind"]) == (0, "exported"), said


def test_no_answer_goes_without_saying(command: Command) -> None:  # noqa: F811
    code, said = handed(command, "r1", "00" * 32, "story", "--purpose", "JUSTICE", "--to", "The court")
    assert (code, said["kind"], "guess" in said["message"]) == (2, "usage", True)


def test_it_goes_from_this_device_when_she_takes_it_back(command: Command) -> None:  # noqa: F811
    said = words.new(os.urandom)
    report = send(command.world, "S01", said, **told()).hex()
    assert handed(command, "r1", report, "story", "--purpose", "JUSTICE", "--to", "The court", *NO)[0] == 0
    names, keys = command.world.organisation.gate_names, words.keys(said)
    step = wishes.withdraw(keys, os.urandom, now=True)
    given: dict[str, Any] = {"made": command.world.clock.day, "consent": bytes(PURPOSES)}
    body = wishes.body(step, keys=keys, gates=names, place=None, draw=os.urandom, **given)
    assert post(command.world, "withdrawals", body).status_code == 202
    command("r1", "list")
    assert list((command.folder / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["", " A", "A; guess no", "x" * 61, "a\nb", "a\u202eb"])
def test_a_recipient_is_one_short_line(name: str) -> None:
    with pytest.raises(UsageError):
        HandingOn(purpose="JUSTICE", recipient=name, guess=False, harm=False).check()


def test_a_section_without_form_is_not_handed_on() -> None:
    for section in (Section.CARD, Section.STORY, Section.IDENTITY):
        with pytest.raises(RefusedError):
            handing_on.portion(section, b"\x00")
    with pytest.raises(RefusedError):
        HandingOn(purpose="JUSTICE", recipient="A", guess=False, harm=False).check_named(b"\x00")
