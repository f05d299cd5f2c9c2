"""The directory: who may be asked at all, with keys and a commitment to private facts (protocol 8.3, 8.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crypto import hybrid, signing, slip
from crypto.canonical import Message, require
from crypto.errors import ProofError
from crypto.hashing import digest
from crypto.hybrid import Draw
from crypto.labels import Label, sized
from crypto.limits import limit
from crypto.padding import pad, unpad
from policies import versions
from policies.versions import Signed

DESK: Final = "desk"
CUSTODIAN: Final = "custodian"
AUDITOR: Final = "auditor"
ROLES: Final = (DESK, CUSTODIAN, AUDITOR)
_HASH: Final = 32
_LAST_DAY: Final = 2932896  # 9999-12-31


class Person(Message, kw_only=True):
    """One entry: a pseudonym, keys, pools, and a commitment that says nothing to who has not the certificate."""

    name: str
    role: str
    identity: bytes
    encryption: bytes
    pools: list[str]
    commitment: bytes

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(slip.NAME.match(self.name) is not None and self.role in ROLES, "person")
        require(len(self.identity) == signing.PUBLIC and len(self.commitment) == _HASH, "person")
        hybrid.check_public(self.encryption)
        require(all(map(slip.NAME.match, self.pools)) and len(set(self.pools)) == len(self.pools), "pools of a person")


class DirectoryBody(Message, kw_only=True):
    """Everybody, sorted by name. `number` is the version of the directory, `version` that of the format."""

    version: int = 1
    number: int
    people: list[Person]

    def check(self) -> None:
        """Raise MalformedError where somebody is there twice, or there are too many."""
        require(self.version == 1 and self.number > 0, "version")
        for person in self.people:
            person.check()
        names = [person.name for person in self.people]
        require(names == sorted(set(names)), "names sorted, nobody twice")
        for keys in ([one.identity for one in self.people], [one.encryption for one in self.people]):
            require(len(set(keys)) == len(keys), "one key twice")
        auditors = sum(person.role == AUDITOR for person in self.people)
        require(1 <= auditors <= limit("auditors"), "auditors")
        require(len(self.people) - auditors <= limit("people"), "people")


@dataclass(frozen=True, slots=True)
class Directory(Signed[DirectoryBody]):
    """A directory that k officers signed. Made by `verify` or `verify_any`, never otherwise outside of tests."""

    label = Label.NOTE_DIRECTORY
    _decode = DirectoryBody.decode

    def __contains__(self, name: object) -> bool:
        return any(person.name == name for person in self.body.people)

    def person(self, name: str) -> Person:
        """Return an entry. Raise ProofError for somebody who is not there."""
        for person in self.body.people:
            if person.name == name:
                return person
        raise ProofError("not in the directory")

    @property
    def auditors(self) -> list[bytes]:
        """Encryption keys of the auditors, sorted by name."""
        return [person.encryption for person in self.body.people if person.role == AUDITOR]

    def recipients(self) -> dict[str, bytes]:
        """Return everybody who gets a slot, with her key: desk and custodians, in the order of names."""
        return {person.name: person.encryption for person in self.body.people if person.role != AUDITOR}


def unsigned(body: DirectoryBody, previous: "Directory | None") -> str:
    """Return the text that officers sign for this body."""
    before = None if previous is None else previous.digest
    return versions.unsigned(Label.NOTE_DIRECTORY, body.number, before, body.encode())


class Certificate(Message, kw_only=True):
    """What is known about one person, for gates and auditors only: it would endanger her elsewhere. Days since 1970."""

    version: int = 1
    name: str
    woman: bool
    languages: list[str]
    links: list[str]
    trained_until: int
    declared_until: int
    duty: bool

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and slip.NAME.match(self.name) is not None, "certificate")
        require(all(map(slip.LANGUAGE.match, self.languages)), "languages")
        require(all(map(slip.LINK.match, self.links)), "links")
        require(all(0 <= day <= _LAST_DAY for day in (self.trained_until, self.declared_until)), "day")


class _Salted(Message, kw_only=True):
    certificate: bytes
    salt: bytes


def commit(certificate: bytes, salt: bytes) -> bytes:
    """Return the commitment that the directory carries; the salt keeps it from being guessed."""
    require(len(salt) == _HASH, "salt")
    return digest(Label.CERTIFICATE, salt, certificate)


def seal_certificate(certificate: Certificate, salt: bytes, recipients: Sequence[bytes], draw: Draw) -> bytes:
    """Seal to the gates in bundle order, then the auditors sorted by name."""
    padded = pad(_Salted(certificate=certificate.encode(), salt=salt).encode(), limit("certificate"))
    return hybrid.seal_all(recipients, padded, _info(certificate.name), draw)


def open_certificate(seed: bytes, sealed: bytes, person: Person) -> Certificate:
    """Open, and believe it only if it is what the directory committed to. Raise ProofError otherwise."""
    padded = hybrid.unseal_any(seed, sealed, _info(person.name))
    salted = _Salted.decode(unpad(padded), limit=limit("certificate"))
    if commit(salted.certificate, salted.salt) != person.commitment:
        raise ProofError("not the certificate of the directory")
    certificate = Certificate.decode(salted.certificate, limit=limit("certificate"))
    if certificate.name != person.name:
        raise ProofError("certificate of somebody else")
    return certificate


def _info(name: str) -> bytes:
    return Label.CERTIFICATE_SEAL.value + sized(name.encode())
