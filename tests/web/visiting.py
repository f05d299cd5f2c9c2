"""A visitor of the page: she reads labels, as a screen reader says them, and writes a sample report into it."""

import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.needs import need
from tests.web import answering
from web import translations

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
# Looked at with every frame: Playwright's own waiting for a locator looks only twice a second after a while.
_TITLED = "title => document.querySelector('h1')?.innerText.trim() === title"
_THERE = "selector => document.querySelector(selector)?.checkVisibility()"
Watch = Callable[[str], None]


def texts(code: str) -> dict[str, str]:
    """Return what the page says in one language."""
    return next(one.texts for one in translations.load() if one.header["Language"] == code)


def chromium() -> str:
    """Return Debian's Chromium, or say what was not run."""
    found = shutil.which("chromium")
    if found is None:
        need("the reporter's page in Chromium", "Debian's chromium")
    return found


@contextmanager
def browser(*arguments: str) -> Iterator[Any]:
    """Start Chromium."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it may be missing
    except ImportError:
        need("the reporter's page in Chromium", "playwright for Python")
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments])
        try:
            yield started
        finally:
            started.close()


@contextmanager
def persistent(profile: Path) -> Iterator[Any]:
    """Start Chromium with a profile folder on disk, to look into afterwards."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it may be missing
    except ImportError:
        need("the reporter's page in Chromium", "playwright for Python")
    path = chromium()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(str(profile), executable_path=path, args=ARGUMENTS)
        try:
            yield context
        finally:
            context.close()


class Visitor:
    """One visit, in one language."""

    def __init__(self, page: Any, url: str, language: str, watch: Watch = lambda _: None) -> None:
        self.page, self.url, self.language, self.watch = page, url, language, watch
        self.texts = texts(language)
        self.words: list[str] = []
        self.errors: list[str] = []
        page.set_default_timeout(60_000)  # time is no test here: a busy machine must not make a visit fail
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def t(self, key: str, **values: Any) -> str:
        text = self.texts[key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def at(self, key: str) -> None:
        """Wait for the screen of this title; its heading has the focus."""
        self.page.wait_for_function(_TITLED, arg=self.t(key))
        assert self.page.get_by_role("heading", level=1, name=self.t(key), exact=True).is_visible()
        assert self.page.evaluate("document.activeElement.tagName") == "H1"
        self.watch(key.partition(".")[0])

    def appear(self, selector: str) -> None:
        """Wait until it can be seen."""
        self.page.wait_for_function(_THERE, arg=selector)

    def next(self) -> None:
        self.page.locator("#next").click()

    def press(self, key: str) -> None:
        self.page.get_by_role("button", name=self.t(key), exact=True).click()

    def tick(self, text: str) -> None:
        self.page.get_by_label(text, exact=True).first.check()

    def write(self, text: str, value: str) -> None:
        self.page.get_by_label(text, exact=True).fill(value)

    def choose(self, text: str, value: str) -> None:
        self.page.get_by_label(text, exact=True).select_option(value)

    def enter(self) -> None:
        """Open the page, choose the language, read what must be known first."""
        self.page.goto(self.url)
        self.page.locator(f'button[lang="{self.language}"]').wait_for()
        self.watch("language")
        self.page.locator(f'button[lang="{self.language}"]').click()
        self.at("safety.title")
        self.next()
        self.appear("html[data-whole]")  # from here on no line is needed

    def tell(self, sample: dict[str, Any]) -> None:
        """Answer every question as the sample does."""
        answering.tell(self, sample)

    def send(self) -> None:
        """Seal, send, wait for the proof."""
        self.at("review.title")
        self.next()
        self.at("send.title")
        self.appear('[data-state="proven"]')
        self.watch("proven")

    def keep(self) -> list[str]:
        """Look at the words, hide them, answer the check."""
        self.press("send.words")
        self.at("keys.title")
        toggle = self.page.locator("#toggle")
        toggle.click()
        self.watch("words_shown")
        self.words = self.page.locator(".keys li").all_inner_texts()
        toggle.click()
        assert not self.page.locator(".keys").is_visible()
        self.next()
        self.at("test.title")
        for place, word in enumerate(self.words):
            field = self.page.get_by_label(self.t("test.ask", number=place + 1), exact=True)
            if field.count():
                field.fill(unicodedata.normalize("NFC", word).upper())
        self.next()
        self.at("done.title")
        return self.words
