"""Each rule, and each part of each rule, is needed: without it a row of cases.toml comes out wrong.

A mutant is caught when the rules no longer fit their schema, or when a row gets another answer. What is not caught
stands in survivors.toml with a reason, or a row is missing.
"""

import tomllib
from importlib.resources import files

import pytest

from crypto.errors import MalformedError
from policies.decide import Rules, decide, default_rules_text
from tests.policies.building import rules
from tests.policies.mutants import Mutant, mutants
from tests.policies.table import rows

SCHEMA, POLICIES = default_rules_text()
ALL = list(mutants(POLICIES))
SURVIVORS = tomllib.loads(files("tests.policies").joinpath("survivors.toml").read_text("utf-8"))["survivor"]


def survives(mutant: Mutant) -> bool:
    """Whether every row comes out as before. Rows that name the rule come first: they are the likely ones."""
    try:
        wrong = Rules.load(SCHEMA, mutant.text)
    except MalformedError:
        return False
    likely = sorted(rows(), key=lambda row: mutant.rule not in row.answer.rules)
    return all(decide(wrong, row.question) == row.answer for row in likely)


def test_every_rule_is_bent_in_several_ways() -> None:
    assert {one.rule for one in ALL} == rules().names
    assert len({(one.rule, one.change) for one in ALL}) == len(ALL)
    for rule in rules().names:
        assert sum(one.rule == rule for one in ALL) >= 3, rule


@pytest.mark.parametrize("rule", sorted(rules().names))
def test_a_rule_that_is_dropped_weakened_or_widened_breaks_a_row(rule: str) -> None:
    expected = {one["change"] for one in SURVIVORS if one["rule"] == rule}
    assert {one.change for one in ALL if one.rule == rule and survives(one)} == expected


def test_a_rule_that_is_new_is_bent_by_itself() -> None:
    new = '@id("R99") forbid (principal, action, resource) when { resource.withdrawn && resource.tier > 2 };'
    changes = {one.change for one in mutants(new)}
    part = "`resource.withdrawn` for `(resource.withdrawn) && ((resource.tier) > 2)`"
    assert {"no such rule", "opening only", part} < changes
    assert len(changes) >= 9


def test_survivors_have_a_reason() -> None:
    assert all(set(one) == {"rule", "change", "reason"} and len(one["reason"]) > 20 for one in SURVIVORS)
    assert {one["rule"] for one in SURVIVORS} <= rules().names
