from typing import Any

import pytest
from msgspec import structs

from crypto import hybrid
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.limits import limit
from crypto.padding import pad
from policies import cast
from policies import directory as directories
from policies.directory import Directory, open_certificate, seal_certificate
from tests.policies import building
from tests.policies.building import DRAW, OFFICERS, SALT, directory_body, encryption, person, seed, signed, trust

ENTRIES = directory_body().people


def test_lookups() -> None:
    directory = building.directory()
    assert directory.person("c1").role == "custodian"
    assert directory.auditors == [encryption("a1")]
    assert list(directory.recipients()) == ["c1", "c2", "o1", *(f"r{number}" for number in range(1, 9))]
    assert "r1" in directory
    assert "r9" not in directory
    with pytest.raises(ProofError):
        directory.person("r9")


def test_chain_and_quorum() -> None:
    first = building.directory()
    second = building.directory(first, number=2)
    body = directory_body(number=2)
    text = directories.unsigned(body, first)
    assert Directory.verify(signed(text, *OFFICERS), body.encode(), trust=trust(), previous=first) == second
    for note, previous in ((signed(text, "officer-1"), first), (signed(text, *OFFICERS), None)):
        with pytest.raises(ProofError):
            Directory.verify(note, body.encode(), trust=trust(), previous=previous)
    bundle_note = signed(text.replace("directory", "bundle"), *OFFICERS)
    with pytest.raises(MalformedError):
        Directory.verify(bundle_note, body.encode(), trust=trust(), previous=first)


@pytest.mark.parametrize(
    "people",
    [
        [*ENTRIES, ENTRIES[-1]],
        list(reversed(ENTRIES)),
        [*ENTRIES, structs.replace(ENTRIES[-1], name="zz")],
        [*ENTRIES, structs.replace(person("zz", "desk", []), identity=ENTRIES[0].identity)],
        [*ENTRIES, structs.replace(person("zz", "desk", []), encryption=ENTRIES[0].encryption)],
        [*ENTRIES, person("zz", "officer", [])],
        [*ENTRIES, person("ZZ", "desk", [])],
        [*ENTRIES, structs.replace(person("zz", "desk", []), encryption=bytes(1215))],
        [one for one in ENTRIES if one.role != "auditor"],
        [*ENTRIES, *(person(f"z{number}", "auditor", []) for number in range(4))],
    ],
)
def test_a_body_that_cannot_be_is_refused(people: list[Any]) -> None:
    with pytest.raises(MalformedError):
        directory_body(people=people).encode()


def test_versions_begin_with_one() -> None:
    for changes in ({"number": 0}, {"number": -1}, {"version": 2}):
        with pytest.raises(MalformedError):
            directory_body(**changes).encode()


def test_one_person_in_two_roles_is_refused() -> None:
    both = sorted([*ENTRIES, structs.replace(person("r1", "custodian", []))], key=lambda one: one.name)
    with pytest.raises(MalformedError):
        directory_body(people=both).encode()


def test_certificates_open_for_gates_and_auditors_and_only_as_committed() -> None:
    certificate = cast.certificate_of(cast.example()["reviewers"][1])
    entry = building.directory().person("r2")
    sealed = seal_certificate(certificate, SALT, [encryption("gate-1"), encryption("a1")], DRAW)
    for holder in ("gate-1", "a1"):
        assert open_certificate(seed("encryption " + holder), sealed, entry) == certificate
    with pytest.raises(OpenError):
        open_certificate(seed("encryption r2"), sealed, entry)
    with pytest.raises(OpenError):
        open_certificate(seed("encryption gate-1"), sealed, building.directory().person("r1"))
    nicer = structs.replace(certificate, links=[])
    swapped = seal_certificate(nicer, SALT, [encryption("gate-1")], DRAW)
    with pytest.raises(ProofError):
        open_certificate(seed("encryption gate-1"), swapped, entry)
    mine = structs.replace(entry, name="r1")  # officers who commit one person to the certificate of another
    inside = directories._Salted(certificate=certificate.encode(), salt=SALT).encode()  # noqa: SLF001 - a crooked seal
    info = directories._info("r1")  # noqa: SLF001 - the same
    crooked = hybrid.seal_all([encryption("gate-1")], pad(inside, limit("certificate")), info, DRAW)
    with pytest.raises(ProofError):
        open_certificate(seed("encryption gate-1"), crooked, mine)


def test_a_note_that_names_another_version_than_its_body_is_refused() -> None:
    body = directory_body(number=2)
    text = directories.unsigned(body, building.directory())
    with pytest.raises(ProofError):
        Directory.verify_any(signed(text.replace("version 2", "version 3"), *OFFICERS), body.encode(), trust=trust())
