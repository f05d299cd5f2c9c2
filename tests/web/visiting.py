"""A visitor of the page: she reads labels, as a screen reader says them, and writes a sample report into it."""

import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.needs import need
from web import translations

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
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
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def t(self, key: str, **values: Any) -> str:
        text = self.texts[key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def at(self, key: str) -> None:
        """Wait for the screen of this title; its heading has the focus."""
        self.page.get_by_role("heading", level=1, name=self.t(key), exact=True).wait_for()
        assert self.page.evaluate("document.activeElement.tagName") == "H1"
        self.watch(key.partition(".")[0])

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

    def tell(self, sample: dict[str, Any]) -> None:
        """Answer every question as the sample does."""
        slip, card = sample["slip"], sample["triage"]
        self.at("danger.title")
        self.tick(self.t(f"urgency.{slip['urgency']}"))
        self.next()
        self.at("tiles.title")
        for tile in card["tiles"]:
            self.tick(self.t(f"tile.{tile}"))
        self.next()
        self.at("words.title")
        self.write(self.t("words.label"), (sample["narrative"] or {}).get("text") or "")
        self.choose(self.t("words.language"), slip["lang"])
        self.next()
        self.at("affected.title")
        for who in card["who"]:
            self.tick(self.t(f"who.{who}"))
        self.choose(self.t("count.label"), card["count"])
        self.next()
        self._where(card)
        self._actors(sample)
        self._person(sample)
        self._hide(slip)
        self._consent(sample)

    def _where(self, card: dict[str, Any]) -> None:
        self.at("where.title")
        place, time = card["place"], card["time"]
        if time["value"]:
            self.choose(self.t("where.when"), time["value"])
        if time["ongoing"]:
            self.tick(self.t("where.ongoing"))
        if place["country"]:
            self.choose(self.t("where.country"), place["country"])
        self.write(self.t("where.area"), place["area"] or "")
        self.write(self.t("where.district"), place["district"] or "")
        self.next()

    def _actors(self, sample: dict[str, Any]) -> None:
        self.at("actors.title")
        for actor in sample["triage"]["actors"]:
            self.tick(self.t(f"actor.{actor['type']}"))
        for accused in sample["accused"] or ():
            name = self.t(f"actor.{accused['type']}")
            for key, field in (("actors.unit", "unit_text"), ("actors.person", "person_text")):
                if accused[field]:
                    self.write(self.t(key, actor=name), accused[field])
        self.next()

    def _person(self, sample: dict[str, Any]) -> None:
        self.at("person.title")
        reporter = (sample["identities"] or {}).get("reporter") or {}
        self.write(self.t("person.name"), reporter.get("name") or "")
        self.write(self.t("person.contact"), reporter.get("contact") or "")
        self.write(self.t("person.place"), (sample["location_exact"] or {}).get("text") or "")
        self.next()

    def _hide(self, slip: dict[str, Any]) -> None:
        self.at("hide.title")
        group = self.page.get_by_role("group", name=self.t("hide.actors"), exact=True)
        for link in slip["exclude_links"]:
            kind, _, rest = link.partition(":")
            if kind == "AREA":
                self.choose(self.t("hide.area"), rest)
                continue
            actor, _, place = rest.partition("@")
            group.get_by_label(self.t(f"actor.{actor}"), exact=True).check()
            self.choose(self.t("hide.actors.place"), place)
        self.tick(self.t(f"preference.{slip['reviewer_preference']}"))
        if slip["two_person"]:
            self.tick(self.t("hide.two"))
        self.next()

    def _consent(self, sample: dict[str, Any]) -> None:
        choices = sample["consent"]["choices"]
        self.at("consent.title")
        self.tick(self.t(f"triage.{choices['TRIAGE']}"))
        self.next()
        self.at("sharing.title")
        for purpose, value in choices.items():
            if purpose != "TRIAGE":
                self.choose(self.t(f"purpose.{purpose}"), value)
        self.next()

    def send(self) -> None:
        """Seal, send, wait for the proof."""
        self.at("review.title")
        self.next()
        self.at("send.title")
        self.page.locator('[data-state="proven"]').wait_for()
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
