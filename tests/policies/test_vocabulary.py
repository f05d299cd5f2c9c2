import copy
import json
from importlib.resources import files
from typing import Any

import pytest

from crypto.errors import MalformedError
from crypto.hashing import sha256
from policies import vocabulary
from policies.slips import slip_of

SAMPLES = json.loads(files("data").joinpath("sample_reports.json").read_text())["reports"]


def changed(path: str, value: object) -> dict[str, Any]:
    report: dict[str, Any] = copy.deepcopy(SAMPLES[0])
    *way, last = path.split(".")
    part: Any = report
    for step in way:
        part = part[int(step) if step.isdigit() else step]
    part[last] = value
    return report


@pytest.mark.parametrize("report", SAMPLES, ids=lambda report: report["id"])
def test_samples_use_the_vocabulary_and_give_slips(report: dict[str, Any]) -> None:
    vocabulary.check_report(report)
    slip = slip_of(report)
    assert vocabulary.consent_choices(slip.consent) == report["consent"]["choices"]
    assert slip.urgency == int(report["slip"]["urgency"][1])


def test_the_words() -> None:
    assert vocabulary.digest() == sha256(files("data").joinpath("vocabulary.json").read_bytes())
    assert len(vocabulary.PURPOSES) == 15
    assert vocabulary.PURPOSES[0] == "TRIAGE"
    assert vocabulary.consent_bytes({})[0] == 3
    assert vocabulary.consent_bytes({"TRIAGE": "no"})[0] == 0


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("triage.tiles", ["T99"], "triage.tiles"),
        ("triage.actors.0.type", "ZZZ", "triage.actors.type"),
        ("triage.harm.effects", ["SECRET"], "triage.harm.effects"),
        ("triage.place.type", "SECRET", "triage.place.type"),
        ("slip.urgency", "U9", "slip.urgency"),
        ("accused.0.type", "SECRET", "accused.type"),
        ("coding.subtypes", ["SECRET"], "coding.subtypes"),
        ("consent.choices.TRIAGE", "no", "consent.choices.TRIAGE"),
        ("consent.choices.MEDIA", "SECRET", "consent.choices"),
    ],
)
def test_problems_name_the_field_and_never_the_content(path: str, value: object, field: str) -> None:
    with pytest.raises(MalformedError) as caught:
        vocabulary.check_report(changed(path, value))
    assert str(caught.value) == field


MINIMUM = {"slip": {"urgency": "U1"}, "narrative": {"text": "x"}, "consent": {"choices": {}}}
ACTOR: dict[str, str] = SAMPLES[0]["triage"]["actors"][0]
CODED: list[tuple[str, dict[str, Any]]] = [
    ("slip.reviewer_preference", {"slip": {"urgency": "U1", "reviewer_preference": "?"}}),
    ("triage.count", {"triage": {"count": "?"}}),
    ("triage.source_link", {"triage": {"source_link": "?"}}),
    ("triage.place.precision", {"triage": {"place": {"precision": "?"}}}),
    ("triage.place.type", {"triage": {"place": {"type": "?"}}}),
    ("triage.time.precision", {"triage": {"time": {"precision": "?"}}}),
    *((f"triage.{name}", {"triage": {name: ["?"]}}) for name in ("tiles", "context", "who")),
    *((f"triage.harm.{name}", {"triage": {"harm": {name: ["?"]}}}) for name in ("dimensions", "levels", "effects")),
    *(
        (f"triage.actors.{name}", {"triage": {"actors": [ACTOR | {name: "?"}]}})
        for name in ("type", "involvement", "basis")
    ),
]


@pytest.mark.parametrize(("field", "changes"), CODED, ids=[field for field, _ in CODED])
def test_every_code_is_looked_up_in_its_list(field: str, changes: dict[str, Any]) -> None:
    vocabulary.check_report(MINIMUM)
    with pytest.raises(MalformedError) as caught:
        vocabulary.check_report(MINIMUM | changes)
    assert str(caught.value) == field


@pytest.mark.parametrize("narrative", [{"text": "x"}, {"voice": "sealed"}])
def test_one_of_tile_text_and_voice_is_enough(narrative: dict[str, str]) -> None:
    vocabulary.check_report(MINIMUM | {"narrative": narrative})
    tiles = {"tiles": SAMPLES[0]["triage"]["tiles"]}
    vocabulary.check_report(MINIMUM | {"narrative": None, "triage": tiles})
    with pytest.raises(MalformedError) as caught:
        vocabulary.check_report(MINIMUM | {"narrative": {}})
    assert str(caught.value) == "narrative.text"


@pytest.mark.parametrize("report", [{}, {"slip": None}, {"slip": {}}, {"slip": {"urgency": "U1"}, "triage": []}, None])
def test_what_is_no_report_is_malformed(report: vocabulary.Report) -> None:
    with pytest.raises(MalformedError):
        vocabulary.check_report(report)
    with pytest.raises(MalformedError):
        slip_of(report)


def test_consent_in_other_words_is_refused() -> None:
    for choices in ({"X": "no"}, {"TRIAGE": "maybe"}):
        with pytest.raises(MalformedError):
            vocabulary.consent_bytes(choices)
    for data in (bytes(14), bytes([4] * 15), b""):
        with pytest.raises(MalformedError):
            vocabulary.consent_choices(data)


def test_codes_have_words_where_the_vocabulary_gives_them() -> None:
    assert vocabulary.in_words("urgency")["U0"] == "I want it recorded"  # what she ticks, where there is such a text
    assert vocabulary.in_words("consent_purposes")["MEDIA"] == "Journalists or publication"  # else its label
    assert vocabulary.in_words("harm_level") == {}  # a list of codes alone
