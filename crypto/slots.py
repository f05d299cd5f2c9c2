"""Slots: shares on their way to one person or one gate (protocol 4.2, 4.3)."""

from dataclasses import dataclass, field
from typing import Final

from crypto import hybrid
from crypto.canonical import require
from crypto.errors import OpenError
from crypto.hybrid import Draw, PrivateKey
from crypto.labels import Label, sized
from crypto.limits import limit
from crypto.locks import SHARE, Plan
from crypto.sections import CUSTODIAL, Section

PLACES: Final = tuple([("desk", section) for section in Section] + [("custodians", section) for section in CUSTODIAL])
_PERSON: Final = limit("person_slot") - hybrid.OVERHEAD
_GATE: Final = limit("gate_slot") - hybrid.OVERHEAD


@dataclass(slots=True, kw_only=True, repr=False)
class PersonSlot:
    """A person's shares, true or random; she cannot tell before a gate releases its own."""

    thresholds: dict[tuple[str, Section], int]
    shares: dict[tuple[str, Section], bytes] = field(default_factory=dict)

    @classmethod
    def empty(cls, plan: Plan, draw: Draw) -> "PersonSlot":
        """Return a slot of random shares, with the plan's true thresholds."""
        thresholds = {
            (lock, section): plan.desk_thresholds[section] if lock == "desk" else plan.custodians_threshold
            for lock, section in PLACES
        }
        # x = 0 is the form of t = 1; with t >= 2 `give` brings an x that nobody else has, so this one is never seen
        # by a person of the directory, only sealed to throw-away keys.
        shares = {place: draw(32) + bytes([0 if thresholds[place] == 1 else 1]) for place in PLACES}
        return cls(thresholds=thresholds, shares=shares)

    def give(self, section: Section, lock: str, share: bytes) -> None:
        """Put one share in its place."""
        self.shares[lock, section] = share

    def seal(self, to: bytes, envelope_id: bytes) -> bytes:
        """Return the 1,392 bytes."""
        payload = bytes(self.thresholds[place] for place in PLACES) + b"".join(self.shares[place] for place in PLACES)
        return hybrid.seal(to, payload + bytes(_PERSON - len(payload)), Label.PERSON_SLOT.value + envelope_id)

    @classmethod
    def unseal(cls, key: bytes | PrivateKey, sealed: bytes, envelope_id: bytes) -> "PersonSlot":
        """Open one, by key or seed. Raise OpenError when it is for another, MalformedError when its form is wrong."""
        payload = hybrid.unseal(key, sealed, Label.PERSON_SLOT.value + envelope_id)
        count = len(PLACES)
        end = count + count * SHARE
        require(len(payload) == _PERSON and not any(payload[end:]), "person slot")
        require(all(payload[:count]), "person slot")
        return cls(
            thresholds=dict(zip(PLACES, payload[:count], strict=True)),
            shares={place: payload[count + i * SHARE :][:SHARE] for i, place in enumerate(PLACES)},
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GateSlot:
    """What one gate gets: slip, its shares, the keys it shares with her."""

    thresholds: bytes
    slip: bytes
    shares: list[bytes]
    gate_key: bytes
    link: bytes

    def seal(self, gate: str, to: bytes, envelope_id: bytes) -> bytes:
        """Return the 1,904 bytes."""
        payload = self.thresholds + self.slip + b"".join(self.shares) + self.gate_key + self.link
        return hybrid.seal(to, payload + bytes(_GATE - len(payload)), _gate_info(gate, envelope_id))

    @classmethod
    def unseal(cls, key: bytes | PrivateKey, sealed: bytes, gate: str, envelope_id: bytes) -> "GateSlot":
        """Open the slot of this gate, by key or seed. Raise OpenError or MalformedError."""
        if len(sealed) != limit("gate_slot"):
            raise OpenError
        payload = hybrid.unseal(key, sealed, _gate_info(gate, envelope_id))
        parts = []
        start = 0
        for size in (len(Section), limit("slip"), len(Section) * SHARE, 32, 32):
            parts.append(payload[start : start + size])
            start += size
        require(len(payload) == _GATE and not any(payload[start:]) and all(parts[0]), "gate slot")
        return cls(
            thresholds=parts[0],
            slip=parts[1],
            shares=[parts[2][i * SHARE : (i + 1) * SHARE] for i in range(len(Section))],
            gate_key=parts[3],
            link=parts[4],
        )


def _gate_info(gate: str, envelope_id: bytes) -> bytes:
    return Label.GATE_SLOT.value + sized(gate.encode()) + envelope_id
