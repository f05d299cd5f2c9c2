"""Papers: cleaned by mat2, the field's own tool (Debian package `mat2`), where this device has it."""

import shutil
from pathlib import Path
from typing import BinaryIO, Final

from client.cleaning.bounded import Bounds, run
from client.cleaning.kinds import is_office, suffix_of
from client.cleaning.outward import is_small, points_outward
from client.cleaning.previews import without_preview
from client.cleaning.refusing import NOT_HERE, cannot
from client.cleaning.saying import SEEN, WRITTEN, Cleaned, kinds_named

PDF: Final = "application/pdf"
_MEMORY: Final = 2 << 30
_BOUNDS: Final = Bounds(memory=_MEMORY, seconds=600, size=1 << 30)
_INSTALL: Final = "On Debian, Ubuntu and Tails, this installs what is missing: apt install mat2."
_NOTHING: Final = "No metadata found"
_VERSION, _NO_DATE = "format", "-1"  # of every PDF
_PAGES: Final = "Each page is a picture now: links, forms and hidden layers are gone, and words cannot be searched."
_AS_PICTURE: Final = "Please save it as a PDF, or take a picture of its pages, and attach that."


def clean_paper(source: BinaryIO, private: Path, media: str) -> tuple[Path, Cleaned]:
    """Return a clean paper in the private folder. Raise RefusedError."""
    if shutil.which("mat2") is None:
        raise cannot(NOT_HERE, _INSTALL)
    if is_office(media) and not is_small(source):
        raise cannot("This paper is damaged, or unpacks to far more than it seems.", _AS_PICTURE)
    copy = private / f"paper{suffix_of(media)}"
    source.seek(0)
    with copy.open("xb") as file:
        shutil.copyfileobj(source, file)
    found = _fields(copy, private)
    made = private / f"paper.cleaned{copy.suffix}"
    done = run(("mat2", "--unknown-members", "omit", copy.name), private, _BOUNDS)
    if done is None or not made.is_file() or found is None:
        raise cannot("This paper is damaged, or holds something that cannot be cleaned on this device.", _AS_PICTURE)
    if _fields(made, private) != []:
        raise cannot("This paper still says something of itself after cleaning.", _AS_PICTURE)
    if is_office(media):
        made = without_preview(made, private / "clean")
    if is_office(media) and points_outward(made):
        raise cannot(
            "When it is opened, this paper would fetch something from elsewhere, and so tell of it.", _AS_PICTURE
        )
    changed = (_PAGES,) if media == PDF else ()
    return made, Cleaned(media=media, removed=kinds_named(found), changed=changed, remains=(WRITTEN, SEEN))


def _fields(paper: Path, private: Path) -> list[str] | None:
    """Return the names of what mat2 finds in it, or None where it cannot look."""
    said = run(("mat2", "--show", paper.name), private, _BOUNDS)
    if said is None or said.lstrip().startswith("[-]"):
        return None
    lines = [line.strip() for line in said.splitlines()]
    pairs = [line.partition(": ") for line in lines if line and not line.startswith((_NOTHING, "["))]
    return [name for name, _, value in pairs if name != _VERSION and value != _NO_DATE]
