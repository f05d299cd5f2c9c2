"""Files: they arrive in parts, whole or not at all, beside the report that they belong to (protocol 19)."""

import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client.contents import Piece
from client.files_house import FilesHouse
from client.sealing_files import Described, add_decoys, seal_file
from client.sending_files import Carrier
from crypto import objects, words
from crypto.envelope import Envelope
from crypto.hashing import sha256
from tests.harness import Running, running
from tests.samples import sealed

TUS = {"tus-resumable": "1.0.0"}
OCTETS = {"content-type": "application/offset+octet-stream"}


class Sent:
    """A report that has arrived, with one sealed file on this device."""

    def __init__(self, world: Running, folder: Path, size: int = 100_000) -> None:
        self.world, self.folder = world, folder
        self.words = words.new(os.urandom)
        self.envelope: Envelope = sealed(world, "S01", self.words)
        self.report = world.send(self.envelope)
        self.data = os.urandom(size)
        (folder / "plain").write_bytes(self.data)
        described = Described(kind="photo", media="image/jpeg")
        self.piece: Piece = seal_file(folder / "plain", folder / "sealed", described, draw=os.urandom)
        self.sealed = (folder / "sealed" / self.piece.object.hex()).read_bytes()
        self.path = f"/v1/objects/{self.piece.object.hex()}"

    def metadata(self, **changes: bytes) -> str:
        ticket = objects.ticket(self.envelope.received, self.piece.object, len(self.sealed))
        told = {"report": self.report, "object": self.piece.object, "ticket": ticket} | changes
        return ",".join(f"{key} {b64encode(value).decode()}" for key, value in told.items())

    def create(self, length: int | None = None, **changes: bytes) -> Any:
        size = str(len(self.sealed) if length is None else length)
        headers = TUS | {"upload-length": size, "upload-metadata": self.metadata(**changes)}
        return self.world.server.post("/v1/objects", headers=headers)

    def patch(self, offset: int, data: bytes, **headers: str) -> Any:
        return self.world.server.patch(
            self.path, content=data, headers=TUS | OCTETS | {"upload-offset": str(offset)} | headers
        )

    def offset(self) -> int:
        return int(self.world.server.head(self.path, headers=TUS).headers["upload-offset"])

    def carrier(self) -> Carrier:
        return Carrier(
            house=FilesHouse(self.world.house),
            report=self.report,
            received=self.envelope.received,
            log=self.world.organisation.trust.log_policy,
            sleep=lambda _: None,
        )

    def files(self) -> list[Path]:
        return sorted((self.folder / "sealed").iterdir())


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Sent]:
    (tmp_path / "house").mkdir()
    with running(tmp_path / "house") as world:
        yield Sent(world, tmp_path)


def kind(answer: Any) -> str:
    assert answer.headers["tus-resumable"] == "1.0.0"
    return str(answer.json()["type"]).rpartition(":")[2]


def test_a_file_arrives_in_parts_and_has_a_leaf(sent: Sent) -> None:
    answer = sent.create()
    assert (answer.status_code, answer.headers["location"]) == (201, sent.path)
    assert sent.create().status_code == 201
    assert sent.offset() == 0
    half = len(sent.sealed) // 2
    before = sent.world.house.checkpoint()
    assert sent.patch(0, sent.sealed[:half]).headers["upload-offset"] == str(half)
    assert sent.offset() == half
    assert sent.world.server.get(sent.path).status_code == 404
    assert sent.world.house.checkpoint() == before
    assert sent.patch(half, sent.sealed[half:]).headers["upload-offset"] == str(len(sent.sealed))
    assert sent.offset() == len(sent.sealed)
    assert sent.world.server.get(sent.path).content == sent.sealed
    arrival = objects.arrival_key(sent.piece.key)
    assert sent.carrier().bring(sent.files()).proven == sent.files()
    assert sent.world.house.checkpoint() != before
    assert objects.trailer(sent.piece.key, sent.piece.seal) == sent.sealed[-64:] == arrival + sent.piece.seal


def test_the_carrier_brings_everything_and_decoys(sent: Sent) -> None:
    for _ in range(2):
        (sent.folder / "plain").write_bytes(os.urandom(5))
        seal_file(sent.folder / "plain", sent.folder / "sealed", Described(kind="f", media="m"), draw=os.urandom)
    add_decoys(sent.folder / "sealed", draw=os.urandom)
    assert len(sent.files()) == 4
    found = sent.carrier().bring(sent.files())
    assert found.because is None
    assert sorted(found.whole) == sorted(found.proven) == sent.files()
    again = sent.carrier().bring(sent.files())
    assert sorted(again.proven) == sent.files()
    house = FilesHouse(sent.world.house)
    place = objects.places(len(sent.data))[0]
    sealed = house.read(sent.piece.object, place.sealed_start, place.sealed_size)
    opened = objects.open_piece(sent.piece.key, sent.piece.object, 0, 1, sealed)
    assert objects.unfill(opened, place, len(sent.data)) == sent.data


@pytest.mark.parametrize(
    "changes",
    [{"report": bytes(32)}, {"object": bytes(32)}, {"ticket": bytes(32)}],
)
def test_only_she_adds_to_her_report(sent: Sent, changes: dict[str, bytes]) -> None:
    answer = sent.create(None, **changes)
    assert (answer.status_code, kind(answer)) == (403, "denied")


def test_a_ticket_is_for_its_report_and_length(sent: Sent) -> None:
    other = sealed(sent.world, "S02")
    sent.world.send(other)
    ticket = objects.ticket(other.received, sent.piece.object, len(sent.sealed))
    assert sent.create(ticket=ticket).status_code == 403
    longer = objects.object_size(objects.BUCKETS[5])
    assert sent.create(longer).status_code == 403


@pytest.mark.parametrize("length", [0, 1, 65536, 1 << 40])
def test_a_length_is_of_a_bucket(sent: Sent, length: int) -> None:
    answer = sent.create(length)
    assert (answer.status_code, kind(answer)) == (400, "malformed")


def test_nobody_replaces_or_adds_to_what_is_whole(sent: Sent) -> None:
    sent.create()
    sent.patch(0, sent.sealed)
    for answer in (sent.patch(len(sent.sealed), b"more"), sent.patch(0, sent.sealed)):
        assert (answer.status_code, kind(answer)) == (403, "denied")
    assert sent.world.server.delete(sent.path, headers=TUS).status_code == 403
    assert sent.world.server.get(sent.path).content == sent.sealed


def test_what_does_not_fit_changes_nothing(sent: Sent) -> None:
    sent.create()
    assert sent.patch(0, sent.sealed[:10]).status_code == 204
    wrong = b64encode(sha256(b"other")).decode()
    for answer, status, said in (
        (sent.patch(0, b"again"), 409, "conflict"),
        (sent.patch(11, b"gap"), 409, "conflict"),
        (sent.patch(10, sent.sealed), 413, "too-large"),
        (sent.patch(10, b"x", **{"content-type": "text/plain"}), 415, "malformed"),
        (sent.patch(10, b"x", **{"tus-resumable": "0.2.2"}), 412, "malformed"),
        (sent.patch(10, b"x", **{"upload-checksum": f"sha256 {wrong}"}), 460, "checksum"),
        (sent.patch(10, b"x", **{"upload-checksum": "md5 AAAA"}), 400, "malformed"),
        (sent.patch(10, b"x", **{"upload-checksum": "sha256 ?"}), 400, "malformed"),
        (sent.patch(-1, b"x"), 400, "malformed"),
    ):
        assert (answer.status_code, kind(answer)) == (status, said)
        assert sent.offset() == 10
    right = b64encode(sha256(sent.sealed[10:])).decode()
    assert sent.patch(10, sent.sealed[10:], **{"upload-checksum": f"sha256 {right}"}).status_code == 204
    assert sent.world.server.get(sent.path).content == sent.sealed


def test_ranges(sent: Sent) -> None:
    sent.create()
    sent.patch(0, sent.sealed)
    get = sent.world.server.get
    answer = get(sent.path, headers={"range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, sent.sealed[10:20])
    assert answer.headers["content-range"] == f"bytes 10-19/{len(sent.sealed)}"
    assert get(sent.path, headers={"range": f"bytes={len(sent.sealed) - 5}-99999999"}).content == sent.sealed[-5:]
    for bad in ("bytes=5-4", "bytes=-5", "bytes=99999999-", "bytes=0-1,3-4", "octets=0-1", "bytes=99999999-99999999"):
        assert get(sent.path, headers={"range": bad}).status_code == 416


def test_an_upload_can_be_taken_back_until_it_is_whole(sent: Sent) -> None:
    sent.create()
    sent.patch(0, sent.sealed[:100])
    assert sent.world.server.delete(sent.path, headers=TUS).status_code == 204
    assert sent.world.server.head(sent.path, headers=TUS).status_code == 404
    assert list((sent.world.folder / "uploads").iterdir()) == []
    assert sent.create().status_code == 201
    assert sent.offset() == 0


def test_sixteen_objects_and_no_more(sent: Sent) -> None:
    for number in range(16):
        name = bytes([number + 1]) * 32
        ticket = objects.ticket(sent.envelope.received, name, len(sent.sealed))
        assert sent.create(object=name, ticket=ticket).status_code == 201
    answer = sent.create()
    assert (answer.status_code, kind(answer)) == (413, "too-large")


def test_a_week_later_nothing_is_added(sent: Sent) -> None:
    sent.world.clock.offset += 8 * 86400
    assert sent.create().status_code == 403


def test_what_is_spoken_is_said(sent: Sent) -> None:
    answer = sent.world.server.options("/v1/objects")
    assert answer.status_code == 204
    assert (answer.headers["tus-version"], answer.headers["tus-checksum-algorithm"]) == ("1.0.0", "sha256")
    assert answer.headers["tus-extension"] == "creation,termination,checksum"
    assert answer.headers["tus-max-size"] == str(objects.object_size(2 << 30))
