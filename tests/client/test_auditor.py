"""The auditor: an honest log is found honest, and every way to bend one is found at its leaf (protocol 13)."""

import json
import os
import shutil
from pathlib import Path

import pytest
from msgspec import structs

from client import auditor, cli, decisions, exporting, history, records
from client.auditor import verify
from client.errors import RefusedError, UnprovenError
from client.findings import WHOLE, Fault
from client.folder import CHECKPOINT, CHECKPOINTS, LEAVES, MEMOS, NOTICES, RECORDS
from client.history import Naming
from crypto import keyfile, leaves
from crypto.leaves import LEAF, MEMO, NOTICE
from crypto.relay import Publication
from crypto.sections import Section
from policies import cast
from policies import directory as directories
from policies.directory import Directory, DirectoryBody
from tests.asking import Asking
from tests.client.bending import Bent
from tests.harness import OFFICERS, Organisation, Running, running
from tests.samples import send

CARD, STORY, IDENTITY = Section.CARD, Section.STORY, Section.IDENTITY


def some_work(world: Running) -> bytes:
    """A report, openings, refusals, a recusal, a revocation; return the id of the first report."""
    first, third = send(world, "S01"), send(world, "S03")
    for who in ("r1", "r2"):
        Asking(world, who, first, [CARD]).send()
    Asking(world, "r1", third, [CARD, IDENTITY]).approve("c1", IDENTITY).send()
    Asking(world, "r1", first, [CARD], action="recuse").send()
    Asking(world, "r1", first, [CARD]).send()
    world.house.publish(world.organisation.revocation("r4", world.clock.day))
    Asking(world, "r4", first, [CARD]).send()
    return first


@pytest.fixture(scope="module")
def exported(world: Running) -> Bent:
    some_work(world)
    folder = world.folder / "log"
    exporting.export(world.house, world.organisation.trust, folder)
    return Bent(folder, world.organisation)


@pytest.fixture
def bent(exported: Bent, tmp_path: Path) -> Bent:
    folder = tmp_path / "log"
    shutil.copytree(exported.path, folder)
    return Bent(folder, exported.organisation)


def faults(bent: Bent) -> list[Fault]:
    return verify(bent.path, bent.organisation.trust, auditor=bent.auditor).faults


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


# Which versions are in force


def without(world: Running, name: str) -> Publication:
    """The same directory but for one person: nothing else may change, or it is no narrowing."""
    organisation = world.organisation
    before = organisation.directory
    assert before is not None
    people = [person for person in before.body.people if person.name != name]
    body = DirectoryBody(number=before.number + 1, people=people)
    note = organisation.signed(directories.unsigned(body, before), *OFFICERS[:2])
    organisation.directory = Directory.verify(note, body.encode(), trust=organisation.trust, previous=before)
    sealed = world.house.directory(before.number)[2]
    return Publication(note=note, body=body.encode(), certificates=sealed)


def test_versions_wait_and_are_not_waited_for_longer(tmp_path: Path) -> None:
    with running(tmp_path, Organisation(widen_hours=24)) as world:
        report = send(world, "S01")
        Asking(world, "r1", report, [CARD]).send()
        world.house.publish(without(world, "r3"))  # narrows: binds at once
        Asking(world, "r1", report, [CARD]).send()
        world.house.publish(world.organisation.next_directory())  # widens: waits
        Asking(world, "r1", report, [CARD]).send()
        world.clock.offset += 25 * 3600
        Asking(world, "r1", report, [CARD]).send()
        exporting.export(world.house, world.organisation.trust, tmp_path / "log")
        bent = Bent(tmp_path / "log", world.organisation)
        found = verify(bent.path, world.organisation.trust, auditor=bent.auditor)
    assert found.faults == []
    versions = [one.value.digest for one in found.history.directories]
    named = [one.decision.directory for one in found.decisions]
    assert [versions.index(one) for one in named] == [0, 1, 1, 2]
    sightings = [(one.decision.size, one.decision.minute) for one in found.decisions]

    def wrong(version: int, decision: int) -> str | None:
        size, minute = sightings[decision]
        naming = Naming(digest=versions[version], size=size, minute=minute, sightings=sightings)
        return history.wrong_directory(found.history, naming)

    assert wrong(0, 1) == history.OVERRULED
    assert wrong(2, 2) == history.EARLY
    assert wrong(1, 3) == history.OUTDATED
    assert wrong(2, 0) == history.ABSENT


def test_narrower_than_what_still_waits_binds_nothing_early(tmp_path: Path) -> None:
    """Two versions in a row, the first widens, the second takes away a little: both have to wait (protocol 8.7)."""
    with running(tmp_path, Organisation(widen_hours=24)) as world:
        report = send(world, "S01")
        Asking(world, "r1", report, [CARD]).send()
        world.house.publish(world.organisation.next_directory())
        world.house.publish(without(world, "r3"))
        exporting.export(world.house, world.organisation.trust, tmp_path / "log")
        found = verify(
            tmp_path / "log", world.organisation.trust, auditor=Bent(tmp_path / "log", world.organisation).auditor
        )
    sightings = [(one.decision.size, one.decision.minute) for one in found.decisions]
    third = found.history.directories[2].value.digest

    def wrong(minutes: int) -> str | None:
        now = sightings[0][1] + minutes
        naming = Naming(digest=third, size=found.size, minute=now, sightings=[*sightings, (found.size, now)])
        return history.wrong_directory(found.history, naming)

    assert wrong(1) == history.EARLY
    assert wrong(24 * 60) is None


def test_who_became_auditor_later_is_told_what_she_cannot_check(fresh: Running) -> None:
    report = send(fresh, "S01")
    Asking(fresh, "r1", report, [CARD]).send()
    people = {**fresh.organisation.people}
    people["auditors"] = [*people["auditors"], {"name": "a9"}]
    fresh.organisation.people = people
    fresh.house.publish(fresh.organisation.next_directory())
    Asking(fresh, "r1", report, [CARD]).send()
    folder = fresh.folder / "log"
    exporting.export(fresh.house, fresh.organisation.trust, folder)
    trust = fresh.organisation.trust
    late = verify(folder, trust, auditor=fresh.key("a9"))
    assert late.faults == []
    assert records.LATE in late.unchecked
    assert late.counts["not for this auditor"] == 2
    assert len(late.decisions) == 1
    early = verify(folder, trust, auditor=fresh.key(cast.example()["auditors"][0]["name"]))
    assert early.faults == []
    assert len(early.decisions) == 2


# Export


def test_export_goes_on_where_it_was_broken_off(fresh: Running) -> None:
    some_work(fresh)
    folder, trust = fresh.folder / "log", fresh.organisation.trust
    first = exporting.export(fresh.house, trust, folder)
    (folder / CHECKPOINT).unlink()
    (folder / RECORDS / "5").unlink()
    for name, size in ((LEAVES, LEAF), (NOTICES, NOTICE), (MEMOS, MEMO)):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: 4 * size + 7])
    again = exporting.export(fresh.house, trust, folder)
    assert (again.size, again.new, again.records) == (first.size, first.size - 4, 1)
    assert verify(folder, trust, auditor=fresh.key(cast.example()["auditors"][0]["name"])).faults == []


def test_export_keeps_the_earlier_checkpoint(fresh: Running) -> None:
    report = some_work(fresh)
    folder, trust = fresh.folder / "log", fresh.organisation.trust
    first = exporting.export(fresh.house, trust, folder)
    Asking(fresh, "r5", report, [CARD]).send()
    second = exporting.export(fresh.house, trust, folder)
    assert (second.size, second.new) == (first.size + 1, 1)
    assert [one.name for one in (folder / CHECKPOINTS).iterdir()] == [str(first.size)]
    assert verify(folder, trust).faults == []


def test_export_notices_that_the_log_is_another(bent: Bent, world: Running) -> None:
    """The folder holds a history that the log signed and shows to nobody else."""
    index = bent.decisions()[-1]
    bent.rewrite(index, {"rules": ["R2.card"]}, gate_signs=True)
    with pytest.raises(UnprovenError):
        exporting.export(world.house, world.organisation.trust, bent.path)
    assert Fault(len(bent.leaves) - 1, auditor.FORK) in faults(bent) or Fault(
        len(bent.leaves) - 1, auditor.TREE
    ) in faults(bent)


def test_export_does_not_mix_organisations(bent: Bent, world: Running) -> None:
    (bent.path / "trust.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RefusedError):
        exporting.export(world.house, world.organisation.trust, bent.path)


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
