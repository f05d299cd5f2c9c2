"""The decision table of cases.toml: a row a question, in words that need no programmer."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from crypto.errors import MalformedError
from crypto.sections import Section
from policies.decide import Permit
from policies.facts import Colleague
from policies.vocabulary import consent_bytes
from tests.policies.building import NOON, TODAY, answer, colleague, rules, slip

TABLE = tomllib.loads(files("tests.policies").joinpath("cases.toml").read_text("utf-8"))
ROW = {
    *("say", "section", "asker", "second", "custodian", "report", "purpose", "action", "pools", "recused"),
    *("withdrawn", "hours_later", "permit", "deny"),
}


def who(name: str | None) -> Colleague | None:
    if name is None:
        return None
    facts: dict[str, Any] = dict(TABLE["people"][name])
    for day in ("trained_until", "declared_until"):
        if day in facts:
            facts[day] = TODAY + facts[day]
    return colleague(name, **facts)


def test_rows_are_many_different_and_of_this_form() -> None:
    assert len(TABLE["case"]) >= 40
    assert len({row["say"] for row in TABLE["case"]}) == len(TABLE["case"])
    assert all(set(row) <= ROW and ("permit" in row) != ("deny" in row) for row in TABLE["case"])


def test_every_rule_decides_some_row() -> None:
    named = {rule for row in TABLE["case"] for rule in row.get("permit", row.get("deny"))}
    assert named - {"no-rule"} == rules().names


@pytest.mark.parametrize("row", TABLE["case"], ids=lambda row: row["say"])
def test_case(row: dict[str, Any]) -> None:
    report = dict(row.get("report", {}))
    asker = who(row.get("asker", "asha"))
    if asker is None:
        raise MalformedError("a row without asker")
    found = answer(
        action=row.get("action", "open"),
        section=Section[row.get("section", "card").upper()],
        purpose=row.get("purpose", "TRIAGE"),
        minute=NOON + 60 * row.get("hours_later", 0),
        asker=asker,
        second=who(row.get("second")),
        custodian=who(row.get("custodian")),
        slip=slip(**(report | {"consent": consent_bytes(report.pop("consent", {}))})),
        pools=frozenset(row.get("pools", ["outside", "women"])),
        recused=frozenset(row.get("recused", [])),
        withdrawn=row.get("withdrawn", False),
    )
    assert isinstance(found, Permit) is ("permit" in row)
    assert list(found.rules) == row.get("permit", row.get("deny"))
