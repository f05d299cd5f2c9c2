"""What README, SECURITY and the documents say is what is there."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData

import gate.store
import server.store
from doors.environment import KNOWN

ROOT = Path(__file__).parent.parent
SECURITY = (ROOT / "SECURITY.md").read_text()
OPERATING = (ROOT / "docs" / "operating.md").read_text()
REFERENCE = re.compile(r"`([\w./-]+\.(?:py|cedar|cedarschema|toml|json|md|mjs))(?:::([\w.]+))?`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
SETTING = re.compile(r"AMANA_[A-Z_]+")
OUT_OF_PLACE = ["files.python" + "hosted", "pypi.org" + "/simple", "registry." + "npmjs", "deb.debian" + ".org"]
PRIVATE_PATH = re.compile(r"(?<![\w.-])/" + "work/")


def here() -> list[Path]:
    """Every file of ours, whether it is committed yet or not."""
    ask = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


def documents() -> list[Path]:
    return [path for path in here() if path.suffix == ".md"]


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading."""
    section = text.split(f"\n{heading}\n", 1)[1]
    section = re.split(r"\n#+ ", section, maxsplit=1)[0]
    lines = [line.strip().strip("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[2:]]


def columns(metadata: MetaData) -> list[str]:
    return [f"`{table.name}.{column.name}`" for table in metadata.tables.values() for column in table.columns]


@pytest.mark.parametrize(
    ("heading", "metadata"),
    [
        ("### The server: `server/store.py`", server.store.metadata),
        ("### A gate: `gate/store.py`", gate.store.metadata),
    ],
)
def test_what_a_seized_server_shows(heading: str, metadata: MetaData) -> None:
    table = rows(SECURITY, heading)
    assert sorted(row[0] for row in table) == sorted(columns(metadata))
    assert all(len(row) == 2 and row[1] for row in table)


def test_no_column_is_named_after_what_must_not_be_kept() -> None:
    banned = re.compile(r"address|agent|ip|time|language|place|category|urgency|tier|author|sender|email|phone|country")
    kept = [column.name for table in server.store.metadata.tables.values() for column in table.columns]
    assert [name for name in kept if banned.fullmatch(name)] == []


def test_every_promise_names_its_test_or_says_that_there_is_none() -> None:
    table = rows(SECURITY, "## What we promise")
    assert [row[0].split()[0] for row in table] == [f"**P{number}**" for number in range(1, 12)]
    for row in table:
        assert ("`tests/" in row[2]) != ("(pending)" in row[2]), row[0]


def references() -> Iterator[tuple[str, str, str]]:
    for document in documents():
        for path, name in REFERENCE.findall(document.read_text()):
            if "/" in path:
                yield document.name, path, name


def test_every_file_function_and_test_that_is_named_exists() -> None:
    missing = []
    for document, path, name in references():
        places = [ROOT / path, ROOT / "docs" / path, ROOT / "docs" / "decisions" / path]
        place = next((one for one in places if one.is_file()), None)
        code = "" if place is None else place.read_text()
        parts = name.split(".") if name else []
        defined = all(re.search(rf"^\s*(?:async )?(?:def|class) {part}\b", code, re.MULTILINE) for part in parts)
        if place is None or not defined:
            missing.append(f"{document}: {path} {name}")
    assert missing == []


def test_links_lead_somewhere() -> None:
    broken = [
        f"{document.name}: {target}"
        for document in documents()
        for target in LINK.findall(document.read_text())
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_every_setting_is_explained_and_no_other_is_named() -> None:
    assert sorted(row[0] for row in rows(OPERATING, "## Settings")) == sorted(f"`{name}`" for name in KNOWN)
    named = {name for document in documents() for name in SETTING.findall(document.read_text())}
    assert named - {"AMANA_"} <= set(KNOWN)


def test_readme_names_both_commands_and_make_knows_them() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for command in ("demo", "test"):
        assert f"\nmake {command} " in readme
        assert f"\n{command}:" in makefile


def test_readme_shows_every_room() -> None:
    readme = (ROOT / "README.md").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rooms = [*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], "docs", "tests"]
    assert [name for name in rooms if f"\n{name}/" not in readme] == []


def test_documents_speak_kindly() -> None:
    avoided = re.compile(
        r"\bvictims?\b|\balleged\b|\bcomplain(?:t|ant)s?\b|\bmilitary-grade\b|\bunbreakable\b", re.IGNORECASE
    )
    assert [path.name for path in documents() if avoided.search(path.read_text())] == []


def test_no_file_names_a_registry_or_a_path_of_this_machine() -> None:
    found = []
    for path in here():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeError:
            continue
        if any(name in text for name in OUT_OF_PLACE) or PRIVATE_PATH.search(text):
            found.append(str(path.relative_to(ROOT)))
    assert found == []
