"""What both sides do with one organisation: the page's tasks, and what Python says that must come of them."""

import os
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Final

from msgspec import structs

from client import reporter
from client.trusting import InForce
from crypto import envelope, locks, words
from crypto.envelope import Envelope, Header
from crypto.hashing import digest
from crypto.labels import Label
from crypto.limits import limit
from crypto.locks import Plan
from crypto.sections import Section
from crypto.slip import Slip
from crypto.slots import GateSlot, PersonSlot
from policies import links
from policies.plan import plan
from policies.slips import slip_of
from tests.harness import Running
from tests.samples import samples
from tests.web import bending, wishing

LANGUAGES: Final = [*words.LANGUAGES, "sw"]
THREAD: Final = bytes(range(32))


def seeds(world: Running, names: list[str]) -> dict[str, str]:
    """Return the seeds of gates or people: this organisation is made for these tests."""
    return {name: world.key(name).encryption.hex() for name in names}


@dataclass
class Exchange:
    """One organisation, and all that it says about what the page gives back."""

    world: Running
    described: dict[str, Any]
    names: list[str]  # of samples
    sealed: list[Envelope]  # by Python
    receipts: list[dict[str, str]]
    force: InForce

    @classmethod
    def of(cls, world: Running) -> "Exchange":
        names, force = sorted(samples()), world.in_force
        sealed = [reporter.seal(samples()[name], force, words.new(os.urandom), draw=os.urandom) for name in names]
        described = bending.described(world)  # `current` is asked for before any report changes the log
        receipts = []
        for one in sealed[:2]:
            report, receipt, _ = world.house.submit(one.encode())
            proof = world.house.proof(report)
            receipts.append({"receipt": receipt, "proof": proof, "received": one.received.hex(), "id": report.hex()})
        return cls(world, described, names, sealed, receipts, force)

    def tasks(self, count: int) -> list[dict[str, Any]]:
        """Return what the page is to do, with `count` of the samples."""
        force = self.force
        plans = [self.plan_of(name) for name in self.names[:count]]
        return [
            {"task": "capable"},
            {"task": "verify", "worlds": [bent for _, bent in self.bent]},
            {"task": "plan", "world": self.described, "wishes": wishing.wishes()},
            {"task": "meet", "pairs": list(product(wishing.LINKS, wishing.LINKS))},
            {"task": "words", "languages": LANGUAGES},
            {
                "task": "seal",
                "world": self.described,
                "reports": [samples()[name] for name in self.names[:count]],
                "entropy": bytes(range(16)).hex(),
                "number": 3,
                "thread": THREAD.hex(),
            },
            {
                "task": "open",
                "envelopes": [one.encode().hex() for one in self.sealed[:count]],
                "gates": seeds(self.world, [gate.name for gate in force.bundle.body.gates]),
                "people": seeds(self.world, list(force.directory.recipients())),
                "plans": [{"desk": sorted(one.desk)[:3], "custodians": sorted(one.custodians)[:1]} for one in plans],
            },
            {"task": "receipts", "world": self.described, "items": [*self.receipts, *self.false_receipts()]},
            {"task": "refuse", "world": self.described, "reports": [report for report, _ in wishing.refused()]},
        ]

    def check(self, found: list[Any], count: int) -> None:
        """Compare all that came back with what Python says."""
        capable, verified, plans, met, said, sealed, opened, receipts, refused = found
        assert capable is True
        assert dict(zip(self.verdicts, verified, strict=True)) == self.verdicts
        assert plans == self.plans
        assert met == [links.meet(one, other) for one, other in product(wishing.LINKS, wishing.LINKS)]
        for one in said:
            entropy = bytes.fromhex(one["entropy"])
            assert words.entropy_of(one["shown"]) == words.entropy_of(one["digits"]) == entropy
        assert len({one["entropy"] for one in said}) == len(LANGUAGES)
        assert (sealed["rehearsal"], sealed["sameVocabulary"]) == (True, True)
        assert len(sealed["sealed"]) == count
        for name, one in zip(self.names, sealed["sealed"], strict=False):
            self.check_sealed(name, one)
        self.check_opened(opened, count)
        ends = [(one["receipt"], one["proof"]) for one in receipts]
        assert ends == [(None, None)] * 2 + [("ProofError", "ProofError")] * (len(receipts) - 2)
        assert refused == [error for _, error in wishing.refused()]

    @cached_property
    def bent(self) -> list[tuple[str, dict[str, Any]]]:
        """The organisation as it is, and bent in many ways."""
        return list(bending.bent(self.world, self.described))

    @cached_property
    def verdicts(self) -> dict[str, str | None]:
        """What Python says to each of them."""
        return {name: bending.verdict(bent) for name, bent in self.bent}

    @cached_property
    def plans(self) -> list[Any]:
        """What Python plans for each of the wishes."""
        return [wishing.planned(self.force, wish) for wish in wishing.wishes()]

    def plan_of(self, name: str) -> Plan:
        force = self.force
        return plan(slip_of(samples()[name]), force.bundle, force.directory)

    def check_sealed(self, name: str, one: dict[str, Any]) -> None:
        """Open what the page sealed with every key there is: true shares open it, the others are noise of one form."""
        data, force = bytes.fromhex(one["envelope"]), self.force
        sealed = Envelope.decode(data, limit=limit("envelope"))
        header = sealed.opened_header()
        assert sealed.encode() == data
        assert (header.id.hex(), one["whole"]) == (one["id"], True)
        assert (header.bundle, header.directory) == (force.bundle.digest, force.directory.digest)
        keys = words.keys(words.digits(bytes(range(16))), 3)
        assert (sealed.received, header.withdrawal, header.retention) == (keys.received, keys.withdrawal_hash, 12)
        gates = [
            GateSlot.unseal(self.world.key(gate.name).encryption, slot, gate.name, header.id)
            for gate, slot in zip(force.bundle.body.gates, sealed.gates, strict=True)
        ]
        slip, written = reporter.compose(samples()[name], keys.reply)
        log_keys = [digest(Label.LOG_KEY_HASH, keys.gate(gate.name).log_key) for gate in force.bundle.body.gates]
        for gate, slot in zip(force.bundle.body.gates, gates, strict=True):
            own = keys.gate(gate.name)
            assert (slot.gate_key, slot.link, set(slot.thresholds)) == (own.gate_key, own.link, {2})
            assert Slip.from_bytes(slot.slip) == structs.replace(slip, thread=THREAD, log_keys=log_keys)
        people = {
            person: envelope.find_slot(sealed.slots(), header.id, self.world.key(person).encryption)
            for person in force.directory.recipients()
        }
        self._check_shares(header, sealed, gates, people, self.plan_of(name), written)

    def _check_shares(  # noqa: PLR0913, PLR0917 - the parts of one opening
        self,
        header: Header,
        sealed: Envelope,
        gates: list[GateSlot],
        people: dict[str, PersonSlot],
        made: Plan,
        written: dict[Section, bytes],
    ) -> None:
        for section in Section:
            holders = {"desk": sorted(made.desk), "custodians": sorted(made.custodians)}
            thresholds = {"gates": 2, "desk": made.desk_thresholds[section], "custodians": 1}
            shares = {"gates": [slot.shares[section] for slot in gates]}
            for lock in locks.lock_names(section)[1:]:
                everybody = [slot.shares[lock, section] for slot in people.values()]
                assert {slot.thresholds[lock, section] for slot in people.values()} == {thresholds[lock]}
                xs = [share[-1] for share in everybody]
                assert set(xs) == {0} if thresholds[lock] == 1 else len(set(xs)) == len(xs)
                shares[lock] = [people[name].shares[lock, section] for name in holders[lock]]
                others = {slot.shares[lock, section][:-1] for name, slot in people.items() if name not in holders[lock]}
                assert len(others) == len(people) - len(holders[lock])
                assert not others & {share[:-1] for share in shares[lock]}
            opened = envelope.open_section(section, header, sealed.sections[section], shares, thresholds)
            assert opened == written[section]

    def check_opened(self, opened: list[Any], count: int) -> None:
        """Compare what the page read of our reports with what we wrote."""
        assert len(opened) == count
        for name, one, ours in zip(self.names, opened, self.sealed, strict=False):
            card = bytes.fromhex(one["contents"]["card"])
            assert ours.opened_header().bundle.hex() == one["all"][:64]
            _, written = reporter.compose(samples()[name], self._reply_key(card))
            assert one["contents"] == {section.label: content.hex() for section, content in written.items()}

    @staticmethod
    def _reply_key(card: bytes) -> bytes:
        from client import contents  # noqa: PLC0415 - only here

        read = contents.read(Section.CARD, card)
        assert isinstance(read, contents.Card)
        return read.reply_key

    def false_receipts(self) -> list[dict[str, str]]:
        """Return receipts and proofs of another report, and of another log."""
        first, second = self.receipts
        swapped = {**first, "receipt": second["receipt"], "proof": second["proof"]}
        signature = first["receipt"].rindex("=") - 4
        flipped = "A" if first["receipt"][signature] != "A" else "B"
        forged = first["receipt"][:signature] + flipped + first["receipt"][signature + 1 :]
        return [swapped, {**first, "receipt": forged, "proof": first["proof"].replace("index ", "index 1", 1)}]
