"""What lies on a reviewer's machine, and how it goes: file by file, overwritten where a disk allows that."""

from dataclasses import dataclass, field
from pathlib import Path

from client.asks import FOLDER
from client.notebook import SUFFIX, Notebook
from client.overwriting import overwrite
from crypto.keyfile import KeyRing

_ASKS = (".ask", ".session", ".approval")


@dataclass(slots=True)
class Wiped:
    """What is gone, and what could not be deleted and is there still."""

    gone: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def take(self, path: Path) -> None:
        """Delete one file, and note what came of it."""
        if path.is_file():
            (self.gone if overwrite(path) else self.left).append(str(path))


def let_go(key: Path, ring: KeyRing) -> Wiped:
    """Delete every file that the notebook names, then the notebook. The key file stays."""
    wiped = Wiped()
    notebook = Notebook.of(key, ring)
    for page in notebook.pages.values():
        for name in page.files:
            wiped.take(Path(name))
    forget_beside(key, wiped)
    return wiped


def forget_beside(key: Path, wiped: Wiped) -> None:
    """Delete what lies beside a key file and belongs to it: notebook, and asks that wait. It needs no passphrase."""
    beside = key.with_name(key.name + SUFFIX)
    for path in (beside, beside.with_name(beside.name + ".new")):
        wiped.take(path)
    folder = key.with_name(key.name + FOLDER)
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.name.endswith(_ASKS):
            wiped.take(path)
