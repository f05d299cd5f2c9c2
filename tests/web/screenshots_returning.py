"""Pictures of every screen of who comes back: `python -m tests.web.screenshots_returning DIR`. English and Arabic."""

import sys
import tempfile
from pathlib import Path

from tests.gate.her import Her, waiting
from tests.web.returning import Returner, write_to
from tests.web.street import street
from tests.web.test_page_returning_access import whole_way
from tests.web.visiting import browser

_ANSWERS = {
    "en": "We have read it. You did right to write.\n\nDo not go there alone. We ask again in seven days.",
    "ar": "قرأنا ما كتبتِ. أحسنتِ إذ كتبتِ.\n\nلا تذهبي إلى هناك وحدك. سنسأل مرة أخرى بعد سبعة أيام.",
}


def main(arguments: list[str]) -> int:
    """Take all of them."""
    if len(arguments) != 1:
        sys.stderr.write("python -m tests.web.screenshots_returning DIR\n")
        return 2
    with (
        tempfile.TemporaryDirectory() as home,
        browser() as chrome,
        waiting(Path(home), gates=3, threshold=2) as house,
        street(house.server) as way,
    ):
        for language, text in _ANSWERS.items():
            folder = Path(arguments[0]) / language
            folder.mkdir(parents=True, exist_ok=True)
            her = Her(house)
            her.opens("r1")
            write_to(house, her, text)
            page = chrome.new_context(viewport={"width": 390, "height": 800}, reduced_motion="reduce").new_page()
            count = 0

            def shot(screen: str) -> None:
                nonlocal count
                count += 1
                page.screenshot(path=folder / f"{count:02}-{screen}.png", full_page=True)  # noqa: B023 - used at once

            whole_way(Returner(page, way.url, language, shot), her)
            page.context.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
