"""Where whole objects lie: a folder, or any S3. Names are random; what is in them is noise (protocol 19).

One small interface, so that nothing else knows which. What `put` returned from is on disk, or with the store.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

from doors.environment import SettingError, closed_folder

S3: Final = "s3://"
_PART: Final = ".part"
_CHUNK: Final = 8 << 20  # bytes of one part of an upload to a store


class Storage(Protocol):
    """Whole objects by name."""

    def put(self, name: str, path: Path) -> None:
        """Take a file in, whole or not at all. The file itself is gone, or may be deleted, when this returns."""

    def size(self, name: str) -> int | None:
        """Bytes of an object, or None where there is none."""

    def read(self, name: str, start: int, size: int) -> bytes:
        """Return so many bytes from `start`."""

    def delete(self, name: str) -> None:
        """Delete it; what is not there is deleted already."""

    def names(self) -> Iterator[str]:
        """Every name there is."""


class Folder:
    """Objects as files of one closed folder."""

    def __init__(self, folder: Path) -> None:
        closed_folder(folder)
        self._folder = folder

    def put(self, name: str, path: Path) -> None:
        """Move it; over another file system, copy it first."""
        target = self._folder / name
        try:
            path.replace(target)
        except OSError:
            part = self._folder / (name + _PART)
            shutil.copyfile(path, part)
            _sync(part, os.O_RDWR)
            part.replace(target)
        _sync(self._folder, os.O_RDONLY | os.O_DIRECTORY)

    def size(self, name: str) -> int | None:
        """Bytes of its file."""
        with suppress(FileNotFoundError):
            return (self._folder / name).stat().st_size
        return None

    def read(self, name: str, start: int, size: int) -> bytes:
        """Read a part of its file."""
        with (self._folder / name).open("rb") as file:
            file.seek(start)
            return file.read(size)

    def delete(self, name: str) -> None:
        """Unlink it."""
        (self._folder / name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """List the folder; what a crash left half copied too, so that it is found and deleted."""
        return (one.name for one in self._folder.iterdir() if one.is_file())


class Bucket:
    """Objects in an S3 bucket. Keys and endpoint come from the `AWS_*` names that every S3 client reads."""

    def __init__(self, url: str) -> None:
        try:
            from obstore.store import S3Store  # noqa: PLC0415 - an extra: most houses keep files in a folder
        except ImportError:
            raise SettingError("AMANA_OBJECTS names a bucket: install amana[s3]") from None
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
        try:
            self._store: Any = S3Store.from_url(url, client_options={"allow_http": endpoint.startswith("http://")})
        except Exception:  # noqa: BLE001 - its text may hold a key
            raise SettingError("AMANA_OBJECTS or the AWS_* settings do not name a bucket") from None

    def put(self, name: str, path: Path) -> None:
        """Upload it in parts; a store shows an object only when all parts are there."""
        import obstore  # noqa: PLC0415 - see above

        with path.open("rb") as file:
            obstore.put(self._store, name, file, chunk_size=_CHUNK, use_multipart=True)
        if self.size(name) != path.stat().st_size:
            raise OSError("the store kept another size")

    def size(self, name: str) -> int | None:
        """Ask for its head."""
        import obstore  # noqa: PLC0415

        try:
            return int(obstore.head(self._store, name)["size"])
        except FileNotFoundError:
            return None

    def read(self, name: str, start: int, size: int) -> bytes:
        """Ask for a range."""
        import obstore  # noqa: PLC0415

        return bytes(obstore.get_range(self._store, name, start=start, length=size))

    def delete(self, name: str) -> None:
        """Delete it."""
        import obstore  # noqa: PLC0415

        with suppress(FileNotFoundError):
            obstore.delete(self._store, name)

    def names(self) -> Iterator[str]:
        """List the bucket, page by page."""
        import obstore  # noqa: PLC0415

        for page in obstore.list(self._store):
            yield from (str(one["path"]) for one in page)


def open_storage(where: str) -> Storage:
    """Return the storage that AMANA_OBJECTS names: `s3://bucket/prefix`, or a folder."""
    return Bucket(where) if where.startswith(S3) else Folder(Path(where))


def _sync(path: Path, how: int) -> None:
    handle = os.open(path, how)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
