"""Evidence folders: what holds, what does not, named by its number; offline (protocol 19.11, 19.12)."""

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client import cli, evidence, evidence_folder, stamping
from client.errors import RefusedError, UnprovenError, UsageError
from tests.authority import Authority
from tests.client.test_files_command import Command
from tests.client.test_files_command import command as command_fixture
from tests.harness import Organisation
from tests.needs import need
from tests.samples import send

command = command_fixture


@pytest.fixture
def case(command: Command) -> Path:
    """Two files of one report, taken along: a working copy and its original."""
    command.seal("--attach", "photo.jpg", "--originals")
    report = command("report", "send", "sealed")[1]["reports"][0]["id"]
    asking = ["fetch", report, "--originals", "--purpose", "TRIAGE", "-o", "case", "--ask", "my.ask"]
    command.review("r1", *asking)
    command.review("c1", "approve", "my.ask", "-o", "hers.approval")
    assert command.review("r1", *asking, "--approval", "hers.approval")[0] == 0
    return Path("case")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    if shutil.which("openssl") is None:
        need("a timestamp authority", "openssl")
    return Authority(tmp_path / "authority")


def verified(command: Command, *more: str) -> tuple[int, dict[str, Any]]:
    return command("evidence", "verify", "case", *more)


def test_a_folder_holds_without_a_network(
    command: Command,
    case: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_network)
    code, said = verified(command)
    assert (code, said["faults"]) == (0, [])
    assert [one["holds"] for one in said["files"]] == [True]
    assert [one["what"] for one in said["events"]] == ["copied"]
    assert said["files"][0]["before"] is None
    assert case.exists()


def index_of(case: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((case / "evidence.json").read_text())
    return found


def changed(case: Path, **fields: Any) -> None:
    found = index_of(case)
    found["files"][0] |= fields
    (case / "evidence.json").write_text(json.dumps(found))


def other_bytes(case: Path) -> None:
    file = case / "originals" / "01.jpg"
    file.write_bytes(file.read_bytes()[:-1] + b"x")


def longer(case: Path) -> None:
    file = case / "originals" / "01.jpg"
    file.write_bytes(file.read_bytes() + b"x")


def gone(case: Path) -> None:
    (case / "originals" / "01.jpg").unlink()


def link(case: Path) -> None:
    file = case / "originals" / "01.jpg"
    file.rename(case / "elsewhere")
    file.symlink_to(case / "elsewhere")


def other_proof(case: Path) -> None:
    name = index_of(case)["files"][0]["proof"]
    text = (case / name).read_text()
    place = int(text.split("\n")[1].removeprefix("index "))
    (case / name).write_text(text.replace(f"index {place}\n", f"index {place + 1}\n"))


def no_proof(case: Path) -> None:
    (case / index_of(case)["files"][0]["proof"]).unlink()


@pytest.mark.parametrize(
    ("bend", "fault"),
    [
        (other_bytes, {evidence.OTHER_BYTES, evidence.OTHER_FILE}),
        (longer, {evidence.OTHER_BYTES, evidence.OTHER_FILE}),
        (gone, {evidence.MISSING}),
        (link, {evidence.MISSING}),
        (other_proof, {evidence.NO_PROOF}),
        (no_proof, {evidence.NO_PROOF}),
        (lambda case: changed(case, path="../photo.jpg"), {evidence.MISSING}),
        (lambda case: changed(case, path="/etc/passwd"), {evidence.MISSING}),
        (lambda case: changed(case, salt="00" * 32), {evidence.OTHER_FILE}),
        (lambda case: changed(case, seal="00" * 32), {evidence.OTHER_FILE, evidence.OTHER_LEAF}),
        (lambda case: changed(case, arrival="00" * 32), {evidence.OTHER_LEAF}),
        (lambda case: changed(case, leaf="00" * 48), {evidence.OTHER_LEAF, evidence.NO_PROOF}),
        (lambda case: changed(case, size=7), {evidence.OTHER_FILE}),
        (lambda case: changed(case, sha256="00" * 32), {evidence.OTHER_BYTES}),
        (lambda case: changed(case, seal="short"), {evidence.FORM}),
    ],
)
def test_what_does_not_hold_is_named(
    command: Command,
    case: Path,
    bend: Callable[[Path], None],
    fault: set[str],
) -> None:
    bend(case)
    code, said = verified(command)
    assert (code, {one["fault"] for one in said["faults"]}) == (3, fault)
    assert {one["index"] for one in said["faults"]} == {0}


def test_an_event_that_the_log_does_not_show(command: Command, case: Path) -> None:
    found = index_of(case)
    found["events"][0]["leaf"] = "11" * 48
    (case / "evidence.json").write_text(json.dumps(found))
    code, said = verified(command)
    assert (code, said["faults"]) == (3, [{"index": 1, "fault": evidence.NO_EVENT}])


def test_another_log(command: Command, case: Path) -> None:
    Path("trust.json").write_text(Organisation().trust.to_json())
    code, said = verified(command)
    assert code == 3
    assert {one["fault"] for one in said["faults"]} >= {evidence.NO_PROOF, evidence.NO_EVENT}
    assert case.exists()


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"version": 2}', b"\xff", b"[" * 100_000])
def test_what_is_no_folder(command: Command, case: Path, data: bytes) -> None:
    (case / "evidence.json").write_bytes(data)
    code, said = verified(command)
    assert (code, said["kind"]) == (2, "usage")


def test_a_stamp_says_before_when(
    command: Command,
    case: Path,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("client.commands.evidence.house_of", lambda *_: command.world.house)
    root = ["--authority", str(authority.root)]
    with authority.serving() as url:
        code, said = command("evidence", "stamp", "stamps", "--ask", url, *root)
        assert code == 0, said
        assert command("evidence", "stamp", "stamps", "--ask", url, *root)[0] == 1  # once a day
        assert authority.asked == 1
    send(command.world, "S02")  # the log grows on; the stamped checkpoint stays what it was
    assert command("evidence", "prove", "case", "stamps", *root)[1]["stamped"] == 1
    code, said = verified(command, *root)
    assert (code, said["faults"]) == (0, [])
    assert said["files"][0]["before"] is not None
    assert verified(command)[1]["files"][0]["before"] is None  # whose stamps she does not trust say nothing to her
    assert case.exists()


def test_a_stamp_is_of_its_checkpoint_and_by_whom_one_trusts(
    command: Command,
    authority: Authority,
    tmp_path: Path,
) -> None:
    send(command.world, "S02")
    house, log = command.world.house, command.world.organisation.trust.log_policy
    roots = stamping.roots_of([authority.root])
    checkpoint = house.checkpoint()
    found, token = stamping.stamp(checkpoint, log, roots, authority.answer)
    assert found.head.size == int(checkpoint.split("\n")[1])
    send(command.world, "S02")
    later = house.checkpoint()
    other = stamping.roots_of([Authority(tmp_path / "other").root])
    for text, data, trusted in (
        (later, token, roots),
        (checkpoint, token, other),
        (checkpoint, token[:-1], roots),
        (checkpoint, b"", roots),
        (checkpoint.replace("—", "-"), token, roots),
    ):
        with pytest.raises(UnprovenError):
            stamping.verify(text, data, log, trusted)


def test_pace_and_certificates(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("none")
    for path in (tmp_path / "none.pem", tmp_path / "missing.pem"):
        with pytest.raises(UsageError):
            stamping.roots_of([path])
    stamping.check_pace([], 0)


def test_nothing_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/etc")
    for name in ("", "/etc/passwd", "../x", "a/../../x", "out/passwd", "a\\b", "a\0b"):
        with pytest.raises(ValueError, match=r"outside|link"):
            evidence_folder.place(tmp_path, name)
    assert evidence_folder.place(tmp_path, "files/01.jpg") == tmp_path / "files" / "01.jpg"


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("verify", "stamp", "prove"):
        cli.main(["evidence", name, "--help"])
        assert f"amana evidence {name}" in capsys.readouterr().out
    assert issubclass(RefusedError, Exception)
