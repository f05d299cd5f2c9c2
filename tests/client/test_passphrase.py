"""After a ceremony everybody gives her key file a passphrase of her own."""

import os
from pathlib import Path

import pytest

from client import cli, keys
from client.errors import UsageError
from crypto import keyfile
from crypto.keyfile import KeyRing

OLD, NEW = "the old passphrase", "a new one of her own"


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "r1.key"
    keys.write_key(path, KeyRing.new("desk", "r1", os.urandom), OLD, draw=os.urandom, cost=keyfile.CHEAPEST)
    said = tmp_path / "passphrase"
    said.write_text(OLD + "\n")
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(said))
    return path


def change(path: Path, new: str) -> int:
    read, write = os.pipe()
    os.write(write, new.encode())
    os.close(write)
    try:
        return cli.main(["passphrase", str(path), "--new-from", str(read), "--json"])
    finally:
        os.close(read)


def test_only_the_new_one_opens_and_the_key_is_the_same(key: Path) -> None:
    before = keys.read_key(key, OLD)
    assert change(key, NEW) == 0
    assert keys.read_key(key, NEW) == before
    with pytest.raises(UsageError):
        keys.read_key(key, OLD)
    assert key.stat().st_mode & 0o077 == 0
    assert [path.name for path in key.parent.glob("*.new")] == []


def test_a_short_one_changes_nothing(key: Path) -> None:
    before = key.read_bytes()
    assert change(key, "short") == 2
    assert key.read_bytes() == before


def test_without_the_old_one_nothing_changes(key: Path, tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("another\n")
    before = key.read_bytes()
    assert change(key, NEW) == 2
    assert key.read_bytes() == before
