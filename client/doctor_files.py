"""Where the house keeps sealed files: is it there, closed to others, and does it hold what the database says."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from client import doctor_stores
from client.doctor import FAULT, OK, WARNING, Check, sqlite

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_ROWS: Final = "SELECT lower(hex(name)), length FROM object WHERE leaf IS NOT NULL"
_KNOWN: Final = "SELECT lower(hex(name)) FROM object"
_BUCKET: Final = "s3://"
_RETRY: Final = {"max_retries": 1}


def look(home: Path, settings: Mapping[str, str]) -> Iterator[Check]:
    """Compare the storage and the folder of what is on its way with the database, where there is one."""
    database = doctor_stores.server_file(home, settings)
    if database is None:
        return
    try:
        connection = doctor_stores.read_only(database)
        try:
            whole = dict(connection.execute(_ROWS).fetchall())
            known = {name for (name,) in connection.execute(_KNOWN)}
        finally:
            connection.close()
    except sqlite.Error:
        yield Check("files", WARNING, "Files were not looked at: the database cannot be read, or is an older one.")
        return
    where = settings.get("AMANA_OBJECTS", "")
    try:
        found = _bucket(where) if where.startswith(_BUCKET) else _folder(Path(where) if where else home / "objects")
        coming = _folder(home / "uploads")
    except OSError:
        yield Check("files", FAULT, "The storage of files does not answer. Look at AMANA_OBJECTS, its disk, its keys.")
        return
    if not where.startswith(_BUCKET):
        yield _closed(Path(where) if where else home / "objects")
    yield _compare(whole, known, found, coming)


def _folder(folder: Path) -> dict[str, int]:
    """Names and sizes; nothing where there is no folder yet."""
    if not folder.exists():
        return {}
    return {one.name: one.stat().st_size for one in folder.iterdir() if _NAME.fullmatch(one.name)}


def _bucket(url: str) -> dict[str, int]:
    try:
        import obstore  # noqa: PLC0415 - an extra
        from obstore.store import from_url  # noqa: PLC0415

        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        given: Any = {"client_options": {"allow_http": plain}, "retry_config": _RETRY}
        pages = obstore.list(from_url(url, **given))
        return {one["path"]: one["size"] for page in pages for one in page if _NAME.fullmatch(one["path"])}
    except Exception:  # noqa: BLE001 - a dozen kinds, and their texts may hold a key
        raise OSError("the bucket does not answer") from None


def _closed(folder: Path) -> Check:
    if folder.exists() and folder.stat().st_mode & _OTHERS:
        return Check("files folder", FAULT, f"Others can look into {folder}. Run: chmod 0700 on it.")
    return Check("files folder", OK, "The folder of files is closed to others.")


def _compare(whole: Mapping[str, int], known: set[str], found: Mapping[str, int], coming: Mapping[str, int]) -> Check:
    missing = [name for name, length in whole.items() if found.get(name) != length]
    if missing:
        return Check(
            "files",
            FAULT,
            f"{len(missing)} of {len(whole)} files are gone or cut short. Stop the house before its next round, keep "
            'the disk as it is, and read "Backups" in docs/operating.md.',
        )
    orphans = len((set(found) | set(coming)) - known)
    if orphans:
        said = f"{orphans} files belong to no report; the house deletes them at its next start or round."
        return Check("files", WARNING, said)
    return Check("files", OK, f"All {len(whole)} files are there, and no others.")
