"""Files of an export, written whole or not at all: one that was cut short would look like a fault of the house."""

from pathlib import Path


def inside(folder: Path, name: str) -> Path:
    """Return a folder in a folder, for its owner alone; it is made where it is not there."""
    place = folder / name
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def write(path: Path, data: bytes) -> None:
    """Write a file, or leave it as it is where it holds the same bytes."""
    if path.exists() and path.read_bytes() == data:
        return
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
