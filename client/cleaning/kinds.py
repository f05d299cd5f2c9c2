"""What a file is, by what is in it: never by its name, nor by what somebody says of it."""

import zipfile
from typing import BinaryIO, Final

UNKNOWN: Final = "application/octet-stream"
_HEAD: Final = 4096  # bytes looked at
_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    *((bytes((0xFF, second)), "audio/mpeg") for second in (0xFB, 0xFA, 0xF3, 0xF2)),
    *((bytes((0xFF, second)), "audio/aac") for second in (0xF1, 0xF9)),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS: Final = {  # of files that begin with a box `ftyp`; all others of them are video/mp4
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3g2a"), "video/3gpp"),
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
}
_OLD_QUICKTIME: Final = frozenset({b"moov", b"mdat", b"wide"})
_OFFICE: Final = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN: Final = {
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
}
_SUFFIXES: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/tiff": ".tiff",
    "image/bmp": ".bmp",
    "image/svg+xml": ".svg",
    "image/avif": ".avif",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "video/3gpp": ".3gp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "video/x-msvideo": ".avi",
    **dict(zip(_OFFICE.values(), (".docx", ".xlsx", ".pptx"), strict=True)),
    **_OPEN,
}


def kind_of(file: BinaryIO) -> str:
    """Return a file's media type, or `application/octet-stream`. Of an archive only names are looked at."""
    file.seek(0)
    head = file.read(_HEAD)
    if (found := next((media for start, media in _STARTS if head.startswith(start)), _boxed(head))) is not None:
        return found
    if head.startswith(b"PK\3\4"):
        return _archived(file)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--")) and b"<svg" in text:
        return "image/svg+xml"
    return UNKNOWN


def _boxed(head: bytes) -> str | None:
    """Return the type of a file whose first words name what is inside."""
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], UNKNOWN)
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    return _BRANDS.get(head[8:12], "video/mp4") if head[4:8] == b"ftyp" else None


def suffix_of(media: str) -> str:
    """Return the ending of a neutral file name; `.bin` for what nobody should open by a click."""
    return _SUFFIXES.get(media, ".bin")


def is_office(media: str) -> bool:
    """Whether it is a paper that is an archive inside."""
    return media in _OFFICE.values() or media in _OPEN


def _archived(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:
                found = (media for start, media in _OFFICE.items() if any(name.startswith(start) for name in names))
                return next(found, UNKNOWN)
            if names[:1] == ["mimetype"] and archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED:
                with archive.open("mimetype") as member:
                    said = member.read(80).decode("ascii", "replace")
                return said if said in _OPEN else UNKNOWN
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, RuntimeError):
        return UNKNOWN
    return "application/zip"
