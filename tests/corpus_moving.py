"""Recordings that say too much, made by ffmpeg when a test asks: voice notes and videos, small and short."""

import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests import corpus

_TAGS: Final = (
    *("-metadata", "title=CANARY-TITLE", "-metadata", "comment=CANARY-COMMENT", "-metadata", "artist=CANARY-ARTIST"),
    *("-metadata", "encoder=CANARY-ENCODER", "-metadata", "creation_time=2026-01-02T03:04:05Z"),
    *("-metadata:s:v", "handler_name=CANARY-HANDLER", "-metadata:s:a", "title=CANARY-TRACK"),
)
_PLACE: Final = ("-metadata", "location=+33.5138+036.2765/CANARY")
_PICTURE: Final = ("-f", "lavfi", "-i", "testsrc=duration=1:size=96x64:rate=8")
_SOUND: Final = ("-f", "lavfi", "-i", "sine=duration=1")
_BETWEEN: Final = "sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+CANARY-BETWEEN"
_H264: Final = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-bsf:v", f"h264_metadata={_BETWEEN}")
_SUBTITLE: Final = "1\n00:00:00,000 --> 00:00:01,000\nCANARY-SUBTITLE\n"
_CHAPTER: Final = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=CANARY-CHAPTER\n"

SOUNDS: Final[dict[str, Sequence[str]]] = {
    "note.m4a": ("-c:a", "aac"),
    "note.mp3": ("-c:a", "libmp3lame", "-id3v2_version", "3", "-write_id3v1", "1"),
    "note.ogg": ("-c:a", "libopus"),
    "note-vorbis.ogg": ("-c:a", "libvorbis"),
    "note.flac": ("-c:a", "flac"),
    "note.wav": ("-c:a", "pcm_s16le", "-write_bext", "1", "-metadata", "originator=CANARY-BEXT"),
    "note.webm": ("-c:a", "libopus"),
}
VIDEOS: Final[dict[str, Sequence[str]]] = {
    "film.mp4": (*_H264, "-c:a", "aac", "-c:s", "mov_text"),
    "film.mov": (*_H264, "-c:a", "aac", "-c:s", "mov_text", "-timecode", "01:00:00:00"),
    "film.3gp": ("-c:v", "h263", "-s", "128x96", "-c:a", "aac", "-sn"),
    "film.webm": ("-c:v", "libvpx", "-c:a", "libopus", "-c:s", "webvtt"),
    "film.mkv": (*_H264, "-c:a", "aac", "-c:s", "srt"),
    "film.avi": ("-c:v", "mpeg4", "-c:a", "libmp3lame", "-sn"),
}


def sound(folder: Path, name: str) -> Path:
    """A voice note with tags of every kind that its form has, and a cover where one fits."""
    cover = folder / "cover.jpg"
    cover.write_bytes(corpus.jpeg())
    made = folder / name
    covered = name.endswith((".mp3", ".flac", ".m4a"))
    picture = ("-i", str(cover), "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic")
    _ffmpeg((*_SOUND, *(picture if covered else ()), *SOUNDS[name], *_TAGS, *_PLACE, str(made)))
    return made


def video(folder: Path, name: str) -> Path:
    """A video with place, tags, subtitles, chapters, and words between its pictures."""
    said, parts = folder / "said.srt", folder / "chapters.txt"
    said.write_text(_SUBTITLE)
    parts.write_text(_CHAPTER)
    made = folder / name
    inputs = (*_PICTURE, *_SOUND, "-i", str(said), "-i", str(parts))
    tracks = ("-map", "0:v", "-map", "1:a", "-map", "2:s", "-map_chapters", "3")
    _ffmpeg((*inputs, *tracks, *VIDEOS[name], *_TAGS, *_PLACE, str(made)))
    if name.endswith((".mp4", ".mov")):
        with made.open("ab") as file:
            file.write(struct.pack(">I4s", 8 + 15, b"free") + b"CANARY-TRAILING")
    return made


def turned(folder: Path) -> Path:
    """A video that a phone took upright: turned by a note, not by its pixels."""
    plain, made = folder / "plain.mp4", folder / "turned.mp4"
    _ffmpeg((*_PICTURE, *_H264, str(plain)))
    _ffmpeg(("-i", str(plain), "-c", "copy", "-metadata:s:v", "rotate=90", str(made)))
    return made


def hevc(folder: Path, *, words: bool) -> Path:
    """A newer phone's video; with `words`, a program's own words in its head and between its pictures."""
    made = folder / "film-hevc.mp4"
    words_too = ("-x265-params", f"log-level=error:info={int(words)}")
    _ffmpeg(
        (*_PICTURE, "-c:v", "libx265", *words_too, "-tag:v", "hvc1", *_PLACE, "-metadata", "title=CANARY", str(made))
    )
    return made


def voice() -> bytes:
    """An old phone's voice note, whose form lets anything pass."""
    return b"#!AMR\n" + (b"\x3c" + b"CANARY-IN-SOUND".ljust(31, b"\x55")) * 60


def of_photos(folder: Path) -> Path:
    """A video whose every picture is a JPEG, with whatever a JPEG may say."""
    made = folder / "photos.avi"
    _ffmpeg((*_PICTURE, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", str(made)))
    return made


def playlist(home: str) -> bytes:
    """What makes a careless player fetch: a list of addresses, by the look of it a voice note."""
    return f"#EXTM3U\n#EXTINF:1,\n{home}\n#EXT-X-ENDLIST\n".encode()


def _ffmpeg(command: Sequence[str]) -> None:
    subprocess.run(("ffmpeg", "-nostdin", "-loglevel", "error", "-y", *command), check=True, timeout=60)
