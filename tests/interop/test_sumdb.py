"""Go's own packages for the checksum database read our log: signature, tiles, inclusion, growth; and refuse it bent."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from crypto.leaves import pad_entry
from tests.harness import ORIGIN, running
from tests.interop.test_aics import mirror
from tests.needs import need
from tests.witness.house import ledger, published

SOURCE: Final = Path(__file__).with_name("sumdb") / "main.go"
GOPATH: Final = Path("/usr/share/gocode")  # where Debian's golang-golang-x-mod-dev puts it
SIZES: Final = (300, 700)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = shutil.which("go")
    if go is None:
        need("Go's x/mod/sumdb on our log", "a Go toolchain")
    if not (GOPATH / "src" / "golang.org" / "x" / "mod" / "sumdb").is_dir():
        need("Go's x/mod/sumdb on our log", "the package golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("sumdb")
    modules = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    made = folder / "sumdb"
    subprocess.run([go, "build", "-o", made, SOURCE], env=os.environ | modules, check=True, timeout=300)
    return made


@pytest.fixture(scope="module")
def log(program: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path, list[bytes]]:
    folder = tmp_path_factory.mktemp("log")
    with running(folder / "house") as world:
        made = ledger(world)
        for size in SIZES:
            made.append([pad_entry(made.auditors, os.urandom) for _ in range(size - made.head.size)]).result(60)
            published(world)
            (folder / str(size)).write_text(world.house.checkpoint())
        leaves = mirror(world, folder / "tiles", SIZES[-1])
        vkey = str(world.organisation.vkey("log", ORIGIN))
    heads = [str(folder / str(size)) for size in SIZES]
    return [str(program), vkey, *heads, str(folder / "tiles")], folder, leaves


def reads(command: list[str], index: int, leaf: bytes) -> bool:
    done = subprocess.run([*command, str(index), leaf.hex()], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.startswith("ok" if done.returncode == 0 else "refused:"), done.stderr
    return done.returncode == 0


def test_it_reads_our_log(log: tuple[list[str], Path, list[bytes]]) -> None:
    command, _, leaves = log
    for index in (0, 255, 256, 699):
        assert reads(command, index, leaves[index])
        assert not reads(command, index, leaves[index][:-2] + b"\0\1")


def test_it_refuses_it_bent(log: tuple[list[str], Path, list[bytes]]) -> None:
    command, folder, leaves = log
    heads = {str(size): 3 for size in SIZES}
    for name, index in (heads | {"tiles/tile/0/000": 3, "tiles/tile/0/002.p/188": 600}).items():
        path = folder / name
        honest = path.read_bytes()
        bent = bytearray(honest)
        bent[len(ORIGIN) + 6 if name in heads else 40] ^= 1
        path.write_bytes(bent)
        assert not reads(command, index, leaves[index]), name
        path.write_bytes(honest)
        assert reads(command, index, leaves[index]), name
