"""Voice notes and videos keep what is seen and heard, and nothing else: no place, tags, covers, or hidden tracks."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from client import cleaning
from client.errors import RefusedError
from tests import corpus, corpus_moving
from tests.listening import Listening
from tests.needs import need


@pytest.fixture(autouse=True)
def tools() -> None:
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        need("cleaning recordings", "ffmpeg (Debian package ffmpeg)")


def probed(path: Path, *more: str) -> Any:
    command = ("ffprobe", "-loglevel", "error", "-show_streams", "-show_format", "-show_chapters", "-of", "json", *more)
    return json.loads(subprocess.run((*command, path), capture_output=True, check=True).stdout)


def decoded(path: Path, what: str) -> bytes:
    """A digest of what is seen (v) or heard (a)."""
    command = ("ffmpeg", "-nostdin", "-loglevel", "error", "-i", path, "-map", f"0:{what}:0", "-f", "md5", "-")
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.mark.parametrize("name", corpus_moving.SOUNDS)
def test_a_voice_note_says_nothing_but_what_is_heard(tmp_path: Path, name: str) -> None:
    source = corpus_moving.sound(tmp_path, name)
    assert corpus.has_canary(source.read_bytes())
    cleaned = cleaning.clean(source, target := tmp_path / "copy")
    assert not corpus.has_canary(target.read_bytes())
    assert decoded(target, "a") == decoded(source, "a")
    assert [one["codec_type"] for one in probed(target)["streams"]] == ["audio"]
    assert cleaning.media_of(target) == cleaned.media
    assert "titles and comments" in cleaned.removed
    assert cleaned.remains[-1].startswith("What can be heard stays as it is")
    assert "CANARY" not in repr(cleaned)


@pytest.mark.parametrize("name", corpus_moving.VIDEOS)
def test_a_video_says_nothing_but_what_is_seen_and_heard(tmp_path: Path, name: str) -> None:
    source = corpus_moving.video(tmp_path, name)
    before = source.read_bytes()
    assert corpus.has_canary(before)
    cleaned = cleaning.clean(source, target := tmp_path / "copy")
    after = target.read_bytes()
    assert not corpus.has_canary(after)
    for hidden in (b"x264 - core", b"+33.5138"):  # settings between the pictures; the place
        assert hidden not in after
    assert decoded(target, "v") == decoded(source, "v")
    assert decoded(target, "a") == decoded(source, "a")
    seen = probed(target)
    assert sorted(one["codec_type"] for one in seen["streams"]) == ["audio", "video"]
    assert seen["chapters"] == []
    assert cleaning.media_of(target) == cleaned.media
    assert "CANARY" not in repr(cleaned)
    if b"+33.5138" in before:
        assert "the place" in cleaned.removed


def test_a_video_stands_upright_as_it_was_held(tmp_path: Path) -> None:
    source = corpus_moving.turned(tmp_path)
    cleaning.clean(source, target := tmp_path / "copy")
    before, after = (probed(path)["streams"][0]["side_data_list"][0]["rotation"] for path in (source, target))
    assert before == after != 0


def test_other_peoples_eyes_find_nothing_either(tmp_path: Path) -> None:
    tool = shutil.which("exiftool")
    if tool is None:
        need("looking at cleaned videos with exiftool", "exiftool (Debian package libimage-exiftool-perl)")
    source = corpus_moving.video(tmp_path, "film.mp4")
    cleaning.clean(source, target := tmp_path / "copy")
    look = (tool, "-a", "-G1", "-ee", "-u")
    before = subprocess.run((*look, source), capture_output=True, text=True, check=True).stdout
    after = subprocess.run((*look, target), capture_output=True, text=True, check=True).stdout
    for said in ("CANARY", "GPS", "2026:01:02"):
        assert said in before
        assert said not in after.replace(str(tmp_path), "")


def test_a_video_made_of_photos_is_refused(tmp_path: Path) -> None:
    """Each of its pictures may say what a photo says."""
    source = corpus_moving.of_photos(tmp_path)
    with pytest.raises(RefusedError, match="cannot be cleaned"):
        cleaning.clean(source, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_newer_phones_video_keeps_no_words_in_its_head(tmp_path: Path) -> None:
    plain = corpus_moving.hevc(tmp_path, words=False)
    cleaning.clean(plain, target := tmp_path / "copy")
    assert not corpus.has_canary(target.read_bytes())
    assert decoded(target, "v") == decoded(plain, "v")
    target.unlink()
    wordy = corpus_moving.hevc(tmp_path, words=True)
    assert b"x265 (build" in wordy.read_bytes()
    with pytest.raises(RefusedError, match="cannot be cleaned"):
        cleaning.clean(wordy, target)
    assert not target.exists()


def test_an_old_phones_voice_note_is_written_again(tmp_path: Path) -> None:
    source = tmp_path / "note"
    source.write_bytes(corpus_moving.voice())
    assert corpus.has_canary(source.read_bytes())
    cleaned = cleaning.clean(source, target := tmp_path / "copy")
    assert cleaned.media == cleaning.media_of(target) == "audio/flac"
    assert "another form" in cleaned.sentence
    assert not corpus.has_canary(target.read_bytes())
    assert probed(target)["streams"][0]["duration"] == "1.200000"  # 60 times 20 ms, as it was


def test_a_list_of_addresses_is_no_voice_note(tmp_path: Path) -> None:
    with Listening() as home:
        for start in (b"", b"ID3", b"OggS", b"\xff\xfb", b"\x1aE\xdf\xa3webm", b"\0\0\0\x08ftypmp42"):
            source = tmp_path / "note.mp3"
            source.write_bytes(start + corpus_moving.playlist(home.address))
            with pytest.raises(RefusedError):
                cleaning.clean(source, tmp_path / "copy")
        assert home.calls() == 0


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_a_video_whose_head_is_gone_is_refused(tmp_path: Path, name: str) -> None:
    source = corpus_moving.video(tmp_path, name)
    source.write_bytes(source.read_bytes()[:400])
    with pytest.raises(RefusedError) as refused:
        cleaning.clean(source, tmp_path / "copy")
    assert refused.value.next_step
    assert not (tmp_path / "copy").exists()
