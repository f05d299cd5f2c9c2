"""The ceremony: what it writes is what clients accept, and nobody signs alone what takes two."""

import json
import os
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from client import amending, ceremony
from client.ceremony import Choices
from client.ceremony_folder import CeremonyFolder
from client.errors import RefusedError, UnprovenError, UsageError
from client.keys import read_key
from client.publishing import publish, wait_in_force
from crypto import notes
from crypto.errors import OpenError, ProofError
from crypto.keyfile import CHEAPEST
from crypto.notes import Kind
from crypto.relay import CERTIFICATES_LIMIT, Certificates
from policies import cast
from policies.bundle import Bundle
from policies.directory import Directory, open_certificate
from policies.statements import Announcement, Revocation
from tests.client.conftest import DAY, PASSPHRASE, Rehearsal

NEW = {
    "name": "r9",
    "role": "desk",
    "pools": ["outside"],
    "woman": True,
    "languages": ["en"],
    "links": [],
    "trained_until": "2027-10-31",
    "declared_on": "2026-09-15",
    "duty": True,
}


def add(folder: CeremonyFolder, entry: dict[str, Any] | None = None) -> int:
    return amending.add_reviewer(folder, entry or NEW, passphrase=PASSPHRASE, draw=os.urandom, cost=CHEAPEST)


def small(**changes: Any) -> dict[str, Any]:
    return {**cast.example(), **changes}


def init(path: Path, people: dict[str, Any], **choices: Any) -> CeremonyFolder:
    return ceremony.init(
        people, path, Choices(**{"k": 2, **choices}), passphrase=PASSPHRASE, draw=os.urandom, cost=CHEAPEST
    )


def test_two_officers_signed_the_first_versions(unpublished: Rehearsal) -> None:
    trust = unpublished.folder.trust()
    bundle, directory = unpublished.folder.newest()
    assert (bundle.number, directory.number, trust.threshold) == (1, 1, 2)
    for kind in ("bundle", "directory"):
        signed = notes.verify(unpublished.folder.signed(kind)[0].note, trust.officers)[1]
        assert {one.key.name for one in signed} == {"officer-1", "officer-2"}
    assert bundle.body.rehearsal
    assert (bundle.body.widen_hours, bundle.body.tick) == (0, 0)
    assert [key.kind for key in bundle.log_policy.log] == [Kind.ED25519, Kind.MLDSA44]
    assert bundle.log_policy.quorum == 0


def test_every_name_of_the_directory_has_its_key_file(unpublished: Rehearsal) -> None:
    _, directory = unpublished.folder.newest()
    for person in directory.body.people:
        ring = read_key(unpublished.folder.key("people", person.name), PASSPHRASE)
        assert (ring.role, ring.name) == (person.role, person.name)
        assert (ring.identity_public, ring.encryption_public) == (person.identity, person.encryption)


def test_gates_and_auditors_open_the_certificates_and_reviewers_do_not(unpublished: Rehearsal) -> None:
    folder = unpublished.folder
    _, directory = folder.newest()
    sealed = Certificates.decode(folder.signed("directory")[0].certificates, limit=CERTIFICATES_LIMIT).sealed
    assert [name for name, _ in sealed] == sorted(directory.recipients())
    name, data = next(one for one in sealed if one[0] == "r2")
    for kind, reader in (("gates", "gate-1"), ("people", "a1")):
        ring = read_key(folder.key(kind, reader), PASSPHRASE)
        assert open_certificate(ring.encryption, data, directory.person(name)).links == ["ACT:POL@XV"]
    outsider = read_key(folder.key("people", "r2"), PASSPHRASE)
    with pytest.raises(OpenError):
        open_certificate(outsider.encryption, data, directory.person(name))


def test_private_files_are_private_and_the_roster_never_leaves(rehearsal: Rehearsal) -> None:
    assert (rehearsal.folder.path / "roster.json").stat().st_mode & 0o777 == 0o600
    assert rehearsal.folder.path.stat().st_mode & 0o777 == 0o700
    for publication in rehearsal.fake.published:
        assert b"ACT:POL@XV" not in publication.encode()


def test_a_ceremony_is_not_made_over_another(unpublished: Rehearsal) -> None:
    with pytest.raises(RefusedError):
        init(unpublished.folder.path, small())
    assert unpublished.folder.newest()[0].number == 1
    assert not ceremony.install(unpublished.folder, unpublished.home)


@pytest.mark.parametrize(
    "choices", [{"k": 4}, {"quorum": 2}, {"gate_urls": {"gate-9": "http://x"}}, {"gates_needed": 2}]
)
def test_what_cannot_be_is_refused_and_leaves_nothing(tmp_path: Path, choices: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        init(tmp_path / "c", small(), **choices)
    assert not (tmp_path / "c" / "trust.json").exists()


def test_a_real_organisation_waits_and_has_a_log_of_its_own_name(tmp_path: Path) -> None:
    people = small(gates=[{"name": "gate-1"}, {"name": "gate-2"}, {"name": "gate-3"}], reviewers=[])
    folder = init(tmp_path / "c", people, quorum=1, gate_urls={"gate-2": "http://g2.example"})
    body = folder.newest()[0].body
    assert not body.rehearsal
    assert (body.widen_hours, body.consent_hours, body.tick, body.threshold) == (72, 24, 60, 2)
    assert [gate.url for gate in body.gates] == ["embedded", "http://g2.example", "embedded"]
    assert body.origin.startswith("log-")
    assert folder.trust().log_policy.quorum == 1


def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_text(json.dumps(small(auditors=[{"name": "r1"}])))
    with pytest.raises(UsageError, match="one name twice"):
        ceremony.load_people(path)
    path.write_text("[]")
    with pytest.raises(UsageError):
        ceremony.load_people(path)
    assert ceremony.load_people(Path(str(files("data").joinpath("people.json"))))


def test_publishing_twice_changes_nothing(unpublished: Rehearsal) -> None:
    first = publish(unpublished.folder, unpublished.house)
    assert [(one.name, one.index) for one in first] == [("bundle-1", 0), ("directory-1", 1), ("page-0001", 2)]
    again = publish(unpublished.folder, unpublished.house)
    assert [(one.name, one.index) for one in again] == [("bundle-1", None), ("directory-1", None), ("page-0001", 2)]
    assert wait_in_force(unpublished.folder, unpublished.house, sleep=lambda _: None)


def test_a_house_of_somebody_else_is_found_out(rehearsal: Rehearsal, tmp_path: Path) -> None:
    other = init(tmp_path / "other", small(), rehearsal=True)
    with pytest.raises(UnprovenError):
        publish(other, rehearsal.house)


def test_a_new_reviewer_is_in_the_next_directory(rehearsal: Rehearsal) -> None:
    folder = rehearsal.folder
    _, before = folder.newest()
    assert add(folder) == 2
    _, after = folder.newest()
    assert after.number == 2
    assert {one.name for one in after.body.people} == {one.name for one in before.body.people} | {"r9"}
    sent = {one.name: one.index for one in publish(folder, rehearsal.house)}
    assert sent == {"bundle-1": None, "directory-1": None, "directory-2": 3, "page-0001": 2}
    assert "r9" in rehearsal.in_force.directory
    with pytest.raises(RefusedError):
        add(folder)


def test_one_officer_alone_makes_no_directory(rehearsal: Rehearsal) -> None:
    for name in ("officer-2", "officer-3"):
        rehearsal.folder.key("officers", name).unlink()
    with pytest.raises(UsageError, match="takes 2 officers"):
        add(rehearsal.folder)
    assert not rehearsal.folder.key("people", "r9").exists()


def test_a_key_that_is_no_officers_does_not_sign(rehearsal: Rehearsal) -> None:
    shutil.copy(rehearsal.folder.key("people", "r1"), rehearsal.folder.key("officers", "officer-1"))
    with pytest.raises(UsageError, match=r"not of an officer"):
        add(rehearsal.folder)


def test_a_revocation_takes_one_officer_and_the_next_directory_is_without_her(rehearsal: Rehearsal) -> None:
    folder = rehearsal.folder
    note = amending.revoke(folder, "r3", officer="officer-3", day=DAY)
    assert Revocation.verify(note, folder.trust()) == Revocation("r3", DAY)
    assert amending.revoke(folder, "r3", officer=None, day=DAY + 1) == note
    assert [one.name for one in publish(folder, rehearsal.house)][-1] == "revocation-r3"
    add(folder)
    assert "r3" not in folder.newest()[1]
    with pytest.raises(RefusedError):
        add(folder, {**NEW, "name": "r3"})
    with pytest.raises(UsageError):
        amending.revoke(folder, "nobody", officer=None, day=DAY)


def test_a_notice_is_one_line(rehearsal: Rehearsal) -> None:
    folder = rehearsal.folder
    name, note = amending.announce(folder, "The desk is closed on Friday.", officer=None, day=DAY)
    assert Announcement.verify(note, folder.trust()).line == "The desk is closed on Friday."
    second, _ = amending.announce(folder, "It is open again.", officer=None, day=DAY)
    assert name != second
    with pytest.raises(UsageError):
        amending.announce(folder, "two\nlines", officer=None, day=DAY)


@pytest.mark.parametrize("file", ["bundle-1.body", "directory-1.note"])
def test_a_changed_folder_is_not_used(rehearsal: Rehearsal, file: str) -> None:
    path = rehearsal.folder.path / file
    data = path.read_bytes()
    path.write_bytes(data.replace(data[40:41], bytes([data[40] ^ 1]), 1))
    with pytest.raises(UnprovenError):
        rehearsal.folder.newest()


def test_versions_verify_only_in_their_chain(rehearsal: Rehearsal) -> None:
    folder, trust = rehearsal.folder, rehearsal.folder.trust()
    add(folder)
    second = folder.signed("directory")[1]
    with pytest.raises(ProofError):
        Directory.verify(second.note, second.body, trust=trust, previous=None)
    first = folder.signed("bundle")[0]
    assert Bundle.verify(first.note, first.body, trust=trust, previous=None).number == 1
