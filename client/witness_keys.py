"""The key of a witness: made by the witness herself, so that nobody else ever has it."""

from pathlib import Path

from client.errors import UsageError
from client.keys import new_passphrase, open_key, write_key
from client.trusting import load_trust
from crypto.errors import MalformedError
from crypto.hybrid import Draw
from crypto.keyfile import KeyRing
from crypto.notes import Kind, Vkey

ROLE = "witness"


def new(path: Path, name: str, draw: Draw) -> Vkey:
    """Make a key file; return what the officers of a log are given. Raise UsageError for a name that cannot be."""
    ring = KeyRing.new(ROLE, name, draw)
    found = _vkey(ring)
    write_key(path, ring, new_passphrase(), draw=draw)
    return found


def vkey(path: Path) -> Vkey:
    """Return the verifier key of a key file."""
    ring = open_key(path)
    if ring.role != ROLE:
        raise UsageError(f"{path} is not the key of a witness.", "Check the path.")
    return _vkey(ring)


def logs_of(trust: Path | None) -> list[str]:
    """Return the verifier keys of the log of a trust file."""
    return [] if trust is None else [str(key) for key in load_trust(trust).log_policy.log]


def _vkey(ring: KeyRing) -> Vkey:
    try:
        return Vkey.parse(str(Vkey(ring.name, Kind.COSIGNATURE, ring.identity_public)))
    except MalformedError:
        raise UsageError("A witness's name has no space and no plus sign.", "For example w1.partner.example.") from None
