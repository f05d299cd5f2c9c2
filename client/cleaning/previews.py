"""The small preview of its first page that an office paper carries: perhaps of how it looked before. mat2 keeps it."""

import re
import zipfile
from pathlib import Path
from typing import Final

_PREVIEW: Final = re.compile(r"^docProps/thumbnail\.|^Thumbnails/", re.IGNORECASE)
_POINTERS: Final = "_rels/.rels"
_POINTER: Final = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*/metadata/thumbnail\"[^>]*/>")


def without_preview(paper: Path, target: Path) -> Path:
    """Write the paper again without its preview, and without what points to it. Return where. Raise BadZipFile."""
    with zipfile.ZipFile(paper) as before, zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as after:
        for one in before.infolist():
            if _PREVIEW.search(one.filename):
                continue
            body = before.read(one)
            if one.filename == _POINTERS:
                body = _POINTER.sub(b"", body)
            member = zipfile.ZipInfo(one.filename)  # no time, no system
            member.compress_type = one.compress_type
            after.writestr(member, body)
    return target
