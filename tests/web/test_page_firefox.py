"""The page's whole way in Firefox ESR, as it is and as Tor Browser "Safer" makes it: no WASM, no JIT (US1).

The same steps go through Chromium beside it. What she wrote arrives, and a reviewer opens it word for word.
"""

from pathlib import Path

import pytest

from client import contents
from crypto import words
from crypto.sections import Section
from tests.asking import Asking
from tests.harness import Running
from tests.samples import samples
from tests.web import steps
from tests.web.street import street
from tests.web.visiting import texts

WAYS = (
    ("firefox", "plain", "en", "S01"),
    ("firefox", "safer", "en", "S01"),
    ("firefox", "plain", "ar", "S04"),
    ("firefox", "safer", "ar", "S04"),
    ("chromium", "plain", "ar", "S04"),
)
DIRECTIONS = {"en": "ltr", "ar": "rtl"}
REPORTERS = {
    "en": {"name": "Nimra (invented)", "contact": "nimra@mail.example, after six"},
    "ar": {"name": "أمينة (شخصية خيالية)", "contact": "عن طريق المكتبة، كل خميس"},
}


def opened(world: Running, report: bytes, section: Section) -> bytes:
    asking = Asking(world, "r1", report, [section])
    if section is Section.IDENTITY:
        asking.approve("c1", section)
    return asking.read(asking.send(), section)


@pytest.mark.parametrize("through", WAYS, ids="-".join)
def test_the_whole_way(world: Running, tmp_path: Path, through: tuple[str, str, str, str]) -> None:
    browser, mode, language, name = through
    reporter = REPORTERS[language]
    sample = {**samples()[name], "identities": {"reporter": reporter}}
    with street(world.server) as way:
        seen = steps.take(browser, mode, steps.whole_way(way.url, language, sample), tmp_path)
    assert seen["said"] == []
    assert seen["unfocused"] == [
        "Measures"
    ]  # every screen's heading takes the focus; the page behind the exit has none
    wasm = "undefined" if mode == "safer" else "object"
    assert seen["root"] == {"lang": language, "dir": DIRECTIONS[language], "wasm": wasm}
    assert [seen["cookie"], seen["local"], seen["session"]] == ["", 0, 0]
    assert sample["narrative"]["text"][:20] not in seen["text"]
    sent = [one for one in way.passed if one.sent]
    assert [(one.path, one.status) for one in sent] == [("/v1/reports", 201)]
    (proof,) = {one.path for one in way.passed if one.path.endswith("/proof") and one.status == 200}
    report = bytes.fromhex(proof.split("/")[3])

    said = seen["read"]
    keys = words.keys(" ".join(said) if len(said) == 12 else "".join(said), 0)
    card = contents.read(Section.CARD, opened(world, report, Section.CARD))
    assert isinstance(card, contents.Card)
    wanted = sample["triage"]
    assert (card.language, f"U{card.urgency}") == (sample["slip"]["lang"], sample["slip"]["urgency"])
    assert (list(card.tiles), list(card.who), card.count) == (wanted["tiles"], wanted["who"], wanted["count"])
    assert [one[0] for one in card.actors] == [one["type"] for one in wanted["actors"]]
    assert (card.place[1], card.place[2]) == (wanted["place"]["country"], wanted["place"]["area"])
    assert card.reply_key == keys.reply
    story = contents.read(Section.STORY, opened(world, report, Section.STORY))
    assert isinstance(story, contents.Story)
    assert story.text == sample["narrative"]["text"]
    identity = contents.read(Section.IDENTITY, opened(world, report, Section.IDENTITY))
    assert isinstance(identity, contents.Identity)
    assert (identity.name, identity.contact) == (reporter["name"], reporter["contact"])


def test_the_steps_pass_by_the_questions_that_they_do_not_name(world: Running, tmp_path: Path) -> None:
    """A way that names a single question goes through all the others."""
    t = texts("en")
    with street(world.server) as way:
        some = [
            ["goto", way.url],
            ["click", 'button[lang="en"]'],
            ["at", t["safety.title"]],
            ["until", t["danger.title"]],
        ]
        some += [["tick", t["urgency.U0"]], ["until", t["consent.title"]]]
        seen = steps.take("chromium", "plain", some, tmp_path)
    assert len(seen["headings"]) > 10
    assert len(set(seen["headings"])) == len(seen["headings"])
