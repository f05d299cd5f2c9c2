"""Files on the reporter's page: cleaned there, sent after the words, opened by whom she trusts (protocol 19)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client import cleaning
from crypto import objects
from crypto.sections import Section
from tests.corpus import has_canary, jpeg, png, webp
from tests.harness import Running
from tests.web.evidence import Desk, Sender, report_of, sent_as_it_is
from tests.web.street import Street, street
from tests.web.visiting import browser

PDF = b"%PDF-1.7\n" + b"CANARY " * 20_000
MADE = {"photo.jpg": jpeg, "screen.png": png, "shared.webp": webp}


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


def file(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def test_clean_copies_and_originals_arrive_and_the_words_before_them(
    chrome: Any, world: Running, way: Street, tmp_path: Path
) -> None:
    page = chrome.new_context().new_page()
    sender = Sender(page, way.url, "en")
    sender.to_files()
    before = len(way.passed)
    pictures = [file(tmp_path, name, make()) for name, make in MADE.items()]
    assert all(has_canary(path.read_bytes()) for path in pictures)
    paper = file(tmp_path, "CANARY-paper.pdf", PDF)
    sender.attach([*pictures, paper])
    assert page.get_by_text(sender.t("files.clean")).count() == 3
    assert "CANARY" not in page.locator("main").inner_text()  # no name of a file, unless she looks
    sender.next()
    assert page.locator("#status").inner_text() == sender.t("files.decide")
    sender.tick(sender.t("files.asis.yes"))
    sender.next()
    assert page.locator("#status").inner_text() == sender.t("files.originals.choose")
    sender.untouched_too(yes=True)
    sender.onward()
    assert len(way.passed) == before  # nothing left her device while she chose
    sender.send()
    sender.brought()
    assert sender.errors == []
    page.context.close()

    asked = [f"{one.method} {one.path.partition('/v1/objects')[1] or one.path}" for one in way.passed[before:]]
    assert asked.index("POST /v1/reports") < asked.index("POST /v1/objects") < asked.index("PATCH /v1/objects")
    made = [one for one in way.passed if (one.method, one.path) == ("POST", "/v1/objects")]
    assert len(made) == 8  # three clean copies and four originals are seven: one decoy
    assert all(int(one.headers["upload-length"]) in objects.SIZES for one in made)
    assert len([one for one in way.passed if one.method == "GET" and one.path.startswith("/v1/objects/")]) == 8

    desk = Desk(world, report_of([one.path for one in way.passed]))
    copies, originals = desk.pieces(Section.EVIDENCE), desk.pieces(Section.ORIGINALS)
    assert [one.kind for one in copies] == ["photo"] * 3
    for piece in copies:
        data = desk.read(piece)
        assert not has_canary(data)
        clean = file(tmp_path, "clean", data)
        assert cleaning.is_clean(clean), piece.media
        assert cleaning.media_of(clean) == piece.media
    assert [desk.read(piece) for piece in originals] == [path.read_bytes() for path in (*pictures, paper)]
    assert originals[3].media == "application/pdf"
    assert all(piece.seal for piece in (*copies, *originals))  # bound into the words, before a byte went


def test_what_she_leaves_out_does_not_go_and_nothing_goes_uncleaned_by_itself(
    chrome: Any, world: Running, way: Street, tmp_path: Path
) -> None:
    page = chrome.new_context().new_page()
    sender = Sender(page, way.url, "en")
    sender.to_files(tile="T04")
    sender.attach([file(tmp_path, "a.jpg", jpeg()), file(tmp_path, "b.pdf", PDF)])
    no = page.get_by_label(sender.t("files.original.no"), exact=True)
    assert no.is_checked()  # sexual violence: the untouched picture stays with her unless she says otherwise
    page.get_by_role("button", name=f"{sender.t('files.remove')}: {sender.t('files.kind.document')} 2").click()
    sender.onward()
    sender.send()
    sender.brought()
    assert sender.errors == []
    page.context.close()
    assert len([one for one in way.passed if one.path == "/v1/objects"]) == 1
    desk = Desk(world, report_of([one.path for one in way.passed]), pair="r2")
    (piece,) = desk.pieces(Section.EVIDENCE)
    assert not has_canary(desk.read(piece))
    assert desk.pieces(Section.ORIGINALS) == []


def test_no_more_files_than_the_sealed_list_has_room_for(chrome: Any, way: Street) -> None:
    page = chrome.new_context().new_page()
    sender = Sender(page, way.url, "en")
    sender.to_files()
    some = [{"name": f"{i}.jpg", "mimeType": "image/jpeg", "buffer": jpeg()} for i in range(8)]
    sender.attach(some)
    assert page.locator('input[type="file"]').is_disabled()
    page.get_by_role("button", name=f"{sender.t('files.remove')}: {sender.t('files.kind.photo')} 8").click()
    label = sender.t("files.choose", count=8)
    page.get_by_label(label, exact=True).set_input_files(some[:2])
    page.wait_for_function("() => document.querySelectorAll('section.card[data-done]').length === 8")
    assert page.locator("#status").inner_text() == sender.t("files.most", count=8)
    page.get_by_role("button", name=f"{sender.t('files.remove')}: {sender.t('files.kind.photo')} 8").click()
    page.get_by_label(label, exact=True).set_input_files([{**some[0], "buffer": b""}])
    assert page.locator("#status").inner_text() == sender.t("files.large")
    assert sender.errors == []
    page.context.close()


def test_a_disk_that_lost_the_middle_of_a_piece_gets_all_of_it_anew(
    chrome: Any, world: Running, way: Street, tmp_path: Path
) -> None:
    """What is sealed again does not fit what is there: half of each would open for nobody."""
    page = chrome.new_context().new_page()
    sender = Sender(page, way.url, "en")
    paper = file(tmp_path, "b.pdf", PDF * 20)
    cut: list[str] = []

    def pass_on(route: Any) -> None:
        request = route.request
        if request.method == "PATCH" and int(request.headers["upload-offset"]) > 0 and not cut:
            cut.append("PATCH")
            route.abort()
        elif request.method == "HEAD" and cut == ["PATCH"]:
            cut.append("HEAD")
            route.fulfill(status=200, headers={"Upload-Offset": "100", "Upload-Length": "0"})
        else:
            route.continue_()

    page.route("**/v1/objects/*", pass_on)
    sent_as_it_is(sender, paper)
    sender.brought()
    page.context.close()
    assert cut == ["PATCH", "HEAD"]
    asked = [one.method for one in way.passed if one.path.startswith("/v1/objects")]
    assert asked == ["POST", "HEAD", "PATCH", "DELETE", "POST", "HEAD", *["PATCH"] * 3, "GET"]
    desk = Desk(world, report_of([one.path for one in way.passed]))
    (piece,) = desk.pieces(Section.ORIGINALS)
    assert desk.read(piece) == paper.read_bytes()


def test_a_file_that_changed_since_she_chose_it_does_not_go(chrome: Any, way: Street, tmp_path: Path) -> None:
    page = chrome.new_context().new_page()
    sender = Sender(page, way.url, "en")
    paper = file(tmp_path, "b.pdf", PDF)
    sender.to_files()
    sender.attach([paper])
    sender.tick(sender.t("files.asis.yes"))
    sender.onward()
    paper.write_bytes(PDF.replace(b"CANARY", b"OTHERS"))
    sender.send()
    sender.brought("failed")
    assert page.locator("[data-files]").inner_text() == sender.t("bring.failed", all=1, missing=1)
    assert not [one for one in way.passed if one.method == "PATCH"]
    page.context.close()


def test_no_byte_of_a_file_goes_before_the_words_have_arrived(chrome: Any, way: Street, tmp_path: Path) -> None:
    page = chrome.new_context().new_page()
    sender = Sender(page, way.url, "en")
    way.cut.add("/v1/reports")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sent_as_it_is(sender, file(tmp_path, "b.pdf", PDF))
    page.locator('[data-state="waiting"]').wait_for()
    page.wait_for_timeout(300)
    assert page.locator("[data-files]").inner_text() == sender.t("bring.later")
    assert [one for one in asked if "/v1/reports" in one]
    assert [one for one in asked if "/v1/objects" in one] == []
    way.cut.clear()
    sender.press("send.now")
    sender.brought()
    page.context.close()
