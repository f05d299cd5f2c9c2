"""What the page saves to be sent later is what `amana report send` takes: it arrives, once, and opens (US10)."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client import contents
from crypto.envelope import Envelope
from crypto.limits import limit
from crypto.sections import Section
from tests.asking import Asking
from tests.harness import Running
from tests.samples import samples
from tests.web.street import Street, street
from tests.web.visiting import Visitor, browser


@pytest.fixture
def way(world: Running) -> Iterator[Street]:
    with street(world.server) as made:
        yield made


def saved(way: Street, name: str, file: Path) -> None:
    """Write a report into the page while nothing gets through, save it, and go away."""
    with browser() as chrome:
        page = chrome.new_context().new_page()
        visitor = Visitor(page, way.url, "en")
        visitor.enter()
        visitor.tell(samples()[name])
        visitor.at("review.title")
        way.cut.add("/v1/reports")
        visitor.next()
        page.locator('[data-state="waiting"]').wait_for()
        with page.expect_download() as saving:
            visitor.press("send.save")
        saving.value.save_as(file)
        page.context.close()
    way.cut.clear()


def test_the_command_line_sends_what_the_page_saved(world: Running, way: Street, tmp_path: Path) -> None:
    file, trust = tmp_path / "notes.amana", tmp_path / "trust.json"
    trust.write_text(world.organisation.trust.to_json())
    saved(way, "S01", file)
    data = file.read_bytes()
    assert samples()["S01"]["narrative"]["text"][:12].encode() not in data
    before = len(world.house.reports())
    wrong = tmp_path / "cut.amana"
    wrong.write_bytes(data[:-1])

    def send(path: Path) -> tuple[int, dict[str, Any]]:
        command = [sys.executable, "-m", "client", "report", "send", str(path), "--url", way.url, "--trust", str(trust)]
        done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, json.loads(done.stdout)

    code, said = send(wrong)
    assert (code, said["ok"], len(world.house.reports())) == (1, False, before)
    code, said = send(file)
    assert (code, [one["new"] for one in said["reports"]]) == (0, [True])
    code, again = send(file)
    assert (code, [one["new"] for one in again["reports"]]) == (0, [False])
    assert len(world.house.reports()) == before + 1

    report = bytes.fromhex(said["reports"][0]["id"])
    assert report == Envelope.decode(data, limit=limit("envelope")).id
    asking = Asking(world, "r1", report, [Section.STORY])
    story = contents.read(Section.STORY, asking.read(asking.send(), Section.STORY))
    assert isinstance(story, contents.Story)
    assert story.text == samples()["S01"]["narrative"]["text"]
