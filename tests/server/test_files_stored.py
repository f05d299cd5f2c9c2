"""Where whole objects lie: the same for a folder and for a bucket (an S3 server on this machine)."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from moto.server import ThreadedMotoServer

from doors.environment import SettingError
from server.storage import Bucket, Folder, Storage, open_storage
from tests.harness import running
from tests.server.test_files import Sent

NAME, OTHER = "aa" * 32, "bb" * 32


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    assert httpx2.put(f"{url}/sealed", trust_env=False).status_code == 200
    yield url
    server.stop()


@pytest.fixture
def where(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder, or a bucket of its own by its prefix."""
    if request.param == "folder":
        return str(tmp_path / "objects")
    for name, value in {
        "AWS_ENDPOINT_URL": request.getfixturevalue("s3"),
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    return f"s3://sealed/{tmp_path.name}"


BOTH = pytest.mark.parametrize("where", ["folder", "bucket"], indirect=True)


def put(storage: Storage, folder: Path, name: str, data: bytes) -> None:
    (folder / "coming").write_bytes(data)
    storage.put(name, folder / "coming")


@BOTH
def test_objects_are_put_read_listed_and_deleted(where: str, tmp_path: Path) -> None:
    storage = open_storage(where)
    assert list(storage.names()) == []
    assert storage.size(NAME) is None
    data = os.urandom(20 << 20)
    put(storage, tmp_path, NAME, data)
    put(storage, tmp_path, OTHER, b"small")
    assert storage.size(NAME) == len(data)
    assert storage.read(NAME, 0, len(data)) == data
    assert storage.read(NAME, 9_999_999, 1234) == data[9_999_999:][:1234]
    assert sorted(storage.names()) == [NAME, OTHER]
    put(storage, tmp_path, OTHER, b"again")  # a step that was done before is done again
    assert storage.read(OTHER, 0, 5) == b"again"
    for _ in range(2):
        storage.delete(NAME)
    assert storage.size(NAME) is None
    assert list(storage.names()) == [OTHER]


@BOTH
def test_a_house_keeps_files_there_and_destroys_them(where: str, tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    with running(tmp_path / "house", objects=where) as world:
        sent = Sent(world, tmp_path)
        found = sent.carrier().bring(sent.files())
        assert found.proven == sent.files()
        assert world.server.get(sent.path, headers={"range": "bytes=5-9"}).content == sent.sealed[5:10]
        storage = open_storage(where)
        assert list(storage.names()) == [sent.piece.object.hex()]
        assert list((world.folder / "uploads").iterdir()) == []
        put(storage, tmp_path, NAME, b"nobody's")
        world.server.app.dependencies["finishing"].dependency().tidy()
        assert list(storage.names()) == [sent.piece.object.hex()]


def test_a_folder_on_another_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Folder(tmp_path / "objects")
    move = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if path.parent != target.parent:
            raise OSError(18, "Invalid cross-device link")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    put(storage, tmp_path, NAME, b"sealed")
    assert storage.read(NAME, 0, 6) == b"sealed"
    assert list(storage.names()) == [NAME]
    assert (tmp_path / "objects").stat().st_mode & 0o777 == 0o700


def test_a_bucket_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("obstore.store.S3Store.from_url", lambda *_, **__: 1 / 0)
    with pytest.raises(SettingError, match="do not name a bucket"):
        Bucket("s3://")
