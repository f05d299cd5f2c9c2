"""Files in Firefox ESR: as it is, and hiding what it is, as Tor Browser does: then a canvas gives noise for a picture.

There pictures are cleaned by their structure alone. Either way the reviewer gets the picture, and nothing beside it.
"""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from client import cleaning
from crypto.sections import Section
from tests.corpus import has_canary, jpeg, png, webp
from tests.harness import Running
from tests.web import steps
from tests.web.evidence import Desk, report_of
from tests.web.steps import Step
from tests.web.street import street
from tests.web.visiting import texts

NEAR = 40  # of 255


def way_there(url: str, paths: list[Path]) -> list[Step]:
    t = texts("en")
    return [
        ["goto", url],
        ["click", 'button[lang="en"]'],
        ["until", t["danger.title"]],
        ["tick", t["urgency.U0"]],
        ["until", t["tiles.title"]],
        ["tick", t["tile.T01"]],
        ["until", t["files.title"]],
        ["files", *map(str, paths)],
        ["read", "section.card > p"],
        ["tick", t["files.original.yes"]],
        ["until", t["consent.title"]],
        ["tick", t["triage.yes_without_identity"]],
        ["until", t["review.title"]],
        ["click", "#next"],
        ["wait", '[data-files="proven"]'],
        ["look"],
    ]


@pytest.mark.parametrize("mode", ["plain", "blurred"])
def test_pictures_are_cleaned_and_not_spoilt(world: Running, tmp_path: Path, mode: str) -> None:
    paths = []
    for name, data in {"a.jpg": jpeg(orientation=3), "b.png": png(), "c.webp": webp()}.items():
        (tmp_path / name).write_bytes(data)
        paths.append(tmp_path / name)
    with street(world.server) as way:
        seen = steps.take("firefox", mode, way_there(way.url, paths), tmp_path)
    assert seen["said"] == []
    assert seen["read"] == [texts("en")["files.clean"]] * 3
    desk = Desk(world, report_of([one.path for one in way.passed]))
    assert [desk.read(piece) for piece in desk.pieces(Section.ORIGINALS)] == [path.read_bytes() for path in paths]
    copies = [desk.read(piece) for piece in desk.pieces(Section.EVIDENCE)]
    assert not any(map(has_canary, copies))
    for number, (data, path) in enumerate(zip(copies, paths, strict=True)):
        assert is_the_same_picture(data, path), path.name
        (tmp_path / "clean").write_bytes(data)
        # A photo that was not drawn again keeps which side is up, so the reviewer's device draws it again.
        assert cleaning.is_clean(tmp_path / "clean") == (mode == "plain" or number > 0), path.name


def is_the_same_picture(data: bytes, path: Path) -> bool:
    """Red above and blue below, the same way up."""
    one, other = (ImageOps.exif_transpose(Image.open(source)).convert("RGB") for source in (io.BytesIO(data), path))
    assert one.size == other.size
    width, height = one.size
    return all(
        near(one.getpixel((width // 2, y)), other.getpixel((width // 2, y))) for y in (height // 4, height * 3 // 4)
    )


def near(one: object, other: object) -> bool:
    assert isinstance(one, tuple)
    assert isinstance(other, tuple)
    return all(abs(here - there) < NEAR for here, there in zip(one, other, strict=True))


def test_a_voice_note_is_recorded_and_arrives(world: Running, tmp_path: Path) -> None:
    t = texts("en")
    spoken: list[Step] = [
        ["click", 'button[lang="en"]'],
        ["until", t["danger.title"]],
        ["tick", t["urgency.U0"]],
        ["until", t["voice.title"]],
        ["click", "#record"],
        ["wait", "#stop"],
        ["speak", 3],
        ["click", "#stop"],
        ["wait", "#hear"],
        ["until", t["consent.title"]],
        ["tick", t["triage.yes_without_identity"]],
        ["until", t["review.title"]],
        ["click", "#next"],
        ["wait", '[data-files="proven"]'],
    ]
    with street(world.server) as way:
        seen = steps.take("firefox", "plain", [["goto", way.url], *spoken], tmp_path)
    assert seen["said"] == []
    desk = Desk(world, report_of([one.path for one in way.passed]))
    (piece,) = desk.pieces(Section.EVIDENCE)
    data = desk.read(piece)
    ((seconds, transcript),) = desk.story().voice
    assert (piece.kind, transcript) == ("voice", "")
    assert data[:4] == {"audio/ogg": b"OggS", "audio/webm": b"\x1aE\xdf\xa3"}[piece.media]
    assert b"Opus" in data
    assert 2 <= seconds <= 6
    assert 1000 < len(data) * 8 < (seconds + 1) * 24_000
