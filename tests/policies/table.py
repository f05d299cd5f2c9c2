"""cases.toml read: every row becomes a question, or one a section where it names several, with the answer it wants."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Final

from crypto.sections import Section
from policies.decide import Deny, Permit
from policies.facts import Colleague, Question
from policies.vocabulary import consent_bytes
from tests.policies.building import NOON, TODAY, colleague, question, slip

TABLE: Final[dict[str, Any]] = tomllib.loads(files("tests.policies").joinpath("cases.toml").read_text("utf-8"))
WORDS: Final = {
    *("say", "section", "asker", "second", "custodian", "report", "purpose", "action", "pools", "recused"),
    *("withdrawn", "expired", "hours_later", "permit", "deny"),
}


@dataclass(frozen=True)
class Row:
    """One question of the table, and its answer."""

    say: str
    question: Question
    answer: Permit | Deny


def who(name: str) -> Colleague:
    facts: dict[str, Any] = dict(TABLE["people"][name])
    for day in ("trained_until", "declared_until"):
        if day in facts:
            facts[day] = TODAY + facts[day]
    return colleague(name, **facts)


@cache
def rows() -> tuple[Row, ...]:
    """Return the whole table."""
    return tuple(row for case in TABLE["case"] for row in _rows(case))


def _rows(case: dict[str, Any]) -> Iterator[Row]:
    report = dict(case.get("report", {}))
    consent = consent_bytes(report.pop("consent", {}))
    sections = case.get("section", "card")
    several = isinstance(sections, list)
    answer = Permit(tuple(case["permit"])) if "permit" in case else Deny(tuple(case["deny"]))
    actions = case.get("action", "open")
    for section, action in product(
        sections if several else [sections], actions if isinstance(actions, list) else [actions]
    ):
        asked = question(
            action=action,
            section=Section[section.upper()],
            purpose=case.get("purpose", "TRIAGE"),
            minute=NOON + 60 * case.get("hours_later", 0),
            asker=who(case.get("asker", "asha")),
            second=who(case["second"]) if "second" in case else None,
            custodian=who(case["custodian"]) if "custodian" in case else None,
            slip=slip(**report, consent=consent),
            pools=frozenset(case.get("pools", ["outside", "women"])),
            recused=frozenset(case.get("recused", [])),
            withdrawn=case.get("withdrawn", False),
            expired=case.get("expired", False),
        )
        many = [str(one) for one, listed in ((section, several), (action, isinstance(actions, list))) if listed]
        yield Row(": ".join([case["say"], *many]), asked, answer)
