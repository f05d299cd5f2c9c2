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
