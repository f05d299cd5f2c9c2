"""The whole way through the page as a list of steps, which `steps.mjs` takes in Firefox as in Chromium.

It names the questions that it answers and presses "Skip" or "Next" through all others: a new one breaks nothing.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.needs import need
from tests.web import driving
from tests.web.answering import dated
from tests.web.visiting import texts
from web import build

HERE = Path(__file__).parent
WORDS = 12  # at most; where a language has no list, ten groups of digits
Step = list[Any]


def whole_way(url: str, language: str, sample: dict[str, Any]) -> list[Step]:
    """Language, questions, sending, the words shown and checked, and out by quick exit."""
    t = texts(language)
    sample = dated(sample)
    return [
        ["goto", url],
        ["click", f'button[lang="{language}"]'],
        ["at", t["safety.title"]],
        ["language"],
        *_questions(t, sample),
        ["until", t["review.title"]],
        ["click", "#next"],
        ["at", t["send.title"]],
        ["wait", '[data-state="proven"]'],
        ["press", t["send.words"]],
        ["at", t["keys.title"]],
        ["click", "#toggle"],
        ["read", ".keys li"],
        ["click", "#toggle"],
        ["click", "#next"],
        ["at", t["test.title"]],
        ["recall", [t["test.ask"].replace("{number}", str(place + 1)) for place in range(WORDS)]],
        ["click", "#next"],
        ["at", t["done.title"]],
        ["click", "#leave"],
        ["at", "Measures"],
        ["look"],
    ]


def _questions(t: dict[str, str], sample: dict[str, Any]) -> list[Step]:
    slip, card = sample["slip"], sample["triage"]
    reporter = sample["identities"]["reporter"]
    place = card["place"]
    return [
        ["until", t["danger.title"]],
        ["tick", t[f"urgency.{slip['urgency']}"]],
        ["until", t["tiles.title"]],
        *(["tick", t[f"tile.{tile}"]] for tile in card["tiles"]),
        ["until", t["words.title"]],
        ["write", t["words.label"], sample["narrative"]["text"]],
        ["choose", t["words.language"], slip["lang"]],
        ["until", t["affected.title"]],
        *(["tick", t[f"who.{who}"]] for who in card["who"]),
        ["choose", t["count.label"], card["count"]],
        ["until", t["where.title"]],
        ["choose", t["where.country"], place["country"]],
        ["write", t["where.area"], place["area"]],
        ["until", t["actors.title"]],
        *(["tick", t[f"actor.{actor['type']}"]] for actor in card["actors"]),
        ["until", t["person.title"]],
        ["write", t["person.name"], reporter["name"]],
        ["write", t["person.contact"], reporter["contact"]],
        ["until", t["consent.title"]],
        ["tick", t[f"triage.{sample['consent']['choices']['TRIAGE']}"]],
    ]


def take(browser: str, mode: str, steps: list[Step], folder: Path) -> dict[str, Any]:
    """Take the steps in a browser; return what it saw. Skip, aloud, where the browser or node is missing."""
    if not driving.installed(browser):
        need(f"the reporter's page in {browser}", f"Debian's {driving.BROWSERS[browser]}")
    try:
        node = build.install()
    except build.CannotBuildError as error:
        need(f"the reporter's page in {browser}", f"node, npm and the packages of web/package-lock.json ({error})")
    written = folder / "steps.json"
    written.write_text(json.dumps(steps))
    command = [node, str(HERE / "steps.mjs"), browser, mode, str(written)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            out, err = running.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            running.terminate()  # node closes its browser
            raise
    assert running.returncode == 0, err
    seen: dict[str, Any] = json.loads(out)
    return seen
