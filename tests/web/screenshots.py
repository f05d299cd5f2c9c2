"""Pictures of every screen, to look at: `python -m tests.web.screenshots DIR`.

English and Arabic, narrow and wide, dark, and English bent.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from server.page import Page
from tests.harness import Organisation, running
from tests.samples import samples
from tests.web.street import street
from tests.web.visiting import Visitor, browser
from web import translations
from web.build import CannotBuildError
from web.page import build_page

_LOOKS: dict[str, tuple[str, str, dict[str, Any]]] = {  # folder: language, sample, how the browser is
    "en": ("en", "S01", {"viewport": {"width": 390, "height": 800}}),
    "ar": ("ar", "S04", {"viewport": {"width": 390, "height": 800}}),
    "en-320-dark": ("en", "S03", {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}),
    "ar-wide": ("ar", "S06", {"viewport": {"width": 1100, "height": 800}}),
}


def take(chrome: Any, url: str, folder: Path, look: str, texts: dict[str, str] | None = None) -> None:
    """Go the whole way, with a picture of each screen."""
    language, sample, how = _LOOKS[look]
    page = chrome.new_context(reduced_motion="reduce", **how).new_page()
    folder.mkdir(parents=True, exist_ok=True)
    count = 0

    def shot(screen: str) -> None:
        nonlocal count
        count += 1
        page.screenshot(path=folder / f"{count:02}-{screen}.png", full_page=True)

    visitor = Visitor(page, url, language, shot)
    if texts is not None:
        visitor.texts = texts
    visitor.enter()
    visitor.tell(samples()[sample])
    visitor.send()
    visitor.keep()
    page.context.close()


def main(arguments: list[str]) -> int:
    """Take all of them."""
    if len(arguments) != 1:
        sys.stderr.write("python -m tests.web.screenshots DIR\n")
        return 2
    out = Path(arguments[0])
    with tempfile.TemporaryDirectory() as home, browser() as chrome:
        with running(Path(home) / "world", Organisation()) as world, street(world.server) as way:
            for look in _LOOKS:
                take(chrome, way.url, out / look, look)
        try:
            build_page(Path(home) / "dist", pseudo=True)
        except CannotBuildError as error:
            sys.stderr.write(f"no pseudo-locale: {error}\n")
            return 0
        page = Page.of
        bent = mock.patch.object(Page, "of", lambda trust: page(trust, Path(home) / "dist"))
        with bent, running(Path(home) / "other", Organisation()) as world, street(world.server) as way:
            catalog = translations.pseudo(translations.load()[0])
            take(chrome, way.url, out / "pseudo", "en", catalog.texts)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
