"""A whole signed organisation from data/people.json, with seeds that anybody can compute. For tests only."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from msgspec import structs

from crypto import hybrid, notes, signing
from crypto.checkpoints import LogPolicy
from crypto.hashing import sha256
from crypto.notes import Kind, Vkey
from crypto.sections import Section
from crypto.slip import Slip
from policies import bundle as bundles
from policies import cast
from policies import directory as directories
from policies.bundle import Bundle, BundleBody, Gate
from policies.decide import ENGINE, Deny, Permit, Rules, decide, default_rules_text
from policies.directory import Certificate, Directory, DirectoryBody, Person
from policies.facts import Colleague, Question
from policies.statements import day_number
from policies.trust import Trust
from policies.vocabulary import consent_bytes, digest

OFFICERS = ("officer-1", "officer-2", "officer-3")
ORIGIN = "log.test.example"
TODAY = day_number("2026-11-24")
NOON = TODAY * 1440 + 720
SALT = sha256(b"salt")


def seed(name: str) -> bytes:
    return sha256(b"test seed " + name.encode())


def vkey(name: str) -> Vkey:
    return Vkey(name, Kind.ED25519, signing.public_key(seed(name)))


def signed(text: str, *names: str) -> str:
    return text + "\n" + "".join(notes.sign_ed25519(name, seed(name), text) for name in names)


def log_text() -> str:
    return f"log {vkey(ORIGIN)}\nquorum none\n"


def trust() -> Trust:
    return Trust(tuple(map(vkey, OFFICERS)), 2, LogPolicy.parse(log_text()), "http://127.0.0.1:8080")


@cache
def encryption(name: str) -> bytes:
    return hybrid.public_key(seed("encryption " + name))


def gate(name: str) -> Gate:
    return Gate(name=name, vkey=str(vkey(name)), encryption=encryption(name), url="")


def bundle_body(**changes: Any) -> BundleBody:
    schema, policies = default_rules_text()
    body = BundleBody(
        number=1,
        rehearsal=False,
        widen_hours=72,
        consent_hours=24,
        gates=[gate("gate-1"), gate("gate-2"), gate("gate-3")],
        threshold=2,
        origin=ORIGIN,
        log_keys=[str(vkey(ORIGIN))],
        witnesses=log_text(),
        tick=0,
        vocabulary=digest(),
        schema=schema,
        policies=policies,
        engine=ENGINE,
        pools=[cast.pool_of(one) for one in cast.example()["pools"]],
        words=cast.wording_of(cast.example()),
    )
    return structs.replace(body, **changes)


def person(name: str, role: str, pools: list[str], certificate: Certificate | None = None) -> Person:
    return Person(
        name=name,
        role=role,
        identity=signing.public_key(seed("identity " + name)),
        encryption=encryption(name),
        pools=pools,
        commitment=bytes(32) if certificate is None else directories.commit(certificate.encode(), SALT),
    )


def directory_body(**changes: Any) -> DirectoryBody:
    people = cast.example()
    entries = [person(one["name"], one["role"], one["pools"], cast.certificate_of(one)) for one in cast.openers(people)]
    entries += [person(one["name"], "auditor", []) for one in people["auditors"]]
    body = DirectoryBody(number=1, people=sorted(entries, key=lambda one: one.name))
    return structs.replace(body, **changes)


def bundle(previous: Bundle | None = None, **changes: Any) -> Bundle:
    body = bundle_body(**changes)
    note = signed(bundles.unsigned(body, previous), *OFFICERS[:2])
    return Bundle.verify(note, body.encode(), trust=trust(), previous=previous)


def directory(previous: Directory | None = None, **changes: Any) -> Directory:
    body = directory_body(**changes)
    note = signed(directories.unsigned(body, previous), *OFFICERS[1:])
    return Directory.verify(note, body.encode(), trust=trust(), previous=previous)


def slip(**changes: Any) -> Slip:
    plain = Slip(
        language="en",
        urgency=1,
        tier=1,
        exclude_links=[],
        exclude_people=[],
        exclude_pools=[],
        preference=0,
        two_person=False,
        emergency=False,
        ring=0,
        consent=consent_bytes({}),
        log_keys=[bytes(32)],
    )
    return structs.replace(plain, **changes)


def colleague(name: str = "asha", *, role: str = "desk", revoked: bool = False, **changes: Any) -> Colleague:
    facts: dict[str, Any] = {"woman": True, "languages": ["en"], "links": [], "duty": True}
    facts |= {"trained_until": TODAY + 200, "declared_until": TODAY + 200}
    pools = tuple(changes.pop("pools", ("outside",) if role == "desk" else ()))
    certificate = Certificate(name=name, **(facts | changes))
    return Colleague(name=name, role=role, pools=pools, certificate=certificate, revoked=revoked)


def question(**changes: Any) -> Question:
    whole: dict[str, Any] = {
        "action": "open",
        "section": Section.CARD,
        "purpose": "TRIAGE",
        "minute": NOON,
        "asker": colleague(),
        "second": None,
        "custodian": None,
        "slip": slip(),
        "pools": frozenset({"outside", "women"}),
        "recused": frozenset(),
        "withdrawn": False,
    }
    return Question(**(whole | changes))


@cache
def rules() -> Rules:
    return Rules.load(*default_rules_text())


def answer(**changes: Any) -> Permit | Deny:
    return decide(rules(), question(**changes))


@dataclass(frozen=True)
class Fake:
    """Stands for randomness; each byte is the same."""

    byte: int = 7

    def __call__(self, count: int) -> bytes:
        return bytes([self.byte]) * count


DRAW: Callable[[int], bytes] = Fake()
