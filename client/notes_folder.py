"""A folder with the notes that are needed to seal: for devices that are seldom on a network, or never."""

from pathlib import Path
from typing import Final

from client.errors import UsageError
from client.trusting import Source, named_versions
from doors.environment import closed_folder

_LARGEST: Final = 2 * 1024 * 1024  # bytes of a body


class NotesFolder:
    """Reads what `save` wrote. Nothing in it is believed before `in_force` has verified it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _read(self, name: str) -> bytes:
        file = self._path / name
        try:
            if file.stat().st_size <= _LARGEST:
                return file.read_bytes()
        except OSError:
            pass
        raise UsageError(
            f"The folder {self._path} holds no notes to seal with.", "Fill it with `amana report prepare`, online."
        )

    def _text(self, name: str) -> str:
        return self._read(name).decode("utf-8", "replace")

    def current(self) -> str:
        """Return the note `current`."""
        return self._text("current.note")

    def bundle(self, version: int) -> tuple[str, bytes]:  # noqa: ARG002 - there is one; `in_force` compares it
        """Return note and body of the bundle."""
        return self._text("bundle.note"), self._read("bundle.body")

    def directory(self, version: int, *, certificates: bool = True) -> tuple[str, bytes, bytes]:  # noqa: ARG002
        """Return note and body of the directory; certificates are of no use for sealing."""
        return self._text("directory.note"), self._read("directory.body"), b""


def save(source: Source, path: Path) -> None:
    """Fetch all notes, then put them into the folder in place of older ones."""
    current = source.current()
    bundle, directory = named_versions(current)
    bundle_note, bundle_body = source.bundle(bundle)
    directory_note, directory_body, _ = source.directory(directory, certificates=False)
    files = {
        "bundle.note": bundle_note.encode(),
        "bundle.body": bundle_body,
        "directory.note": directory_note.encode(),
        "directory.body": directory_body,
        "current.note": current.encode(),
    }
    closed_folder(path)
    for name, data in files.items():
        fresh = path / f"{name}.new"
        fresh.write_bytes(data)
        fresh.replace(path / name)
