"""THE STORY: a real report travels from a reporter's device to the right reviewer, and an auditor proves it.

Real processes, key files and HTTP only. Steps follow DESIGN 1 to 6. Read this first.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crypto import leaves, words
from crypto.checkpoints import LogPolicy, TlogProof, parse_entry_bundle, tile_path
from crypto.envelope import Envelope
from crypto.hashing import tag
from crypto.leaves import LEAF, NOTICE
from crypto.limits import limit
from deploy.rehearsal import Failed, Rehearsal
from policies.trust import Trust


@dataclass
class Journey:
    """What one step leaves for the next."""

    house: Rehearsal
    ids: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    envelope: Envelope | None = None

    @property
    def policy(self) -> LogPolicy:
        return Trust.parse((self.house.home / "trust.json").read_bytes()).log_policy

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(self.house.url + path, trust_env=False)

    def open(self, report: str, section: str, who: str, *more: str, expect: int = 0) -> dict[str, Any]:
        key = self.house.key(who)
        command = ("review", "open", self.ids[report], section, "--purpose", "TRIAGE", "--as", key)
        return self.house.run(*command, "--because", "to see what can be done", *more, expect=expect)

    def as_her(self, place: int, *command: str, expect: int = 0) -> dict[str, Any]:
        """One reporter at her own device; her words go through a pipe."""
        reading, writing = os.pipe()
        try:
            os.write(writing, self.said[place].encode() + b"\n")
            os.close(writing)
            words_from = ("--words-from", str(reading))
            return self.house.run("report", *command, *words_from, pass_fds=(reading,), expect=expect)
        finally:
            os.close(reading)

    def leaves(self) -> list[bytes]:
        size = int(self.get("/log/checkpoint").text.split("\n")[1])
        return parse_entry_bundle(self.get("/log/" + tile_path(0, 0, size).replace("tile/0/", "tile/entries/")).content)

    def sealed(self) -> int:
        """How many leaves are no statement: gates say once a day, when they get to it, that they make lists."""
        return sum(not leaves.is_public(one) for one in self.leaves())


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    house = Rehearsal(tmp_path_factory.mktemp("journey"))
    try:
        yield Journey(house)
    finally:
        house.stop()


def test_step_1_officers_make_keys_and_rules(journey: Journey) -> None:
    journey.house.ceremony()
    keys = list((journey.house.home / "ceremony").rglob("*.key"))
    assert len(keys) >= 17
    assert all(key.stat().st_mode & 0o077 == 0 for key in keys)


def test_step_2_a_house_and_a_gate_answer(journey: Journey) -> None:
    journey.house.start()
    assert journey.get("/health").status_code == 200
    assert journey.get("/trust/current").status_code == 404
    journey.house.run("officer", "publish")
    assert journey.get("/trust/current").text.startswith("amana/1 note current\n")
    assert journey.house.run("officer", "publish")["ok"]  # a second time changes nothing
    said = [journey.get(f"/trust/leaf-{index}").text for index in range(len(journey.leaves()))]
    assert sum(not one.startswith("amana/1 note queue\n") for one in said) == 3  # rules, people, the page


def test_step_3_reports_are_sealed_without_the_house_and_arrive_once(journey: Journey) -> None:
    source = files("data").joinpath("sample_reports.json")
    samples = json.loads(source.read_text("utf-8"))["reports"]
    notes, sealed = journey.house.folder / "notes", journey.house.folder / "sealed"
    said = journey.house.folder / "words"
    journey.house.run("report", "prepare", str(notes))
    with said.open("wb") as out:
        os.set_inheritable(out.fileno(), True)  # noqa: FBT003 - the call takes it so
        journey.house.run(
            "report", "seal", str(source), "-o", str(sealed), "--notes", str(notes), "--words-to", str(out.fileno()),
            pass_fds=(out.fileno(),),
        )  # fmt: skip
    journey.said = [line.split("\t")[-1] for line in said.read_text("utf-8").splitlines() if line.strip()]
    assert len(journey.said) == len(samples)
    sent = journey.house.run("report", "send", str(sealed))["reports"]
    again = journey.house.run("report", "send", str(sealed))["reports"]
    assert [one["id"] for one in sent] == [one["id"] for one in again]
    assert [one["receipt"] for one in sent] == [one["receipt"] for one in again]
    assert {one["new"] for one in sent} == {True}
    assert {one["new"] for one in again} == {False}
    journey.ids = {sample["id"]: one["id"] for sample, one in zip(samples, sent, strict=True)}
    listed = journey.get("/v1/reports").json()["reports"]
    assert [one["id"] for one in listed] == list(journey.ids.values())
    journey.envelope = Envelope.decode((sealed / "0001.amana").read_bytes(), limit=limit("envelope"))
    proof = TlogProof.parse(journey.get(f"/v1/reports/{journey.ids['S01']}/proof").text)
    proof.verify(journey.policy, leaves.received_leaf(journey.envelope.received, journey.envelope.id))


def test_step_4_the_right_reviewer_opens(journey: Journey) -> None:
    before = journey.sealed()
    card = journey.open("S01", "card", "r1")["sections"]["card"]
    assert card["tiles"] == ["T02"]
    story = journey.open("S01", "story", "r1")["sections"]["story"]
    assert story["text"].startswith("We were about sixty women")
    assert journey.sealed() == before + 2


@pytest.mark.parametrize(("report", "who"), [("S01", "r2"), ("S04", "r3"), ("S01", "r8"), ("S13", "r1"), ("S04", "r4")])
def test_step_5_others_are_refused_and_it_is_logged(journey: Journey, report: str, who: str) -> None:
    before = journey.sealed()
    journey.open(report, "card", who, expect=1)
    assert journey.sealed() == before + 1


def test_step_5_who_steps_aside_stays_out(journey: Journey) -> None:
    journey.house.run("review", "recuse", journey.ids["S01"], "--as", journey.house.key("r5"))
    journey.open("S01", "card", "r5", expect=1)


def test_step_5_who_is_revoked_opens_nothing_new(journey: Journey) -> None:
    journey.open("S01", "card", "r7")
    journey.house.run("officer", "revoke", "r7")
    journey.open("S01", "card", "r7", expect=1)


def test_step_5_two_people_together(journey: Journey) -> None:
    folder = journey.house.folder
    ask, hers, his = folder / "story.ask", folder / "hers.approval", folder / "his.approval"
    journey.open("S08", "story", "r1", "--ask", str(ask), expect=5)
    for who, approval in (("r4", hers), ("r3", his)):
        journey.house.run("review", "approve", str(ask), "--as", journey.house.key(who), "-o", str(approval), "--yes")
    journey.open("S08", "story", "r1", "--ask", str(ask), "--approval", str(his), expect=1)  # a woman is required
    story = journey.open("S08", "story", "r1", "--ask", str(ask), "--approval", str(hers))["sections"]["story"]
    assert story["text"].startswith("Sou educadora")


def test_step_5_names_need_a_custodian(journey: Journey) -> None:
    ask, approval = journey.house.folder / "names.ask", journey.house.folder / "c1.approval"
    journey.open("S03", "identity", "r1", "--ask", str(ask), expect=5)
    journey.house.run("review", "approve", str(ask), "--as", journey.house.key("c1"), "-o", str(approval), "--yes")
    found = journey.open("S03", "identity", "r1", "--ask", str(ask), "--approval", str(approval))
    assert "Nombre Ficticio" in json.dumps(found, ensure_ascii=False)


def test_step_6_she_alone_finds_who_opened_her_report(journey: Journey) -> None:
    """One HMAC a leaf; nobody tells her, and nobody else can look."""
    assert journey.envelope is not None
    keys = words.keys(journey.said[0])
    assert keys.withdrawal_hash == journey.envelope.opened_header().withdrawal
    log_key = keys.gate("gate-1").log_key
    entries = journey.leaves()
    notices = journey.get("/log/notices/0").content
    mine = [index for index, leaf in enumerate(entries) if tag(log_key, leaf[16:]) == leaf[:16]]
    told = [leaves.open_notice(log_key, notices[index * NOTICE : (index + 1) * NOTICE]) for index in mine]
    # r1 card and story, r7 card; refused: r2, r8, r5 after stepping aside, r7 after revocation; r5 stepping aside.
    assert sum(one.opened and one.action == "open" for one in told) == 3
    assert sum(not one.opened for one in told) == 4
    assert [one.action for one in told].count("recuse") == 1
    assert all((one.role, one.purpose) == ("", "") for one in told if not one.opened)
    others = words.keys(journey.said[1]).gate("gate-1").log_key
    assert not {index for index, leaf in enumerate(entries) if tag(others, leaf[16:]) == leaf[:16]} & set(mine)
    assert all(len(leaf) == LEAF for leaf in entries)


def test_step_6_a_reviewer_answers_and_she_reads_it(journey: Journey) -> None:
    journey.house.run("review", "answer", journey.ids["S01"], "--use", "received", "--as", journey.house.key("r1"))
    deadline = time.monotonic() + 30  # a rehearsal makes today's file again as soon as an answer waits
    found = journey.as_her(0, "look", "--answers")
    while not found["reports"][0]["letters"] and time.monotonic() < deadline:
        time.sleep(0.3)
        found = journey.as_her(0, "look", "--answers")
    (report,) = found["reports"]
    assert [one["author"] for one in report["letters"]] == ["r1"]
    assert report["false_answers"] == 0
    assert report["nobody_has_opened_it"] is False
    assert {one["action"] for one in report["decisions"]} >= {"open", "answer", "recuse"}
    thread = journey.house.run("review", "thread", journey.ids["S01"], "--as", journey.house.key("r3"))
    assert [one["text"] for one in thread["answers"]] == [report["letters"][0]["text"]]


def test_step_6_nobody_opened_hers_and_other_words_find_nothing(journey: Journey) -> None:
    assert journey.as_her(8, "opened")["reports"][0]["nobody_has_opened_it"] is True  # S09, whom nobody asked for
    mine, journey.said[8] = journey.said[8], words.new(os.urandom)
    assert journey.as_her(8, "look")["empty"] is True
    journey.said[8] = mine


def test_step_6_she_chooses_again_and_it_counts_from_the_next_decision(journey: Journey) -> None:
    journey.as_her(0, "consent", "--set", "REPLY=no", "--rest", "no")
    answer = ("review", "answer", journey.ids["S01"], "--use", "received", "--as", journey.house.key("r3"))
    journey.house.run(*answer, expect=1)
    journey.open("S01", "card", "r3")  # to read it for triage is still what she sent it for
    assert journey.as_her(0, "look")["reports"][0]["wishes"][0]["consent"]["REPLY"] == "no"


def test_step_6_she_takes_it_back_and_changes_her_mind_once(journey: Journey) -> None:
    journey.as_her(0, "withdraw", "--yes")
    journey.open("S01", "card", "r3", expect=1)
    journey.as_her(0, "reopen", "--yes")
    journey.open("S01", "card", "r3")
    journey.as_her(0, "withdraw", "--now", "--yes")
    journey.open("S01", "card", "r3", expect=1)
    journey.as_her(0, "reopen", "--yes", expect=1)


def test_step_6_an_auditor_proves_every_decision_offline(journey: Journey) -> None:
    folder, key = journey.house.folder / "audit", journey.house.key("a1")
    journey.house.run("audit", "export", str(folder))
    journey.house.stop()
    assert journey.house.run("audit", "verify", str(folder), "--as", key)["faults"] == []
    opened = journey.house.run("audit", "opened", str(folder), journey.ids["S01"], "--as", key)["decisions"]
    assert {(one["who"], one["permitted"]) for one in opened} >= {("r1", True), ("r2", False), ("r7", False)}
    assert journey.house.run("audit", "replay", str(folder), "--as", key)["faults"] == []


def test_step_6_a_changed_leaf_is_found(journey: Journey) -> None:
    folder = journey.house.folder / "audit"
    leaf = folder / "leaves.bin"
    data = bytearray(leaf.read_bytes())
    data[LEAF * 7 + 30] ^= 1
    leaf.write_bytes(bytes(data))
    faults = journey.house.run("audit", "verify", str(folder), expect=3)["faults"]
    assert faults
    with pytest.raises(Failed):
        journey.house.run("audit", "verify", str(folder))


def test_nothing_of_it_is_left_in_the_house(journey: Journey) -> None:
    """What a seized folder shows: not a word of a story, not a name (tests/test_seized.py looks closer)."""
    server = Path(journey.house.home) / "server"
    disk = b"\0".join(path.read_bytes() for path in server.rglob("*") if path.is_file())
    for needle in ("sixty women", "Nombre Ficticio", "educadora", "to see what can be done"):
        assert needle.encode() not in disk
