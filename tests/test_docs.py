"""`docs/protocol.md` says what the code does."""

import re

from crypto.labels import USES, Label
from crypto.limits import LIMITS
from tests import docs_tables

TEXT = docs_tables.DOCUMENT.read_text()


def rows(marker: str) -> list[list[str]]:
    """Return the cells of the table below a marker."""
    _, _, rest = TEXT.partition(f"<!-- {marker} -->\n")
    lines = rest.split("\n\n")[0].split("\n")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:] if line.startswith("|")]


def test_the_label_table_is_that_of_crypto() -> None:
    assert [(name.strip("`").replace(r"\n", "\n").encode(), use) for name, use in rows("labels")] == [
        (label.value, use) for label, use in USES.items()
    ]


def test_the_limits_table_is_that_of_crypto() -> None:
    assert [(name.strip("`"), int(value), unit, reason) for name, value, unit, reason in rows("limits")] == [
        (name, *limit) for name, limit in LIMITS.items()
    ]


def test_tables_and_examples_are_as_they_would_be_written() -> None:
    assert docs_tables.rewritten(TEXT) == TEXT, "run: python -m tests.docs_tables"


def test_no_label_is_a_prefix_of_another() -> None:
    values = [label.value for label in Label]
    assert len(values) == len(Label.__members__)
    for value in values:
        assert value.startswith(b"amana/1 ")
        assert value.isascii()
        assert not any(other.startswith(value) for other in values if other != value)


def test_every_label_that_the_text_names_is_in_the_table() -> None:
    body = TEXT.partition("<!-- labels -->")[0]
    known = {label.value.decode().rstrip("\n") for label in Label}
    named = re.findall(r'"(amana/1 [^"]*)"', re.sub(r"^```$.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL))
    in_code = [name.rstrip() for name in re.findall(r"`(amana/1 [^`\\]*)", body) if name.strip() != "amana/1"]
    assert len(set(named)) > 20
    assert set(named) <= known
    assert set(in_code) <= known | {"amana/1 note"}
