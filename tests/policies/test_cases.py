"""The decision table of cases.toml: a row a question, in words that need no programmer."""

import pytest

from policies.decide import decide
from tests.policies.building import rules
from tests.policies.table import TABLE, WORDS, Row, rows


def test_rows_are_many_different_and_of_this_form() -> None:
    assert len(TABLE["case"]) >= 80
    assert len({row["say"] for row in TABLE["case"]}) == len(TABLE["case"])
    assert all(set(row) <= WORDS and ("permit" in row) != ("deny" in row) for row in TABLE["case"])


def test_every_rule_decides_some_row() -> None:
    named = {rule for row in rows() for rule in row.answer.rules}
    assert named - {"no-rule"} == rules().names


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.say)
def test_case(row: Row) -> None:
    assert decide(rules(), row.question) == row.answer
