"""Papers that are archives inside: how much they hold, and whether opening them would fetch something from elsewhere.

A paper that fetches a picture when it is opened tells somebody where and when a reviewer reads. mat2 leaves such
pointers in; so a paper that has one, other than a link to be clicked, is not taken.
"""

import re
import zipfile
from pathlib import Path
from typing import BinaryIO, Final
from xml.parsers import expat

_UNPACKED: Final = 512 << 20  # bytes that all members may be together
_MEMBERS: Final = 5000
_BROKEN: Final = (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, RuntimeError)
_TEXTS: Final = (".xml", ".rels", ".vml", ".rdf")
_HARMLESS: Final = (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp")
_ELSEWHERE: Final = re.compile(
    r"^\s*(?:[a-z][a-z0-9+.-]*:)?(?://|\\\\)|^\s*(?:file|ftp|data|javascript):", re.IGNORECASE
)
_SCHEMAS: Final = re.compile(  # names of vocabularies, which nothing is fetched from
    r"^(?:urn:|https?://(?:schemas\.(?:openxmlformats|microsoft)\.(?:org|com)|purl\.(?:oclc\.)?org|www\.w3\.org)/)"
)
_LINKS: Final = (":text:1.0 a", ":drawing:1.0 a")  # of OpenDocument: to be clicked
_CODE: Final = ("instrText", "fldSimple", "f", "formula", "delInstrText")  # where fields and formulas stand
_FETCHING: Final = re.compile(
    r"\b(?:INCLUDE(?:PICTURE|TEXT)?|IMPORT|LINK|DDE(?:AUTO)?|DATABASE|RD|MACROBUTTON|WEBSERVICE|IMAGE|RTD|FILTERXML)\b"
    r"|\|\s*'|file:|\\\\\\\\",
    re.IGNORECASE,
)


class _OutwardError(Exception):
    """Something in it points elsewhere."""


def is_small(source: BinaryIO) -> bool:
    """Whether an archive unpacks to no more than a bound. It is unpacked to see: it may say anything."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            left = _UNPACKED if len(members) <= _MEMBERS else -1
            for one in members:
                with archive.open(one) as member:
                    while left >= 0 and (piece := member.read(1 << 20)):
                        left -= len(piece)
    except _BROKEN:
        return False
    return left >= 0


def points_outward(paper: Path) -> bool:
    """Whether opening it could fetch something. True as well for whatever cannot be read, and for unknown members."""
    try:
        with zipfile.ZipFile(paper) as archive:
            for one in archive.infolist():
                name = one.filename.lower()
                if name.endswith(_TEXTS):
                    _Reading().read(archive.read(one))
                elif not name.endswith(_HARMLESS) and name != "mimetype":
                    return True
    except (*_BROKEN, expat.ExpatError, _OutwardError):
        return True
    return False


class _Reading:
    """Goes through one member's elements, and stops at the first that points elsewhere."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._element
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._in_code = False
        self._code: list[str] = []

    def read(self, member: bytes) -> None:
        self._parser.Parse(member, True)  # noqa: FBT003 - the whole of it
        # A field may be cut into many pieces of text: they are read together, as an editor does.
        if _FETCHING.search("".join(self._code)):
            raise _OutwardError

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._in_code = local in _CODE
        clicked = attributes.get("Type", "").endswith("/hyperlink") or name.endswith(_LINKS)
        for key, value in attributes.items():
            attribute = key.rpartition(" ")[2]
            if attribute in ("instr", "formula"):
                self._code.append(f"{value} ")
            elif clicked and attribute in ("Target", "href"):
                continue
            elif _ELSEWHERE.search(value) and not _SCHEMAS.search(value):
                raise _OutwardError

    def _end(self, _name: str) -> None:
        self._in_code = False

    def _text(self, text: str) -> None:
        if self._in_code:
            self._code.append(text)

    def _doctype(self, *_: object) -> None:
        raise _OutwardError
