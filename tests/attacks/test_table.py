"""README.md of this folder: every attack of the review has a row, and every row a test or what it waits for."""

import ast
import re
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NUMBERS = [f"A{number}" for number in range(1, 18)] + [f"B{number}" for number in range(1, 17)]


def rows() -> dict[str, list[str]]:
    """Number, attack, tests, what waits."""
    lines = [line for line in (HERE / "README.md").read_text("utf-8").splitlines() if re.match(r"\| [AB]\d", line)]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert [row[0].strip() for row in cells] == NUMBERS
    return {row[0]: row[1:] for row in cells}


def written() -> dict[str, str]:
    """Every test of this folder with its docstring."""
    found = {}
    for path in sorted(HERE.glob("test_*.py")):
        for one in ast.parse(path.read_text("utf-8")).body:
            if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"):
                found[f"tests/attacks/{path.name}::{one.name}"] = ast.get_docstring(one) or ""
    return found


def test_every_attack_has_a_test_or_says_what_it_waits_for() -> None:
    for number, (_, named, waits) in rows().items():
        assert "::" in named or waits, number
        assert waits == "" or waits.startswith(("waits for", "open:")), number


def test_rows_name_the_tests_that_name_them() -> None:
    """A test that says A7 stands in the row A7, or in none: too many are alike to list all."""
    known = written()
    for number, (_, named, _) in rows().items():
        listed = re.findall(r"`(tests/[\w/]+\.py::\w+)`", named)
        assert len(listed) == len(set(listed)), number
        for one in listed:
            if one.startswith("tests/attacks/"):
                assert re.search(rf"\b{number}\b", known[one]), one


def test_every_test_says_what_it_is() -> None:
    attacks = {name: said for name, said in written().items() if "test_table" not in name}
    assert len(attacks) > 100
    assert [name for name, said in attacks.items() if not said] == []
    numbers = {number for said in attacks.values() for number in re.findall(r"\b[AB]\d+\b", said)}
    assert numbers <= set(NUMBERS)
    with_test = {number for number, (_, named, _) in rows().items() if "tests/attacks/" in named}
    assert with_test == numbers


FAULTS_OF = (
    "client.auditor",
    "client.commands.questions",
    "client.decisions",
    "client.erasures_found",
    "client.history",
    "client.questions.conflicts",
    "client.questions.exports",
    "client.questions.keeping",
    "client.questions.quorum",
    "client.records",
    "client.replaying",
)


def test_every_lie_is_named_in_the_words_of_the_code() -> None:
    """Each row of lies names a fault that exists, and tests that exist."""
    lines = [line for line in (HERE / "README.md").read_text("utf-8").splitlines() if re.match(r"\| L\d", line)]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert [row[0] for row in rows] == [f"L{number}" for number in range(1, len(rows) + 1)]
    said = {value for name in FAULTS_OF for value in vars(import_module(name)).values() if isinstance(value, str)}
    assert [row[2] for row in rows if row[2] not in said] == []
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row[3])
        assert named, row
        for path, test in named:
            assert f"def {test}(" in (ROOT / path).read_text("utf-8"), test
