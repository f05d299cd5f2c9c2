"""Sound and moving pictures: packed again by ffmpeg, with nothing but the tracks that are seen and heard.

mat2 cleans such files by ffmpeg too, but keeps every track: positions that cameras write beside the picture, subtitles,
and what programs leave between the pictures. It knows neither .mov nor .webm nor voice notes of phones.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from client.cleaning.bounded import Bounds, run
from client.cleaning.heads import has_words
from client.cleaning.kinds import kind_of
from client.cleaning.refusing import NOT_HERE, cannot
from client.cleaning.saying import HEARD, SEEN, Cleaned, kinds_named

_CONTAINERS: Final = {  # media type: how ffmpeg reads it, how it writes it
    "video/mp4": ("mov", "mp4"),
    "video/quicktime": ("mov", "mov"),
    "video/3gpp": ("mov", "3gp"),
    "audio/mp4": ("mov", "ipod"),
    "video/webm": ("matroska", "webm"),
    "video/x-matroska": ("matroska", "matroska"),
    "video/x-msvideo": ("avi", "avi"),
    "audio/ogg": ("ogg", "ogg"),
    "audio/mpeg": ("mp3", "mp3"),
    "audio/aac": ("aac", "adts"),
    "audio/amr": ("amr", "flac"),
    "audio/flac": ("flac", "flac"),
    "audio/wav": ("wav", "wav"),
}
KINDS: Final = frozenset(_CONTAINERS)
_NO_FORM: Final = "audio/amr"  # anything at all passes for it: its sound is written again
_AGAIN: Final = "Its sound is written in another form, FLAC."
_BETWEEN: Final = {  # what programs leave between coded pictures, by codec: the numbers of such units
    "h264": "6",
    "hevc": "39|40",
    "av1": "5",
}
_PICTURES: Final = frozenset({*_BETWEEN, "vp8", "vp9", "h263", "mpeg4"})  # not MJPEG: each picture has its own Exif
_SOUNDS: Final = frozenset({
    *("aac", "mp3", "opus", "flac", "alac", "amr_nb", "amr_wb", "pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s16be"),
})  # fmt: skip
# Vorbis keeps comments in the codec's own head, which only Ogg writes again: it is known there, and nowhere else.
_FORM: Final = frozenset({"major_brand", "minor_version", "compatible_brands", "language", "vendor_id"})
_INPUT: Final = "file:/dev/fd/0"
_QUIET: Final = ("-nostdin", "-hide_banner", "-loglevel", "error")
_TRACKS: Final = ("-map", "0:V?", "-map", "0:a?", "-c", "copy")  # V: not the pictures on a cover
_NO_TAGS: Final = ("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1")
_NOTHING_NEW: Final = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
_MEMORY: Final = 2 << 30
_PROBING: Final = Bounds(memory=_MEMORY, seconds=60, size=4 << 20)
_INSTALL: Final = "On Debian, Ubuntu and Tails, this installs what is missing: apt install ffmpeg."


def clean_moving(source: BinaryIO, private: Path, media: str, size: int) -> tuple[Path, Cleaned]:
    """Return a file in the private folder whose pictures and sounds are untouched. Raise RefusedError."""
    reads, writes = _CONTAINERS[media]
    reading = ("-protocol_whitelist", "file", "-f", reads, "-i", _INPUT)  # a playlist inside it fetches nothing
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        raise cannot(NOT_HERE, _INSTALL)
    tracks, fields = _looked_at(source, private, reading)
    kept = [track for track in tracks if track.kept]
    if not kept or not all(_is_known(track, writes) for track in kept):
        raise cannot(NOT_HERE)
    pictures = [track.codec for track in kept if track.kind == "video"]
    filters = [
        part
        for number, codec in enumerate(pictures)
        if codec in _BETWEEN
        for part in (f"-bsf:v:{number}", f"filter_units=remove_types={_BETWEEN[codec]}")
    ]
    made = private / "clean"
    grown = 16 if media == _NO_FORM else 1
    bounds = Bounds(memory=_MEMORY, seconds=120 + (size >> 20), size=size * grown + (size >> 3) + (1 << 20))
    again = ("-c:a", writes) if media == _NO_FORM else ()
    more = (*_TRACKS, *again, *_NO_TAGS, *filters, *_NOTHING_NEW)
    command = ("ffmpeg", *_QUIET, *reading, *more, "-f", writes, made.name)
    if run(command, private, bounds, source=source) is None or not made.is_file():
        raise cannot("This recording is damaged, or holds something that cannot be cleaned on this device.")
    with made.open("rb") as file:
        written = kind_of(file)
    return made, Cleaned(
        media=written,
        removed=kinds_named(fields),
        changed=(_AGAIN,) if again else (),
        remains=(SEEN, HEARD) if pictures else (HEARD,),
    )


@dataclass(frozen=True, slots=True)
class _Track:
    kind: str  # as ffprobe says: video, audio, subtitle, data, attachment
    codec: str
    head: str  # bytes of the codec, dumped by ffprobe
    cover: bool

    @property
    def kept(self) -> bool:
        return self.kind in ("video", "audio") and not self.cover


def _is_known(track: _Track, writes: str) -> bool:
    if track.kind == "video":
        return track.codec in _PICTURES and not (track.codec == "hevc" and has_words(track.head))
    return track.codec in _SOUNDS or (track.codec == "vorbis" and writes == "ogg")


def _looked_at(source: BinaryIO, private: Path, reading: tuple[str, ...]) -> tuple[list[_Track], list[str]]:
    """Return the tracks, and names of what it says of itself."""
    asked = (
        "stream=codec_type,codec_name,extradata:stream_tags:stream_disposition=attached_pic:format_tags:chapter_tags"
    )
    form = ("-show_entries", asked, "-show_chapters", "-show_data", "-of", "json")
    said = run(("ffprobe", "-hide_banner", "-loglevel", "error", *reading, *form), private, _PROBING, source=source)
    try:
        found = msgspec.json.decode(said or "", type=_Found)
    except msgspec.DecodeError:
        raise cannot("This recording is damaged, or it is not what it seems.") from None
    tracks = [
        _Track(one.codec_type, one.codec_name, one.extradata, bool(one.disposition.get("attached_pic")))
        for one in found.streams
    ]
    fields = [name for one in (found.format, *found.streams, *found.chapters) for name in one.tags if name not in _FORM]
    fields += ["thumbnail" if track.cover else track.kind for track in tracks if not track.kept]
    return tracks, fields + ["chapter"] * bool(found.chapters)


class _Said(msgspec.Struct):
    tags: dict[str, str] = {}


class _Stream(_Said):
    codec_type: str = ""
    codec_name: str = ""
    extradata: str = ""
    disposition: dict[str, int] = {}


class _Found(msgspec.Struct):
    streams: list[_Stream] = []
    chapters: list[_Said] = []
    format: _Said = msgspec.field(default_factory=_Said)
