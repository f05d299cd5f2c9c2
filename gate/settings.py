"""Everything that a gate needs from outside: its key, the officers' keys, its folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crypto import keyfile
from crypto.errors import CryptoError
from crypto.keyfile import KeyRing
from doors import environment
from doors.environment import SettingError
from policies.trust import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `create_app` needs."""

    folder: Path
    key: KeyRing
    trust: Trust

    @classmethod
    def from_environment(cls, key: Path, given: Mapping[str, str] | None = None) -> "Settings":
        """Read AMANA_HOME, the key file and its passphrase. Raise SettingError with what to do."""
        found = environment.read(given)
        home = environment.home(found)
        try:
            trust = Trust.parse((home / "trust.json").read_bytes())
            ring = keyfile.unlock(key.read_bytes(), environment.passphrase(found))
        except OSError as error:
            raise SettingError(f"cannot read {error.filename}; make it with `amana officer init`") from None
        except CryptoError:
            raise SettingError("trust.json or the key file cannot be read with this passphrase") from None
        if ring.role != "gate":
            raise SettingError("--key is not the key of a gate")
        return cls(folder=home / "gate" / ring.name, key=ring, trust=trust)
