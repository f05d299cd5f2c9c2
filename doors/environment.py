"""What may be set from outside. An unknown `AMANA_*` is an error at start: a typo must not quietly mean a default."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

KNOWN: Final = {
    "AMANA_HOME": "folder of this organisation; default `./.amana`",
    "AMANA_DATABASE_URL": "SQLAlchemy URL of the server's database; default SQLite under AMANA_HOME",
    "AMANA_OBJECTS": "folder or bucket of evidence files; default `objects` under AMANA_HOME",
    "AMANA_URL": "address of the service, for clients; default from trust.json",
    "AMANA_PASSPHRASE_FILE": "file whose first line unlocks the key files that a command names",
    "AMANA_TEST_ALL": "with 1, a test that could not run fails",
}


class SettingError(Exception):
    """Something outside is not as it must be; the text says what to do."""


def read(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the `AMANA_*` settings, or raise SettingError for a name that does not exist."""
    found = {k: v for k, v in (os.environ if environment is None else environment).items() if k.startswith("AMANA_")}
    unknown = sorted(set(found) - set(KNOWN))
    if unknown:
        raise SettingError(f"unknown setting {unknown[0]}; known are {', '.join(sorted(KNOWN))}")
    return found


def home(settings: Mapping[str, str]) -> Path:
    """Return the organisation's folder."""
    return Path(settings.get("AMANA_HOME", ".amana")).resolve()


def closed_folder(path: Path) -> None:
    """Make a folder, and every one above it that is missing, for its owner only. What is there keeps its mode."""
    for one in reversed((path, *path.parents)):
        if not one.is_dir():
            one.mkdir(mode=0o700, exist_ok=True)


def passphrase(settings: Mapping[str, str]) -> str:
    """Return the first line of AMANA_PASSPHRASE_FILE, or raise SettingError."""
    path = settings.get("AMANA_PASSPHRASE_FILE")
    if path is None:
        raise SettingError("set AMANA_PASSPHRASE_FILE to a file that holds the passphrase of the key file")
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError):
        raise SettingError("AMANA_PASSPHRASE_FILE cannot be read") from None
    if not lines or not lines[0]:
        raise SettingError("AMANA_PASSPHRASE_FILE is empty")
    return lines[0]
