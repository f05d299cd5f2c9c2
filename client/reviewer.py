"""A reviewer's device: what she fetched of one report, and what she asks of the gates (protocol 11 and 13).

Bytes in, bytes out: `client.asking` does the talking, `client.opened` judges what comes back. The secrets of one
opening live in `Session`, never in a log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from client.errors import RefusedError, UsageError
from client.trusting import InForce
from crypto import hybrid, opening, signing
from crypto.envelope import Content, Header, Slots, find_slot
from crypto.errors import OpenError, ProofError
from crypto.hashing import sha256
from crypto.hybrid import Draw
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.limits import limit
from crypto.opening import Ask, Opening, Request
from crypto.relay import Openings
from crypto.sections import CUSTODIAL, Section
from crypto.slots import PersonSlot
from policies.bundle import Bundle
from policies.directory import Person
from policies.vocabulary import PURPOSES

DENIED: Final = "This was not opened. The rules do not allow it for you, or somebody must agree first."
_SKEW: Final = 2  # minutes that her clock may be ahead of a gate's


@dataclass(frozen=True, slots=True)
class Report:
    """What she fetched of one report, verified against its id, with the slot that is hers."""

    id: bytes
    content: Content
    slots: Slots
    header: Header
    slot: PersonSlot = field(repr=False)


@dataclass(frozen=True, slots=True)
class Needs:
    """How many people must agree before a section can open at all: others of the desk, and custodians."""

    desk: int
    custodians: int

    @property
    def nobody(self) -> bool:
        """Whether she may try alone."""
        return not (self.desk or self.custodians)


@dataclass(frozen=True, slots=True)
class Given:
    """One approval with the share that it stands for, still sealed to her session."""

    approval: bytes
    signature: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Session:
    """One ask and the fresh key that everything is answered to."""

    ask: Ask
    signature: bytes
    seed: bytes
    public: bytes

    def __repr__(self) -> str:
        return f"Session({self.ask.digest.hex()[:16]})"


def take(envelope_id: bytes, content: Content, slots: Slots, ring: KeyRing) -> Report:
    """Verify content and slots against the id (4), and find her slot. Raise ProofError, or RefusedError for no slot."""
    header = content.verified(envelope_id)
    slots.verified(envelope_id)
    try:
        slot = find_slot(slots, envelope_id, ring.encryption)
    except OpenError:
        raise RefusedError(
            "This report has no slot for you: it was sealed before you were in the directory, or without you.",
            "Somebody else of the desk can ask for it.",
        ) from None
    return Report(envelope_id, content, slots, header, slot)


def entry(in_force: InForce, ring: KeyRing) -> Person:
    """Return her entry of the directory in force. Raise RefusedError when she, with these keys, is not in it."""
    try:
        person = in_force.directory.person(ring.name)
    except ProofError:
        person = None
    if person is None or (person.identity, person.encryption) != (ring.identity_public, ring.encryption_public):
        raise RefusedError("This key is not in the directory in force.", "Ask an officer whether it was replaced.")
    return person


def needs(slot: PersonSlot, section: Section, role: str) -> Needs:
    """Return what the slot's thresholds ask for, beside the share that she holds herself."""
    desk = slot.thresholds["desk", section] - (role == "desk")
    custodians = 0
    if section in CUSTODIAL:
        custodians = slot.thresholds["custodians", section] - (role == "custodian")
    return Needs(max(desk, 0), max(custodians, 0))


def check_purpose(purpose: str) -> None:
    """Raise UsageError for a purpose that the vocabulary does not have."""
    if purpose not in PURPOSES:
        raise UsageError("This is no purpose of the vocabulary.", f"Known are {', '.join(PURPOSES)}.")


def check_reason(because: str) -> None:
    """Raise UsageError for a justification that does not fit its bucket."""
    most = limit("justification") - 4
    if len(because.encode()) > most:
        raise UsageError(f"The reason is longer than {most} bytes.", "A sentence is enough.")


def begin(  # noqa: PLR0913 - an ask has these parts
    ring: KeyRing,
    envelope_id: bytes,
    sections: Sequence[Section],
    *,
    action: str,
    purpose: str,
    minute: int,
    draw: Draw,
) -> Session:
    """Make and sign an ask, with a session key of its own (protocol 11.1)."""
    seed = draw(hybrid.SEED)
    public = hybrid.public_key(seed)
    ask = Ask(
        id=envelope_id,
        sections=sorted({int(section) for section in sections}),
        action=action,
        purpose=purpose,
        asker=ring.name,
        session=sha256(public),
        nonce=draw(opening.HASH),
        until=minute + limit("ask_minutes") - _SKEW,
    )
    return Session(ask=ask, signature=signing.sign(ring.identity, Label.ASK, ask.encode()), seed=seed, public=public)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it went out: what is to come back is checked against it."""

    request: Request
    digest: bytes
    openings: Openings
    sealed_under: Bundle  # what the report's header names: its gates hold the shares


def request(  # noqa: PLR0913 - protocol 11.3 and 11.4
    session: Session,
    report: Report,
    *,
    ring: KeyRing,
    in_force: InForce,
    sealed_under: Bundle,
    given: Sequence[Given],
    because: str,
    minute: int,
    draw: Draw,
) -> Asked:
    """Make the request, sign it, seal it to each gate that holds shares of this report."""
    bundle, directory = in_force.bundle, in_force.directory
    if sealed_under.digest != report.header.bundle:
        raise ProofError("not the bundle of this report")
    held = dict(zip((gate.name for gate in sealed_under.body.gates), report.slots.gates, strict=True))
    gates = [gate for gate in bundle.body.gates if gate.name in held]
    justification = opening.seal_justification(because, directory.auditors, draw)
    made = Request(
        ask=session.ask.encode(),
        gates=[gate.name for gate in gates],
        origin=bundle.body.origin,
        bundle=bundle.number,
        directory=directory.number,
        justification=sha256(justification),
        expires=minute + limit("request_minutes") - _SKEW,
        nonce=draw(opening.HASH),
    )
    message = made.encode()
    signature = signing.sign(ring.identity, Label.REQUEST, message)
    blobs = [
        (
            gate.name,
            Opening(
                request=message,
                signature=signature,
                session=session.public,
                header=report.content.header,
                slot=held[gate.name],
                approvals=[(one.approval, one.signature) for one in given],
                justification=justification,
            ).seal(gate.name, gate.encryption),
        )
        for gate in gates
    ]
    return Asked(made, made.digest, Openings(blobs=blobs), sealed_under)
