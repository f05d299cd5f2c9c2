"""After she came back and left: nothing in the browser, nothing of an answer or her words in its folder on disk."""

from pathlib import Path

from tests.gate.her import Her, waiting
from tests.web.returning import Returner, write_to
from tests.web.street import street
from tests.web.test_page_traces import found
from tests.web.visiting import persistent


def test_a_page_that_was_left_shows_nothing(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    with (
        waiting(tmp_path / "house", gates=3, threshold=2) as house,
        street(house.server) as way,
        persistent(profile) as context,
    ):
        her = Her(house)
        write_to(house, her, "Do not go there alone.")
        she = Returner(context.new_page(), way.url, "en")
        she.come_back(her.said)
        she.button("inbox.read").click()
        assert she.page.locator(".letter").inner_text() == "Do not go there alone."
        she.page.locator("#leave").click()
        she.page.wait_for_url("**/leave")
        kept = she.page.evaluate("[document.cookie, localStorage.length, sessionStorage.length, history.state]")
        assert kept == ["", 0, 0, None]
        she.page.go_back()
        assert "alone" not in she.page.content()
    assert found(profile, ["Do not go there alone", her.said, "v1/feed/20"]) == []
    assert [path for path in profile.rglob("*") if path.is_file()], "there was a profile to look into"
