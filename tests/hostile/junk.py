"""What somebody without any key may send: as close to the real thing as the public can come."""

import os
from collections.abc import Sequence

from msgspec import structs

from client.trusting import InForce
from crypto import hybrid, notes, opening
from crypto.envelope import Envelope, Header, Slots
from crypto.hashing import sha256
from crypto.limits import limit
from crypto.notes import Vkey
from crypto.opening import OPENING, Ask, Opening, Request
from crypto.relay import Openings, Publication


def flipped(data: bytes, place: int = -1) -> bytes:
    """One bit of one byte is another."""
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def wrong_section(envelope: Envelope) -> bytes:
    """Every size is right; the last section is not the one that the header commits to."""
    return structs.replace(envelope, sections=[*envelope.sections[:-1], flipped(envelope.sections[-1])]).encode()


def unknown_rules(envelope: Envelope) -> bytes:
    """All of it holds, but nobody published the bundle that it names."""
    header = structs.replace(Header.decode(envelope.header, limit=limit("header")), bundle=os.urandom(32))
    return structs.replace(envelope, header=header.encode()).encode()


def noise(gates: Sequence[str]) -> Openings:
    """Openings that open to nobody."""
    return Openings(blobs=[(name, os.urandom(OPENING)) for name in gates])


def forged(in_force: InForce, slots: Slots, asker: str, minute: int) -> Openings:
    """Openings that open, in the name of a real reviewer, about a real report; the signature is nobody's.

    Names, keys and slots are all public, so this costs a stranger nothing but the sealing.
    """
    bundle, directory = in_force.bundle, in_force.directory
    session = hybrid.public_key(os.urandom(hybrid.SEED))
    ask = Ask(
        id=sha256(slots.header),
        sections=[0, 1, 2, 3, 4],
        action="open",
        purpose="TRIAGE",
        asker=asker,
        session=sha256(session),
        nonce=os.urandom(32),
        until=minute + 60,
    )
    justification = opening.seal_justification("because", directory.auditors, os.urandom)
    request = Request(
        ask=ask.encode(),
        gates=[gate.name for gate in bundle.body.gates],
        origin=bundle.body.origin,
        bundle=bundle.number,
        directory=directory.number,
        justification=sha256(justification),
        expires=minute + 5,
        nonce=os.urandom(32),
    )
    made = []
    for gate, slot in zip(bundle.body.gates, slots.gates, strict=True):
        one = Opening(
            request=request.encode(),
            signature=os.urandom(64),
            session=session,
            header=slots.header,
            slot=slot,
            approvals=[],
            justification=justification,
        )
        made.append((gate.name, one.seal(gate.name, gate.encryption)))
    return Openings(blobs=made)


def signed_by_nobody(text: str, officers: Sequence[Vkey]) -> str:
    """A note with as many signature lines as there may be, each of a known key, none good."""
    lines = [f"— {key.name} {notes.b64(key.id + os.urandom(64))}\n" for key in officers]
    return text + "\n" + "".join((lines * limit("note_signatures"))[: limit("note_signatures")])


def repeated(note: str) -> str:
    """A real note whose signatures stand there again and again, as often as they may."""
    text, found = notes.split(note)
    lines = [f"— {name} {notes.b64(key_id + signature)}\n" for name, key_id, signature in found]
    return text + "\n" + "".join((lines * limit("note_signatures"))[: limit("note_signatures")])


def changed_body(publication: Publication) -> Publication:
    """A real note with another body of the largest size."""
    return structs.replace(publication, body=os.urandom(limit("body")))
