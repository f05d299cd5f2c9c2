"""What lies in AMANA_HOME: who else could read it, whose keys there are, and whether they belong to `trust.json`."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from client.doctor import FAULT, OK, WARNING, Check
from crypto import keyfile
from crypto.errors import CryptoError
from crypto.keyfile import KeyFile, KeyRing
from crypto.limits import limit
from doors import environment
from doors.environment import SettingError
from policies.trust import Trust

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_MOST: Final = 20_000  # files looked at
_NAMED: Final = 3  # of many, in one sentence


def look(home: Path, trust_path: Path, settings: Mapping[str, str]) -> tuple[list[Check], Trust | None]:
    """Return what there is to say about the folder, and the trust file if it can be read."""
    checks = [_modes(home), _passphrase_file(settings)]
    trust, said = _trust(trust_path)
    checks += [said, *_keys(home, settings, trust)]
    return checks, trust


def _files(home: Path) -> Iterator[Path]:
    for count, path in enumerate(home.rglob("*")):
        if count >= _MOST:
            return
        yield path


def _open_to_others(path: Path) -> bool:
    found = path.lstat()
    if stat.S_ISSOCK(found.st_mode):
        return bool(found.st_mode & stat.S_IRWXO)  # its group may knock
    return not stat.S_ISLNK(found.st_mode) and bool(found.st_mode & _OTHERS)


def _modes(home: Path) -> Check:
    if not home.is_dir():
        return Check("folder", WARNING, f"There is no folder {home}. Set AMANA_HOME to the organisation's folder.")
    if home.stat().st_mode & _OTHERS:
        return Check("folder", FAULT, f"Others can look into {home}. Run: chmod 0700 on it.")
    open_ones = [path for path in _files(home) if path.name != "trust.json" and _open_to_others(path)]
    if open_ones:
        return Check("folder", WARNING, f"Others may read {_some(open_ones, home)}. Run: chmod -R go= on them.")
    strange = [path for path in _files(home) if path.lstat().st_uid != home.stat().st_uid]
    if strange:
        return Check("folder", WARNING, f"{_some(strange, home)} belongs to another user than the folder. Run: chown.")
    return Check("folder", OK, f"{home} is closed to others.")


def _some(paths: list[Path], home: Path) -> str:
    names = [str(path.relative_to(home)) for path in sorted(paths)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _passphrase_file(settings: Mapping[str, str]) -> Check:
    name = settings.get("AMANA_PASSPHRASE_FILE")
    if name is None:
        return Check("passphrase", OK, "No AMANA_PASSPHRASE_FILE: commands at a terminal ask; a house needs one.")
    try:
        environment.passphrase(settings)
    except SettingError as error:
        return Check("passphrase", FAULT, f"{error}. Put the passphrase into its first line.")
    if Path(name).stat().st_mode & _OTHERS:
        return Check("passphrase", FAULT, "Others can read AMANA_PASSPHRASE_FILE. Run: chmod 0600 on it.")
    return Check("passphrase", OK, "AMANA_PASSPHRASE_FILE can be read, and by its owner only.")


def _trust(path: Path) -> tuple[Trust | None, Check]:
    try:
        trust = Trust.parse(path.read_bytes())
    except OSError:
        return None, Check("trust", FAULT, f"There is no {path}. Ask an officer for trust.json.")
    except CryptoError:
        return None, Check("trust", FAULT, f"{path} is not a trust file. Ask an officer for it again.")
    text = f"{trust.threshold} of {len(trust.officers)} officers sign for {trust.log_policy.origin}"
    return trust, Check("trust", OK, f"{text}. Compare this file with another officer's, once.")


def _keys(home: Path, settings: Mapping[str, str], trust: Trust | None) -> Iterator[Check]:
    found = {path: _header(path) for path in sorted(home.rglob("*.key"))} if home.is_dir() else {}
    broken = [path for path, header in found.items() if header is None]
    if broken:
        yield Check("keys", FAULT, f"{_some(broken, home)} is not a key file. Restore it from the officers' copy.")
    readable = [path for path in found if _open_to_others(path)]
    if readable:
        yield Check("keys", FAULT, f"Others can read {_some(readable, home)}. Run: chmod 0600, and make new keys soon.")
    if not broken and not readable:
        yield Check("keys", OK, f"{len(found)} key files, closed to others.")
    roles = {header.role for header in found.values() if header is not None}
    house = (home / "log.key").is_file()
    if house:
        yield _log_key(home / "log.key", settings, trust)
    away = sorted(roles & {"officer", "desk", "custodian", "auditor", "witness"})
    if house and away:
        text = f"Keys of these roles lie beside the house's: {', '.join(away)}. In a rehearsal that is all right;"
        yield Check("ceremony", WARNING, f"{text} otherwise each person takes hers away, and no copy stays.")
    if house and any(home.rglob("roster.json")):
        text = "roster.json is on the house's machine: facts about people at risk."
        yield Check("roster", WARNING, f"{text} Move it to the officers' offline disk.")


def _header(path: Path) -> KeyFile | None:
    try:
        return KeyFile.decode(path.read_bytes(), limit=limit("key_file"))
    except (OSError, CryptoError):
        return None


def _log_key(path: Path, settings: Mapping[str, str], trust: Trust | None) -> Check:
    if "AMANA_PASSPHRASE_FILE" not in settings:
        return Check("log key", OK, "log.key was not opened: there is no AMANA_PASSPHRASE_FILE.")
    try:
        ring = keyfile.unlock(path.read_bytes(), environment.passphrase(settings))
    except (OSError, CryptoError, SettingError):
        text = "log.key does not open with AMANA_PASSPHRASE_FILE; the house would not start."
        return Check("log key", FAULT, f"{text} Give it the passphrase of the ceremony.")
    if trust is not None and not is_log_of(ring, trust):
        text = "log.key is not the key that trust.json names; nobody would believe this log."
        return Check("log key", FAULT, f"{text} Take both from the same ceremony.")
    return Check("log key", OK, "log.key opens, and is the one that trust.json names.")


def is_log_of(ring: KeyRing, trust: Trust) -> bool:
    """Whether a key is the log's."""
    return ring.role == "log" and any(key.public == ring.identity_public for key in trust.log_policy.log)


def free(home: Path) -> list[Check]:
    """Room on the disk: a house that cannot write is closed."""
    if not home.is_dir():
        return []
    found = os.statvfs(home)
    left = found.f_bavail * found.f_frsize >> 20
    if left < _ROOM:
        return [Check("disk", WARNING, f"{left} MB are left on this disk. Make room before the house cannot write.")]
    return [Check("disk", OK, f"{left} MB are left on this disk.")]


_ROOM: Final = 1024  # MB: some 20,000 reports
