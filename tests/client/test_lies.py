"""Lies in an exported folder: each is named by its leaf, without a network (tests/attacks/README.md has them all)."""

import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from client import auditor, comparing, decisions, exporting, history, replaying
from client.auditor import verify
from client.errors import UnprovenError
from client.findings import WHOLE, Fault
from client.folder import CHECKPOINT, CHECKPOINTS, MEMOS, NOTICES, RECORDS
from client.questions import conflicts, keeping
from client.questions.answered import NOT_VERIFIED
from client.questions.printed import page
from client.questions.verdicts import NO, UNPROVABLE, YES
from crypto import hybrid, leaves, merkle, notes, signing
from crypto.checkpoints import TlogProof
from crypto.labels import Label
from crypto.leaves import MEMO, NOTICE
from crypto.sections import Section
from policies import directory as directories
from tests.asking import Asking
from tests.client.aging import Aged, age
from tests.client.asking_questions import answers, case_of, exported_now
from tests.client.auditing import faults
from tests.client.bending import Bent
from tests.client.test_history import without
from tests.harness import OFFICERS, Running
from tests.samples import send

CARD, STORY, IDENTITY = Section.CARD, Section.STORY, Section.IDENTITY


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Aged:
    return age(tmp_path_factory.mktemp("aged"))


# The record of one decision


def test_an_approval_that_nobody_gave(bent: Bent) -> None:
    """The gate and the log write c1's yes themselves, and commit to it."""
    index = next(one for one in bent.decisions() if approvals(bent, one))
    (message, _), *others = approvals(bent, index)
    for forged in (os.urandom(64), signing.sign(bent.organisation.keys["gate-1"].identity, Label.APPROVAL, message)):
        bent.rewrite(index, {}, gate_signs=True, approvals=[(message, forged), *others])
        assert Fault(index, decisions.APPROVAL) in faults(bent)
    bent.rewrite(index, {}, gate_signs=True, approvals=[])
    assert Fault(index, replaying.OUTCOME) in replayed(bent)


def approvals(bent: Bent, index: int) -> list[tuple[bytes, bytes]]:
    found = verify(bent.path, bent.organisation.trust, auditor=bent.auditor)
    return next(one.record.approvals for one in found.decisions if one.index == index)


def replayed(bent: Bent) -> list[Fault]:
    return replaying.replay(bent.path, bent.organisation.trust, bent.auditor).faults


def test_a_decision_put_in_earlier(bent: Bent) -> None:
    """Back-dated in the log: what it had read comes after it."""
    last = bent.decisions()[-1]
    new = bent.leaves
    new.insert(2, new.pop(last))
    sealed = [(bent.path / RECORDS / str(index)).read_bytes() for index in range(2, last + 1)]
    for place, record in enumerate([sealed[-1], *sealed[:-1]], 2):
        (bent.path / RECORDS / str(place)).write_bytes(record)
    for name, size in ((NOTICES, NOTICE), (MEMOS, MEMO)):
        data = (bent.path / name).read_bytes()
        moved = data[last * size : (last + 1) * size]
        rest = data[2 * size : last * size] + data[(last + 1) * size :]
        (bent.path / name).write_bytes(data[: 2 * size] + moved + rest)
    bent.write_leaves(new, sign=True)
    assert Fault(2, auditor.BEFORE) in faults(bent)


def test_a_version_that_was_replaced(fresh: Running) -> None:
    """It names the directory of before, in which r1 still was: its own rules say yes, the log says no."""
    report = send(fresh, "S01")
    Asking(fresh, "r1", report, [CARD]).send()
    old = fresh.organisation.directory
    fresh.house.publish(without(fresh, "r1"))
    Asking(fresh, "r1", report, [CARD]).send()
    bent = exported_now(fresh)
    index = bent.decisions()[-1]
    assert old is not None
    assert faults(bent) == []
    bent.rewrite(index, {"directory": old.digest}, gate_signs=True)
    assert faults(bent) == [Fault(index, history.OVERRULED)]


def test_a_key_swapped_for_one_reporter(fresh: Running) -> None:
    """Two officers sign a list in which r1's key is theirs, and show it to her alone. Her header names it for ever."""
    report = send(fresh, "S01")
    Asking(fresh, "r1", report, [CARD]).send()
    true = fresh.organisation.directory
    assert true is not None
    people = [
        structs.replace(one, encryption=hybrid.public_key(os.urandom(32))) if one.name == "r1" else one
        for one in true.body.people
    ]
    body = structs.replace(true.body, people=people)
    note = fresh.organisation.signed(directories.unsigned(body, None), *OFFICERS[:2])
    private = directories.Directory.verify(note, body.encode(), trust=fresh.organisation.trust, previous=None)
    bent = exported_now(fresh)
    audit = verify(bent.path, bent.organisation.trust, auditor=bent.auditor)
    (found,) = audit.decisions
    swapped = replace(found, header=structs.replace(found.header, directory=private.digest))
    seen = list(decisions.faults(swapped, audit.history, b"", "log.test.example"))
    assert decisions.SEALED_TO in seen
    assert decisions.SEALED_TO not in list(decisions.faults(found, audit.history, b"", "log.test.example"))
    header = structs.replace(found.header, directory=private.digest).encode()
    bent.rewrite(found.index, {}, gate_signs=True, header=header)
    assert Fault(found.index, decisions.SEALED_TO) in faults(bent)


# Any record at all


def swap(bent: Bent, index: int) -> set[int]:
    place = bent.path / RECORDS
    one, other = ((place / str(at)).read_bytes() for at in (index, index - 1))
    (place / str(index)).write_bytes(other)
    (place / str(index - 1)).write_bytes(one)
    return {index, index - 1}


def drop(bent: Bent, index: int) -> set[int]:
    (bent.path / RECORDS / str(index)).unlink()
    return {index}


def change(bent: Bent, index: int) -> set[int]:
    size = (bent.path / RECORDS / str(index)).stat().st_size
    bent.flip(f"{RECORDS}/{index}", size // 2)
    return {index}


def of_another(bent: Bent, index: int) -> set[int]:
    """A copy of an earlier one in its place."""
    place = bent.path / RECORDS
    (place / str(index)).write_bytes((place / str(index - 1)).read_bytes())
    return {index}


@pytest.mark.parametrize("lie", [swap, drop, change, of_another])
def test_any_record_is_named_by_its_index(exported: Bent, tmp_path: Path, lie: Callable[[Bent, int], set[int]]) -> None:
    """Each leaf of the log in turn, statements too; and no question breaks on what is left."""
    for index in range(1, len(exported.leaves)):
        folder = tmp_path / f"{lie.__name__}-{index}"
        shutil.copytree(exported.path, folder)
        bent = Bent(folder, exported.organisation)
        told = lie(bent, index)
        found = answers(bent)
        assert found[1].answer == NO
        assert told <= {one.index for one in found[1].faults}


FILES = ["bundles/1.note", "bundles/1.body", "directories/1.body", "directories/1.certificates"]
FILES += ["leaves.bin", "notices.bin", "memos.bin", "checkpoint"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("rubbish", [b"", b"\xff" * 100, b"amana/1 note bundle\n"])
def test_rubbish_in_a_file_breaks_no_question(bent: Bent, name: str, rubbish: bytes) -> None:
    (bent.path / name).write_bytes(rubbish)
    found = answers(bent)
    assert len(found) == 25
    alone = name == "bundles/1.note"  # the note in the records is what counts
    assert alone or any(one.faults for one in found.values())


def test_people_without_certificates(bent: Bent) -> None:
    """What is missing is said to be unknown, and never taken for innocence."""
    (bent.path / "directories/1.certificates").unlink()
    found = answers(bent, 1, 5, 14)
    assert found[1].faults == ()
    permitted = [bent.decisions()[at] for at in (0, 2, 3)]
    assert found[5].faults == tuple(Fault(index, conflicts.UNKNOWN) for index in permitted)
    assert found[14].counts["certificates that do not open"] == 11


# The log


def test_a_known_key_with_a_bad_signature_among_good_ones(bent: Bent) -> None:
    """The log's own good line is there as well; a verifier that takes the first good one would say yes."""
    path = bent.path / CHECKPOINT
    good = path.read_text("utf-8")
    text, _ = notes.split(good)
    log = bent.organisation.vkey("log", bent.organisation.log.name)
    line = f"— {log.name} {notes.b64(log.id + os.urandom(64))}\n"
    for bad in (good + line, text + "\n" + line + good.removeprefix(text + "\n")):
        path.write_text(bad, encoding="utf-8")
        assert faults(bent) == [Fault(WHOLE, auditor.HEAD)]
    path.write_text(good, encoding="utf-8")
    (bent.path / CHECKPOINTS).mkdir()
    size = len(bent.leaves)
    heads = {count: bent.signed(bent.leaves[:count]) for count in (size - 3, size - 2, size - 1)}
    heads[size - 3] += line
    forked = [*bent.leaves[: size - 2], os.urandom(48)]
    heads[size - 1] = bent.signed(forked)
    for count, note in heads.items():
        (bent.path / CHECKPOINTS / str(count)).write_text(note, encoding="utf-8")
    # The bad one is named by its place, and does not hide what a good one of after it shows.
    assert faults(bent) == [Fault(size - 4, auditor.EARLIER), Fault(size - 2, auditor.FORK)]


def test_a_log_that_does_not_verify_has_no_other_answers(bent: Bent) -> None:
    index = bent.decisions()[0]
    (bent.path / RECORDS / str(index)).unlink()
    found = answers(bent)
    assert {number for number, one in found.items() if one.sentence != NOT_VERIFIED} == {1, 20}
    assert {one.answer for number, one in found.items() if number not in (1, 20)} == {UNPROVABLE}
    assert (found[1].answer, found[20].answer) == (NO, YES)
    named = {one.index for one in found[20].faults}
    assert named == {index, bent.decisions()[0]}
    assert {one.index for one in found[1].faults} == named


def test_two_auditors_who_were_shown_two_logs(bent: Bent, exported: Bent, tmp_path: Path) -> None:
    """Each folder verifies by itself; both heads are signed, and two proofs of one place are all that it takes."""
    shutil.copytree(exported.path, tmp_path / "hers")
    index = bent.decisions()[-1]
    bent.rewrite(index, {"rules": ["R2.language"]}, gate_signs=True)
    assert (faults(bent), faults(exported)) == ([], [])
    trust = bent.organisation.trust
    found = comparing.compare(bent.path, tmp_path / "hers", trust)
    assert (found.relation, found.index) == (comparing.FORKED, index)
    comparing.keep(found, tmp_path / "proof")
    seen = set()
    for number in ("1", "2"):
        leaf = bytes.fromhex((tmp_path / "proof" / f"{number}.leaf").read_text())
        proof = TlogProof.parse((tmp_path / "proof" / f"{number}.proof").read_text("utf-8"))
        head = proof.verify(trust.log_policy, leaf)
        assert (proof.index, head.size) == (index, len(bent.leaves))
        assert proof.checkpoint == (tmp_path / "proof" / f"{number}.checkpoint").read_text("utf-8")
        seen.add(leaf)
    assert len(seen) == 2


def test_two_folders_of_one_log(fresh: Running, tmp_path: Path) -> None:
    report, trust = send(fresh, "S01"), fresh.organisation.trust
    exporting.export(fresh.house, trust, tmp_path / "early")
    same = comparing.compare(tmp_path / "early", tmp_path / "early", trust)
    Asking(fresh, "r1", report, [CARD]).send()
    exporting.export(fresh.house, trust, tmp_path / "late")
    grew = comparing.compare(tmp_path / "late", tmp_path / "early", trust)
    assert (same.relation, grew.relation) == (comparing.SAME, comparing.GREW)
    assert comparing.proofs(grew) == []
    leaf = (tmp_path / "late" / "leaves.bin").read_bytes()
    (tmp_path / "late" / "leaves.bin").write_bytes(leaf[:-1] + bytes([leaf[-1] ^ 1]))
    with pytest.raises(UnprovenError):
        comparing.compare(tmp_path / "late", tmp_path / "early", trust)


def test_what_was_erased_leaves_its_proofs_valid(aged: Aged) -> None:
    """The record is gone from the house, and named; the leaf stands, and a proof of before still holds."""
    for index in (aged.withdrawn, aged.due):
        before, after = aged.early.leaves, aged.late.leaves
        assert not (aged.late.path / RECORDS / str(index)).exists()
        size = index + 3
        heads = [merkle.leaf_hash(leaf) for leaf in before[:size]]
        proof = TlogProof(index, tuple(merkle.inclusion(heads, index)), aged.early.signed(before[:size]))
        proof.verify(aged.late.organisation.trust.log_policy, after[index])
        whole = [merkle.leaf_hash(leaf) for leaf in after]
        grown = merkle.consistency(whole, size)
        merkle.verify_consistency(size, len(after), grown, merkle.root(heads), merkle.root(whole))
    assert faults(aged.late) == []


def test_nothing_opens_a_socket(exported: Bent, aged: Aged, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All of it, with the network forbidden."""
    shutil.copytree(exported.path, tmp_path / "other")

    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, no_network)
    for bent in (exported, aged.early):
        case = case_of(bent)
        found = answers(bent)
        assert len(found) == 25
        assert case.replay.faults == []
        assert "<html" in page(case, [])
    assert comparing.compare(exported.path, tmp_path / "other", exported.organisation.trust).index is None


def test_a_leaf_that_is_counted_twice(exported: Bent) -> None:
    case = case_of(exported)
    case.audit.count("received")
    assert keeping.reconcile(case).faults == (Fault(len(exported.leaves) - 1, keeping.KINDS),)


def test_leaves_of_one_kind_are_what_is_counted(bent: Bent) -> None:
    """A house that says more were withdrawn than came hides reports that it lost."""
    new = [*bent.leaves]
    for _ in range(3):
        entry = leaves.withdrawal_entry(os.urandom(32), 1, os.urandom)
        bent.put(NOTICES, len(new), NOTICE, entry.notice)
        bent.put(MEMOS, len(new), MEMO, entry.memo)
        new.append(entry.leaf)
    bent.write_leaves(new, sign=True)
    assert faults(bent) == []
    found = answers(bent, 10)[10]
    assert found.faults == (Fault(len(new) - 1, keeping.CLOSED_FIRST),)
