"""`amana doctor` and the storage of files: what is gone, what is nobody's, who else could look."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from client import doctor_files
from client.doctor import FAULT, OK, WARNING
from tests.harness import running
from tests.server.test_files import Sent


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A house that has ended, with one whole file and one on its way."""
    house = tmp_path / "house"
    house.mkdir(mode=0o700)
    with running(house) as world:
        for part in (None, 100):
            sent = Sent(world, tmp_path)
            sent.create()
            sent.patch(0, sent.sealed[:part])
    yield house
    shutil.rmtree(house)


def looked(home: Path, **settings: str) -> dict[str, str]:
    return {one.name: one.state for one in doctor_files.look(home, settings)}


def test_all_is_there(home: Path) -> None:
    assert looked(home) == {"files": OK, "files folder": OK}
    (home / "objects" / "notes.txt").write_bytes(b"not ours")
    assert looked(home) == {"files": OK, "files folder": OK}


def test_what_is_gone_or_cut_short(home: Path) -> None:
    (file,) = (home / "objects").iterdir()
    os.truncate(file, file.stat().st_size - 1)
    assert looked(home)["files"] == FAULT
    file.unlink()
    assert looked(home)["files"] == FAULT
    shutil.rmtree(home / "objects")
    assert looked(home)["files"] == FAULT


@pytest.mark.parametrize("folder", ["objects", "uploads"])
def test_what_is_nobodys(home: Path, folder: str) -> None:
    (home / folder / ("ab" * 32)).write_bytes(b"left")
    assert looked(home)["files"] == WARNING


def test_others_can_look(home: Path) -> None:
    (home / "objects").chmod(0o755)
    assert looked(home)["files folder"] == FAULT


def test_a_storage_that_does_not_answer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "sesame",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(doctor_files, "_RETRY", {"max_retries": 0})
    (said,) = doctor_files.look(home, {"AMANA_OBJECTS": "s3://sealed/x"})
    assert said.state == FAULT
    assert "sesame" not in said.text
    (home / "file").write_bytes(b"")
    assert looked(home, AMANA_OBJECTS=str(home / "file")) == {"files": FAULT}


def test_no_house_is_here(tmp_path: Path) -> None:
    assert looked(tmp_path) == {}


def test_a_database_from_before_files(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "amana.db").write_bytes(b"")
    assert looked(tmp_path) == {"files": WARNING}
