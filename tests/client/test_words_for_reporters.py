"""New words for reporters: the next bundle, signed by k officers, that changes nothing else."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from client import amending, ceremony
from client.cli import main
from client.errors import UsageError
from client.publishing import publish, wait_in_force
from policies import cast
from tests.client.conftest import Rehearsal


def checked_today() -> dict[str, Any]:
    people: dict[str, Any] = deepcopy(dict(cast.example()))
    people["words"]["fr"]["help"][0]["checked_on"] = "2026-11-25"
    return people


def test_the_next_bundle_has_them_and_is_in_force(rehearsal: Rehearsal) -> None:
    before, _ = rehearsal.folder.newest()
    assert amending.reword(rehearsal.folder, checked_today()) == 2
    after, _ = rehearsal.folder.newest()
    assert structs.replace(after.body, words=[], number=1) == structs.replace(before.body, words=[])
    assert after.body.words != before.body.words
    publish(rehearsal.folder, rehearsal.house)
    assert wait_in_force(rehearsal.folder, rehearsal.house, sleep=lambda _: None)
    french = next(one for one in rehearsal.in_force.bundle.body.words if one.language == "fr")
    assert french.help[0].checked == french.help[1].checked + 8


def test_words_that_cannot_be_are_not_signed(rehearsal: Rehearsal) -> None:
    people = checked_today()
    people["words"]["en"]["hours"] = "x" * 601
    with pytest.raises(UsageError, match="cannot be signed: length of words"):
        amending.reword(rehearsal.folder, people)
    assert rehearsal.folder.newest()[0].number == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        {"en": {"hours": "", "duty": ""}},
        {"en": {"hours": "", "duty": "", "help": [{"name": "a", "how": "b"}]}},
        {"en": {"hours": "", "duty": "", "help": [{"name": "a", "how": "b", "checked_on": "yesterday"}]}},
    ],
)
def test_a_file_with_words_of_another_form_is_refused(tmp_path: Path, words: Any) -> None:
    path = tmp_path / "people.json"
    path.write_text(json.dumps({**cast.example(), "words": words}))
    with pytest.raises(UsageError):
        ceremony.load_people(path)


def test_the_command(rehearsal: Rehearsal, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "people.json"
    path.write_text(json.dumps(checked_today()))
    assert main(["officer", "words", "--people", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "kind": "words", "bundle": 2}
    assert rehearsal.folder.newest()[0].number == 2
