"""(12) Bringing a sealed file to a house, over the plainest upload of the same bytes in the same parts."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.house import Founded
from bench.measure import Spread, interleaved, ratios
from bench.processes import Served
from bench.receiving import FOLDER
from bench.result import Found, Row, Scale, at_least
from client.api import House
from client.files_house import FilesHouse
from client.line import Line
from client.sending_files import PART, Carrier
from crypto.objects import TRAILER, object_size

GOAL: Final = 0.7
MIB: Final = 1 << 20
_SIZE: Final = 128  # MiB


class Side:
    """One way to bring a file, with the CPU that its server took."""

    def __init__(self, served: Served, bring: Callable[[Path], None], folder: Path) -> None:
        self._served, self._bring, self._folder = served, bring, folder
        self.cpu: list[float] = []

    def __call__(self) -> float:
        """Bring the file under a new name; return seconds."""
        (file,) = self._folder.iterdir()
        file = file.rename(self._folder / os.urandom(32).hex())
        with file.open("r+b") as end:  # a leaf of its own
            end.seek(-TRAILER, os.SEEK_END)
            end.write(os.urandom(TRAILER))
        before, began = self._served.cpu, time.perf_counter()
        self._bring(file)
        seconds = time.perf_counter() - began
        self.cpu.append(self._served.cpu - before)
        return seconds


def uploading(scale: Scale) -> Found:
    """Measure both in turns."""
    size = 1 if scale.quick else _SIZE
    found = Found(f"a sealed file of {size} MiB to the house, over a bare upload of the same bytes in the same parts")
    founded = Founded()
    with tempfile.TemporaryDirectory(dir=scale.folder) as name:
        folder = Path(name)
        files, bodies = folder / "sealed", folder / "bodies"
        files.mkdir()
        bodies.mkdir()
        length = object_size(size * MIB)
        with (files / "file").open("wb") as file:
            for start in range(0, length, MIB):
                file.write(os.urandom(min(MIB, length - start)))
        with (
            founded.house(folder / "home") as house,
            Served("bench.receiving", "--bind", "127.0.0.1:0", environment={FOLDER: str(bodies)}) as bare,
        ):
            lines = Line(house.url), Line(bare.url)
            ours = Side(house, lambda file: _carry(founded, House(house.url, client=lines[0]), file), files)
            theirs = Side(bare, lambda file: _put(lines[1], file, bodies), files)
            ways = {"ours": ours, "bare": theirs}
            for way in ways.values():  # so that both are warm
                way()
                way.cpu.clear()
            took = interleaved(scale.rounds, ways)
            for line in lines:
                line.close()
    mine, other = (Spread.of(length / 1e6 / one for one in took[way]) for way in ways)
    ratio, cpu = ratios(took["bare"], took["ours"]), {way: Spread.of(ways[way].cpu) for way in ways}
    speeds = f"{mine.text(0)} MB/s over {other.text(0)} MB/s"
    found.rows.append(Row("speed: ratio", ratio.text(), speeds, f"{GOAL:.1f}", at_least(ratio, GOAL)))
    found.rows.append(Row("CPU of the server", f"{cpu['ours'].text()} s", f"bare upload {cpu['bare'].text()} s"))
    found.notes.append(f"parts of {PART // MIB} MiB, each durable before it is answered; ours until its leaf is proven")
    return found


def _carry(founded: Founded, house: House, file: Path) -> None:
    """Bring it as the command line does; its report is there already, as it would be."""
    envelope = founded.seal()
    report, _, _ = house.submit(envelope.encode())
    log = founded.organisation.trust.log_policy
    sent = Carrier(house=FilesHouse(house), report=report, received=envelope.received, log=log).bring([file])
    if len(sent.proven) != 1:
        raise RuntimeError("the file did not arrive")


def _put(line: Line, file: Path, bodies: Path) -> None:
    """Bring it in the plainest way."""
    with file.open("rb") as source:
        offset = 0
        while data := source.read(PART):
            line.request("PUT", f"/files/{file.name}/{offset}", headers={}, content=data)
            offset += len(data)
    if (bodies / file.name).stat().st_size != file.stat().st_size:
        raise RuntimeError("the file did not arrive")
