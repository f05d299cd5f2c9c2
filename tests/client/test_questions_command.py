"""`amana audit questions`, `ask`, `report` and `compare`, as people and programs meet them."""

import csv
import json
import os
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from client import cli
from client.folder import RECORDS
from client.questions import printed, sheets
from client.questions.answered import Answered, answer
from client.questions.catalogue import CATALOGUE
from client.questions.charts import bars
from client.questions.verdicts import YES, Verdict, table, tally
from crypto import keyfile
from tests.client.asking_questions import case_of
from tests.client.bending import Bent
from tests.needs import need

Command = Callable[..., tuple[int, dict[str, Any]]]
HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>\u202e'


@pytest.fixture
def command(
    exported: Bent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    (tmp_path / "pass").write_text("a long passphrase\n")
    (tmp_path / "trust.json").write_text(exported.organisation.trust.to_json())
    sealed = keyfile.lock(exported.auditor, "a long passphrase", os.urandom, cost=keyfile.CHEAPEST)
    (tmp_path / "key").write_bytes(sealed)
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(tmp_path / "pass"))

    def run(name: str, *arguments: object, key: bool = True) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        given = [*map(str, arguments), "--trust", str(tmp_path / "trust.json")]
        given += ["--as", str(tmp_path / "key")] if key else []
        code = cli.main(["audit", name, *given, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_the_list_of_questions(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "questions", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["questions"]
    assert [one["number"] for one in found] == list(range(1, 26))
    assert found[4]["command"] == "amana audit ask FOLDER 5 --as KEY"
    assert cli.main(["audit", "questions"]) == 0
    said = capsys.readouterr().out
    assert all(one.question in said and one.proves in said for one in CATALOGUE)


def test_all_answers_at_once(command: Command, exported: Bent) -> None:
    code, said = command("ask", exported.path)
    assert (code, said["ok"], said["faults"], len(said["questions"])) == (0, True, [], 25)
    assert said["size"] == len(exported.leaves)
    one = said["questions"][0]
    assert (one["number"], one["answer"], one["limited"], one["faults"]) == (1, YES, True, [])
    assert said["questions"][1]["tables"]["by-person"]["rows"][0][:2] == ["r1", 3]


def test_what_must_be_explained_ends_with_three(command: Command, bent: Bent) -> None:
    index = bent.decisions()[-1]
    (bent.path / RECORDS / str(index)).unlink()
    code, said = command("ask", bent.path, 1, 5)
    assert (code, said["ok"]) == (3, False)
    assert [one["index"] for one in said["faults"]] == [index]
    assert [(one["number"], one["answer"]) for one in said["questions"]] == [(1, "no"), (5, "not provable here")]
    assert command("ask", bent.path, 99)[0] == 2
    assert command("ask", bent.path / "nothing")[0] == 2


def test_answers_for_people(
    command: Command, exported: Bent, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("ask", exported.path, 1)[0] == 0
    given = ["--trust", str(tmp_path / "trust.json"), "--as", str(tmp_path / "key")]
    assert cli.main(["audit", "ask", str(exported.path), "5", "6", *given]) == 0
    said = capsys.readouterr().out
    assert "NO. Nobody did" in said
    assert "NO. Two people stood behind each." in said


def test_one_report_by_its_id(command: Command, exported: Bent) -> None:
    report = exported.record(exported.of("received")[0]).body.hex()
    code, said = command("ask", exported.path, 2, "--report", report)
    assert code == 0
    assert "about this report" not in said["questions"][0]["why"]
    assert 0 < said["questions"][0]["counts"]["decisions"] < 7
    assert command("ask", exported.path, 2, "--report", "abc")[0] == 2


def test_sheets(command: Command, exported: Bent, tmp_path: Path) -> None:
    code, said = command("ask", exported.path, "--csv", tmp_path / "sheets")
    assert code == 0
    assert sorted(said["files"]) == sorted(one.name for one in (tmp_path / "sheets").iterdir())
    assert {"verdicts.csv", "faults.csv", "02-decisions.csv", "07-why.csv"} <= set(said["files"])
    rows = read(tmp_path / "sheets" / "02-by-person.csv")
    assert rows[0] == ["who", "times", "leaves"]
    assert rows[1][:2] == ["r1", "3"]
    assert command("ask", exported.path, "--csv", tmp_path / "sheets")[0] == 2  # nothing is overwritten


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "＠", "|", "%"])
def test_no_cell_is_a_formula(start: str) -> None:
    cell = str(sheets.neutral(f"{start}1+1"))
    assert cell.startswith("'")
    assert sheets.neutral(-1) == -1
    assert sheets.neutral("r1") == "r1"
    assert "\u202e" not in str(sheets.neutral(HOSTILE))


class Page(HTMLParser):
    """What a browser would see: tags, and everything that leads out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.out: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.out += [str(value) for name, value in attrs if name in ("href", "src", "action", "data", "srcset")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_page_to_print(command: Command, exported: Bent, tmp_path: Path) -> None:
    code, said = command("report", exported.path, "-o", tmp_path / "report.html")
    assert (code, said["size"]) == (0, len(exported.leaves))
    text = (tmp_path / "report.html").read_text("utf-8")
    page = Page(text)
    assert {"script", "link", "img", "iframe", "object", "embed", "form", "base"} & set(page.tags) == set()
    assert all(one.startswith("#q") for one in page.out)
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src &#x27;none&#x27;; style-src &#x27;sha256-" in text
    assert "<svg" in text
    assert (exported.path / "checkpoint").read_text("utf-8").split("\n")[2] in text
    shown = "".join(page.words)
    assert all(one.question in shown for one in CATALOGUE)
    assert "R5.conflict" in shown
    assert "to see what can be done" not in shown  # reasons are for auditors
    assert "2027-11-01" not in shown  # and so is what is known of people
    for index in exported.of("received"):
        assert exported.record(index).body.hex()[:12] not in text
    assert command("report", exported.path, "-o", tmp_path / "report.html")[0] == 1  # nothing is overwritten
    assert text == printed.page(case_of(exported), answer(case_of(exported)))  # the same for everybody


def test_a_page_about_a_log_that_does_not_hold(command: Command, bent: Bent, tmp_path: Path) -> None:
    index = bent.decisions()[-1]
    (bent.path / RECORDS / str(index)).unlink()
    code, said = command("report", bent.path, "-o", tmp_path / "report.html")
    assert (code, said["ok"]) == (3, False)
    assert f"leaf {index}" in (tmp_path / "report.html").read_text("utf-8")


def hostile() -> list[Answered]:
    """A verdict in which everything that can be text is hostile."""
    tables = (tally("by-person", HOSTILE, [(HOSTILE, 1)]), table("diff", HOSTILE, [(HOSTILE,)]))
    return [
        Answered(
            CATALOGUE[0],
            Verdict(answer=YES, sentence=HOSTILE, counts={HOSTILE: HOSTILE}, tables=tables, unsaid=(HOSTILE,)),
        )
    ]


def test_nothing_hostile_gets_through(exported: Bent, tmp_path: Path) -> None:
    text = printed.page(case_of(exported), hostile())
    assert Page(text).tags.count("script") == 0
    assert "<script" not in text
    assert "<script" not in bars(HOSTILE, [(HOSTILE, 1)])
    sheets.save(tmp_path / "sheets", hostile())
    for path in (tmp_path / "sheets").iterdir():
        for row in read(path):
            assert not any(cell.startswith("=") for cell in row)


def test_bars_of_nothing_and_of_many() -> None:
    assert bars("nothing", []) == ""
    many = bars("many", [(f"name {index}", index) for index in range(1, 100)])
    assert many.count("<rect") == 24


def test_the_page_in_a_browser(exported: Bent, tmp_path: Path) -> None:
    """It shows, it asks for nothing, and it fits a sheet of paper."""
    playwright = pytest.importorskip("playwright.sync_api")
    if shutil.which("chromium") is None:
        need("the printed report in a browser", "Debian's chromium")
    path = tmp_path / "report.html"
    path.write_text(printed.page(case_of(exported), answer(case_of(exported))), encoding="utf-8")
    asked: list[str] = []
    said: list[str] = []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        sheet = browser.new_page(viewport={"width": 360, "height": 740})
        sheet.on("request", lambda request: asked.append(request.url))
        sheet.on("console", lambda message: said.append(message.text))
        sheet.goto(path.as_uri())
        assert sheet.locator("section").count() == 25
        assert sheet.locator("svg rect").first.bounding_box()["width"] > 10
        wide = sheet.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, "it is wider than a phone"
        sheet.emulate_media(media="print")
        assert sheet.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
        browser.close()
    assert asked == [path.as_uri()]
    assert said == []


def test_comparing_at_the_command_line(command: Command, bent: Bent, exported: Bent, tmp_path: Path) -> None:
    code, said = command("compare", exported.path, bent.path, key=False)
    assert (code, said["relation"]) == (0, "the same")
    index = bent.decisions()[-1]
    bent.rewrite(index, {"rules": ["R2.language"]}, gate_signs=True)
    code, said = command("compare", exported.path, bent.path, "-o", tmp_path / "proof", key=False)
    assert (code, said["faults"][0]["index"]) == (3, index)
    assert len({one["root"] for one in said["heads"]}) == 2
    assert [one["checkpoint"] for one in said["heads"]] == [
        (one.path / "checkpoint").read_text("utf-8") for one in (exported, bent)
    ]
    assert len(list((tmp_path / "proof").iterdir())) == 6
    assert command("compare", exported.path, tmp_path, key=False)[0] == 2
