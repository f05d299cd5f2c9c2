"""A reviewer's notebook: which reports she works on, since when, what was answered, and where files of them lie.

It holds no word of a report. It is sealed to her own key and lies beside her key file: a lost laptop gives it to
nobody. What it names goes when its reporter takes it back (protocol 17.7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from msgspec import structs

from client.errors import UsageError
from client.keys import write_new
from client.overwriting import overwrite
from crypto import hybrid
from crypto.canonical import Message, require
from crypto.errors import CryptoError
from crypto.keyfile import KeyRing
from crypto.labels import Label, sized

SUFFIX: Final = ".notebook"
_LIMIT: Final = 4 * 1024 * 1024  # bytes; a page is under a kilobyte
_INFO: Final = Label.KEY_FILE.value + sized(b"notebook")
NEVER: Final = 0


class Page(Message, kw_only=True):
    """What she keeps of one report."""

    version: int = 1
    id: bytes
    seen: int  # leaves that the log had when the gates last allowed her something: a withdrawal comes later
    answered: int  # day of the newest answer that she knows of, or NEVER
    threshold: int  # of the gates that said `kin`
    kin: list[tuple[str, bytes]]  # by gate, the same for all reports of the same words
    files: list[str]  # asks, sessions, approvals, saved text

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and len(self.id) == 32 and self.seen >= 0, "page")  # noqa: PLR2004 - SHA-256


class _Pages(Message, kw_only=True):
    version: int = 1
    pages: list[bytes]


@dataclass(slots=True)
class Notebook:
    """All pages of one person. Changes are on disk when `save` returns."""

    path: Path
    ring: KeyRing = field(repr=False)
    pages: dict[bytes, Page]

    @classmethod
    def of(cls, key: Path, ring: KeyRing) -> "Notebook":
        """Open the notebook beside a key file; an empty one where there is none. Raise UsageError for another's."""
        path = key.with_name(key.name + SUFFIX)
        if not path.is_file():
            return cls(path, ring, {})
        try:
            if path.stat().st_size > _LIMIT:
                raise UsageError(f"{path} is too large to be a notebook.", "Move it away; a new one is begun.")
            kept = _Pages.decode(hybrid.unseal(ring.encryption, path.read_bytes(), _INFO), limit=_LIMIT)
            pages = [Page.decode(one, limit=_LIMIT) for one in kept.pages]
        except CryptoError:
            raise UsageError(
                f"{path} is not the notebook of this key, or it is damaged.", "Move it away; a new one is begun."
            ) from None
        return cls(path, ring, {page.id: page for page in pages})

    def page(self, report: bytes) -> Page:
        """Return the page of a report; a new one where there is none."""
        empty = Page(id=report, seen=0, answered=NEVER, threshold=1, kin=[], files=[])
        return self.pages.get(report, empty)

    def note(self, report: bytes, *, files: Iterable[Path] = (), **changes: object) -> None:
        """Change a page, and write it down."""
        page = self.page(report)
        named = sorted({*page.files, *(str(path.absolute()) for path in files)})
        self.pages[report] = structs.replace(page, files=named, **changes)
        self.save()

    def save(self) -> None:
        """Write it whole, or not at all."""
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        plain = _Pages(pages=[self.pages[one].encode() for one in sorted(self.pages)]).encode()
        write_new(fresh, hybrid.seal(self.ring.encryption_public, plain, _INFO))
        fresh.replace(self.path)

    def forget(self, report: bytes) -> list[str]:
        """Delete what lies here of a report, then its page; return what was deleted. Files that were moved stay."""
        page = self.pages.get(report)
        if page is None:
            return []
        deleted = [name for name in page.files if overwrite(Path(name))]
        del self.pages[report]
        self.save()
        return deleted

    def same_reporter(self, report: bytes) -> list[bytes]:
        """Return other reports of which t gates said that they are of the same words (protocol 14.10)."""
        mine = self.page(report)
        kin: Mapping[str, bytes] = dict(mine.kin)
        return [
            one.id
            for one in self.pages.values()
            if one.id != report
            and sum(kin.get(gate) == other for gate, other in one.kin) >= max(mine.threshold, one.threshold)
        ]
