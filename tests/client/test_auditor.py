"""The auditor: an honest log is found honest, and every way to bend one is found at its leaf (protocol 13)."""

import json
import os
from pathlib import Path

import pytest
from msgspec import structs

from client import auditor, cli, decisions, history, records
from client.auditor import verify
from client.findings import WHOLE, Fault
from client.folder import CHECKPOINT, CHECKPOINTS, LEAVES, MEMOS, NOTICES, RECORDS
from crypto import keyfile, leaves
from crypto.leaves import LEAF, MEMO, NOTICE
from crypto.sections import Section
from tests.client.auditing import faults
from tests.client.bending import Bent

STORY = Section.STORY


def test_an_honest_log_holds(exported: Bent) -> None:
    found = verify(exported.path, exported.organisation.trust, auditor=exported.auditor)
    assert found.faults == []
    assert found.counts == {"public": 3, "received": 2, "decision": 7}
    assert found.unchecked == [auditor.NO_WITNESS]


def test_without_a_key_it_says_what_it_did_not_check(exported: Bent) -> None:
    found = verify(exported.path, exported.organisation.trust)
    assert found.ok
    assert records.NO_KEY in found.unchecked
    assert found.decisions == []


def test_every_decision_is_listed(exported: Bent) -> None:
    rows = auditor.opened(exported.path, exported.organisation.trust, exported.auditor)
    assert [(one.who, one.action, one.section, one.permitted) for one in rows] == [
        ("r1", "open", "card", True),
        ("r2", "open", "card", False),
        ("r1", "open", "card", True),
        ("r1", "open", "identity", True),
        ("r1", "recuse", "card", True),
        ("r1", "open", "card", False),
        ("r4", "open", "card", False),
    ]
    assert rows[3].approvers == ("c1",)
    mine = auditor.opened(exported.path, exported.organisation.trust, exported.auditor, rows[2].id)
    assert [one.index for one in mine] == [rows[2].index, rows[3].index]


# What lies beside the leaves


def test_a_changed_record(bent: Bent) -> None:
    index = bent.decisions()[1]
    bent.flip(f"{RECORDS}/{index}", -1)
    assert Fault(index, records.CLOSED) in faults(bent)


def test_a_dropped_record(bent: Bent) -> None:
    index = bent.decisions()[-1]
    (bent.path / RECORDS / str(index)).unlink()
    assert faults(bent) == [Fault(index, records.MISSING)]


def test_a_dropped_decision_leaves_a_gap_in_the_journal(bent: Bent) -> None:
    first, second = bent.decisions()[:2]
    (bent.path / RECORDS / str(first)).unlink()
    assert faults(bent) == [Fault(first, records.MISSING), Fault(second, auditor.GAP)]


def test_reordered_records(bent: Bent) -> None:
    first, second = bent.decisions()[:2]
    place = bent.path / RECORDS
    one, other = (place / str(first)).read_bytes(), (place / str(second)).read_bytes()
    (place / str(first)).write_bytes(other)
    (place / str(second)).write_bytes(one)
    assert {Fault(first, records.OTHER), Fault(second, records.OTHER)} <= set(faults(bent))


@pytest.mark.parametrize(("name", "size"), [(NOTICES, NOTICE), (MEMOS, MEMO)])
def test_a_changed_notice_or_memo(bent: Bent, name: str, size: int) -> None:
    index = bent.decisions()[-1]
    bent.flip(name, index * size + 20)
    assert faults(bent) == [Fault(index, records.OTHER)]


def test_a_notice_cut_off(bent: Bent) -> None:
    data = (bent.path / NOTICES).read_bytes()
    (bent.path / NOTICES).write_bytes(data[:-1])
    last = len(bent.leaves) - 1
    assert Fault(last, records.BESIDE) in faults(bent)


def test_a_received_record_that_lies(bent: Bent) -> None:
    index = next(i for i, leaf in enumerate(bent.leaves) if not leaves.is_public(leaf))
    bent.seal(index, structs.replace(bent.record(index), body=os.urandom(32)))
    assert faults(bent) == [Fault(index, records.OTHER)]


def test_a_decision_that_calls_itself_a_pad(bent: Bent) -> None:
    index = bent.decisions()[-1]
    bent.seal(index, leaves.Record(kind=leaves.PAD, salt=os.urandom(32), body=leaves.PAD_BODY))
    assert faults(bent) == [Fault(index, records.OTHER)]


def test_rubbish_where_a_record_should_be(bent: Bent) -> None:
    index = bent.decisions()[-1]
    (bent.path / RECORDS / str(index)).write_bytes(b"")
    assert faults(bent) == [Fault(index, records.CLOSED)]
    assert verify(bent.path, bent.organisation.trust).faults == [Fault(index, records.FORM)]


# The tree


def test_a_changed_leaf(bent: Bent) -> None:
    index = bent.decisions()[-1]
    bent.flip(LEAVES, index * LEAF + 30)
    found = faults(bent)
    assert Fault(index, records.OTHER) in found
    assert Fault(len(bent.leaves) - 1, auditor.TREE) in found


def test_reordered_leaves(bent: Bent) -> None:
    first, second = bent.decisions()[:2]
    new = bent.leaves
    new[first], new[second] = new[second], new[first]
    bent.write_leaves(new, sign=True)
    assert {Fault(first, records.OTHER), Fault(second, records.OTHER)} <= set(faults(bent))


def test_leaves_cut_off(bent: Bent) -> None:
    new = bent.leaves[:-1]
    bent.write_leaves(new, sign=False)
    assert Fault(len(new), auditor.SHORT) in faults(bent)


def test_the_same_leaf_twice(bent: Bent) -> None:
    index = bent.decisions()[0]
    new = [*bent.leaves, bent.leaves[index]]
    bent.write_leaves(new, sign=True)
    assert Fault(len(new) - 1, auditor.TWICE) in faults(bent)


def test_a_checkpoint_that_nobody_signed(bent: Bent) -> None:
    text = (bent.path / CHECKPOINT).read_text("utf-8")
    (bent.path / CHECKPOINT).write_text(text.replace("\n12\n", "\n11\n"), encoding="utf-8")
    assert faults(bent) == [Fault(WHOLE, auditor.HEAD)]


def test_a_rewritten_history_contradicts_an_earlier_checkpoint(bent: Bent) -> None:
    """The log signs both; only who kept the earlier one can tell."""
    size = len(bent.leaves)
    (bent.path / CHECKPOINTS).mkdir(exist_ok=True)
    earlier = bent.signed(bent.leaves[: size - 1])
    (bent.path / CHECKPOINTS / str(size - 1)).write_text(earlier, encoding="utf-8")
    assert faults(bent) == []
    index = bent.decisions()[-2]
    bent.rewrite(index, {"rules": ["R2.card"]}, gate_signs=True)
    assert Fault(size - 2, auditor.FORK) in faults(bent)


# Statements


def test_a_changed_statement(bent: Bent) -> None:
    bent.flip(f"{RECORDS}/0", 40)
    assert Fault(0, history.OTHER_STATEMENT) in faults(bent)


@pytest.mark.parametrize(("name", "index"), [("bundles/1.body", 0), ("directories/1.body", 1)])
def test_a_changed_body(bent: Bent, name: str, index: int) -> None:
    bent.flip(name, 200)
    assert Fault(index, history.UNSIGNED) in faults(bent)


def test_a_missing_body(bent: Bent) -> None:
    (bent.path / "directories/1.body").unlink()
    found = faults(bent)
    assert Fault(1, history.NO_BODY) in found
    assert {Fault(one, decisions.NO_DIRECTORY) for one in bent.decisions()} <= set(found)


def test_a_statement_that_no_officer_signed(bent: Bent) -> None:
    note = bent.organisation.signed("amana/1 note revocation\nname r1\nday 2026-01-01\n", "gate-1")
    entry = leaves.public_entry(note, os.urandom)
    index = len(bent.leaves)
    bent.write_leaves([*bent.leaves, entry.leaf], sign=True)
    (bent.path / RECORDS / str(index)).write_bytes(entry.record)
    bent.put(NOTICES, index, NOTICE, entry.notice)
    bent.put(MEMOS, index, MEMO, entry.memo)
    assert faults(bent) == [Fault(index, history.UNSIGNED)]


# Decisions that were committed to again: the tree holds, what they claim does not


def test_a_decision_that_its_gate_did_not_sign(bent: Bent) -> None:
    index = bent.decisions()[-1]
    bent.rewrite(index, {"rules": ["R2.card"]}, gate_signs=False)
    assert faults(bent) == [Fault(index, decisions.NOT_SIGNED)]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"permitted": True}, decisions.NOTICE),
        ({"section": STORY}, decisions.SECTION),
        ({"request": bytes(32)}, decisions.OTHER_REQUEST),
        ({"minute": 1}, decisions.EXPIRED),
        ({"bundle": bytes(32)}, decisions.NO_BUNDLE),
        ({"bundle": bytes(32)}, history.ABSENT),
        ({"directory": bytes(32)}, decisions.NO_DIRECTORY),
        ({"root": bytes(32)}, auditor.ROOT),
        ({"size": 99}, auditor.BEFORE),
        ({"size": -1}, auditor.ROOT),
        ({"sequence": 9}, auditor.GAP),
        ({"sequence": 0}, auditor.SAME_PLACE),
        ({"journal": bytes(32)}, auditor.GAP),
    ],
)
def test_a_gate_that_signs_what_is_not_so(bent: Bent, changes: dict[str, object], fault: str) -> None:
    index = bent.decisions()[-1]
    bent.rewrite(index, changes, gate_signs=True)
    found = faults(bent)
    assert Fault(index, fault) in found
    assert {one.index for one in found} == {index}


def test_one_request_decided_twice(bent: Bent) -> None:
    index, last = bent.decisions()[-1], len(bent.leaves)
    bent.rewrite(index, {"sequence": 7}, gate_signs=True, at=last)
    found = faults(bent)
    assert Fault(last, auditor.AGAIN) in found
    assert {one.index for one in found} == {last}


# The command


@pytest.fixture
def command(exported: Bent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    (tmp_path / "pass").write_text("a long passphrase\n")
    (tmp_path / "trust.json").write_text(exported.organisation.trust.to_json())
    (tmp_path / "key").write_bytes(
        keyfile.lock(exported.auditor, "a long passphrase", os.urandom, cost=keyfile.CHEAPEST)
    )
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(tmp_path / "pass"))
    return ["--trust", str(tmp_path / "trust.json"), "--as", str(tmp_path / "key"), "--json"]


def test_the_command_says_what_it_found(bent: Bent, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("verify", "replay", "opened"):
        assert cli.main(["audit", name, str(bent.path), *command]) == 0
        assert json.loads(capsys.readouterr().out)["ok"] is True
    index = bent.decisions()[-1]
    (bent.path / RECORDS / str(index)).unlink()
    assert cli.main(["audit", "verify", str(bent.path), *command]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    assert said["faults"] == [{"index": index, "fault": records.MISSING}]
    assert cli.main(["audit", "verify", str(bent.path / "nothing"), *command]) == 2
