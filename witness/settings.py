"""Everything that a witness needs from outside: her key, the logs that she looks after, her folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto import keyfile
from crypto.checkpoints import LogPolicy
from crypto.errors import CryptoError
from crypto.keyfile import KeyRing
from crypto.notes import Vkey
from doors import environment
from doors.environment import SettingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `create_app` needs."""

    folder: Path
    key: KeyRing
    logs: Mapping[str, LogPolicy]
    """By the log's name: the keys of which one must have signed."""

    @classmethod
    def from_environment(cls, key: Path, logs: Sequence[str], given: Mapping[str, str] | None = None) -> "Settings":
        """Read AMANA_HOME, the key file and its passphrase. Raise SettingError with what to do."""
        found = environment.read(given)
        try:
            ring = keyfile.unlock(key.read_bytes(), environment.passphrase(found))
        except OSError:
            raise SettingError("cannot read the key file; make one with `amana witness --new NAME`") from None
        except CryptoError:
            raise SettingError("the key file cannot be read with this passphrase") from None
        if ring.role != "witness":
            raise SettingError("--key is not the key of a witness")
        return cls(folder=folder_of(environment.home(found), ring.name), key=ring, logs=by_origin(logs))


def folder_of(home: Path, name: str) -> Path:
    """Return where a witness remembers. Names may hold a slash; folders may not."""
    return home / "witness" / name.replace("/", "_")


def listed(path: Path | None) -> list[str]:
    """Return the verifier keys of a file that has one on each line; none without a file."""
    if path is None:
        return []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError):
        raise SettingError(f"cannot read {path}: it holds the verifier keys of logs, one on each line") from None
    return [line.strip() for line in lines if line.strip()]


def by_origin(vkeys: Sequence[str]) -> Mapping[str, LogPolicy]:
    """Return the logs of these verifier keys, by name. Raise SettingError for what is none."""
    found: dict[str, tuple[Vkey, ...]] = {}
    try:
        for one in map(Vkey.parse, vkeys):
            found[one.name] = (*found.get(one.name, ()), one)
    except CryptoError:
        raise SettingError("--log takes the verifier key of a log, as its officers gave it") from None
    if not found:
        raise SettingError("name at least one log with --log VKEY")
    return {name: LogPolicy(keys) for name, keys in found.items()}
