"""Everything an operator can set. Unknown names are errors (doors/environment.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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

    home: Path
    database_url: str
    trust: Trust
    log: KeyRing
    objects: str = ""
    """Folder or bucket of files; `objects` in the home where nothing is said."""
    gates: Mapping[str, str] = field(default_factory=dict)
    """Address of a gate, where it is not the one in the bundle (`http://…` or `unix:…`)."""
    witnesses: Mapping[str, str] = field(default_factory=dict)
    """Address of a witness, the same, by her name in the policy."""

    @classmethod
    def from_environment(
        cls,
        gates: Mapping[str, str],
        given: Mapping[str, str] | None = None,
        *,
        witnesses: Mapping[str, str] | None = None,
    ) -> "Settings":
        """Read AMANA_HOME and the rest. Raise SettingError with what to do."""
        found = environment.read(given)
        home = environment.home(found)
        try:
            trust = Trust.parse((home / "trust.json").read_bytes())
            log = keyfile.unlock((home / "log.key").read_bytes(), environment.passphrase(found))
        except OSError as error:
            raise SettingError(f"{home} lacks {Path(error.filename).name}; make it with `amana officer init`") from None
        except CryptoError:
            raise SettingError("trust.json or log.key cannot be read with this passphrase") from None
        if log.role != "log":
            raise SettingError("log.key is not the key of a log")
        return cls(
            home=home,
            database_url=found.get("AMANA_DATABASE_URL", f"sqlite:///{home / 'server' / 'amana.db'}"),
            trust=trust,
            log=log,
            objects=found.get("AMANA_OBJECTS", ""),
            gates=dict(gates),
            witnesses=dict(witnesses or {}),
        )
