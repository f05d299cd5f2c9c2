"""What was opened, on a screen: everything is there, and nothing in it can turn or fake a line."""

import os

import pytest

from client import contents, reading, reporter
from client.errors import UsageError
from crypto.sections import Section
from tests.samples import samples

CARD, STORY = Section.CARD, Section.STORY


def test_nothing_in_a_story_can_turn_or_fake_a_line() -> None:
    text = "ein\u202eSatz\x1b[2J\x00\u2066\nurgency: U0"
    content = contents.Story(text=text, accused=[], recipients=[], voice=[]).encode()
    page = reading.page(STORY, content)
    assert "⟨U+202E⟩" in page
    assert "⟨U+001B⟩" in page
    assert not any(one in page for one in "\u202e\x1b\x00\u2066")
    assert "\nurgency: U0" not in page
    assert reading.as_json(STORY, content).isascii()
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # with the joiner that its spelling needs
    assert reading.visible(persian) == persian


@pytest.mark.parametrize("sample", sorted(samples()))
def test_every_sample_can_be_read(sample: str) -> None:
    report = samples()[sample]
    slip, written = reporter.compose(report, os.urandom(32))
    for section, content in written.items():
        page = reading.page(section, content)
        assert page.startswith(f"== {section.label} ==\n")
        assert reading.fields(section, content)
        if section is STORY:
            for line in (report["narrative"]["text"] or "").splitlines():
                assert reading.visible(line) in page
    assert f"urgency: U{slip.urgency}" in reading.page(CARD, written[CARD])


def test_what_is_not_in_its_form_is_shown_in_hex() -> None:
    assert reading.page(CARD, b"\xc1") == "== card ==\nmalformed: c1\n"


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "00" * 33])
def test_an_id_that_is_none(text: str) -> None:
    with pytest.raises(UsageError):
        reading.report_id(text)
