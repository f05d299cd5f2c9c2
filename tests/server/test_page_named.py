"""The page's code in the log: k officers, each version once and in order, shown to whoever asks (protocol 8.8)."""

import hashlib

import pytest

from client import auditor, exporting, history
from client.errors import NotFoundError, RefusedError, UnprovenError
from client.findings import Fault
from client.folder import RECORDS
from crypto import leaves
from crypto.checkpoints import TlogProof
from crypto.hashing import sha256
from crypto.relay import Publication
from crypto.sections import Section
from policies.statements import PageCode
from tests.asking import Asking
from tests.client.bending import Bent
from tests.harness import OFFICERS, Running
from tests.samples import send


def note(world: Running, number: int, manifest: bytes, *officers: str) -> Publication:
    text = PageCode(number, manifest).text()
    return Publication(note=world.organisation.signed(text, *(officers or OFFICERS[:2])))


ONE, TWO = sha256(b"one"), sha256(b"two")


def test_it_is_a_public_leaf_with_a_proof_and_gates_go_on(fresh: Running) -> None:
    house, trust = fresh.house, fresh.organisation.trust
    with pytest.raises(NotFoundError):
        house.page_proof()
    first = note(fresh, 1, ONE)
    index = house.publish(first)
    assert house.publish(first) == index
    proof = TlogProof.parse(house.page_proof())
    assert house.statement(proof.index) == first.note
    head = proof.verify(trust.log_policy, leaves.PUBLIC_TAG + sha256(first.note.encode()))
    assert (proof.index, head.size) == (index, index + 1)
    newer = house.publish(note(fresh, 2, TWO))
    assert TlogProof.parse(house.page_proof()).index == newer == index + 1
    assert house.statement(0).startswith("amana/1 note bundle\n")
    with pytest.raises(NotFoundError):
        house.statement(99)
    asking = Asking(fresh, "r1", send(fresh, "S01"), [Section.CARD])
    assert asking.read(asking.send(), Section.CARD)
    with pytest.raises(NotFoundError):
        house.statement(newer + 1)  # a report's leaf has no statement


def test_one_officer_or_another_order_is_refused_and_changes_nothing(fresh: Running) -> None:
    house = fresh.house
    for wrong in (note(fresh, 1, ONE, OFFICERS[0]), note(fresh, 2, ONE)):
        with pytest.raises((RefusedError, UnprovenError)):
            house.publish(wrong)
    house.publish(note(fresh, 1, ONE))
    for wrong in (note(fresh, 1, TWO), note(fresh, 3, TWO)):
        with pytest.raises((RefusedError, UnprovenError)):
            house.publish(wrong)
    assert TlogProof.parse(house.page_proof()).checkpoint.split("\n")[1] == "3"


def test_auditors_check_it_like_any_statement(fresh: Running) -> None:
    house, trust = fresh.house, fresh.organisation.trust
    for number, manifest in ((1, ONE), (2, TWO)):
        house.publish(note(fresh, number, manifest))
    folder = fresh.folder / "log"
    exporting.export(house, trust, folder)
    bent = Bent(folder, fresh.organisation)
    found = auditor.verify(folder, trust, auditor=bent.auditor)
    assert found.faults == []
    assert found.history.pages == [(2, ONE), (3, TWO)]
    assert found.counts["public"] == 4
    (folder / RECORDS / "3").write_text(note(fresh, 3, TWO).note)
    assert Fault(3, history.OTHER_STATEMENT) in auditor.verify(folder, trust, auditor=bent.auditor).faults


def test_a_hash_is_written_as_people_read_it(fresh: Running) -> None:
    assert f"manifest {hashlib.sha256(b'one').hexdigest()}\n" in note(fresh, 1, ONE).note
