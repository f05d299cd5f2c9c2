"""Files over a bad line: cut every few hundred kilobytes, a house and a device that die on the way (protocol 19.7).

Processes are real: house, gate, and the reporter's command. Reviewers' commands run in this one.
"""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image

from client import cleaning, cli
from client.api import House
from client.fetching_files import Reader
from client.files_house import FilesHouse
from client.line import Line
from client.sealing_files import Described, seal_file
from client.sending_files import TRIES, Carrier
from crypto import keyfile, objects
from tests.cutting import Cutting
from tests.samples import samples, sealed
from tests.soak.processes import Household, household

EVERY = 300_000  # bytes that the line holds
FAR = 40_000  # bytes: less than the smallest part
HOUSE_DIES, DEVICE_DIES = 400_000, 800_000  # bytes of requests, after which
PASSPHRASE = "a long passphrase"  # of throw-away keys
SIDES = (100, 150, 200, 300, 420)  # of pictures: 15 kB to 250 kB, each with a copy


def photo(path: Path, side: int) -> str:
    """Make one; return its digest."""
    exif = Image.Exif()
    exif[0x010F] = "CANARY"
    Image.effect_noise((side, side), 90).convert("RGB").save(path, quality=95, exif=exif)
    return digest(path)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Device:
    """A folder with what one person has, and her command line as a process."""

    def __init__(self, folder: Path, house: Household) -> None:
        folder.mkdir()
        self.folder, self.house = folder, house
        (folder / "pass").write_text(PASSPHRASE + "\n")
        (folder / "trust.json").write_text(house.organisation.trust.to_json())
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANA_")}
        self._environment = {**kept, "AMANA_PASSPHRASE_FILE": str(folder / "pass")}

    def start(self, url: str, *arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "client", *arguments, "--trust", "trust.json", "--url", url, "--json"]
        environment = {**self._environment, "PYTHONPATH": str(Path(cli.__file__).parent.parent)}
        return subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, text=True)

    def run(self, url: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        process = self.start(url, *arguments)
        try:
            out, _ = process.communicate(timeout=120)
        finally:
            process.kill()
        return process.returncode, json.loads(out)

    def seal(self, url: str, *more: str) -> tuple[int, dict[str, Any]]:
        (self.folder / "report.json").write_text(json.dumps({**samples()["S01"], "evidence": []}))
        return self.run(url, "report", "seal", "report.json", "-o", "sealed", "--words-to", "2", *more)


class Desk(Device):
    """Reviewers, at the house's own line."""

    def review(self, who: str, *arguments: str, expect: int = 0) -> dict[str, Any]:
        key = self.folder / f"{who}.key"
        if not key.exists():
            ring = self.house.organisation.keys[who]
            key.write_bytes(keyfile.lock(ring, PASSPHRASE, os.urandom, keyfile.CHEAPEST))
        code, said = self.run(self.house.url, "review", *arguments, "--as", key.name)
        assert code == expect, said
        return said


def wait_for(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_everything_arrives_over_a_line_that_is_cut(tmp_path: Path) -> None:
    with household(tmp_path / "home") as house, Cutting(house.url, size=EVERY, most=200) as line:
        device, hers = Device(tmp_path / "hers", house), tmp_path / "hers"
        originals = [photo(hers / f"{side}.jpg", side) for side in SIDES]
        for side in SIDES:
            cleaning.clean(hers / f"{side}.jpg", tmp_path / f"clean-{side}")
        attach = [word for side in SIDES for word in ("--attach", f"{side}.jpg")]
        assert device.seal(house.url, *attach, "--originals")[0] == 0
        first = device.start(line.url, "report", "send", "sealed")
        try:
            wait_for(lambda: line.passed > HOUSE_DIES)
            house.server.kill()
            house.server.start()
            wait_for(lambda: line.passed > DEVICE_DIES)
            assert first.poll() is None
        finally:
            first.kill()
            first.communicate()
        words_came_first(line.seen)
        cuts = line.cuts
        code, sent = device.run(line.url, "report", "send", "sealed")
        assert (code, sent["reports"][0]["files"]) == (0, {"whole": 16, "proven": 16, "left": 0})
        assert sent["reports"][0]["new"] is False
        assert line.cuts > cuts > 1
        seen_at_the_house(house.home)

        desk, report = Desk(tmp_path / "desk", house), sent["reports"][0]["id"]
        copies = desk.review("r1", "fetch", report, "--purpose", "TRIAGE", "-o", "case")["files"]
        assert [digest(desk.folder / one) for one in copies] == [digest(tmp_path / f"clean-{side}") for side in SIDES]
        asking = ["fetch", report, "--originals", "--purpose", "TRIAGE", "-o", "kept", "--ask", "my.ask"]
        desk.review("r1", *asking, expect=5)
        desk.review("c1", "approve", "my.ask", "-o", "hers.approval")
        kept = desk.review("r1", *asking, "--approval", "hers.approval")["files"]
        assert [digest(desk.folder / one) for one in kept] == originals


def words_came_first(seen: list[str]) -> None:
    """The report was asked about and acknowledged, and only then anything of a file was sent."""
    words = seen.index("POST /v1/reports")
    assert seen[words : words + 3] == ["POST /v1/reports", "body", "201"]
    assert not any("/v1/objects" in one for one in seen[: words + 3])
    assert any(one.startswith("PATCH /v1/objects/") for one in seen[words + 3 :])


def seen_at_the_house(home: Path) -> None:
    """Their number is a power of two, each size is of a bucket, on disk as in the rows; nothing is half there."""
    with closing(sqlite3.connect(home / "server" / "amana.db")) as connection:
        rows = connection.execute("SELECT name, length FROM object").fetchall()
    stored = {one.name: one.stat().st_size for one in (home / "objects").iterdir()}
    assert stored == {name.hex(): length for name, length in rows}
    assert len(stored) == 16
    assert set(stored.values()) <= set(objects.SIZES)
    assert list((home / "uploads").iterdir()) == []


def test_a_line_that_holds_less_than_the_smallest_part(tmp_path: Path) -> None:
    """What a cut body brought counts: she is never told to give up while something comes through."""
    with household(tmp_path / "home") as house, house.world() as there:
        envelope = sealed(there, "S01")
        report = there.send(envelope)
        (tmp_path / "plain").write_bytes(os.urandom(1_500_000))
        piece = seal_file(
            tmp_path / "plain", tmp_path / "sealed", Described(kind="video", media="video/mp4"), draw=os.urandom
        )
        with Cutting(house.url, size=FAR, most=200) as line:
            hers = Line(line.url)
            carrier = Carrier(
                house=FilesHouse(House(line.url, client=hers, sleep=lambda _: None)),
                report=report,
                received=envelope.received,
                log=there.organisation.trust.log_policy,
                sleep=lambda _: None,
            )
            sent = carrier.bring([tmp_path / "sealed" / piece.object.hex()])
            hers.close()
        assert len(sent.proven) == 1
        assert line.cuts > TRIES
        with Cutting(house.url, size=FAR, most=200) as line:
            theirs = Line(line.url)
            files = FilesHouse(House(line.url, client=theirs, sleep=lambda _: None))
            reader = Reader(house=files, piece=piece, log=there.organisation.trust.log_policy, sleep=lambda _: None)
            whole = reader.save(tmp_path / "fetched")
            theirs.close()
        assert whole.sha256.hex() == digest(tmp_path / "plain") == digest(tmp_path / "fetched")
        assert line.cuts > TRIES
