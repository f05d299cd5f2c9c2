"""What both sides do with one organisation: the page's tasks, and what Python says that must come of them."""

import os
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from msgspec import structs

from client import reporter
from crypto import envelope, locks, words
from crypto.envelope import Envelope, Header
from crypto.errors import CryptoError
from crypto.limits import limit
from crypto.locks import Plan
from crypto.sections import Section
from crypto.slip import Slip
from crypto.slots import GateSlot, PersonSlot
from policies import links
from policies.errors import TooFewError
from policies.plan import plan
from policies.slips import slip_of
from tests.harness import Running
from tests.samples import samples
from tests.web import bending

LANGUAGES: Final = [*words.LANGUAGES, "sw"]
LINKS: Final = [
    *("AREA:XS", "AREA:XS-03", "AREA:XS-03-D1", "AREA:XS-0", "AREA:XV", "ACT:POL@XS", "ACT:POL@XS-03"),
    *("ACT:POL@XS-03-D1", "ACT:POL@XS-04", "ACT:MIL@XS-03", "ACT:POL@XV"),
]
THREAD: Final = bytes(range(32))


def seeds(world: Running, names: list[str]) -> dict[str, str]:
    """Return the seeds of gates or people: this organisation is made for these tests."""
    return {name: world.key(name).encryption.hex() for name in names}


def wishes() -> list[dict[str, Any]]:
    """Return slips' wishes, so many and so different that every branch of the plan is taken."""
    exclusions: list[tuple[list[str], list[str], list[str]]] = [
        ([], [], []),
        (["ACT:POL@XS-03"], [], []),
        (["AREA:XS", "ACT:MIL@XV"], [], []),
        (["AREA:XV-02-D4"], [], ["river"]),
        ([], ["c1"], ["ombuds"]),
    ]
    people = sorted({one["name"] for one in _openers()})
    pools = sorted({pool for one in _openers() for pool in one["pools"]})
    exclusions += [([], [name], []) for name in people] + [([], people[: 2 * i], []) for i in range(1, 5)]
    exclusions += [([], [], [pool]) for pool in pools] + [([], [], pools[i:]) for i in range(len(pools))]
    shapes = [(1, 0, False, False), (3, 0, False, False), (3, 2, False, True), (2, 2, True, False), (1, 1, False, True)]
    return [
        {
            "tier": tier,
            "excludeLinks": left[0],
            "excludePeople": left[1][: limit("list")],
            "excludePools": left[2][: limit("list")],
            "preference": preference,
            "twoPerson": two,
            "emergency": emergency,
            "ring": ring,
        }
        for left, (tier, preference, two, emergency), ring in product(exclusions, shapes, (0, 1))
    ]


def _openers() -> list[dict[str, Any]]:
    from policies import cast  # noqa: PLC0415 - only here

    return list(cast.openers(cast.example()))


def slip_with(wish: dict[str, Any]) -> Slip:
    """Return a slip with these wishes."""
    base = slip_of(samples()["S01"])
    snake = {"".join(f"_{c.lower()}" if c.isupper() else c for c in key): value for key, value in wish.items()}
    return structs.replace(base, **snake)


@dataclass
class Exchange:
    """One organisation, and all that it says about what the page gives back."""

    world: Running
    described: dict[str, Any]
    names: list[str]  # of samples
    sealed: list[Envelope]  # by Python
    receipts: list[dict[str, str]]

    @classmethod
    def of(cls, world: Running) -> "Exchange":
        names = sorted(samples())
        sealed = [
            reporter.seal(samples()[name], world.in_force, words.new(os.urandom), draw=os.urandom) for name in names
        ]
        described = bending.described(world)  # `current` is asked for before any report changes the log
        receipts = []
        for one in sealed[:2]:
            report, receipt, _ = world.house.submit(one.encode())
            proof = world.house.proof(report)
            receipts.append({"receipt": receipt, "proof": proof, "received": one.received.hex(), "id": report.hex()})
        return cls(world, described, names, sealed, receipts)

    def tasks(self, count: int) -> list[dict[str, Any]]:
        """Return what the page is to do, with `count` of the samples."""
        force = self.world.in_force
        plans = [self.plan_of(name) for name in self.names[:count]]
        return [
            {"task": "capable"},
            {"task": "verify", "worlds": [bent for _, bent in self.bent()]},
            {"task": "plan", "world": self.described, "wishes": wishes()},
            {"task": "meet", "pairs": list(product(LINKS, LINKS))},
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
                "plans": [{"desk": sorted(one.desk), "custodians": sorted(one.custodians)} for one in plans],
            },
            {"task": "receipts", "world": self.described, "items": [*self.receipts, *self.false_receipts()]},
            {"task": "refuse", "world": self.described, "reports": [report for report, _ in self.refused()]},
        ]

    def check(self, found: list[Any], count: int) -> None:
        """Compare all that came back with what Python says."""
        capable, verified, plans, met, said, sealed, opened, receipts, refused = found
        assert capable is True
        expected = {name: bending.verdict(bent) for name, bent in self.bent()}
        assert dict(zip(expected, verified, strict=True)) == expected
        assert plans == [self.planned(wish) for wish in wishes()]
        assert met == [links.meet(one, other) for one, other in product(LINKS, LINKS)]
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
        assert refused == [error for _, error in self.refused()]

    def bent(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the organisation as it is, and bent in many ways."""
        if not hasattr(self, "_bent"):
            self._bent = list(bending.bent(self.world, self.described))
        return self._bent

    def plan_of(self, name: str) -> Plan:
        force = self.world.in_force
        return plan(slip_of(samples()[name]), force.bundle, force.directory)

    def planned(self, wish: dict[str, Any]) -> Any:
        """Return Python's plan, or its refusal, as the page writes them."""
        force = self.world.in_force
        try:
            made = plan(slip_with(wish), force.bundle, force.directory)
        except TooFewError as error:
            return f"TooFewError {error.kind}"
        return {
            "gates": list(made.gates),
            "gatesThreshold": made.gates_threshold,
            "desk": sorted(made.desk),
            "custodians": sorted(made.custodians),
            "deskThresholds": [made.desk_thresholds[section] for section in Section],
            "custodiansThreshold": made.custodians_threshold,
        }

    def check_sealed(self, name: str, one: dict[str, Any]) -> None:
        """Open what the page sealed with every key there is: true shares open it, the others are noise of their form."""
        data, force = bytes.fromhex(one["envelope"]), self.world.in_force
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
        for gate, slot in zip(force.bundle.body.gates, gates, strict=True):
            own = keys.gate(gate.name)
            assert (slot.gate_key, slot.link, set(slot.thresholds)) == (own.gate_key, own.link, {2})
            there = Slip.from_bytes(slot.slip)
            assert structs.replace(there, log_keys=slip.log_keys) == structs.replace(slip, thread=THREAD)
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
            assert envelope.open_section(section, header, sealed.sections[section], shares, thresholds) == (
                written[section]
            )

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

    @staticmethod
    def refused() -> list[tuple[dict[str, Any], str]]:
        """Return reports that cannot be sealed, with the error that Python has for each."""
        sample = samples()["S01"]
        slip, consent = sample["slip"], sample["consent"]
        bent: list[dict[str, Any]] = [
            {"triage": {**sample["triage"], "tiles": ["T99"]}},
            {"triage": None, "narrative": None},
            {"slip": {**slip, "urgency": "U9"}},
            {"slip": {**slip, "tier": 4}},
            {"slip": {**slip, "exclude_links": ["POL"]}},
            {"slip": {**slip, "exclude_people": [f"p{i}" for i in range(9)]}},
            {"consent": {**consent, "choices": {**consent["choices"], "TRIAGE": "no"}}},
            {"consent": {**consent, "choices": {"NOBODY": "no"}}},
            {"narrative": {"text": "\ud800"}},
            {"narrative": {"text": "x" * 140_000}},
        ]
        everybody = sorted({pool for one in _openers() for pool in one["pools"]})
        return [
            *(({**sample, **change}, "MalformedError") for change in bent),
            ({**sample, "slip": {**slip, "exclude_pools": everybody}}, "TooFewError desk"),
        ]


def python_refuses(world: Running, report: dict[str, Any]) -> str:
    """Return the name of what Python refuses this report with."""
    try:
        slip, _ = reporter.compose(report, bytes(32))
        force = world.in_force
        plan(slip, force.bundle, force.directory)
    except TooFewError as error:
        return f"TooFewError {error.kind}"
    except CryptoError as error:
        return type(error).__name__
    return "sealed"
