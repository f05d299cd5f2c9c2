"""A small world for these tests: seeds, a plan, and a report made from them."""

from dataclasses import dataclass
from functools import cache

from crypto import envelope, hybrid, words
from crypto.envelope import Envelope, Header, Recipients
from crypto.locks import Plan
from crypto.sections import CUSTODIAL, Section
from crypto.slip import Slip
from crypto.slots import GateSlot, PersonSlot
from tests.vectors.stream import Stream

GATES = ("gate-1", "gate-2", "gate-3")
DESK = ("anan", "bela", "cari")
CUSTODIANS = ("dewi", "elif")
OUTSIDE = ("faru", "gita", "hana", "iman")
NAMES = (*DESK, *CUSTODIANS, *OUTSIDE)


@cache
def seed(name: str) -> bytes:
    return Stream(b"tests/crypto " + name.encode())(32)


@cache
def public(name: str) -> bytes:
    return hybrid.public_key(seed(name))


def slip(**changes: object) -> Slip:
    fields: dict[str, object] = {
        "language": "en",
        "urgency": 1,
        "tier": 3,
        "exclude_links": [],
        "exclude_people": [],
        "exclude_pools": [],
        "preference": 0,
        "two_person": True,
        "emergency": False,
        "ring": 0,
        "consent": bytes(15),
        "log_keys": [],
    }
    return Slip(**{**fields, **changes})  # type: ignore[arg-type]  # the fields of one call, by name


def plan(gates: int = 2, desk: int = 2) -> Plan:
    return Plan(
        gates=GATES,
        gates_threshold=gates,
        desk=frozenset(DESK),
        desk_thresholds={section: 1 if section is Section.CARD else desk for section in Section},
        custodians=frozenset(CUSTODIANS),
        custodians_threshold=1,
    )


def recipients(names: tuple[str, ...] = NAMES) -> Recipients:
    return Recipients(
        gates={name: public(name) for name in GATES},
        people={name: public(name) for name in names},
        bundle=seed("bundle"),
        directory=seed("directory"),
    )


@dataclass(frozen=True)
class Report:
    """A sealed report with everybody's opened slots."""

    envelope: Envelope
    header: Header
    gates: dict[str, GateSlot]
    people: dict[str, PersonSlot]
    plan: Plan

    def shares(self, section: Section, **changes: tuple[str, ...]) -> dict[str, list[bytes]]:
        """Return what the named holders bring; everybody who holds a true share unless told otherwise."""
        who = {"gates": GATES, "desk": DESK, "custodians": CUSTODIANS, **changes}
        found = {
            "gates": [self.gates[name].shares[section] for name in who["gates"]],
            "desk": [self.people[name].shares["desk", section] for name in who["desk"]],
        }
        if section in CUSTODIAL:
            found["custodians"] = [self.people[name].shares["custodians", section] for name in who["custodians"]]
        return found

    def thresholds(self, section: Section) -> dict[str, int]:
        return {"gates": self.plan.gates_threshold, "desk": self.plan.desk_thresholds[section], "custodians": 1}

    def open(self, section: Section, **who: tuple[str, ...]) -> bytes:
        sealed = self.envelope.sections[section]
        return envelope.open_section(
            section, self.header, sealed, self.shares(section, **who), self.thresholds(section)
        )


def text(section: Section) -> bytes:
    return f"what is in {section.label}".encode()


@cache
def report(name: str = "one", gates: int = 2, desk: int = 2) -> Report:
    draw = Stream(b"report " + name.encode())
    made = envelope.seal(
        contents={section: text(section) for section in Section},
        slip_facts=slip(),
        plan=plan(gates, desk),
        to=recipients(),
        keys=words.keys(words.new(draw)),
        draw=draw,
    )
    header = made.opened_header()
    return Report(
        envelope=made,
        header=header,
        gates={
            gate: GateSlot.unseal(seed(gate), sealed, gate, header.id)
            for gate, sealed in zip(GATES, made.gates, strict=True)
        },
        people={one: envelope.find_slot(made.slots(), header.id, seed(one)) for one in NAMES},
        plan=plan(gates, desk),
    )
