"""Files on the command line: cleaned and sealed here, sent after the words, taken along by a reviewer (protocol 19)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from client import cleaning, cli
from client.evidence_folder import read
from crypto import keyfile, objects
from tests.harness import Running
from tests.samples import samples

CANARY = b"CANARY"


class Command:
    """`amana … --json`, as a reporter or as one person of the desk."""

    def __init__(self, world: Running, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self.folder, self._capsys = world, folder, capsys

    def __call__(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        code = cli.main([*arguments, "--trust", "trust.json", "--json"])
        out = self._capsys.readouterr().out
        return code, json.loads(out)

    def review(self, who: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        key = Path(f"{who}.key")
        if not key.exists():
            key.write_bytes(keyfile.lock(self.world.key(who), "a long passphrase", os.urandom, keyfile.CHEAPEST))
        return self("review", *arguments, "--as", str(key))

    def seal(self, *more: str, sample: str = "S01") -> tuple[int, dict[str, Any]]:
        Path("report.json").write_text(json.dumps({**samples()[sample], "evidence": []}))
        with Path("words").open("w") as words:
            return self(
                "report", "seal", "report.json", "-o", "sealed", "--words-to", str(os.dup(words.fileno())), *more
            )


@pytest.fixture
def command(
    world: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    (tmp_path / "pass").write_text("a long passphrase\n")
    (tmp_path / "trust.json").write_text(world.organisation.trust.to_json())
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(tmp_path / "pass"))
    monkeypatch.setattr("client.commands.review.house_of", lambda *_: world.house)
    monkeypatch.setattr("client.commands.report.house_of", lambda *_: world.house)
    monkeypatch.chdir(tmp_path)
    photo(tmp_path / "photo.jpg")
    return Command(world, tmp_path, capsys)


def photo(path: Path, size: int = 200) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = CANARY.decode()
    Image.effect_noise((size, size), 60).convert("RGB").save(path, exif=exif, comment=CANARY)
    return path.read_bytes()


def test_the_whole_way_of_a_photo(command: Command) -> None:
    original = Path("photo.jpg").read_bytes()
    assert CANARY in original
    code, said = command.seal("--attach", "photo.jpg", "--originals")
    assert code == 0, said
    sizes = {one.stat().st_size for one in Path("sealed.files").iterdir()}
    assert sizes <= set(objects.SIZES)
    assert len(list(Path("sealed.files").iterdir())) == 2
    assert list(Path().glob(".amana-*")) == []
    code, sent = command("report", "send", "sealed")
    assert (code, sent["reports"][0]["files"]) == (0, {"whole": 2, "proven": 2, "left": 0})
    report = sent["reports"][0]["id"]

    code, fetched = command.review("r1", "fetch", report, "--purpose", "TRIAGE", "-o", "case")
    assert (code, fetched["files"]) == (0, ["case/files/01.jpg"])
    copy = Path("case/files/01.jpg").read_bytes()
    assert CANARY not in copy
    assert cleaning.is_clean(Path("case/files/01.jpg"))
    (entry,) = read(Path("case")).files
    assert (entry.role, entry.changed) == ("working", False)
    assert [event.what for event in read(Path("case")).events] == ["copied"]

    asking = ["fetch", report, "--originals", "--purpose", "TRIAGE", "-o", "kept"]
    code, said = command.review("r1", *asking, "--ask", "my.ask")
    assert (code, said["missing"]) == (5, ["a custodian"])
    assert command.review("c1", "approve", "my.ask", "-o", "hers.approval")[0] == 0
    code, fetched = command.review("r1", *asking, "--ask", "my.ask", "--approval", "hers.approval")
    assert (code, fetched["files"]) == (0, ["kept/originals/01.jpg"])
    assert Path("kept/originals/01.jpg").read_bytes() == original


def test_an_ask_to_look_is_no_ask_to_take_along(command: Command) -> None:
    command.seal("--attach", "photo.jpg", "--originals")
    report = command("report", "send", "sealed")[1]["reports"][0]["id"]
    command.review("r1", "open", report, "originals", "--purpose", "TRIAGE", "--ask", "look.ask")
    command.review("c1", "approve", "look.ask", "-o", "hers.approval")
    with_it = ["--ask", "look.ask", "--approval", "hers.approval"]
    code, said = command.review("r1", "fetch", report, "--originals", "--purpose", "TRIAGE", "-o", "kept", *with_it)
    assert (code, said["kind"]) == (2, "usage")


def test_she_is_asked_about_originals_and_not_where_it_is_dangerous(command: Command) -> None:
    code, said = command.seal("--attach", "photo.jpg")
    assert (code, said["kind"]) == (2, "usage")
    assert "as proof later" in said["message"]
    assert not Path("sealed").exists()
    code, _ = command.seal("--attach", "photo.jpg", sample="S08")  # sexual violence: working copies only
    assert code == 0
    assert len(list(Path("sealed.files").iterdir())) == 1


def test_what_cannot_be_cleaned_is_not_sealed_by_itself(command: Command) -> None:
    Path("strange.bin").write_bytes(b"nobody knows what this is" + CANARY)
    code, said = command.seal("--attach", "photo.jpg", "--attach", "strange.bin", "--no-originals")
    assert (code, said["kind"]) == (1, "refused")
    assert not Path("sealed").exists()
    assert not Path("sealed.files").exists()
    code, _ = command.seal("--original-only", "strange.bin")
    assert code == 0
    report = command("report", "send", "sealed")[1]["reports"][0]["id"]
    code, said = command.review("r1", "fetch", report, "--purpose", "TRIAGE", "-o", "case")
    assert (code, said["kind"]) == (1, "refused")


def test_files_wait_and_the_words_do_not(command: Command) -> None:
    command.seal("--attach", "photo.jpg", "--originals")
    code, sent = command("report", "send", "sealed", "--words-only")
    assert (code, "files" in sent["reports"][0]) == (0, False)
    code, again = command("report", "send", "sealed")
    assert (code, again["reports"][0]["new"], again["reports"][0]["files"]["proven"]) == (0, False, 2)


def test_a_part_of_a_file_needs_no_more_than_its_pieces(command: Command) -> None:
    data = os.urandom(3 << 20)
    Path("video.bin").write_bytes(data)
    command.seal("--original-only", "video.bin")
    report = command("report", "send", "sealed")[1]["reports"][0]["id"]
    asking = ["fetch", report, "--originals", "--file", "1", "--bytes", "1500000-1500099", "--purpose", "TRIAGE"]
    command.review("r1", *asking, "-o", "part", "--ask", "my.ask")
    command.review("c1", "approve", "my.ask", "-o", "hers.approval")
    code, said = command.review("r1", *asking, "-o", "part", "--ask", "my.ask", "--approval", "hers.approval")
    assert code == 0, said
    assert Path(said["files"][0]).read_bytes() == data[1_500_000:1_500_100]


def test_more_than_eight_files_are_refused(command: Command) -> None:
    code, said = command.seal(*["--original-only", "photo.jpg"] * 9)
    assert (code, said["kind"]) == (2, "usage")
