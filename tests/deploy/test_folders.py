"""Every folder that we make is for its owner only, also those on the way to it, whatever the umask (P4)."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client.keys import write_new
from doors.database import OneProcess, open_database
from doors.environment import closed_folder


@pytest.fixture(autouse=True)
def _generous_umask() -> Iterator[None]:
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def lock(folder: Path) -> None:
    OneProcess(folder).release()


def database(folder: Path) -> None:
    open_database(f"sqlite:///{folder / 'one.db'}").dispose()


def key(folder: Path) -> None:
    write_new(folder / "one.key", b"sealed")


@pytest.mark.parametrize("make", [lock, database, key, closed_folder])
def test_nobody_else_looks_in_on_any_level(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "home" / "gate" / "gate-1")
    made = [tmp_path / "home", *(tmp_path / "home").rglob("*")]
    assert len(made) >= 3
    assert [path.name for path in made if path.stat().st_mode & 0o077] == []


def test_what_is_there_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    closed_folder(shared / "mine")
    closed_folder(shared)
    assert shared.stat().st_mode & 0o777 == 0o755
