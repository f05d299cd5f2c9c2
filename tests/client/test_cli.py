"""The command line: exit codes, JSON, and words that leave by one way only."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from client import cli
from client.api import House
from client.errors import ClosedError, NotFoundError, RefusedError, UnprovenError, UnreachableError, UsageError
from client.line import Answer, Line
from client.publishing import publish
from crypto.errors import OpenError, ProofError
from tests.client.conftest import DAY, Rehearsal
from tests.client.fake_house import problem
from tests.samples import samples

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(unpublished: Rehearsal, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    for module in ("report", "officer"):
        monkeypatch.setattr(f"client.commands.{module}.house_of", lambda *_: unpublished.house)
        monkeypatch.setattr(f"client.commands.{module}.today", lambda: DAY)

    def running(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = cli.main([str(one) for one in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return running


@pytest.fixture
def online(unpublished: Rehearsal, run: Run) -> Run:
    publish(unpublished.folder, unpublished.house)
    return run


def write(path: Path, *names: str) -> Path:
    found = [samples()[name] for name in names]
    path.write_text(json.dumps({"reports": found} if len(found) > 1 else found[0]))
    return path


def seal(run: Run, *arguments: object) -> tuple[int, str, str, list[str]]:
    reading, writing = os.pipe()
    try:
        code, out, err = run("report", "seal", *arguments, "--words-to", writing)
    finally:
        os.close(writing)
    with os.fdopen(reading) as stream:
        return code, out, err, stream.read().splitlines()


def test_help_is_fast_and_imports_no_engine() -> None:
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "client", "--help"], capture_output=True, text=True, check=True)
    assert time.monotonic() - started < 2  # a loaded machine; it takes a tenth of a second
    assert "Exit codes: 0 done, 1 refused, 2 wrong use, 3 not proven, 4 not reachable, 5 closed." in done.stdout


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_has_help(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "Usage: amana" in out


def test_an_unknown_setting_is_wrong_use(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMANA_HOEM", "x")
    code, _, err = run("officer", "publish")
    assert code == 2
    assert "AMANA_HOEM" in err


def test_a_report_is_sealed_and_sent(online: Run, unpublished: Rehearsal, tmp_path: Path) -> None:
    file = write(tmp_path / "report.json", "S01")
    code, out, err, said = seal(online, file, "-o", tmp_path / "one.amana")
    assert code == 0
    assert len(said) == 1
    assert len(said[0].split()) == 12
    assert "rehearsal" in err
    words = said[0].split()  # a word alone may be any English word; two in a row are hers
    assert not any(" ".join(pair) in out + err for pair in pairwise(words))
    code, out, _ = online("report", "send", tmp_path / "one.amana", "--json")
    answer = json.loads(out)
    assert (code, answer["ok"], answer["kind"]) == (0, True, "sent")
    assert bytes.fromhex(answer["reports"][0]["id"]) in unpublished.fake.reports
    code, out, _ = online("report", "send", tmp_path / "one.amana")
    assert code == 0
    assert "one report" in out


def test_words_are_in_no_file(online: Run, unpublished: Rehearsal, tmp_path: Path) -> None:
    code, _, _, said = seal(online, write(tmp_path / "r.json", "S02"), "-o", tmp_path / "one.amana", "--language", "en")
    assert code == 0
    for path in [*tmp_path.rglob("*.amana"), *unpublished.home.rglob("*")]:
        if path.is_file():
            assert said[0].encode() not in path.read_bytes()


def test_many_reports_get_neutral_names_and_words_each(online: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "reports.json", *sorted(samples()))
    code, out, _, said = seal(online, file, "-o", tmp_path / "sealed", "--json")
    answer = json.loads(out)
    assert (code, answer["kind"], answer["rehearsal"]) == (0, "sealed", True)
    names = sorted(path.name for path in (tmp_path / "sealed").iterdir())
    assert names == [f"{place:04}.amana" for place in range(1, len(samples()) + 1)]
    assert [line.split("\t")[0] for line in said] == names
    assert len({line.split("\t")[1] for line in said}) == len(samples())
    assert len({path.stat().st_size for path in (tmp_path / "sealed").iterdir()}) == 1
    code, out, _ = online("report", "send", tmp_path / "sealed", "--json")
    assert (code, len(json.loads(out)["reports"])) == (0, len(samples()))


def test_without_a_place_for_words_nothing_is_sealed(online: Run, tmp_path: Path) -> None:
    code, _, err = online("report", "seal", write(tmp_path / "r.json", "S01"), "-o", tmp_path / "one.amana")
    assert code == 2
    assert "--words-to" in err
    assert not (tmp_path / "one.amana").exists()
    code, _, _ = online("report", "seal", tmp_path / "r.json", "-o", tmp_path / "one.amana", "--words-to", 987)
    assert code == 2


def test_given_words_are_read_from_a_descriptor(online: Run, tmp_path: Path) -> None:
    _, _, _, said = seal(online, write(tmp_path / "r.json", "S01"), "-o", tmp_path / "a.amana")
    reading, writing = os.pipe()
    os.write(writing, said[0].encode() + b"\n")
    os.close(writing)
    code, out, _ = online(
        "report", "seal", tmp_path / "r.json", "-o", tmp_path / "b.amana", "--words-from", reading, "--number", 1
    )
    os.close(reading)
    assert code == 0
    assert said[0] not in out


def test_nothing_is_overwritten(online: Run, tmp_path: Path) -> None:
    (tmp_path / "one.amana").write_text("mine")
    code, _, _, said = seal(online, write(tmp_path / "r.json", "S01"), "-o", tmp_path / "one.amana")
    assert (code, said) == (2, [])
    assert (tmp_path / "one.amana").read_text() == "mine"


def test_sealing_needs_no_network_with_prepared_notes(
    online: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert online("report", "prepare", tmp_path / "notes")[0] == 0
    monkeypatch.setattr("client.commands.report.house_of", None)
    code, _, _, said = seal(
        online, write(tmp_path / "r.json", "S01"), "-o", tmp_path / "a.amana", "--notes", tmp_path / "notes"
    )
    assert (code, len(said)) == (0, 1)


def test_one_damaged_file_does_not_stop_the_others(online: Run, tmp_path: Path) -> None:
    seal(online, write(tmp_path / "r.json", "S01", "S02", "S03"), "-o", tmp_path / "sealed")
    damaged = tmp_path / "sealed" / "0002.amana"
    damaged.write_bytes(damaged.read_bytes()[:-5])
    code, out, _ = online("report", "send", tmp_path / "sealed", "--json")
    answer = json.loads(out)
    assert (code, answer["ok"], len(answer["reports"])) == (1, False, 2)
    assert [(one["index"], one["fault"]) for one in answer["faults"]] == [(1, "refused")]


def test_the_worst_end_of_a_batch_is_the_exit_code(online: Run, unpublished: Rehearsal, tmp_path: Path) -> None:
    seal(online, write(tmp_path / "r.json", "S01", "S02", "S03"), "-o", tmp_path / "sealed")
    unpublished.fake.troubles = [problem(400, "malformed"), problem(503, "closed")]
    code, out, _ = online("report", "send", tmp_path / "sealed", "--json")
    assert code == 5
    assert [one["fault"] for one in json.loads(out)["faults"]] == ["refused", "closed"]


def test_officers_publish_revoke_and_announce(run: Run, unpublished: Rehearsal) -> None:
    code, out, _ = run("officer", "publish", "--json")
    assert (code, json.loads(out)["in_force"]) == (0, True)
    code, out, _ = run("officer", "revoke", "r3", "--json")
    assert (code, json.loads(out)["index"]) == (0, 3)
    code, out, _ = run("officer", "notice", "The desk is closed on Friday.", "--json")
    assert (code, json.loads(out)["index"]) == (0, 4)
    assert run("officer", "revoke", "nobody")[0] == 2
    assert (unpublished.folder.path / "statements" / "revocation-r3.note").is_file()


def test_a_revocation_is_kept_when_the_house_is_away(
    run: Run, unpublished: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = House("http://house.example", client=Line("http://127.0.0.1:9"))
    monkeypatch.setattr("client.commands.officer.house_of", lambda *_: away)
    code, _, err = run("officer", "revoke", "r3")
    assert code == 4
    assert "does NOT bind yet" in err
    assert (unpublished.folder.path / "statements" / "revocation-r3.note").is_file()
    assert run("officer", "revoke", "r3", "--no-send")[0] == 0


def test_a_second_organisation_in_one_home_is_refused(run: Run, tmp_path: Path) -> None:
    people = Path(__file__).parents[2] / "data" / "people.json"
    code, _, _ = run("officer", "init", "--people", people, "--ceremony", tmp_path / "other")
    assert code == 2
    assert not (tmp_path / "other").exists()


CODES: list[tuple[Exception, int, str]] = [
    (RefusedError("a", "b"), 1, "refused"),
    (UsageError("a", "b"), 2, "usage"),
    (UnprovenError("a", "b"), 3, "unproven"),
    (UnreachableError("a", "b"), 4, "unreachable"),
    (ClosedError("a", "b"), 5, "closed"),
    (ProofError("signature"), 3, "unproven"),
    (OpenError(), 3, "unproven"),
    (PermissionError("/secret/path"), 2, "usage"),
    (KeyError("her words"), 70, "fault"),
]


@pytest.mark.parametrize(("error", "code", "kind"), CODES)
def test_every_end_has_a_code_and_repeats_nothing(error: Exception, code: int, kind: str) -> None:
    found = cli.explain(error)
    assert found[:2] == (code, kind)
    assert "her words" not in " ".join(found[2:])
    assert "/secret" not in " ".join(found[2:])


PROBLEMS: list[tuple[Answer, type[Exception]]] = [
    (problem(400, "malformed"), RefusedError),
    (problem(403, "denied"), RefusedError),
    (problem(404, "not-found"), NotFoundError),
    (problem(409, "conflict"), RefusedError),
    (problem(413, "too-large"), RefusedError),
    (problem(503, "closed"), ClosedError),
    (Answer(502, b"<html>bad gateway</html>"), ClosedError),
    (Answer(404, b"<html>"), NotFoundError),
    (Answer(302, b""), RefusedError),
    (Answer(200, b"<html>a captive portal</html>"), UnprovenError),
    (Answer(200, b"\xff"), UnprovenError),
]


@pytest.mark.parametrize(("answer", "error"), PROBLEMS)
def test_kinds_of_problems_become_kinds_of_errors(
    unpublished: Rehearsal, answer: Answer, error: type[Exception]
) -> None:
    unpublished.fake.troubles = [answer]
    with pytest.raises(error):
        unpublished.house.submit(b"")


def test_a_busy_house_is_asked_again_as_it_says(unpublished: Rehearsal) -> None:
    pauses: list[float] = []
    house = House("http://house.example", client=unpublished.fake, sleep=pauses.append)
    busy: dict[str, Any] = {"retry-after": "3"}
    unpublished.fake.troubles = [problem(503, "busy", **busy), problem(503, "busy"), problem(404, "not-found")]
    with pytest.raises(NotFoundError):
        house.current()
    assert pauses == [3.0, 2.0]
    unpublished.fake.troubles = [problem(503, "busy", **{"retry-after": "99999"})] * 4
    with pytest.raises(ClosedError):
        house.current()
    assert max(pauses) == 10.0


@pytest.mark.parametrize("url", ["", "ftp://x", "house.example", "unix:", "http://"])
def test_what_is_no_address_is_wrong_use(url: str) -> None:
    with pytest.raises(UsageError):
        House(url)
