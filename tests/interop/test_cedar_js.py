"""Two builds of Cedar give one answer: the same decision, by the same rules, with as many errors."""

from collections import Counter

import pytest

from policies.decide import default_rules_text
from tests.interop.cedar import OVERFLOW, compare
from tests.policies.building import rules

pytestmark = pytest.mark.usefixtures("package")


def test_two_thousand_questions_get_the_same_answer_from_both() -> None:
    cases, mine, theirs = compare(2000)
    assert [case for case, one, other in zip(cases, mine, theirs, strict=True) if one != other] == []
    decisions = Counter(decision for decision, _, _ in mine)
    assert min(decisions["allow"], decisions["deny"], decisions["refused"]) >= 40  # it is not one answer to everything
    assert sum(errors for _, _, errors in mine) >= 100
    assert {name for _, names, _ in mine for name in names} >= rules().names


def test_a_difference_would_be_seen() -> None:
    text = default_rules_text()[1].replace("resource.tier <= 2", "resource.tier <= 1")
    _, mine, theirs = compare(100, [text, text + OVERFLOW])
    assert mine != theirs
