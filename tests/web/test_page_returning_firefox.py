"""Coming back in Firefox ESR, as it is and as Tor Browser "Safer" makes it, English and Arabic (US11)."""

from pathlib import Path

import pytest

from crypto import words
from tests.gate.her import Her, waiting
from tests.web import steps
from tests.web.returning import write_to
from tests.web.steps import Step
from tests.web.street import street
from tests.web.visiting import texts

WAYS = (("firefox", "plain", "en"), ("firefox", "safer", "ar"), ("chromium", "plain", "ar"))


def way_back(url: str, language: str, said: str) -> list[Step]:
    t = texts(language)
    return [
        ["goto", url],
        ["click", f'button[lang="{language}"]'],
        ["at", t["safety.title"]],
        ["press", t["safety.back"]],
        ["at", t["far.title"]],
        ["click", "#next"],
        ["at", t["enter.title"]],
        ["write", t["enter.label"], said],
        ["click", "#next"],
        ["at", t["inbox.title"]],
        ["click", "main .nav button"],
        ["wait", ".letter"],
        ["read", ".letter"],
        ["press", t["letter.away"]],
        ["at", t["inbox.title"]],
        ["press", t["inbox.close"]],
        ["at", t["close.title"]],
        ["click", "#next"],
        ["at", t["sure.title"]],
        ["click", "#next"],
        ["wait", '[data-state="taken"]'],
        ["language"],
        ["click", "#leave"],
        ["at", "Measures"],
        ["look"],
    ]


@pytest.mark.parametrize("through", WAYS, ids="-".join)
def test_she_reads_her_answer_and_closes_it(tmp_path: Path, through: tuple[str, str, str]) -> None:
    browser, mode, language = through
    with waiting(tmp_path / "house", gates=3, threshold=2) as house, street(house.server) as way:
        her = Her(house)
        write_to(house, her, "لا تذهبي إلى هناك وحدك.")
        said = her.said if language == "en" else words.digits(words.entropy_of(her.said))
        seen = steps.take(browser, mode, way_back(way.url, language, said), tmp_path)
        assert house.server.get(f"/v1/reports/{her.report.hex()}").status_code == 404
    assert seen["read"] == ["لا تذهبي إلى هناك وحدك."]
    assert seen["root"]["wasm"] == ("undefined" if mode == "safer" else "object")
    assert [seen["cookie"], seen["local"], seen["session"]] == ["", 0, 0]
    assert "هناك" not in seen["text"]
    assert [one for one in seen["said"] if "404" not in one] == []
    (sent,) = [one for one in way.passed if one.sent]
    assert (sent.path, sent.sent, sent.status) == ("/v1/withdrawals", 4096, 202)
