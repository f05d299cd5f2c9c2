"""`amana doctor`: what can be looked at without reading anything sealed. Each finding says what to do.

Here: the shape of a finding, and this machine. Folder, databases and house have a module each.
"""

import re
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Final

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:
    sqlite_module = sqlite3

OK: Final = "ok"
WARNING: Final = "warning"
FAULT: Final = "fault"
UNPROVEN: Final = 3  # exit code when something is wrong
UNREACHABLE: Final = 4  # exit code when nothing is, as far as one can see without the house
HOUSE: Final = "house"

sqlite: Any = sqlite_module
"""The SQLite that the server and the gates take, too."""

_WAL_RESET: Final = ((3, 7, 0), (3, 51, 2))  # SQLite versions that may damage a database when two connections write
_REQUIREMENT: Final = re.compile(r"([\w.-]+)(?:\[[\w,]+\])?([^;]*)\Z")
_LIMIT: Final = re.compile(r"(>=|<|==)([\d.]+)")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: str
    text: str


def exit_code(checks: Sequence[Check]) -> int:
    """Return 0 where nothing is at fault, 4 where only the house did not answer, else 3."""
    faults = {one.name for one in checks if one.state == FAULT}
    if not faults:
        return 0
    return UNREACHABLE if faults == {HOUSE} else UNPROVEN


def machine(settings: Mapping[str, str]) -> list[Check]:
    """Settings, Python, packages and SQLite."""
    return [_settings(settings), _python(), _packages(), _sqlite()]


def _settings(settings: Mapping[str, str]) -> Check:
    url = settings.get("AMANA_DATABASE_URL", "sqlite:")
    if not url.startswith("sqlite:"):
        return Check(
            "settings",
            WARNING,
            "AMANA_DATABASE_URL names another database than SQLite: not supported yet; take it away.",
        )
    named = ", ".join(sorted(settings)) or "none, so all are at their defaults"
    return Check("settings", OK, f"Settings in use: {named}.")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def fits(version: str, limits: str) -> bool:
    """Whether a version is within limits like `>=50,<51`."""
    have = _version(version)
    for sign, bound in _LIMIT.findall(limits):
        wanted = _version(bound)
        if sign == ">=" and have < wanted:
            return False
        if sign == "<" and have >= wanted:
            return False
        if sign == "==" and have[: len(wanted)] != wanted:
            return False
    return True


def _python() -> Check:
    have = ".".join(map(str, sys.version_info[:3]))
    try:
        wanted = metadata.metadata("amana")["Requires-Python"]
    except metadata.PackageNotFoundError:
        return Check("python", WARNING, f"Python {have}; amana is not installed as a package. Install it: README.md.")
    if fits(have, wanted):
        return Check("python", OK, f"Python {have}.")
    return Check(
        "python", FAULT, f"Python {have} is outside of {wanted}. Install amana with a Python of these versions."
    )


def _packages() -> Check:
    try:
        required = metadata.requires("amana") or []
    except metadata.PackageNotFoundError:
        required = []
    there, wrong = [], []
    for line in required:
        found = _REQUIREMENT.match(line)
        if found is None:
            continue  # only for some machines
        name, limits = found.groups()
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        there.append(f"{name} {version}")
        if not fits(version, limits):
            wrong.append(f"{name} {version} is not {limits}")
    if wrong:
        return Check("packages", FAULT, f"{'; '.join(wrong)}. Install again from requirements/run.txt.")
    return Check("packages", OK, f"{', '.join(there) or 'none to compare'}.")


def _sqlite() -> Check:
    version = str(sqlite.sqlite_version)
    first, last = _WAL_RESET
    if first <= _version(version) <= last:
        return Check(
            "sqlite",
            WARNING,
            f"SQLite {version} can damage a database when two connections write to it (until 3.51.2). Houses write"
            " with one only; let no other program write there, or install a newer pysqlite3.",
        )
    return Check("sqlite", OK, f"SQLite {version}.")
