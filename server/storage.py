"""Where whole objects lie: a folder, or any S3. Names are random; what is in them is noise (protocol 19).

One small interface, so that nothing else knows which. What `put` returned from is on disk, or with the store.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

from doors.environment import SettingError, closed_folder

S3: Final = "s3://"
TIMELESS: Final = (0, 0)  # when a file was last read and written: nothing finer than a day is kept of anybody
_MADE_ANEW: Final = (1, 1)  # the same, of a file that a round has written anew
_UNSEEN: Final = getattr(os, "O_NOATIME", 0)  # when it was read is not noted
_NAME: Final = re.compile(r"[0-9a-f]{64}")  # whatever else lies there is not ours, and never touched
_PART: Final = ".part"
_SPARE: Final = 1 << 30  # bytes left free by what is not urgent
_CHUNK: Final = 8 << 20  # bytes of one part of an upload to a store
_AT_ONCE: Final = 2  # parts of one object in memory


class Storage(Protocol):
    """Whole objects by name."""

    def put(self, name: str, path: Path) -> None:
        """Take a file in, whole or not at all. The file itself is gone, or may be deleted, when this returns."""

    def size(self, name: str) -> int | None:
        """Bytes of an object, or None where there is none."""

    def read(self, name: str, start: int, size: int) -> bytes:
        """Return so many bytes from `start`. Raise OSError where there are not as many."""

    def delete(self, name: str) -> None:
        """Delete it; what is not there is deleted already."""

    def names(self) -> Iterator[str]:
        """Every object there is."""

    def forget_times(self) -> None:
        """Blur when each one came, as far as the storage can. For one thread, which also deletes."""


class Folder:
    """Objects as files of one closed folder."""

    def __init__(self, folder: Path) -> None:
        closed_folder(folder)
        self._folder = folder
        for half in folder.glob(f"*{_PART}"):  # a crash in the middle of a copy; nobody copies now
            if _NAME.fullmatch(half.name.removesuffix(_PART)):
                half.unlink()

    def put(self, name: str, path: Path) -> None:
        """Move it; over another file system, copy it first."""
        target = self._folder / name
        os.utime(path, TIMELESS)
        try:
            path.replace(target)
        except OSError:
            self._copy(path, target, TIMELESS)
        sync(self._folder)
        sync(path.parent)

    def _copy(self, path: Path, target: Path, times: tuple[int, int]) -> None:
        part = target.with_name(target.name + _PART)
        shutil.copyfile(path, part)
        part.chmod(0o600)
        os.utime(part, times)
        sync(part)
        part.replace(target)

    def size(self, name: str) -> int | None:
        """Bytes of its file."""
        with suppress(FileNotFoundError):
            return (self._folder / name).stat().st_size
        return None

    def read(self, name: str, start: int, size: int) -> bytes:
        """Read a part of its file."""
        handle = os.open(self._folder / name, os.O_RDONLY | _UNSEEN)
        try:
            return _whole(os.pread(handle, size, start), size)
        finally:
            os.close(handle)

    def delete(self, name: str) -> None:
        """Unlink it."""
        (self._folder / name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """List the folder."""
        return (one.name for one in self._folder.iterdir() if _NAME.fullmatch(one.name))

    def forget_times(self) -> None:
        """Write anew what came since the last time: a file system notes by itself when a file was made."""
        for name in sorted(self.names()):
            one = self._folder / name
            found = one.stat()
            if found.st_mtime == TIMELESS[0] and shutil.disk_usage(self._folder).free > found.st_size + _SPARE:
                self._copy(one, one, _MADE_ANEW)
        sync(self._folder)


class Bucket:
    """Objects in an S3 bucket. Keys and endpoint come from the `AWS_*` names that every S3 client reads."""

    def __init__(self, url: str) -> None:
        try:
            import obstore  # noqa: PLC0415 - an extra: most houses keep files in a folder
            from obstore.store import S3Store  # noqa: PLC0415
        except ImportError:
            raise SettingError("AMANA_OBJECTS names a bucket: install amana[s3]") from None
        self._api: Any = obstore
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
        try:
            self._store: Any = S3Store.from_url(url, client_options={"allow_http": endpoint.startswith("http://")})
        except Exception:  # noqa: BLE001 - its text may hold a key
            raise SettingError("AMANA_OBJECTS or the AWS_* settings do not name a bucket") from None

    def put(self, name: str, path: Path) -> None:
        """Upload it in parts; a store shows an object only when all parts are there."""
        with _quietly(), path.open("rb") as file:
            self._api.put(self._store, name, file, chunk_size=_CHUNK, max_concurrency=_AT_ONCE, use_multipart=True)
        if self.size(name) != path.stat().st_size:
            raise OSError("the store kept another size")

    def size(self, name: str) -> int | None:
        """Ask for its head."""
        with suppress(FileNotFoundError), _quietly():
            return int(self._api.head(self._store, name)["size"])
        return None

    def read(self, name: str, start: int, size: int) -> bytes:
        """Ask for a range."""
        with _quietly():
            return _whole(bytes(self._api.get_range(self._store, name, start=start, length=size)), size)

    def delete(self, name: str) -> None:
        """Delete it."""
        with suppress(FileNotFoundError), _quietly():
            self._api.delete(self._store, name)

    def names(self) -> Iterator[str]:
        """List the bucket, page by page."""
        with _quietly():
            for page in self._api.list(self._store):
                yield from (found for one in page if _NAME.fullmatch(found := str(one["path"])))

    def forget_times(self) -> None:
        """A store says when an object came, and nobody can change that (SECURITY.md)."""


def open_storage(where: str) -> Storage:
    """Return the storage that AMANA_OBJECTS names: `s3://bucket/prefix`, or a folder."""
    return Bucket(where) if where.startswith(S3) else Folder(Path(where))


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _quietly() -> Iterator[None]:
    """Whatever a store says when it fails may hold an address or the name of a key: none of it is passed on."""
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError("not in the store") from None
    except Exception:  # noqa: BLE001 - a dozen kinds of one package
        raise OSError("the store did not do it") from None


def _whole(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise OSError("an object is shorter than its row says")
    return data
