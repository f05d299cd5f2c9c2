"""She comes back with twelve words: answers, who opened it, consent, closing, changing her mind (US9, US11)."""

import gzip
import os
from collections.abc import Iterator
from typing import Any

import pytest

from crypto import leaves, looking, words
from crypto.errors import MalformedError
from tests.gate.her import Her, follow, waiting
from tests.harness import Running
from tests.server.coming_back import Her as Sender
from tests.server.coming_back import Reply, rounds
from tests.web.returning import Returner, line, write_to
from tests.web.street import Street, street
from tests.web.test_page_budget import ALL
from tests.web.visiting import browser
from web.assets import DIST

_COUNT = """() => {
  const real = crypto.subtle.sign.bind(crypto.subtle);
  globalThis.hmacs = 0;
  crypto.subtle.sign = (...given) => { globalThis.hmacs++; return real(...given); };
}"""
ANSWER = "We have read it.\nDo not go there alone.\n<b>no markup</b>"


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with waiting(tmp_path_factory.mktemp("house"), gates=3, threshold=2) as world:
        yield world


@pytest.fixture
def way(house: Running) -> Iterator[Street]:
    with street(house.server) as made:
        yield made


def visit(chrome: Any, way: Street, language: str = "en") -> Returner:
    return Returner(chrome.new_context().new_page(), way.url, language)


def end(her: Returner) -> None:
    # A day that has no file yet is a 404, which the browser writes down; nothing else may be there.
    assert [one for one in her.errors if "404 (Not Found)" not in one] == []
    her.page.context.close()


def test_she_reads_an_answer_and_who_opened_it(chrome: Any, way: Street, house: Running) -> None:
    her = Her(house)
    assert her.opens("r1")
    write_to(house, her, ANSWER)
    she = visit(chrome, way)
    she.come_back(her.said.upper())
    assert she.t("inbox.answers", count=1) in she.text
    assert "alone" not in she.text, "an answer is shown only when she asks for it"
    she.button("inbox.read").click()
    letter = she.page.locator(".letter")
    assert letter.inner_text() == ANSWER
    assert letter.locator("b").count() == 0
    she.press("letter.away")
    assert "alone" not in she.page.content()
    she.press("inbox.openings")
    she.at("open.title")
    rows = she.page.locator(".row dd").all_inner_texts()
    assert len(rows) == 2
    assert f"{she.t('open.action.open')} · {she.t('open.section.0')} · {she.t('open.role.desk')}" in rows[0]
    assert she.t("open.action.answer") in rows[1]
    assert she.t("open.witness") in she.text  # this house has none
    end(she)


def test_nobody_has_opened_it_is_said_of_a_look_that_holds(chrome: Any, way: Street, house: Running) -> None:
    her = Her(house)
    for full in (True, False):
        she = visit(chrome, way)
        she.come_back(her.said, full=full)
        assert she.t("open.nobody") in she.text
        end(she)
    her.opens("r1")
    she = visit(chrome, way)
    she.come_back(her.said, full=False)
    assert she.t("open.nobody") not in she.text
    assert she.t("open.short") in she.text
    end(she)


def test_an_answer_no_answer_and_wrong_words_are_the_same_on_the_line(chrome: Any, way: Street, house: Running) -> None:
    """Number, order and size of requests, and the time until the screen is there."""
    answered, silent = Her(house), Her(house)
    write_to(house, answered, ANSWER)
    follow(house)  # gates have read all of the log: what is in force does not change between the visits
    seen, took, work = [], [], []
    for said in (answered.said, silent.said, words.new(os.urandom)):
        way.passed.clear()
        she = visit(chrome, way)
        she.begin()
        she.fetch("30")
        before = len(way.passed)
        she.page.evaluate(_COUNT)
        she.page.context.set_offline(True)
        took.append(she.type(said))
        she.page.context.set_offline(False)
        assert len(way.passed) == before
        work.append(she.page.evaluate("globalThis.hmacs"))
        seen.append(line(way))
        end(she)
    assert seen[0] == seen[1] == seen[2]
    assert [method for method, *_ in seen[0]].count("POST") == 0
    assert work[1] == work[2] > 0, "wrong words cost the work of words with one report"
    assert min(took) >= 2.0, took  # the screen stays, whatever was found
    assert max(took) - min(took) < 1.0, took
    print(f"\nwords to inbox, seconds: {[round(one, 2) for one in took]}; requests: {len(seen[0])}")  # noqa: T201 - a figure


def test_other_words_show_nothing_and_nothing_false(chrome: Any, way: Street) -> None:
    she = visit(chrome, way)
    she.begin()
    assert she.t("far.duress.text") in she.text
    she.press("far.decoy")
    she.at("decoy.title")
    decoy = she.page.locator(".keys li").all_inner_texts()
    she.next()
    she.fetch()
    she.type(" ".join(decoy))
    assert she.t("inbox.none") in she.text
    assert she.t("open.nobody") not in she.text
    end(she)


def decided_at(world: Running, her: Her, size: int) -> list[tuple[int, str]]:
    """Index and gate of every decision about her report."""
    width = f".p/{size}" if size < 256 else ""
    data = world.server.get(f"/log/tile/entries/000{width}").content
    entries = [data[i + 2 : i + 50] for i in range(0, len(data), 50)]
    keys = {name: her.keys.gate(name).log_key for name in world.organisation.gate_names}
    return looking.tagged(keys, 0, entries)


def unlike(said: list[str]) -> str:
    """A word of the list in the last place with which the checksum does not hold."""
    for word in ("abandon", "zoo", "able", "zero"):
        try:
            words.entropy_of(" ".join([*said[:11], word]))
        except MalformedError:
            return word
    raise AssertionError


@pytest.mark.parametrize("language", ["en", "ar"])
def test_typos_are_pointed_out_and_any_form_is_read(chrome: Any, way: Street, house: Running, language: str) -> None:
    her = Her(house)
    said = her.said.split()
    she = visit(chrome, way, language)
    she.begin()
    she.fetch()

    def typed(text: str) -> str:
        she.write(she.t("enter.label"), text)
        she.next()
        she.page.wait_for_function("document.querySelector('#status').textContent !== ''")
        return she.status

    assert "3" in typed(" ".join([*said[:2], "xyzzy", *said[3:]])).translate({0x0663: "3"})
    assert "11" in typed(" ".join(said[1:])).translate({0x0661: "1"})
    assert typed(" ".join([*said[:11], unlike(said)])) == she.t("enter.together")
    digits = words.digits(words.entropy_of(her.said))
    assert typed(digits[:-1]) == she.t("enter.digits")
    she.type(digits.translate({ord("0") + i: 0x0660 + i for i in range(10)}))
    assert she.t("open.nobody") in she.text
    end(she)


def test_less_counts_at_once_more_waits_and_is_seen(chrome: Any, way: Street, house: Running) -> None:
    her = Her(house)
    assert her.opens("r1")
    she = visit(chrome, way)
    she.come_back(her.said)
    she.press("inbox.consent")
    assert she.t("consent.first") in she.text
    she.press("consent.change")
    she.at("choose.title")
    she.choose(she.t("purpose.SUPPORT"), "2")
    she.next()
    she.page.locator('[data-state="taken"]').wait_for()
    end(she)
    follow(house)
    assert not her.opens("r1", purpose="REPLY", action="answer"), "it stands at no now"
    she = visit(chrome, way)
    she.come_back(her.said)
    assert she.t("inbox.refuses") in she.text
    she.press("inbox.consent")
    assert she.t("consent.waits", hours=24) in she.text
    assert she.t("purpose.SUPPORT") in she.text
    assert she.t("purpose.MEDIA") not in she.text
    end(she)


def test_she_closes_it_changes_her_mind_and_closes_it_for_ever(chrome: Any, way: Street, house: Running) -> None:
    her = Her(house)

    def come(button: str) -> Returner:
        she = visit(chrome, way)
        she.come_back(her.said)
        she.press(button)
        return she

    def done(she: Returner) -> None:
        she.page.locator('[data-state="taken"]').wait_for()
        end(she)
        follow(house)

    def served() -> bool:
        return bool(house.server.get(f"/v1/reports/{her.report.hex()}").status_code == 200)

    way.passed.clear()
    she = come("inbox.close")
    she.next()
    she.at("sure.title")
    assert she.t("sure.later") in she.text
    she.next()
    done(she)
    assert not served()
    assert not her.opens("r1")
    she = come("inbox.close")
    assert she.t("back.standing.closed") in she.text
    she.press("close.again")
    she.at("choose.title")
    she.next()
    done(she)
    assert served()
    assert her.opens("r1")
    she = come("inbox.close")
    assert she.t("close.second") in she.text
    she.next()
    assert she.t("sure.final") in she.text
    she.next()
    done(she)
    assert not served()
    assert not her.opens("r1")
    she = come("inbox.close")
    assert she.t("back.standing.final") in she.text
    end(she)
    sent = [one for one in way.passed if one.method == "POST"]
    assert [one.path for one in sent] == ["/v1/withdrawals", "/v1/consents", "/v1/withdrawals"]
    assert {(one.sent, one.status) for one in sent} == {(4096, 202)}


def test_closing_now_works_for_a_report_that_the_look_does_not_see(chrome: Any, way: Street, house: Running) -> None:
    """Other words send the same, and hear the same."""
    her = Her(house, number=3)  # no first one was sent: nothing is found up to the fourth
    first = Her(house)
    for said in (words.new(os.urandom), first.said):
        she = visit(chrome, way)
        she.come_back(said)
        she.press("inbox.close")
        she.tick(she.t("close.now"))
        she.next()
        assert she.t("sure.final") in she.text
        she.next()
        she.page.locator('[data-state="taken"]').wait_for()
        end(she)
    assert house.server.get(f"/v1/reports/{first.report.hex()}").status_code == 404
    assert house.server.get(f"/v1/reports/{her.report.hex()}").status_code == 200


def test_a_forged_answer_is_said_and_not_shown(chrome: Any, way: Street, house: Running) -> None:
    """Whoever holds the parts without a decision in the log: the look shows that no gate permitted it."""
    sender = Sender(house)
    assert Reply(house, sender, "Meet us at the bridge.").post().status_code == 202
    rounds(house).tick()
    she = visit(chrome, way)
    she.come_back(sender.words)
    assert she.t("inbox.forged") not in she.text, "it says no hours that hold, so it waits until she asks"
    she.press("inbox.anyway")
    assert she.t("inbox.forged") in she.text
    assert she.t("inbox.silent") in she.text
    assert "bridge" not in she.page.content()
    end(she)


def test_a_notice_that_is_shown_twice_stands_for_one_decision(chrome: Any, way: Street, house: Running) -> None:
    """The server cannot make one, but it could show an old one again beside a new leaf."""
    her = Her(house)
    assert her.opens("r1")
    assert her.opens("r1")
    size = int(house.house.checkpoint().split("\n")[1])
    found = decided_at(house, her, size)
    assert len(found) == 6
    assert size < 256, "one file of notices"

    def again(data: bytes) -> bytes:
        each = [data[i : i + leaves.NOTICE] for i in range(0, len(data), leaves.NOTICE)]
        for gate in house.organisation.gate_names:
            first, second = [index for index, name in found if name == gate]
            each[second] = each[first]
        return b"".join(each)

    way.bent = {"/log/notices/0": again}
    she = visit(chrome, way)
    she.come_back(her.said)
    assert she.t("open.count", count=1, all=2) in she.text
    she.press("inbox.openings")
    assert she.t("open.unreadable") in she.text
    way.bent = {}
    end(she)


def test_a_changed_third_script_stops_it_and_can_be_tried_again(chrome: Any, way: Street) -> None:
    way.bent = {"/page/returning.js": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]}
    she = visit(chrome, way)
    she.page.goto(way.url)
    she.page.locator('button[lang="en"]').click()
    she.at("safety.title")
    she.press("safety.back")
    she.at("stop.title")
    assert she.t("stop.part") in she.text
    way.bent = {}
    she.press("stop.again")
    she.at("far.title")
    she.page.context.close()


def test_all_of_the_page_in_every_language_stays_small() -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in DIST.iterdir()}
    assert sum(sizes.values()) <= ALL, sizes


def test_a_record_that_was_bent_stops_before_any_words(chrome: Any, way: Street, house: Running) -> None:
    Her(house)  # the last leaf is an arrival: nothing but the root says that it was changed
    size = int(house.house.checkpoint().split("\n")[1])
    width = f".p/{size % 256}" if size < 256 else ""
    for path, bend in (
        (f"/log/tile/entries/000{width}", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        ("/log/statements/0", lambda data: data.replace(b"version", b"versiom", 1)),
        ("/log/notices/0", lambda data: data[:-1]),
    ):
        way.bent = {path: bend}
        she = visit(chrome, way)
        she.begin()
        she.next()
        she.at("stop.title")
        assert she.t("fetch.unproven") in she.text
        assert she.page.locator("textarea").count() == 0
        way.bent = {}
        she.page.context.close()


def test_words_are_forgotten_after_ten_minutes_and_when_she_says_so(chrome: Any, way: Street, house: Running) -> None:
    her = Her(house)
    she = visit(chrome, way)
    she.page.clock.install()
    she.begin()
    she.fetch()
    she.write(she.t("enter.label"), her.said)
    she.next()
    she.page.clock.run_for(5_000)
    she.at("inbox.title")
    assert she.t("open.nobody") in she.text
    she.page.clock.run_for(9 * 60_000)
    she.page.keyboard.press("Shift")
    she.page.clock.run_for(9 * 60_000)
    assert she.page.locator("h1").inner_text() == she.t("inbox.title")
    she.page.clock.run_for(2 * 60_000)
    she.at("forgot.title")
    assert her.said.split()[0] not in she.page.content()
    she.page.context.close()
