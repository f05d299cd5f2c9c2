"""A report whose every field is hostile: nothing in it runs, asks, hides or breaks a page (domain 10, A01 to A04)."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from client import contents
from client.contents import Card, Identity, Piece, Story
from crypto.sections import BUCKETS, Section
from tests.attacks.crafting import craft
from tests.console.conftest import Sit
from tests.console.desks import Woman
from tests.console.looking import Looker
from tests.console.test_work import saved
from tests.harness import Running

MARK = "HOSTILE"
EVIL = (
    f'{MARK}"><script>document.title="{MARK} ran"</script><img src=x onerror="document.title=\'{MARK} ran\'">'
    f"<svg onload=\"document.title='{MARK} ran'\"></svg>{{{{ 7*7 }}}}</main></body><style>body{{display:none}}</style>"
    '=HYPERLINK("http://evil.example")\u202egnp.exe\u2066\u2069\u200b\u0000\ufeff раypal'
)
SHORT = '<b onclick="x">\u202e=1+1'
PILE = "e" + "\u0301" * 400


def bent(found: dict[Section, bytes]) -> dict[Section, bytes]:
    """Put hostile text wherever a text can be."""
    card = Card.decode(found[Section.CARD], limit=BUCKETS[Section.CARD][-1])
    worse = structs.replace(
        card,
        language="<i>",
        tiles=[SHORT],
        actors=[(SHORT, SHORT, "")],
        place=(SHORT, SHORT, SHORT, "", ""),
        time=(SHORT, SHORT, True),
        given_by=SHORT,
    )
    story = Story(
        text=EVIL + "\n" + PILE + "\n" + "x" * 5000,
        accused=[(EVIL, EVIL, EVIL)],
        recipients=[(EVIL, [EVIL])],
        voice=[(3, EVIL)],
    )
    identity = Identity(name=EVIL[:300], contact=SHORT, others=[(SHORT, SHORT, SHORT, SHORT)], place=SHORT)
    piece = Piece(object=b"", key=b"", size=9, seal=b"", kind=SHORT, media=SHORT, contains=[SHORT])
    listed = contents.Evidence(pieces=[piece])
    return {
        Section.CARD: worse.encode(),
        Section.STORY: story.encode(),
        Section.IDENTITY: identity.encode(),
        Section.EVIDENCE: listed.encode(),
        Section.ORIGINALS: listed.encode(),
    }


def quiet(woman: Woman, asked: list[str]) -> None:
    """Nothing ran, and nothing was asked of anybody but the console."""
    assert MARK + " ran" not in woman.page.title()
    assert woman.errors == []
    assert [one for one in asked if not one.startswith(woman.made.origin)] == []
    assert woman.page.get_by_role("button", name="Lock").is_visible(), "no style of hers hides the page"
    assert woman.page.locator("main script, main img, main svg, main style, main b, main i").count() == 0


@pytest.fixture
def report(world: Running) -> bytes:
    return world.send(craft(world, told=bent))


def test_nothing_of_it_runs_and_all_of_it_is_seen(sit: Sit, report: bytes, tmp_path: Path) -> None:
    look, woman, custodian = Looker(), sit("r1", viewport={"width": 320, "height": 640}), sit("c1")
    asked: list[Any] = []
    woman.page.on("request", lambda one: asked.append(one.url))
    woman.report(report)
    for section in ("card", "story", "evidence"):
        woman.open(section)
        quiet(woman, asked)
    look(woman.page, "hostile")
    text = woman.text
    assert '<script>document.title="HOSTILE ran"</script>' in text
    assert "{{ 7*7 }}" in text
    assert "turns the line: from right to left" in woman.page.content()
    assert "\u202e" not in woman.page.locator("main").inner_text()
    assert woman.page.locator("mark").count() > 10
    woman.open("identity")
    ask = saved(woman, "Save the ask file", tmp_path / "identity.ask")
    custodian.follow("A colleague asks")
    custodian.page.locator('input[type="file"]').set_input_files(ask)
    custodian.page.locator("main button").click()
    custodian.press("I agree")
    approval = saved(custodian, "Save the approval file", tmp_path / "identity.approval")
    woman.report(report)
    woman.page.get_by_label("Her approval file").set_input_files(approval)
    woman.press("Take it")
    woman.page.get_by_role("button", name="Open together").click()
    quiet(woman, asked)
    assert f'{MARK}">' in woman.page.locator("#identity").inner_text()
    look(woman.page, "hostile identity")
    woman.follow("Queue")
    quiet(woman, asked)
    assert look.wrong == []
