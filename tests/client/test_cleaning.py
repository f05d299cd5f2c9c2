"""A photo that leaves this device says nothing of phone, place and time: what is in it is drawn again, or refused."""

import os
import shutil
import struct
import subprocess
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from client import cleaning
from client.cleaning import kinds, saying
from client.errors import RefusedError, UsageError
from tests import corpus, corpus_papers
from tests.needs import need


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", corpus.PICTURES)
def test_a_picture_says_nothing_any_more(tmp_path: Path, name: str) -> None:
    source = written(tmp_path, name, corpus.PICTURES[name]())
    assert corpus.has_canary(source.read_bytes()), "this would show nothing"
    assert not cleaning.is_clean(source)
    cleaned = cleaning.clean(source, target := tmp_path / "copy")
    assert not corpus.has_canary(target.read_bytes())
    assert cleaning.is_clean(target)
    assert cleaning.media_of(target) == cleaned.media
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((name, "copy"))
    with Image.open(target) as picture:
        top, bottom = picture.convert("RGB").getpixel((5, 5)), picture.convert("RGB").getpixel((5, picture.height - 5))
        assert isinstance(top, tuple)
        assert isinstance(bottom, tuple)
        assert top[0] > bottom[0]  # red above, blue below, as it was
        assert bottom[2] > top[2]


def test_other_peoples_eyes_find_nothing_either(tmp_path: Path) -> None:
    tool = shutil.which("exiftool")
    if tool is None:
        need("looking at cleaned pictures with exiftool", "exiftool (Debian package libimage-exiftool-perl)")
    source = written(tmp_path, "photo.jpg", corpus.jpeg())
    cleaning.clean(source, target := tmp_path / "copy")
    look = (tool, "-a", "-G1", "-ee", "-u")
    before = subprocess.run((*look, source), capture_output=True, text=True, check=True).stdout
    after = subprocess.run((*look, target), capture_output=True, text=True, check=True).stdout
    for said in (
        "CANARY-MAKE",
        "CANARY-GPS",
        "CANARY-XMP",
        "CANARY-IPTC",
        "CANARY-NR",
        "[IFD1]",
        "[ICC",
        "GPS Latitude",
    ):
        assert said in before
        assert said not in after
    groups = {line[1 : line.index("]")] for line in after.splitlines()}
    assert groups <= {"ExifTool", "System", "File", "JFIF", "Composite"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_without_saying_how_the_phone_was_held(tmp_path: Path, orientation: int) -> None:
    source = written(tmp_path, "photo.jpg", corpus.jpeg(orientation=orientation))
    cleaning.clean(source, target := tmp_path / "copy")
    with Image.open(target) as picture:
        width, height = picture.size
        middle = {  # where red is seen, by the orientation's definition
            "top": picture.getpixel((width // 2, 4)),
            "bottom": picture.getpixel((width // 2, height - 4)),
            "left": picture.getpixel((4, height // 2)),
            "right": picture.getpixel((width - 4, height // 2)),
        }
    turned = (width, height) == corpus.SIZE[::-1]
    assert turned == (orientation >= 5)
    red_at = ["top", "top", "bottom", "bottom", "left", "right", "right", "left"][orientation - 1]
    seen = middle[red_at]
    assert isinstance(seen, tuple)
    assert seen[0] > 180
    assert seen[2] < 90


def test_what_is_told_names_kinds_and_never_values(tmp_path: Path) -> None:
    source = written(tmp_path, "photo.jpg", corpus.jpeg())
    cleaned = cleaning.clean(source, tmp_path / "copy")
    expected = ("the place", "the time", "the phone or program", "the author", "small preview pictures")
    assert set(expected) <= set(cleaned.removed)
    assert "CANARY" not in repr(cleaned) + cleaned.sentence
    assert "faces" in " ".join(cleaned.remains)
    nothing = written(tmp_path, "plain.png", corpus.saved(corpus.drawing(), "PNG"))
    assert cleaning.clean(nothing, tmp_path / "other").removed == ()


def test_a_field_of_any_name_is_told_in_our_words() -> None:
    assert saying.kinds_named(["GPSInfo", "\x1b[2J CANARY"]) == ("the place", "other things that a file says of itself")


def test_of_several_pictures_the_first_is_kept_and_that_is_said(tmp_path: Path) -> None:
    for name in ("moving.gif", "scanned.tiff"):
        cleaned = cleaning.clean(written(tmp_path, name, corpus.PICTURES[name]()), tmp_path / f"copy-{name}")
        assert "2 pictures: only the first was kept" in cleaned.sentence
    phone = cleaning.clean(written(tmp_path, "phone.jpg", corpus.two_in_one()), tmp_path / "copy-phone")
    assert phone.media == "image/jpeg"
    assert "only the first" not in phone.sentence  # there is nothing that she could attach besides


def test_what_a_file_is_its_content_says(tmp_path: Path) -> None:
    source = written(tmp_path, "notes.pdf", corpus.jpeg())
    assert cleaning.media_of(source) == "image/jpeg"
    assert cleaning.clean(source, tmp_path / "copy").media == "image/jpeg"
    words = written(tmp_path, "photo.jpg", b"what I saw, CANARY")
    assert cleaning.media_of(words) == kinds.UNKNOWN
    with pytest.raises(RefusedError) as refused:
        cleaning.clean(words, tmp_path / "other")
    assert refused.value.sentence.startswith("This kind of file cannot be cleaned on this device.")
    assert "untouched original, to the smaller circle only" in refused.value.next_step
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("name", ["photo.jpg", "screen.png", "shared.webp", "moving.gif", "new.avif"])
@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_what_is_cut_short_is_refused_and_leaves_nothing(tmp_path: Path, name: str, cut: float) -> None:
    whole = corpus.PICTURES[name]()
    source = written(tmp_path, name, whole[: int(len(whole) * cut)])
    if name == "moving.gif" and cut > 0.5:  # its first picture is whole where the file is not
        cleaning.clean(source, tmp_path / "copy")
        assert cleaning.is_clean(tmp_path / "copy")
        return
    with pytest.raises(RefusedError) as refused:
        cleaning.clean(source, tmp_path / "copy")
    assert refused.value.next_step
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    written(tmp_path, "empty.jpg", b"")
    begun = time.monotonic()
    for name in ("pipe", "empty.jpg", "nowhere.jpg", "."):
        with pytest.raises(UsageError):
            cleaning.clean(tmp_path / name, tmp_path / "copy")
    assert time.monotonic() - begun < 2
    assert not (tmp_path / "copy").exists()


def test_a_name_never_becomes_an_argument(tmp_path: Path) -> None:
    """Arguments of a running program are seen by everybody on the machine."""
    huge = Image.effect_noise((4000, 4000), 50).convert("RGB")
    source = written(tmp_path, "CANARY-NAME.png", corpus.saved(huge, "PNG", compress_level=1))
    working = threading.Thread(target=cleaning.clean, args=(source, tmp_path / "copy"))
    working.start()
    seen: set[bytes] = set()
    while working.is_alive():
        seen |= {line for one in Path("/proc").glob("[0-9]*/cmdline") if (line := _read(one))}
    working.join()
    assert any(b"client.cleaning.redraw" in line for line in seen)
    assert not any(b"CANARY-NAME" in line for line in seen)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_clean_picture_hides_nothing_in_its_structure(tmp_path: Path) -> None:
    """Each of these is a picture that programs show, and that carries something besides."""
    jpeg = corpus.saved(corpus.drawing(), "JPEG")
    png = corpus.saved(corpus.drawing(), "PNG")
    webp = corpus.saved(corpus.drawing(), "WEBP")
    for plain in (jpeg, png, webp, corpus.saved(corpus.drawing().convert("RGBA"), "PNG")):
        assert cleaning.is_clean(written(tmp_path, "plain", plain))
    behind = corpus.chunk(b"IDAT", b"CANARY")
    end = png.rindex(b"IEND") - 4
    hidden = {
        "comment": jpeg[:2] + b"\xff\xfe\0\x08CANARY" + jpeg[2:],
        "comment before the end": jpeg[:-2] + b"\xff\xfe\0\x08CANARY" + jpeg[-2:],
        "preview in JFIF": jpeg[:2] + b"\xff\xe0\0\x13JFIF\0\1\1\0\0\1\0\1\1\1a\0\0" + jpeg[20:],
        "second JFIF": jpeg[:2] + jpeg[2:20] + jpeg[2:20] + jpeg[20:],
        "behind a JPEG": jpeg + b"CANARY",
        "behind a PNG": png + b"CANARY",
        "behind the packed pixels": png[:end] + behind + png[end:],
        "time": png[:33] + corpus.chunk(b"tIME", b"1234567") + png[33:],
        "in the end": png[:end] + corpus.chunk(b"IEND", b"CANARY"),
        "behind a WebP": webp + b"CANARY",
        "in the size of a WebP": webp[:4] + b"CANA" + webp[8:],
        "in WebP": webp[:4]
        + struct.pack("<I", len(webp) - 8 + 14)
        + webp[8:]
        + b"EXIF"
        + struct.pack("<I", 6)
        + b"CANARY",
    }
    rows = bytearray(png)
    rows[20:24] = struct.pack(">I", corpus.SIZE[1] - 1)  # a row more than it says
    hidden["more rows"] = bytes(rows)
    for where, data in hidden.items():
        assert not cleaning.is_clean(written(tmp_path, "hiding", data)), where


def test_where_a_tool_is_missing_nothing_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    for name, data in (("paper.pdf", corpus_papers.pdf()), ("note.ogg", b"OggS" + bytes(99))):
        with pytest.raises(RefusedError) as refused:
            cleaning.clean(written(tmp_path, name, data), tmp_path / "copy")
        assert refused.value.sentence.startswith("This kind of file cannot be cleaned on this device.")
        assert "apt install" in refused.value.next_step
        assert not (tmp_path / "copy").exists()
    cleaning.clean(written(tmp_path, "photo.jpg", corpus.jpeg()), tmp_path / "copy")  # pictures need no tool
