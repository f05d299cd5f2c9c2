"""Every string is there in every language, none is left over, and what is fetched is what the PO files say."""

import json
import re
from pathlib import Path

import pytest

from policies import vocabulary
from web import translations
from web.assets import DIST
from web.translations import Catalog, PoError, parse

SOURCE = Path(translations.__file__).parent / "reporter"
CATALOGS = {one.header["Language"]: one for one in translations.load()}
CODES = json.loads(vocabulary._DATA)  # noqa: SLF001 - the very bytes that the page's codes are made of
_VOCABULARY = {
    "tile": "tiles", "urgency": "urgency", "who": "who_affected", "count": "count_band", "actor": "actors",
    "preference": "reviewer_preference", "purpose": "consent_purposes", "value": "consent_values",
    "source": "source_link", "place": "place_type", "context": "context_flags", "involvement": "involvement",
    "basis": "identification_basis", "effect": "harm_effect", "dimension": "harm_dimension", "level": "harm_level",
}  # fmt: skip


def source() -> str:
    return "".join(path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.ts")))


def families() -> set[str]:
    """Keys that are made of codes: the families of text.ts, filled from the vocabulary."""
    listed = (SOURCE / "text.ts").read_text("utf-8")
    block = listed[listed.index("const FAMILIES = {") : listed.index("} as const satisfies")]
    found = set()
    for name, value in re.findall(r'^\s+"?([\w.]+)"?: (.+),$', block, re.MULTILINE):
        if name in _VOCABULARY:
            codes = [one if isinstance(one, str) else one["code"] for one in CODES[_VOCABULARY[name]]]
        else:
            codes = json.loads(value)
        found |= {f"{name}.{code}" for code in codes}
    return found


def used() -> set[str]:
    named = set(re.findall(r'\bt\(\s*"([^"]+)"', source()))
    screens = set(re.findall(r'\b(?:title|hint): "([^"]+)"', source()))
    branches = set(re.findall(r'[?:] t\("([^"]+)"\)', source()))
    return named | screens | branches | families()


def test_the_four_languages_of_the_launch_are_there() -> None:
    assert list(CATALOGS) == ["en", "fr", "es", "ar"]
    assert {
        code: one.header["X-Direction"] for code, one in CATALOGS.items() if one.header["X-Direction"] == "rtl"
    } == {"ar": "rtl"}


@pytest.mark.parametrize("code", CATALOGS)
def test_no_string_is_missing_and_none_is_unused(code: str) -> None:
    have = {key for key, text in CATALOGS[code].texts.items() if text}
    assert used() - have == set()
    assert set(CATALOGS[code].texts) - used() == set()


@pytest.mark.parametrize("code", CATALOGS)
def test_what_is_filled_in_is_filled_in_in_every_language(code: str) -> None:
    english = CATALOGS["en"].texts
    for key, text in CATALOGS[code].texts.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), key
        assert text == text.strip(), key


@pytest.mark.parametrize("code", CATALOGS)
def test_what_is_served_is_what_the_po_file_says(code: str) -> None:
    assert json.loads((DIST / f"locale-{code}.json").read_text("utf-8")) == CATALOGS[code].texts


@pytest.mark.parametrize("code", CATALOGS)
def test_it_says_that_nobody_has_reviewed_it(code: str) -> None:
    assert CATALOGS[code].header["X-Reviewed"] == "no"
    assert "native speaker" in (translations.FOLDER / f"{code}.po").read_text("utf-8")


def test_no_text_for_people_stands_in_the_script() -> None:
    """What is written on a screen goes through `t`; a literal with a space in an element's content is a sentence."""
    literal = re.findall(r'h\("(?:p|h1|h2|li|legend|summary|small|span)", \{[^}]*\}, "([^"]*)"', source())
    assert literal == []
    assert re.findall(r'button\("[A-Za-z]', source()) == []


def test_the_words_avoid_what_hurts_or_promises() -> None:
    for bad in ("victim", "alleged", "complaint", "Required", "Submit", "Error", "100 %", "anonymous"):
        word = re.compile(rf"\b{bad}", re.IGNORECASE)
        assert not [key for key, text in CATALOGS["en"].texts.items() if word.search(text)], bad


def test_pseudo_english_is_longer_and_keeps_what_is_filled_in() -> None:
    bent = translations.pseudo(Catalog({}, {"a": "People: {people} here"}))
    assert bent.texts["a"].startswith("[Pé")
    assert "{people}" in bent.texts["a"]
    assert len(bent.texts["a"]) > len("People: {people} here") * 1.3


def test_a_po_file_over_several_lines_is_read() -> None:
    text = '# about\nmsgid ""\nmsgstr ""\n"Language: xx\\n"\n\n#. english\nmsgid "a"\nmsgstr ""\n"one "\n"\\"two\\""\n'
    assert parse(text).texts == {"a": 'one "two"'}
    assert parse(text).header == {"Language": "xx"}


@pytest.mark.parametrize(
    "bad",
    [
        'msgid "a"\n',
        'msgid "a"\nmsgstr b\n',
        'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n',
        'msgctxt "x"\nmsgid "a"\nmsgstr "b"\n',
    ],
)
def test_a_po_file_of_another_form_is_refused(bad: str) -> None:
    with pytest.raises(PoError):
        parse(bad)
