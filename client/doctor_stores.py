"""The databases of house and gates in AMANA_HOME, opened for reading only: whole, and with the log that was signed."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from client.doctor import FAULT, OK, WARNING, Check, sqlite
from crypto import merkle
from crypto.errors import CryptoError, ProofError
from crypto.merkle import Frontier
from policies.trust import Trust

_LEAVES: Final = 1 << 20  # more are not hashed again here; `audit verify` does it
_HEADS: Final = {
    "server": (
        "SELECT size, checkpoint FROM head WHERE id = 0",
        'SELECT leaf FROM leaf WHERE "index" < ? ORDER BY "index"',
    ),
    "gate": (
        "SELECT size, checkpoint FROM state",
        'SELECT tag, commitment FROM leaf WHERE "index" < ? ORDER BY "index"',
    ),
}
_RESTORE: Final = 'Stop it, keep the disk as it is, and read "Backups" in docs/operating.md before anything else.'


@dataclass(frozen=True, slots=True)
class _Store:
    """One database file."""

    name: str
    kind: str
    path: Path


def look(home: Path, settings: Mapping[str, str], trust: Trust | None) -> list[Check]:
    """Check every database that is there."""
    return [check for store in _stores(home, settings) for check in _look(store, trust)]


def server_file(home: Path, settings: Mapping[str, str]) -> Path | None:
    """Return the server's database, if it is a file and is here."""
    default = home / "server" / "amana.db"
    url = settings.get("AMANA_DATABASE_URL", f"sqlite:///{default}")
    path = Path(url.removeprefix("sqlite:///"))
    return path if url.startswith("sqlite:///") and path.is_file() else None


def _stores(home: Path, settings: Mapping[str, str]) -> Iterator[_Store]:
    path = server_file(home, settings)
    if path is not None:
        yield _Store("server", "server", path)
    for gate in sorted((home / "gate").glob("*/gate.db")):
        yield _Store(f"gate {gate.parent.name}", "gate", gate)


def read_only(path: Path) -> Any:  # noqa: ANN401 - of one of two SQLite modules
    """Open without ever writing: also beside a house that runs. Without a journal nothing is made beside it, either."""
    quiet = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    connection = sqlite.connect(f"file:{quote(str(path))}?mode=ro{quiet}", uri=True)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _look(store: _Store, trust: Trust | None) -> Iterator[Check]:
    if store.path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Check(f"{store.name} file", FAULT, f"Others can read {store.path}. Run: chmod 0600 on it.")
    try:
        connection = read_only(store.path)
        try:
            yield _whole(store, connection)
            yield _head(store, connection, trust)
        finally:
            connection.close()
    except sqlite.Error:
        text = f"{store.path} cannot be read as a database."
        yield Check(f"{store.name} reading", FAULT, f"{text} If you are its owner, it is damaged. {_RESTORE}")


def _whole(store: _Store, connection: Any) -> Check:  # noqa: ANN401
    found = connection.execute("PRAGMA integrity_check").fetchall()
    if found != [("ok",)]:
        return Check(f"{store.name} database", FAULT, f"The database is damaged. {_RESTORE}")
    return Check(f"{store.name} database", OK, "The database is whole.")


def _head(store: _Store, connection: Any, trust: Trust | None) -> Check:  # noqa: ANN401
    name = f"{store.name} log"
    head, leaves = _HEADS[store.kind]
    row = connection.execute(head).fetchone()
    if row is None or not row[0]:
        return Check(name, OK, "Its log is empty; officers publish first.")
    if trust is None:
        return Check(name, WARNING, "Its log was not checked. Get trust.json first.")
    size, checkpoint = row
    try:
        if not isinstance(size, int) or not isinstance(checkpoint, str):
            raise ProofError("not a head")
        # What a house has signed is not published yet; what a gate has read was.
        policy = trust.log_policy if store.kind == "gate" else trust.log_policy.alone
        signed = policy.verify(checkpoint)
        if size > _LEAVES:
            return Check(name, OK, f"The head of {size} leaves is signed; the leaves were not hashed again.")
        tree = Frontier()
        for parts in connection.execute(leaves, (size,)):
            if not all(isinstance(part, bytes) for part in parts):
                raise ProofError("not bytes")
            tree.append(merkle.leaf_hash(b"".join(parts)))
        if (tree.size, tree.root(), size) != (signed.size, signed.root, signed.size):
            raise ProofError("another tree")
    except CryptoError:
        return Check(
            name, FAULT, f"The log's head is not signed as trust.json asks, or not for these leaves. {_RESTORE}"
        )
    return Check(name, OK, f"The head is signed, and the {size} leaves are those that it was signed for.")
