"""Our packages have plain names (docs/decisions/0001), so nobody else may own them, and the wheel must be whole."""

import hashlib
import importlib
import importlib.metadata
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OURS: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
NOT_SHIPPED = {"bench", "tests"}
AGPL = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"  # of the text that gnu.org gives


@pytest.mark.parametrize("name", OURS)
def test_comes_from_this_folder_and_from_nobody_else(name: str) -> None:
    module = importlib.import_module(name)
    assert [Path(place).resolve() for place in module.__path__] == [ROOT / name]
    owners = importlib.metadata.packages_distributions()
    assert set(owners.get(name, ["amana"])) == {"amana"}  # an editable install lists no files


def test_every_package_of_ours_is_in_the_wheel() -> None:
    here = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_SHIPPED
    assert set(OURS) == here


@pytest.mark.parametrize("folder", OURS)
def test_every_folder_with_code_is_a_package(folder: str) -> None:
    migrations = ROOT / "server" / "migrations"  # Alembic loads these by path
    bare = {path.parent for path in (ROOT / folder).rglob("*.py") if migrations not in path.parents}
    assert [path for path in sorted(bare) if not (path / "__init__.py").exists()] == []


def test_the_wheel_holds_code_rules_words_and_licence(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True, timeout=120)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    assert {
        "crypto/envelope.py",
        "policies/access.cedar",
        "policies/access.cedarschema",
        "data/vocabulary.json",
        "data/sample_reports.json",
        "data/people.json",
        "server/migrations/versions/0001_first.py",
        f"amana-{PROJECT['project']['version']}.dist-info/licenses/LICENSE",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/")) or name.endswith((".key", ".db"))]


def test_the_licence_is_verbatim() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL
