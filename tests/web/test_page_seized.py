"""Every sample typed into the page: what she writes arrives equal, word for word, through the gates.

Then P4 on what the page sent: the very search of `tests/test_seized.py`, all of it, in the house to which they came.
The browser's own headers reach it, with an address such as a proxy would add.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from client import contents
from crypto import words
from crypto.errors import OpenError
from crypto.sections import CUSTODIAL, Section
from crypto.slip import Slip
from crypto.slots import GateSlot
from policies.slips import slip_of
from tests.asking import Asking
from tests.harness import Organisation, Running, running
from tests.samples import samples
from tests.test_seized import (  # noqa: F401 - they are collected here, and search this house
    AGENT,
    NAMES,
    days_work,
    everything,
    listening,
    renamed,
    test_certificates_are_sealed,
    test_days_and_nothing_finer,
    test_no_address_and_no_agent,
    test_no_reviewer_beyond_the_public_directory,
    test_no_word_of_any_report,
    test_stories_of_one_size,
    test_who_opened_what_is_not_there,
)
from tests.web.answering import dated
from tests.web.street import Passed, street
from tests.web.visiting import Visitor, browser

LANGUAGES = {  # of the page; her own words are in the language of the sample
    "S01": "en", "S02": "fr", "S03": "es", "S04": "ar", "S05": "en", "S06": "ar", "S07": "en",
    "S08": "es", "S09": "en", "S10": "en", "S11": "fr", "S12": "en", "S13": "en", "S14": "fr",
}  # fmt: skip
TIERS = {  # what the page proposes; reviewers code finer
    "S01": 2, "S02": 3, "S03": 2, "S04": 2, "S05": 2, "S06": 2, "S07": 1,
    "S08": 3, "S09": 2, "S10": 2, "S11": 2, "S12": 3, "S13": 2, "S14": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """One report, as it went."""

    report: bytes
    words: list[str]
    passed: list[Passed]


@dataclass
class Day:
    """A house, and everybody who comes to its page, each once."""

    world: Running
    chrome: Any
    came: dict[str, Typed] = field(default_factory=dict)

    def typed(self, name: str) -> Typed:
        """Type a sample into the page, send it, check the words; or return what came of it before."""
        if name not in self.came:
            self.came[name] = self._type(name)
        return self.came[name]

    def _type(self, name: str) -> Typed:
        context = self.chrome.new_context(viewport={"width": 360, "height": 640}, user_agent=AGENT)
        with street(self.world.server) as way:
            visitor = Visitor(context.new_page(), way.url, LANGUAGES[name])
            visitor.enter()
            visitor.tell(named_here(samples()[name]))
            visitor.send()
            said = visitor.keep()
            context.close()
        assert visitor.errors == []
        (proof,) = {one.path for one in way.passed if one.path.endswith("/proof") and one.status == 200}
        return Typed(bytes.fromhex(proof.split("/")[3]), said, way.passed)


@pytest.fixture(scope="module")
def listened() -> Iterator[list[str]]:
    with listening() as lines:
        yield lines


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, listened: list[str]) -> Iterator[Day]:  # noqa: ARG001 - from the start
    folder = tmp_path_factory.mktemp("seized")
    with running(folder, Organisation(people=renamed())) as world, browser() as chrome:
        world.server.headers["x-forwarded-for"] = "203.0.113.77"
        yield Day(world, chrome)


@pytest.fixture(scope="module")
def seized(day: Day, listened: list[str]) -> tuple[Running, Path, str]:
    """Return a world after a day on which all reports came by the page, its folder, and what was logged."""
    ids = {name: day.typed(name).report for name in samples()}
    days_work(day.world, ids)
    return day.world, day.world.folder, "\n".join(listened)


def named_here(sample: dict[str, Any]) -> dict[str, Any]:
    """Return the sample with people excluded by the names that they have in this house."""
    slip = sample["slip"]
    return {**sample, "slip": {**slip, "exclude_people": [NAMES[name] for name in slip["exclude_people"]]}}


def opened(world: Running, name: str, report: bytes, section: Section) -> bytes:
    """Open one section as those may who may open this sample: a second person and a custodian where it takes them."""
    sample, people = samples()[name], world.organisation.people
    able = [NAMES.get(one, one) for one in people["reports"][name]["may_open_card"]]
    asker, *others = [one for one in able if (name, one) != ("S01", NAMES["r1"])]  # who steps aside in the day's work
    asking = Asking(world, asker, report, [section])
    if section is not Section.CARD and TIERS[name] == 3:
        asking.approve(others[0], section)
    if section in CUSTODIAL:
        links = {one["name"]: one["links"] for one in people["custodians"]}
        free = [one for one in sorted(links) if not any(links[one]) or not sample["slip"]["exclude_links"]]
        asking.approve(free[0], section)
    return asking.read(asking.send(), section)


def test_all_samples_are_typed_in_every_language_of_the_page() -> None:
    assert sorted(LANGUAGES) == sorted(samples()) == sorted(TIERS)
    assert set(LANGUAGES.values()) == {"en", "fr", "es", "ar"}


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_she_writes_arrives_equal(day: Day, name: str) -> None:
    language, world, typed = LANGUAGES[name], day.world, day.typed(name)
    assert [(one.method, one.path) for one in typed.passed].count(("POST", "/v1/reports")) == 1
    keys = words.keys("".join(typed.words) if language == "ar" else " ".join(typed.words), 0)
    assert len(typed.words) == (10 if language == "ar" else 12)
    wanted = written(name, keys.reply)
    for section in Section:
        found = contents.read(section, opened(world, name, typed.report, section))
        assert found == wanted[section], section.label
    given = structs.replace(slip_given(world, typed.report), log_keys=[])
    assert given == structs.replace(slip_of(retold(name)), log_keys=[])


def slip_given(world: Running, report: bytes) -> Slip:
    """Open the slip as the first gate does."""
    gate, sealed = world.in_force.bundle.body.gates[0].name, world.house.slots(report).gates[0]
    return Slip.from_bytes(GateSlot.unseal(world.key(gate).encryption, sealed, gate, report).slip)


def retold(name: str) -> dict[str, Any]:
    """Return a sample without what no keyboard types: files and recordings.

    The tier is the page's own proposal. An accused of whom nothing is said says nothing, so she leaves none.
    """
    sample = dated(named_here(samples()[name]))
    accused = [one for one in sample["accused"] or () if one["unit_text"] or one["person_text"]]
    return {
        **sample,
        "slip": {**sample["slip"], "tier": TIERS[name]},
        "narrative": {**sample["narrative"], "voice": []},
        "accused": accused,
        "evidence": [],
    }


def written(name: str, reply_key: bytes) -> dict[Section, contents.SectionContent]:
    """Return what Python writes of this sample: all its fields."""
    sample = retold(name)
    slip = slip_of(sample)
    made = contents.write(sample, urgency=slip.urgency, consent=slip.consent, reply_key=reply_key)
    return {section: contents.read(section, content) for section, content in made.items()}


def test_what_is_left_out_by_whom_she_names_has_no_key(day: Day) -> None:
    """S13 names r1 and goes to the ombudsperson: nobody of the desk opens even the card."""
    world, report = day.world, day.typed("S13").report
    for who in ("r1", "r2"):
        asking = Asking(world, NAMES[who], report, [Section.CARD])
        assert asking.permitted(asking.send()) == {Section.CARD: False}
        with pytest.raises(OpenError):
            asking.read(asking.send(asking.blobs()), Section.CARD)
    card = contents.read(Section.CARD, opened(world, "S13", report, Section.CARD))
    assert isinstance(card, contents.Card)


def test_the_house_saw_nothing_of_it(day: Day) -> None:
    """Nothing that she sends but the envelope has a body, and no header says more than a browser must."""
    passed = day.typed("S01").passed
    assert {one.path for one in passed if one.sent} == {"/v1/reports"}
    for one in passed:
        assert not {"cookie", "referer", "authorization", "if-none-match"} & set(one.headers), one.path
    stored = b"".join(path.read_bytes() for path in (day.world.folder / "server").iterdir() if path.is_file())
    assert b"candles" not in stored
    assert b"riot police" not in stored


def test_all_samples_came_by_the_page(seized: tuple[Running, Path, str], day: Day) -> None:
    world, folder, _ = seized
    assert {one.headers["user-agent"] for typed in day.came.values() for one in typed.passed} == {AGENT}
    assert len(world.house.reports()) == len(samples()) == 14
    assert len(everything(folder)) > 14 * 30_000
