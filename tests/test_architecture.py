"""Who may import whom: the contracts of pyproject.toml hold, and each of them breaks when it must."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = [contract["name"] for contract in SETTINGS["contracts"]]
BREAKS = [  # contract, the file that a bad import goes into, the import
    (0, "client/reporter.py", "from server import tree as _"),
    (0, "crypto/padding.py", "from policies import links as _"),
    (1, "crypto/merkle.py", "import time as _"),
    (2, "policies/decide.py", "import os as _"),
    (3, "client/api.py", "from doors import problem as _"),
    (4, "client/api.py", "import litestar as _"),
    (5, "server/submit.py", "from policies import decide as _"),
    (6, "gate/examine.py", "import socket as _"),
    (7, "witness/cosign.py", "from policies import trust as _"),
    (8, "gate/decide.py", "from gate import release as _"),
    (9, "server/store.py", "from server import ledger as _"),
    (10, "gate/follow.py", "from gate import examine as _"),
]


def lint(folder: Path) -> tuple[int, str]:
    tool = Path(sys.executable).with_name("lint-imports")
    command = [str(tool), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())  # it wraps long names


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in SETTINGS["root_packages"]:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_contracts_hold() -> None:
    code, said = lint(ROOT)
    assert code == 0, said
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in said


def test_every_contract_is_seen_to_break() -> None:
    assert {number for number, _, _ in BREAKS} == set(range(len(CONTRACTS)))


@pytest.mark.parametrize(("number", "file", "line"), BREAKS)
def test_a_bad_import_breaks_its_contract(copy: Path, number: int, file: str, line: str) -> None:
    path = copy / file
    good = path.read_text()
    path.write_text(good + line + "\n")
    try:
        code, said = lint(copy)
    finally:
        path.write_text(good)
    assert code == 1
    assert f"{CONTRACTS[number]} BROKEN" in said
    assert file.removesuffix(".py").replace("/", ".") in said


def test_every_module_is_one_idea() -> None:
    long = [
        str(path.relative_to(ROOT))
        for name in (*SETTINGS["root_packages"], "deploy")
        for path in (ROOT / name).rglob("*.py")
        if len(path.read_text().splitlines()) > 400
    ]
    assert long == []


def test_the_command_starts_without_what_it_may_not_need() -> None:
    heavy = "alembic cedarpy granian httpx2 litestar sqlalchemy"
    code = f"import sys, client.cli; print(*sorted(set('{heavy}'.split()) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
