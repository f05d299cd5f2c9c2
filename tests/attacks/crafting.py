"""A hostile reporter's device: envelopes that no honest one would seal, each of good form."""

import os
from collections.abc import Callable
from typing import Any

from msgspec import structs

from client import reporter
from crypto import envelope, words
from crypto.envelope import Envelope, Header, Recipients
from crypto.errors import OpenError
from crypto.limits import limit
from crypto.sections import Section
from crypto.slip import Slip
from crypto.slots import GateSlot, PersonSlot
from policies.plan import plan
from tests.harness import Running
from tests.samples import samples

Bend = Callable[[Slip], Slip]


def honest(slip: Slip) -> Slip:
    """Change nothing."""
    return slip


def craft(  # noqa: PLR0913 - what she may bend, by name
    world: Running,
    sample: str = "S01",
    *,
    slip: Bend = honest,
    planned: Bend = honest,
    told: Callable[[dict[Section, bytes]], dict[Section, bytes]] = dict,
    said: str | None = None,
    bundle: bytes | None = None,
    directory: bytes | None = None,
) -> Envelope:
    """Seal a sample with another slip, by a plan for another slip, with other contents, or to other versions."""
    keys = words.keys(said or words.new(os.urandom), 0)
    in_force = world.in_force
    facts, contents = reporter.compose(samples()[sample], keys.reply)
    recipients = Recipients(
        gates={gate.name: gate.encryption for gate in in_force.bundle.body.gates},
        people=in_force.directory.recipients(),
        bundle=bundle or in_force.bundle.digest,
        directory=directory or in_force.directory.digest,
    )
    return envelope.seal(
        contents=told(contents),
        slip_facts=slip(facts),
        plan=plan(planned(facts), in_force.bundle, in_force.directory),
        to=recipients,
        keys=keys,
        draw=os.urandom,
    )


def with_gate_slot(world: Running, sealed: Envelope, name: str, **changes: Any) -> Envelope:
    """Seal another slot for one gate: the header does not commit to slots, so she can."""
    place = world.organisation.gate_names.index(name)
    key = world.key(name)
    slot = GateSlot.unseal(key.encryption, sealed.gates[place], name, sealed.id)
    fields = {one: getattr(slot, one) for one in ("thresholds", "slip", "shares", "gate_key", "link")}
    bent = GateSlot(**(fields | changes)).seal(name, key.encryption_public, sealed.id)
    return structs.replace(sealed, gates=[*sealed.gates[:place], bent, *sealed.gates[place + 1 :]])


def with_person_slot(world: Running, sealed: Envelope, name: str, bend: Callable[[PersonSlot], None]) -> Envelope:
    """Seal another slot for one person."""
    key = world.key(name)
    for place, one in enumerate(sealed.people):
        try:
            slot = PersonSlot.unseal(key.encryption, one, sealed.id)
        except OpenError:
            continue
        bend(slot)
        bent = slot.seal(key.encryption_public, sealed.id)
        return structs.replace(sealed, people=[*sealed.people[:place], bent, *sealed.people[place + 1 :]])
    raise OpenError


def header(sealed: Envelope) -> Header:
    """The header as everybody reads it."""
    return Header.decode(sealed.header, limit=limit("header"))


def false_share(slot: PersonSlot, section: Section) -> None:
    """Random bytes of the form of a share."""
    true = slot.shares["desk", section]
    slot.give(section, "desk", os.urandom(32) + true[-1:])
