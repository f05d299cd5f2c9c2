"""Papers are cleaned by mat2, and none that would call somebody when it is opened is let through."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest

from client import cleaning
from client.cleaning import bounded
from client.errors import RefusedError
from tests import corpus, corpus_papers
from tests.listening import Listening
from tests.needs import need


@pytest.fixture(autouse=True)
def tools() -> None:
    if shutil.which("mat2") is None:
        need("cleaning papers", "mat2 (Debian package mat2)")


def canaries(data: bytes) -> list[str]:
    """Return the members of an archive, or the whole, where the word still is."""
    if not data.startswith(b"PK"):
        return ["whole"] if corpus.has_canary(data) else []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {one.date_time[0] for one in archive.infolist()} in ({1980}, {2026})
        return [name for name in archive.namelist() if corpus.has_canary(name.encode() + archive.read(name))]


@pytest.mark.parametrize("name", ["paper.pdf", "paper.docx", "paper.odt"])
def test_a_paper_says_nothing_of_who_wrote_it(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    source.write_bytes(corpus_papers.CLEANED[name]())
    before = canaries(source.read_bytes())
    assert before
    cleaned = cleaning.clean(source, target := tmp_path / "copy")
    assert canaries(target.read_bytes()) == []
    assert cleaning.media_of(target) == cleaned.media == cleaning.media_of(source)
    assert "the author" in cleaned.removed
    assert "CANARY" not in repr(cleaned)
    assert "may still name people" in cleaned.remains[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", name]
    if name == "paper.docx":
        assert {"docProps/core.xml", "word/comments.xml", "word/vbaProject.bin", "word/media/image1.jpeg"} <= set(
            before
        )
        with zipfile.ZipFile(target) as archive:
            assert b"what happened at the market" in archive.read("word/document.xml")
            assert "docProps/thumbnail.jpeg" not in archive.namelist()
            assert b"thumbnail" not in archive.read("_rels/.rels")


def test_a_pdf_keeps_its_pages_and_nothing_that_acts(tmp_path: Path) -> None:
    source = tmp_path / "paper.pdf"
    source.write_bytes(corpus_papers.pdf())
    acting = (b"/JavaScript", b"/URI", b"/OpenAction", b"/EmbeddedFile", b"/Metadata", b"<script>", b"/Annot")
    assert all(word in source.read_bytes() for word in acting)
    cleaned = cleaning.clean(source, target := tmp_path / "copy")
    assert not any(word in target.read_bytes() for word in acting)
    assert b"/Page" in target.read_bytes()
    assert "Each page is a picture now" in cleaned.sentence


def test_a_link_to_be_clicked_stays_readable(tmp_path: Path) -> None:
    source = tmp_path / "paper.docx"
    source.write_bytes(corpus_papers.docx_with_link())
    cleaning.clean(source, target := tmp_path / "copy")
    assert canaries(target.read_bytes()) == ["word/_rels/document.xml.rels"]


@pytest.mark.parametrize("name", corpus_papers.CALLING)
def test_a_paper_that_calls_when_it_is_opened_is_refused(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    source.write_bytes(corpus_papers.CALLING[name](corpus_papers.NOWHERE))
    with pytest.raises(RefusedError, match="would fetch something from elsewhere") as refused:
        cleaning.clean(source, tmp_path / "copy")
    assert "save it as a PDF" in refused.value.next_step
    assert not (tmp_path / "copy").exists()


def test_a_drawing_that_can_hold_programs_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "drawing.png"
    source.write_bytes(corpus_papers.svg())
    assert cleaning.media_of(source) == "image/svg+xml"
    with pytest.raises(RefusedError, match="cannot be cleaned"):
        cleaning.clean(source, tmp_path / "copy")


@pytest.mark.parametrize("apart", [True, False])
def test_nothing_is_fetched_while_a_paper_is_cleaned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, apart: bool
) -> None:
    """Neither where programs have no network, nor where this machine cannot take it from them."""
    if apart and not bounded.apart():
        need("cleaning without network", "user namespaces, or root")
    if not apart:
        monkeypatch.setattr(bounded, "apart", tuple)
    with Listening() as home:
        for name, build in {
            **corpus_papers.CALLING,
            "paper.pdf": corpus_papers.pdf,
            "drawing.svg": corpus_papers.svg,
        }.items():
            source = tmp_path / name
            source.write_bytes(build(home.address))
            try:
                cleaning.clean(source, tmp_path / f"copy-{name}")
            except RefusedError:
                assert name != "paper.pdf"
        assert home.calls() == 0


@pytest.mark.parametrize("cut", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("name", ["paper.docx", "paper.odt"])
def test_a_paper_cut_short_is_refused(tmp_path: Path, name: str, cut: float) -> None:
    whole = corpus_papers.CLEANED[name]()
    source = tmp_path / name
    source.write_bytes(whole[: int(len(whole) * cut)])
    with pytest.raises(RefusedError):
        cleaning.clean(source, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == [name]
