"""Ask a gate by hand, step by step, so that a test can bend any step. The honest way is `client.reviewer`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import structs

from crypto import envelope, hybrid, opening, signing
from crypto.checkpoints import TlogProof
from crypto.envelope import Content, Slots
from crypto.errors import OpenError
from crypto.hashing import sha256
from crypto.labels import Label
from crypto.notes import Vkey
from crypto.opening import Approval, Ask, Opening, Pair, Request
from crypto.relay import OpeningAnswer, Openings
from crypto.sections import CUSTODIAL, Section
from tests.harness import Running


@dataclass
class Asking:
    """One person's ask about one report, with everything that travels."""

    world: Running
    who: str
    report: bytes
    sections: Sequence[Section]
    purpose: str = "TRIAGE"
    action: str = "open"
    because: str = "to see what can be done"
    session: bytes = field(default_factory=lambda: os.urandom(32))
    approvals: list[Pair] = field(default_factory=list)
    shares: dict[tuple[str, Section], list[bytes]] = field(default_factory=dict)
    minute: int | None = None

    def __post_init__(self) -> None:
        self.now = int(self.world.clock() // 60) if self.minute is None else self.minute
        self.session_public = hybrid.public_key(self.session)
        self.ask = Ask(
            id=self.report,
            sections=[int(section) for section in self.sections],
            action=self.action,
            purpose=self.purpose,
            asker=self.who,
            session=sha256(self.session_public),
            nonce=os.urandom(32),
            until=self.now + 60,
        )

    @property
    def content(self) -> Content:
        return self.world.house.content(self.report)

    @property
    def slots(self) -> Slots:
        return self.world.house.slots(self.report)

    def approve(self, who: str, section: Section, **changes: Any) -> "Asking":
        """Let somebody agree to one section, with her share."""
        key = self.world.key(who)
        custodian = key.role == "custodian"
        slot = envelope.find_slot(self.slots, self.report, key.encryption)
        share = slot.shares["custodians" if custodian else "desk", section]
        sealed = opening.seal_share(
            share, ask=self.ask.digest, section=section, approver=who, session=self.session_public
        )
        approval = Approval(
            ask=self.ask.digest,
            section=section,
            approver=who,
            role=opening.CUSTODIAN if custodian else opening.DESK,
            share=sha256(sealed),
            until=self.now + 600,
        )
        data = structs.replace(approval, **changes).encode()
        self.approvals.append((data, signing.sign(key.identity, Label.APPROVAL, data)))
        opened = opening.open_share(
            sealed, ask=self.ask.digest, section=section, approver=who, session_seed=self.session
        )
        self.shares.setdefault(("custodians" if custodian else "desk", section), []).append(opened)
        return self

    def request(self, **changes: Any) -> tuple[Request, bytes]:
        """Return the request and the sealed justification."""
        justification = opening.seal_justification(self.because, self.world.in_force.directory.auditors, os.urandom)
        bundle, directory = self.world.in_force.bundle, self.world.in_force.directory
        request = Request(
            ask=self.ask.encode(),
            gates=[gate.name for gate in bundle.body.gates],
            origin=bundle.body.origin,
            bundle=bundle.number,
            directory=directory.number,
            justification=sha256(justification),
            expires=self.now + 5,
            nonce=os.urandom(32),
        )
        return structs.replace(request, **changes), justification

    def blobs(self, *, signer: str | None = None, slots: Slots | None = None, header: bytes | None = None,
              **changes: Any) -> Openings:  # fmt: skip
        """Return the sealed openings for every gate; remember the request digest."""
        request, justification = self.request(**changes)
        self.digest = request.digest
        self.sent = request
        slots = slots or self.slots
        key = self.world.key(signer or self.who)
        made = []
        for gate, slot in zip(self.world.in_force.bundle.body.gates, slots.gates, strict=True):
            one = Opening(
                request=request.encode(),
                signature=signing.sign(key.identity, Label.REQUEST, request.encode()),
                session=self.session_public,
                header=header or slots.header,
                slot=slot,
                approvals=self.approvals,
                justification=justification,
            )
            made.append((gate.name, one.seal(gate.name, gate.encryption)))
        return Openings(blobs=made)

    def send(self, openings: Openings | None = None) -> OpeningAnswer:
        """Hand it in and wait."""
        return self.world.house.wait(self.world.house.open(openings or self.blobs()))

    def permitted(self, answer: OpeningAnswer) -> dict[Section, bool]:
        """Open the first gate's verdict, check its leaf's proof, return what it says."""
        gate = answer.gates[0]
        verdict = opening.open_verdict(
            gate.verdict[0],
            request=self.digest,
            gate=gate.gate,
            public=self._public(gate.gate),
            session_seed=self.session,
        )
        for (_, _, leaf), text in zip(verdict.sections, gate.proofs, strict=True):
            TlogProof.parse(text).verify(self.world.organisation.trust.log_policy, leaf)
        return {Section(section): permitted for section, permitted, _ in verdict.sections}

    def released(self, answer: OpeningAnswer) -> dict[Section, list[bytes]]:
        """Open every gate's release."""
        shares: dict[Section, list[bytes]] = {}
        for gate in answer.gates:
            for reply in gate.release:
                release = opening.open_release(
                    reply,
                    request=self.digest,
                    gate=gate.gate,
                    public=self._public(gate.gate),
                    session_seed=self.session,
                )
                for section, share in release.shares:
                    shares.setdefault(Section(section), []).append(share)
        return shares

    def read(self, answer: OpeningAnswer, section: Section) -> bytes:
        """Combine all that is there; OpenError when it is not enough."""
        header = self.content.verified(self.report)
        slot = envelope.find_slot(self.slots, self.report, self.world.key(self.who).encryption)
        gate_shares = self.released(answer).get(section, [])
        if not gate_shares:
            raise OpenError
        shares = {
            "gates": gate_shares,
            "desk": [slot.shares["desk", section], *self.shares.get(("desk", section), [])],
            "custodians": self.shares.get(("custodians", section), []),
        }
        thresholds = {
            "gates": self.world.organisation.threshold,
            "desk": slot.thresholds["desk", section],
            "custodians": slot.thresholds["custodians", section] if section in CUSTODIAL else 1,
        }
        return envelope.open_section(section, header, self.content.sections[section], shares, thresholds)

    def _public(self, name: str) -> bytes:
        return Vkey.parse(self.world.in_force.bundle.gate(name).vkey).public
