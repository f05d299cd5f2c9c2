"""`python -m tests.evidence_line --gib 1`: one large file by the command line, over a line that is cut.

The house is killed meanwhile. It says whether the same bytes came out, what that took, and how much memory; 0 where all
of it held. `make soak` runs a smaller one.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.house import Founded
from bench.memory import Watched
from bench.processes import ROOT, Served
from client.api import House as Line
from crypto import keyfile
from crypto.keyfile import CHEAPEST
from tests.cutting import Cutting
from tests.samples import samples
from tests.soak.processes import free_port

MIB: Final = 1 << 20
CLIENT, SERVER = 200, 150  # MiB: the client in all, the server above rest
_LOOK: Final = 0.02  # seconds
_LONGEST: Final = 3600.0  # seconds of one command
_PASSPHRASE: Final = "measured"


@dataclass
class House:
    """Server and gate on ports that stay theirs while they are dead."""

    home: Path
    founded: Founded = field(default_factory=Founded)
    kills: int = 0
    peak: int = 0

    def __post_init__(self) -> None:
        self._environment = self.founded.write(self.home)
        self._name = self.founded.organisation.gate_names[0]
        key = str(self.home / f"{self._name}.key")
        self._gate = Served("gate", "--bind", "127.0.0.1:0", "--key", key, environment=self._environment)
        self.url = f"http://127.0.0.1:{free_port()}"
        self._server = self._start()
        for one in self.founded.published:
            Line(self.url).publish(one)
        self.rest = self._server.memory

    def _start(self) -> Served:
        bind = self.url.removeprefix("http://")
        gate = f"{self._name}={self._gate.url}"
        return Served("server", "--bind", bind, "--gate", gate, environment=self._environment)

    def kill(self) -> None:
        """Kill the server, and start it again on its folder."""
        self.look()
        self._server.kill()
        self._server = self._start()
        self.kills += 1

    def look(self) -> None:
        """Remember its peak: it ends with a process."""
        self.peak = max(self.peak, self._server.peak)

    def stop(self) -> None:
        """End both."""
        self.look()
        self._server.stop()
        self._gate.stop()


@contextmanager
def killed(house: House, line: Cutting, every: int, most: int) -> Iterator[None]:
    """Kill it after every so many bytes of requests."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(_LOOK) and house.kills < most:
            if line.passed >= every * (house.kills + 1):
                house.kill()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@dataclass
class Person:
    """Somebody's folder and command line."""

    folder: Path
    trust: str
    peaks: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        (self.folder / "pass").write_text(_PASSPHRASE + "\n")
        (self.folder / "trust.json").write_text(self.trust)

    def run(self, url: str, *arguments: str, expect: int = 0) -> dict[str, Any]:
        """Run one command to its end."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANA_")}
        environment = {**kept, "AMANA_PASSPHRASE_FILE": str(self.folder / "pass"), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "client", *arguments, "--trust", "trust.json", "--url", url, "--json"]
        ended = Watched(command, folder=self.folder, environment=environment).end(_LONGEST)
        said: dict[str, Any] = json.loads(ended.output)
        if ended.code != expect:
            raise SystemExit(f"{' '.join(arguments[:2])} ended with {ended.code}: {said.get('message')}")
        name = " ".join(arguments[:2])
        self.peaks[name] = max(self.peaks.get(name, 0), ended.peak)
        return said


def write(path: Path, size: int) -> str:
    """Write random bytes; return their SHA-256."""
    hashed = hashlib.sha256()
    with path.open("wb") as file:
        for start in range(0, size, MIB):
            piece = os.urandom(min(MIB, size - start))
            hashed.update(piece)
            file.write(piece)
    return hashed.hexdigest()


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def carry(folder: Path, options: argparse.Namespace) -> bool:
    """Seal, send, fetch; return whether the bytes are the same and the memory is within its bounds."""
    size = int(options.gib * 1024) * MIB
    house = House(folder / "home")
    took: dict[str, float] = {}
    try:
        trust = house.founded.organisation.trust.to_json()
        her, desk = Person(folder / "hers", trust), Person(folder / "desk", trust)
        (her.folder / "report.json").write_text(json.dumps({**samples()["S01"], "evidence": []}))
        wanted = write(her.folder / "video", size)
        attach = ("--original-only", "video", "--words-to", "2")
        with timed(took, "sealed"):
            her.run(house.url, "report", "seal", "report.json", "-o", "sealed", *attach)
        with Cutting(house.url, seconds=options.seconds, size=options.mib * MIB) as line:
            with timed(took, "sent"), killed(house, line, size // (options.kills + 1), options.kills):
                sent = her.run(line.url, "report", "send", "sealed")["reports"][0]
            cuts = line.cuts
            with timed(took, "fetched"):
                path = fetched(desk, house, line.url, sent["id"])
            again = line.cuts - cuts
    finally:
        house.stop()
    same = sent["files"]["proven"] == 1 and digest(path) == wanted
    client, server = max(*her.peaks.values(), *desk.peaks.values()), house.peak - house.rest
    say(f"{size / MIB:,.0f} MiB; sha256 {'equal' if same else 'NOT EQUAL'}: {wanted}")
    say(", ".join(f"{name} in {seconds:.1f} s" for name, seconds in took.items()))
    say(f"line cut {cuts} times while it was sent, {again} while it was fetched; house killed {house.kills} times")
    for name, peak in {**her.peaks, **desk.peaks}.items():
        say(f"peak memory of `amana {name}`: {peak / MIB:.0f} MiB")
    say(f"peak memory of the house: {server / MIB:.0f} MiB above {house.rest / MIB:.0f} at rest")
    say(f"bounds: client {CLIENT} MiB, house {SERVER} MiB above rest")
    return same and client < CLIENT * MIB and server < SERVER * MIB


@contextmanager
def timed(took: dict[str, float], name: str) -> Iterator[None]:
    """Note how long the block takes."""
    began = time.monotonic()
    yield
    took[name] = time.monotonic() - began


def fetched(desk: Person, house: House, url: str, report: str) -> Path:
    """Have two reviewers take it along; return where it lies."""
    for who in ("r1", "c1"):
        ring = house.founded.organisation.keys[who]
        (desk.folder / f"{who}.key").write_bytes(keyfile.lock(ring, _PASSPHRASE, os.urandom, CHEAPEST))
    asking = ("review", "fetch", report, "--originals", "--purpose", "TRIAGE", "-o", "kept", "--ask", "my.ask")
    desk.run(house.url, *asking, "--as", "r1.key", expect=5)
    desk.run(house.url, "review", "approve", "my.ask", "-o", "hers.approval", "--as", "c1.key")
    (path,) = desk.run(url, *asking, "--approval", "hers.approval", "--as", "r1.key")["files"]
    found: Path = desk.folder / str(path)
    return found


def main() -> int:
    """Carry one; 0 when everything held."""
    parser = argparse.ArgumentParser(prog="tests.evidence_line", description=__doc__)
    parser.add_argument("--gib", type=float, default=1.0, help="size of the file; 2 at most")
    parser.add_argument("--kills", type=int, default=4, help="SIGKILLs of the server")
    parser.add_argument("--seconds", type=float, default=2.0, help="that a connection holds")
    parser.add_argument("--mib", type=int, default=48, help="that a connection carries")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="amana-line-") as folder:
        return 0 if carry(Path(folder), options) else 1


if __name__ == "__main__":
    sys.exit(main())
