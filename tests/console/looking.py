"""What must hold of every page of a console: axe finds nothing, nothing is wider than a narrow screen."""

from pathlib import Path
from typing import Any

from tests.needs import need
from tests.web.test_page_access import AXE
from web import build

_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" ")}`)"""
_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Looker:
    """Looks at a page each time that it is told to; keeps what is wrong, and pictures where it is given a folder."""

    def __init__(self, pictures: Path | None = None) -> None:
        try:
            build.install()
        except build.CannotBuildError as error:
            need("axe on every page of the console", f"node, npm and the packages of web/package-lock.json ({error})")
        self._axe = AXE.read_text("utf-8")
        self._pictures = pictures
        self.wrong: list[str] = []
        self.seen: list[str] = []

    def __call__(self, page: Any, name: str) -> None:
        """Look now. The pages allow no script, so axe goes in from outside of them."""
        self.seen.append(name)
        page.evaluate(self._axe)
        self.wrong += [f"{name}: {one}" for one in page.evaluate(_RUN)]
        if page.evaluate(_WIDE):
            self.wrong.append(f"{name}: wider than the screen")
        if self._pictures is not None:
            self._pictures.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self._pictures / f"{len(self.seen):02}-{name}.png", full_page=True)
