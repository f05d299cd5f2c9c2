"""Files over real lines, to a house that is a process: cut, silent, begun twice, killed; and its memory."""

import hashlib
import os
import secrets
import socket
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest

from client.contents import Piece
from client.files_house import FilesHouse
from client.sealing_files import Described, seal_file
from client.sending_files import Carrier
from crypto import objects
from crypto.envelope import Envelope
from tests import lossyfs
from tests.harness import Running
from tests.needs import need
from tests.samples import sealed
from tests.server.test_files import OCTETS, TUS
from tests.server.test_files_half_done import until
from tests.soak.cutting import lossy
from tests.soak.processes import Household, household

MIB = 1 << 20
KILLS = 20
MEMORY = 150 * MIB  # above rest
LARGE = 256 * MIB


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    with household(tmp_path_factory.mktemp("line") / "home") as made:
        yield made


@pytest.fixture
def world(house: Household) -> Iterator[Running]:
    with house.world() as world:
        yield world


class File:
    """A sealed file of some size, announced."""

    def __init__(self, world: Running, folder: Path, size: int) -> None:
        self.world = world
        self.envelope: Envelope = sealed(world, "S01")
        self.report = world.send(self.envelope)
        plain = folder / "plain"
        with plain.open("wb") as file:
            for _ in range(-(-size // MIB)):
                file.write(os.urandom(min(MIB, size)))
        self.piece: Piece = seal_file(
            plain, folder / "sealed", Described(kind="video", media="video/mp4"), draw=os.urandom
        )
        plain.unlink()
        self.file = folder / "sealed" / self.piece.object.hex()
        self.path = f"/v1/objects/{self.piece.object.hex()}"
        self.length = self.file.stat().st_size

    def announce(self) -> None:
        ticket = objects.ticket(self.envelope.received, self.piece.object, self.length)
        FilesHouse(self.world.house).create(self.piece.object, self.report, ticket, self.length)

    def head(self) -> int:
        return FilesHouse(self.world.house).offset(self.piece.object, self.length)

    def carrier(self, world: Running) -> Carrier:
        log = world.organisation.trust.log_policy
        house = FilesHouse(world.house)
        return Carrier(house=house, report=self.report, received=self.envelope.received, log=log, sleep=brief)


def brief(_: float) -> None:
    time.sleep(0.05)


class Line:
    """A body sent by hand, as far as the test likes."""

    opened: ClassVar[list[socket.socket]] = []

    def __init__(self, house: Household, file: File, offset: int, length: int, **headers: str) -> None:
        port = int(house.url.rpartition(":")[2])
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.opened.append(self.socket)
        told = TUS | OCTETS | {"host": "x", "upload-offset": str(offset), "content-length": str(length)} | headers
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.socket.sendall(f"PATCH {file.path} HTTP/1.1\r\n{lines}\r\n".encode())

    def cut(self) -> None:
        self.socket.close()

    def status(self) -> int:
        return int(self.socket.recv(4096).split(b" ")[1])


@pytest.fixture(autouse=True)
def lines_end() -> Iterator[None]:
    yield
    while Line.opened:
        Line.opened.pop().close()


def came(file: File, size: int) -> None:
    until(lambda: file.head() == size)


def test_what_came_before_a_cut_is_kept_to_the_byte(house: Household, world: Running, tmp_path: Path) -> None:
    file, at = File(world, tmp_path, 3 * MIB), 0
    file.announce()
    data = file.file.read_bytes()
    for size in (1, 1000, 70_001, 300_000, 1_500_000):
        line = Line(house, file, at, len(data) - at)
        line.socket.sendall(data[at : at + size])
        line.cut()
        at += size
        time.sleep(0.3)  # what is on its way comes in
        came(file, at)
    assert FilesHouse(world.house).append(file.piece.object, at, data[at:]) == len(data)
    assert world.server.get(file.path).content == data


def test_under_a_checksum_a_body_that_is_cut_leaves_nothing(house: Household, world: Running, tmp_path: Path) -> None:
    file = File(world, tmp_path, MIB)
    file.announce()
    data = file.file.read_bytes()
    said = b64encode(hashlib.sha256(data).digest()).decode()
    line = Line(house, file, 0, len(data), **{"upload-checksum": f"sha256 {said}"})
    line.socket.sendall(data[:600_000])
    time.sleep(0.3)
    line.cut()
    time.sleep(0.3)
    assert file.head() == 0


def test_a_question_or_a_new_body_ends_one_on_a_dead_line(house: Household, world: Running, tmp_path: Path) -> None:
    """The old line is not cut, only silent: she comes over another, and is not told to wait."""
    file = File(world, tmp_path, MIB)
    file.announce()
    data = file.file.read_bytes()
    dead = Line(house, file, 0, len(data))
    dead.socket.sendall(data[:100_000])
    time.sleep(0.3)
    began = time.monotonic()
    assert file.head() == 100_000
    assert dead.status() == 409
    again = Line(house, file, 100_000, len(data) - 100_000)
    again.socket.sendall(data[100_000:150_000])
    time.sleep(0.3)
    late = Line(house, file, 100_000, 10)  # by what she knew; what came since counts
    late.socket.sendall(bytes(10))
    assert late.status() == 409
    assert again.status() == 409
    assert time.monotonic() - began < 5
    assert FilesHouse(world.house).append(file.piece.object, 150_000, data[150_000:]) == len(data)
    assert world.server.get(file.path).content == data


def test_two_at_once_make_no_mixture(house: Household, world: Running, tmp_path: Path) -> None:
    file = File(world, tmp_path, MIB)
    file.announce()
    data = file.file.read_bytes()
    lines = [Line(house, file, 0, len(data)) for _ in range(4)]
    for line in lines:
        try:
            line.socket.sendall(data)
        except OSError:  # it was told to go before all of it was sent
            continue
    brief(0)
    offset = file.head()
    if offset < len(data):
        assert FilesHouse(world.house).append(file.piece.object, offset, data[offset:]) == len(data)
    assert world.server.get(file.path).content == data


def test_killed_again_and_again_while_a_file_comes(tmp_path: Path) -> None:
    """What HEAD said before a kill is there after it; in the end the bytes are equal and have one leaf."""
    with household(tmp_path / "home") as house:
        with house.world() as world:
            file = File(world, tmp_path, 40 * MIB)
            file.announce()
        said, kills, data = 0, 0, file.file.read_bytes()
        while kills < KILLS:
            with house.world() as world, httpx2.Client(base_url=house.url, timeout=20, trust_env=False) as client:
                file.world = world
                offset = file.head()
                assert offset >= said
                if offset == file.length:
                    break
                stop = min(file.length, offset + MIB + secrets.randbelow(2 * MIB))
                headers = TUS | OCTETS | {"upload-offset": str(offset)}

                def body(start: int = offset, end: int = stop) -> Iterator[bytes]:
                    for at in range(start, end, 65536):
                        yield data[at : min(end, at + 65536)]

                if client.patch(file.path, content=body(), headers=headers).status_code == 204:
                    said = stop
                line = Line(house, file, said, file.length - said)
                line.socket.sendall(data[said : said + secrets.randbelow(MIB)])
                house.server.kill()
                kills += 1
                line.cut()
            house.server.start()
        with house.world() as world:
            assert file.carrier(world).bring([file.file]).proven == [file.file]
            house.server.kill()
            house.server.start()
        with house.world() as world:
            assert world.server.get(file.path).content == data
            assert [one.name for one in (house.home / "objects").iterdir()] == [file.piece.object.hex()]
            assert list((house.home / "uploads").iterdir()) == []


def test_the_power_of_the_disk_on_which_a_file_comes(tmp_path: Path) -> None:
    """Nothing that HEAD or PATCH called durable is lost, whether it was named to the folder or written to the file."""
    if not lossyfs.available():
        need("disks that fail", "Linux, root and /dev/fuse")
    home = tmp_path / "home"
    with lossy(home / "uploads", tmp_path / "disk") as disk, household(home) as house:
        with house.world() as world:
            file = File(world, tmp_path, 2 * MIB)
            file.announce()
        data, said = file.file.read_bytes(), 0
        for _ in range(4):
            with house.world() as world:
                file.world = world
                assert file.head() == said
                line = Line(house, file, said, 300_000)
                line.socket.sendall(data[said : said + 300_000])
                assert line.status() == 204
                said += 300_000
                line = Line(house, file, said, len(data))
                line.socket.sendall(data[said : said + 100_000])
                time.sleep(0.1)
                disk.cut()
                house.server.kill()
            disk.plug()
            house.server.start()
        with house.world() as world:
            assert file.carrier(world).bring([file.file]).proven == [file.file]
            assert world.server.get(file.path).content == data


def memory(house: Household) -> Iterator[int]:
    """Resident bytes of the house's processes, of each the most that there ever was."""
    child: Any = house.server._child  # noqa: SLF001
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            group = os.getpgid(int(status.parent.name))
        except (OSError, ProcessLookupError):
            continue
        if group == child.pid:
            yield from (int(row.split()[1]) * 1024 for row in text.splitlines() if row.startswith("VmHWM"))


def test_memory_does_not_grow_with_a_file(tmp_path: Path) -> None:
    with household(tmp_path / "home") as house, house.world() as world:
        file = File(world, tmp_path, MIB)
        file.announce()
        assert file.carrier(world).bring([file.file]).proven
        rest = sum(memory(house))
        large = File(world, tmp_path, LARGE)
        began = time.monotonic()
        large.announce()
        with large.file.open("rb") as source:
            headers = TUS | OCTETS | {"upload-offset": "0", "content-length": str(large.length)}
            answer = world.server.patch(large.path, content=source, headers=headers, timeout=120)
        assert answer.headers["upload-offset"] == str(large.length)
        sent, digest = time.monotonic() - began, hashlib.sha256()
        with world.server.stream("GET", large.path) as answer:
            for some in answer.iter_bytes():
                digest.update(some)
        with large.file.open("rb") as source:
            assert digest.digest() == hashlib.file_digest(source, "sha256").digest()
        most = sum(memory(house)) - rest
        told = f"{LARGE // MIB} MiB: sent {sent:.1f} s, read {time.monotonic() - began - sent:.1f} s"
        sys.stdout.write(f"{told}, {most / MIB:.0f} MiB above rest\n")
        assert most < MEMORY
