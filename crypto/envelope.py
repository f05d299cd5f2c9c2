"""The envelope: seal a report on her device, open one section on a reviewer's (protocol 3 and 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crypto import hybrid, locks, slip
from crypto.canonical import Message, require
from crypto.errors import MalformedError, OpenError, ProofError
from crypto.hashing import digest, sha256
from crypto.hybrid import Draw, PrivateKey
from crypto.labels import Label
from crypto.limits import limit
from crypto.locks import Plan
from crypto.sections import SEALED_SIZES, Section, seal_section, section_key, unseal_section
from crypto.slots import GateSlot, PersonSlot
from crypto.words import Keys

RETENTION: Final = (3, 12, 36)  # months
_HASH: Final = 32


class Header(Message, kw_only=True):
    """Public, of fixed size. Its SHA-256 is the envelope's id (protocol 4.4)."""

    version: int = 1
    suite: int = 1
    nonce: bytes
    bundle: bytes
    directory: bytes
    retention: int
    withdrawal: bytes
    slip: bytes
    sections: list[bytes]
    gates: int
    people: int

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and self.suite == 1, "version or suite")
        hashes = (self.nonce, self.bundle, self.directory, self.withdrawal, self.slip, *self.sections)
        require(len(self.sections) == len(Section) and all(len(one) == _HASH for one in hashes), "digests")
        require(self.retention in RETENTION, "retention")
        require(1 <= self.gates <= limit("gates"), "gates")
        require(0 < self.people <= limit("people") and self.people % limit("people_step") == 0, "people")

    @property
    def id(self) -> bytes:
        """Envelope id."""
        return sha256(self.encode())


class Content(Message, kw_only=True):
    """What anybody may fetch of a report: header and sealed sections."""

    version: int = 1
    header: bytes
    sections: list[bytes]

    def check(self) -> None:
        """Sizes only; `verified` compares digests."""
        require(self.version == 1 and len(self.header) == limit("header"), "header size")
        check_sizes(self.sections)

    def verified(self, envelope_id: bytes) -> Header:
        """Return the header. Raise ProofError unless all of it is what `envelope_id` names (protocol 4.6)."""
        header = _header(self.header, envelope_id)
        if header.sections != [sha256(sealed) for sealed in self.sections]:
            raise ProofError("not the sections that the header commits to")
        return header


class Slots(Message, kw_only=True):
    """What anybody may fetch beside it: the sealed slots."""

    version: int = 1
    header: bytes
    gates: list[bytes]
    people: list[bytes]

    def check(self) -> None:
        """Raise MalformedError where a size is wrong."""
        require(self.version == 1 and len(self.header) == limit("header"), "header size")
        check_slots(self.gates, self.people)

    def verified(self, envelope_id: bytes) -> Header:
        """Return the header. Raise ProofError unless it is what `envelope_id` names."""
        header = _header(self.header, envelope_id)
        if (header.gates, header.people) != (len(self.gates), len(self.people)):
            raise ProofError("not as many slots as the header commits to")
        return header


class Envelope(Message, kw_only=True):
    """What she sends (protocol 4.5)."""

    version: int = 1
    header: bytes
    sections: list[bytes]
    gates: list[bytes]
    people: list[bytes]
    received: bytes

    def check(self) -> None:
        """Form and sizes: all that a server may check before it hashes anything."""
        require(self.version == 1 and len(self.header) == limit("header"), "header size")
        check_sizes(self.sections)
        check_slots(self.gates, self.people)
        require(len(self.received) == _HASH, "received key")

    def opened_header(self) -> Header:
        """Return the header after comparing counts and section digests with it."""
        header = Header.decode(self.header, limit=limit("header"))
        require((header.gates, header.people) == (len(self.gates), len(self.people)), "slot counts")
        check_digests(header, self.sections)
        return header

    @property
    def id(self) -> bytes:
        """Envelope id."""
        return sha256(self.header)

    def content(self) -> Content:
        """The part served as content."""
        return Content(header=self.header, sections=self.sections)

    def slots(self) -> Slots:
        """The part served as slots."""
        return Slots(header=self.header, gates=self.gates, people=self.people)


def check_sizes(sections: Sequence[bytes]) -> None:
    """Raise MalformedError unless there are five sections, each of one of its sealed sizes."""
    require(len(sections) == len(Section), "sections")
    for section, sealed in zip(Section, sections, strict=True):
        require(len(sealed) in SEALED_SIZES[section], "section size")


def check_slots(gates: Sequence[bytes], people: Sequence[bytes]) -> None:
    """Raise MalformedError where a slot has not its one size."""
    require(1 <= len(gates) <= limit("gates") and all(len(s) == limit("gate_slot") for s in gates), "gate slots")
    require(all(len(s) == limit("person_slot") for s in people) and len(people) <= limit("people"), "person slots")


def check_digests(header: Header, sections: Sequence[bytes]) -> None:
    """Raise MalformedError unless the header commits to these sealed sections."""
    require(header.sections == [sha256(sealed) for sealed in sections], "section digests")


def _header(data: bytes, envelope_id: bytes) -> Header:
    if sha256(data) != envelope_id:
        raise ProofError("not the envelope that was asked for")
    return Header.decode(data, limit=limit("header"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Public keys to seal to, and the digests of the notes that name them."""

    gates: Mapping[str, bytes]  # in bundle order
    people: Mapping[str, bytes]  # every live desk and custodian entry
    bundle: bytes
    directory: bytes


def seal(  # noqa: PLR0913 - each is a different thing, all by name
    *,
    contents: Mapping[Section, bytes],
    slip_facts: slip.Slip,
    plan: Plan,
    to: Recipients,
    keys: Keys,
    retention: int = 12,
    draw: Draw,
) -> Envelope:
    """Seal a report. `slip_facts.log_keys` is filled in here; `draw` gives every random byte that is ours."""
    if tuple(to.gates) != plan.gates or set(contents) != set(Section):
        raise MalformedError("plan and contents")
    if not (plan.desk | plan.custodians) <= set(to.people):
        raise MalformedError("plan names somebody without a key")
    nonce = draw(_HASH)
    # 3.2-3.5: fresh secrets for every section and lock, then the section itself.
    gate_shares: dict[str, dict[Section, bytes]] = {name: {} for name in to.gates}
    slots = {name: PersonSlot.empty(plan, draw) for name in to.people}
    sealed: dict[Section, bytes] = {}
    for section in Section:
        secrets = []
        for lock in locks.lock_names(section):
            secret = draw(locks.SECRET)
            secrets.append(secret)
            if lock == "gates":
                true, _ = locks.split(secret, plan.gates_threshold, len(to.gates), 0, draw)
                for name, share in zip(to.gates, true, strict=True):
                    gate_shares[name][section] = share
                continue
            holders, threshold = (
                (plan.desk, plan.desk_thresholds[section])
                if lock == "desk"
                else (plan.custodians, plan.custodians_threshold)
            )
            others = [name for name in to.people if name not in holders]
            true, fake = locks.split(secret, threshold, len(holders), len(others), draw)
            for name, share in zip([*sorted(holders), *others], [*true, *fake], strict=True):
                slots[name].give(section, lock, share)
        sealed[section] = seal_section(section, nonce, section_key(section, nonce, secrets), contents[section])
    # 4.1: the slip with its log key hashes.
    gate_keys = {name: keys.gate(name) for name in to.gates}
    hashes = [digest(Label.LOG_KEY_HASH, one.log_key) for one in gate_keys.values()]
    slip_bytes = slip.Slip.from_fields(slip_facts, hashes).to_bytes(draw)
    # 4.4: the header commits to all of it.
    step = limit("people_step")
    people_count = -(-len(to.people) // step) * step
    header = Header(
        nonce=nonce,
        bundle=to.bundle,
        directory=to.directory,
        retention=retention,
        withdrawal=keys.withdrawal_hash,
        slip=slip.commitment(slip_bytes),
        sections=[sha256(sealed[section]) for section in Section],
        gates=len(to.gates),
        people=people_count,
    )
    # 4.2, 4.3: slots are bound to the id.
    gate_slots = [
        GateSlot(
            thresholds=bytes([plan.gates_threshold] * len(Section)),
            slip=slip_bytes,
            shares=[gate_shares[name][section] for section in Section],
            gate_key=gate_keys[name].gate_key,
            link=gate_keys[name].link,
        ).seal(name, to.gates[name], header.id)
        for name in to.gates
    ]
    person_slots = [slots[name].seal(to.people[name], header.id) for name in to.people]
    while len(person_slots) < people_count:
        throwaway = hybrid.public_key(draw(hybrid.SEED))
        person_slots.append(PersonSlot.empty(plan, draw).seal(throwaway, header.id))
    shuffled = [person_slots.pop(locks.below(len(person_slots), draw)) for _ in range(people_count)]
    return Envelope(
        header=header.encode(),
        sections=[sealed[section] for section in Section],
        gates=gate_slots,
        people=shuffled,
        received=keys.received,
    )


def open_section(section: Section, header: Header, sealed: bytes, shares: Mapping[str, Sequence[bytes]],
                 thresholds: Mapping[str, int]) -> bytes:  # fmt: skip
    """Open one section with the shares of each of its locks. Raise OpenError when they do not open it.

    `sealed` is compared with the header first. More than t shares of a lock: the t-subsets are tried (protocol 3.5).
    """
    if sha256(sealed) != header.sections[section]:
        raise ProofError("not the section that the header commits to")
    candidates: list[list[bytes]] = [[]]
    for lock in locks.lock_names(section):
        found = locks.subsets(shares.get(lock, ()), thresholds.get(lock, 1))
        candidates = [[*before, secret] for before in candidates for secret in found][: locks.SUBSETS]
    for secrets in candidates:
        try:
            return unseal_section(section, header.nonce, section_key(section, header.nonce, secrets), sealed)
        except OpenError:
            continue
    raise OpenError


def find_slot(slots: Slots, envelope_id: bytes, key: bytes | PrivateKey) -> PersonSlot:
    """Return the one slot that opens to this person's key, or the key of her seed. Raise OpenError if there is none."""
    own = PrivateKey.of(key)
    for sealed in slots.people:
        try:
            return PersonSlot.unseal(own, sealed, envelope_id)
        except OpenError:
            continue
    raise OpenError
