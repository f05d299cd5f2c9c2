"""After she has sent and left: nothing in the browser, nothing of her words in its folder on disk (P4, US1)."""

from pathlib import Path
from typing import Any

from tests.harness import Running
from tests.samples import samples
from tests.web.street import street
from tests.web.visiting import Visitor, persistent

_KEPT = """async () => ({
  cookie: document.cookie, local: localStorage.length, session: sessionStorage.length,
  databases: (await indexedDB.databases()).length, caches: globalThis.caches ? (await caches.keys()).length : 0,
  workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
  state: history.state, length: history.length, title: document.title, text: document.body.innerText,
})"""


def found(folder: Path, said: list[str]) -> list[tuple[str, str]]:
    """Look for words in every file, as UTF-8 and as UTF-16."""
    marks = [(word, form) for word in said for form in (word.encode(), word.encode("utf-16-le"))]
    files = [path for path in folder.rglob("*") if path.is_file()]
    data = [(str(path.relative_to(folder)), path.read_bytes()) for path in files]
    return [(name, word) for name, content in data for word, form in marks if form in content]


def told(page: Any, url: str) -> Visitor:
    visitor = Visitor(page, url, "en")
    visitor.enter()
    visitor.tell(samples()["S01"])
    visitor.send()
    visitor.keep()
    return visitor


def test_nothing_stays(world: Running, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    with street(world.server) as way, persistent(profile) as context:
        page = context.new_page()
        visitor = told(page, way.url)
        before = page.evaluate("history.length")
        page.locator("#leave").click()
        page.wait_for_url("**/leave")
        kept = page.evaluate(_KEPT)
        assert kept.pop("length") == before  # the page's place was taken; no entry was added
        assert "Measures" in kept.pop("text")
        assert kept == {
            "cookie": "", "local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0, "state": None,
            "title": "Measures",
        }  # fmt: skip
        page.go_back()
        assert "candles" not in page.content()
    secret = ["sixty women", "green shoulder bands", " ".join(visitor.words), "old post office"]
    assert found(profile, secret) == []
    assert [path for path in profile.rglob("*") if path.is_file()], "there was a profile to look into"


def test_escape_three_times_leaves_and_so_does_coming_back_to_nothing(world: Running, tmp_path: Path) -> None:
    with street(world.server) as way, persistent(tmp_path / "profile") as context:
        page = context.new_page()
        visitor = Visitor(page, way.url, "en")
        visitor.enter()
        visitor.tick(visitor.t("urgency.U0"))
        visitor.next()
        visitor.next()
        visitor.write(visitor.t("words.label"), "nobody must see this")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        assert page.locator("textarea").is_visible()
        page.keyboard.press("Escape")
        page.wait_for_url("**/leave")
        page.go_back()
        assert "nobody must see" not in page.content()
    leave = next(one for one in way.passed if one.path == "/leave")
    assert leave.status == 200


def test_the_button_is_there_on_every_screen_and_stays_in_sight(world: Running, tmp_path: Path) -> None:
    with street(world.server) as way, persistent(tmp_path / "profile") as context:
        page = context.new_page()
        page.set_viewport_size({"width": 320, "height": 480})

        def look(_: str) -> None:
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            box = page.locator("#leave").bounding_box()
            assert box is not None
            assert 0 <= box["y"] < 60
            page.evaluate("scrollTo(0, 0)")

        visitor = Visitor(page, way.url, "en", look)
        visitor.enter()
        visitor.tell(samples()["S01"])
