"""One report as its gate may know it: the slot, the slip that its header commits to, what she wishes now (11.5)."""

from dataclasses import dataclass

from msgspec import structs
from sqlalchemy import Connection, select

from crypto import slip
from crypto.envelope import Header
from crypto.errors import ProofError
from crypto.hashing import digest
from crypto.hybrid import PrivateKey
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.sections import Section
from crypto.slip import Slip
from crypto.slots import GateSlot
from crypto.words import GateKeys
from gate import store, wishes
from gate.inforce import Known
from gate.wishes import Wished
from policies import retention
from policies.facts import Colleague, Question
from policies.plan import candidate_pools


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What an opening and a list depend on, of the report alone."""

    header: Header
    slip: Slip
    slot: GateSlot
    log_key: bytes
    wished: Wished
    expired: bool
    gone: bool  # closed for ever or expired, whatever this gate's clock says: nothing of it need be remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants, and who takes part."""

    action: str
    section: Section
    purpose: str
    asker: Colleague
    second: Colleague | None = None
    custodian: Colleague | None = None


def read(  # noqa: PLR0913, PLR0917 - a report, whose gate, by which rules, at which moment
    connection: Connection,
    key: KeyRing,
    opens: bytes | PrivateKey,
    known: Known,
    header: Header,
    sealed: bytes,
    minute: int,
) -> Reported:
    """Open this gate's slot, and believe it only as far as the header commits to it.

    `opens` is the encryption key of `key`, or its seed. Raise OpenError, ProofError or MalformedError.
    """
    slot = GateSlot.unseal(opens, sealed, key.name, header.id)
    # The slot opens only under this header's id, and its slip is the one that the header commits to.
    if slip.commitment(slot.slip) != header.slip:
        raise ProofError("slip of another report")
    facts = Slip.from_bytes(slot.slip)
    keys = GateKeys(gate_key=slot.gate_key, link=slot.link)
    log_g = keys.log_key
    names = [gate.name for gate in known.sealed_under(header.bundle).body.gates]
    place = names.index(key.name) if key.name in names else len(facts.log_keys)
    if facts.log_keys[place : place + 1] != [digest(Label.LOG_KEY_HASH, log_g)]:
        raise ProofError("log key")
    body = known.bundle.body
    hours = wishes.Hours(consent=body.consent_hours, withdraw=body.withdraw_hours)
    wished = wishes.look_up(
        connection, header, facts.consent, keys.consent_key, hours=hours, feeds=known.feeds, minute=minute
    )
    replaced = known.replaced(header.directory)
    sure = min(minute, wishes.surely(known.feeds))
    return Reported(
        header=header,
        slip=facts,
        slot=slot,
        log_key=log_g,
        wished=wished,
        expired=retention.expired(replaced, header.retention, minute),
        gone=wished.gone or retention.expired(replaced, header.retention, sure),
    )


def question(connection: Connection, known: Known, report: Reported, asked: Asked, minute: int) -> Question:
    """Return the question for the rules; the auditor builds the same from the record (client/replaying.py)."""
    recused = connection.execute(select(store.recused.c.name).where(store.recused.c.id == report.header.id)).scalars()
    return Question(
        action=asked.action,
        section=asked.section,
        purpose=asked.purpose,
        minute=minute,
        asker=asked.asker,
        second=asked.second,
        custodian=asked.custodian,
        slip=structs.replace(report.slip, consent=report.wished.consent),
        pools=candidate_pools(report.slip, known.bundle),
        recused=frozenset(recused),
        withdrawn=report.wished.closed,
        expired=report.expired,
    )
