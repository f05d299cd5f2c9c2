"""Key files: written once, for their owner only, and never opened without the passphrase."""

import os
from pathlib import Path

import pytest

from client import keys
from client.errors import RefusedError, UsageError
from crypto.keyfile import CHEAPEST, KeyRing
from doors.environment import SettingError


def made(path: Path) -> KeyRing:
    ring = KeyRing.new("desk", "r1", os.urandom)
    keys.write_key(path, ring, "passphrase", draw=os.urandom, cost=CHEAPEST)
    return ring


def test_a_key_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "people" / "r1.key"
    ring = made(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert keys.read_key(path, "passphrase") == ring
    assert ring.identity not in path.read_bytes()


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "r1.key"
    made(path)
    before = path.read_bytes()
    with pytest.raises(RefusedError):
        made(path)
    assert path.read_bytes() == before


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "r1.key"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError):
        made(path)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"\xff" * 5000])
def test_what_is_no_key_file_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r1.key"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not a key file"):
        keys.read_key(path, "passphrase")


def test_a_wrong_passphrase_opens_nothing_and_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "r1.key"
    made(path)
    with pytest.raises(UsageError) as caught:
        keys.read_key(path, "another-one")
    assert "another-one" not in f"{caught.value} {caught.value.next_step}"


def test_the_passphrase_comes_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, secret = tmp_path / "r1.key", tmp_path / "secret"
    ring = made(path)
    secret.write_text("passphrase\nsecond line\n")
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(secret))
    assert keys.open_key(path) == ring
    assert keys.new_passphrase() == "passphrase"


def test_without_file_and_terminal_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMANA_PASSPHRASE_FILE", raising=False)
    with pytest.raises(SettingError, match="AMANA_PASSPHRASE_FILE"):
        keys.passphrase()
