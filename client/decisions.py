"""One decision under the magnifying glass (protocol 13, auditor (5) and (6)): what a record claims, keys must say."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from msgspec import structs

from client.history import History
from crypto import hybrid, leaves, signing, slip
from crypto.canonical import decode
from crypto.envelope import Header
from crypto.errors import CryptoError, MalformedError, OpenError, ProofError
from crypto.hashing import digest, sha256, tag
from crypto.hybrid import PrivateKey
from crypto.labels import Label
from crypto.leaves import Notice, Record, record_bucket
from crypto.limits import limit
from crypto.opening import CUSTODIAN, DESK, Approval, Ask, Decision, DecisionRecord, Pair, Request
from crypto.padding import unpad
from crypto.sections import Section
from crypto.wished import read_body
from policies.bundle import Bundle
from policies.directory import Directory, Person

_BODY: Final = record_bucket(limit("auditors"))
_DAY: Final = 1440  # minutes
_REFUSED: Final = -1  # section in the notice of a refusal
ROLES: Final = {DESK: "desk", CUSTODIAN: "custodian"}

NO_BUNDLE: Final = "a decision under a bundle that is not in the log"
NO_DIRECTORY: Final = "a decision under a directory that is not in the log"
NO_GATE: Final = "a decision by a gate that its bundle does not name"
NOT_SIGNED: Final = "a decision that its gate did not sign"
TAG: Final = "a decision that its reporter cannot find: the tag is not of the log key"
LOG_KEY: Final = "a decision under a log key that the slip does not name"
SLIP: Final = "a decision on a slip that the header does not commit to"
SEALED_TO: Final = "a decision on a report that was sealed to a directory that is not in the log"
OTHER_REQUEST: Final = "a decision on another request than the one beside it"
OTHER_GATE: Final = "a decision by a gate that the request does not name"
OTHER_LOG: Final = "a request for another log"
SECTION: Final = "a decision on a section that nobody asked for"
ENVELOPE: Final = "a request for another report than the one beside it"
REASON: Final = "a justification that is not the one of the request"
EXPIRED: Final = "a decision on a request that had expired"
NO_ASKER: Final = "a request by somebody who was not in the directory"
ASKER: Final = "a request that its asker did not sign"
APPROVAL: Final = "an approval that nobody gave for this request"
TWICE_APPROVED: Final = "one person approved one section twice"
NOTICE: Final = "a notice that tells the reporter something else than was decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A decision and all that lies beside it, decoded. Nothing of it is believed yet."""

    index: int
    leaf: bytes
    salt: bytes
    digest: bytes  # of the body that the leaf commits to
    record: DecisionRecord
    decision: Decision
    request: Request
    ask: Ask
    header: Header
    slip: slip.Slip
    approvals: tuple[Approval, ...]

    @property
    def section(self) -> Section:
        """The section that was decided on."""
        return Section(self.decision.section)

    def of_section(self, role: int) -> Approval | None:
        """The first approval of this role for the section that was decided on."""
        found = (one for one in self.approvals if one.role == role and one.section == self.decision.section)
        return next(found, None)


def read(index: int, leaf: bytes, record: Record) -> Found:
    """Decode the body of a decision's record. Raise MalformedError."""
    body = read_body(record.body, limit=_BODY)
    decision = Decision.decode(body.decision, limit=_BODY)
    request = Request.decode(body.request, limit=_BODY)
    if decision.section not in set(Section):
        raise MalformedError("section")
    return Found(
        index=index,
        leaf=leaf,
        salt=record.salt,
        digest=sha256(record.body),
        record=body,
        decision=decision,
        request=request,
        ask=request.asked(),
        header=Header.decode(body.header, limit=limit("header")),
        slip=slip.Slip.from_bytes(body.slip),
        approvals=tuple(decode_approval(pair) for pair in body.approvals),
    )


def decode_approval(pair: Pair) -> Approval:
    """Return the approval of a pair; its signature is not checked here."""
    approval = decode(pair[0], Approval, limit=limit("opening"))
    approval.check()
    return approval


def reason(found: Found, key: bytes | PrivateKey) -> str:
    """Return what the asker wrote to auditors. Raise CryptoError or UnicodeError where it does not open to this one."""
    padded = hybrid.unseal_any(key, found.record.justification, Label.JUSTIFICATION.value)
    return unpad(padded).decode()


def faults(found: Found, history: History, notice: bytes, origin: str) -> Iterator[str]:
    """Say everything that is wrong with one decision."""
    decision = found.decision
    try:
        bundle = history.bundle(decision.bundle)
    except ProofError:
        yield NO_BUNDLE
    else:
        yield from _gate(found, bundle)
    yield from _report(found, history)
    yield from _request(found, origin)
    try:
        directory = history.directory(decision.directory)
    except ProofError:
        yield NO_DIRECTORY
        return
    yield from people(found, history, directory)
    if not notice_agrees(found, notice, _person(history, directory, found.ask.asker)):
        yield NOTICE


def _gate(found: Found, bundle: Bundle) -> Iterator[str]:
    # (5) the gate of the bundle signed this decision.
    try:
        gate = bundle.gate(found.decision.gate)
    except ProofError:
        yield NO_GATE
        return
    if not _signed(gate.key.public, Label.DECISION, found.record.decision, found.record.signature):
        yield NOT_SIGNED


def _report(found: Found, history: History) -> Iterator[str]:
    # (5) the tag is of the revealed log key, the slip names that key, the header commits to the slip.
    if found.leaf[: leaves.TAG] != tag(found.record.log_key, found.leaf[leaves.TAG :]):
        yield TAG
    if slip.commitment(found.record.slip) != found.header.slip:
        yield SLIP
    # Whoever shows one reporter a list of people of its own can swap a key in it; her header names that list for ever.
    if all(one.value.digest != found.header.directory for one in history.directories):
        yield SEALED_TO
    try:
        gates = [gate.name for gate in history.bundle(found.header.bundle).body.gates]
    except ProofError:
        yield NO_BUNDLE
        return
    hashed = digest(Label.LOG_KEY_HASH, found.record.log_key)
    if (found.decision.gate, hashed) not in zip(gates, found.slip.log_keys, strict=False):
        yield LOG_KEY


def _request(found: Found, origin: str) -> Iterator[str]:
    # (5) the decision is on this request, about this report, of this log, in time.
    decision, request, ask = found.decision, found.request, found.ask
    if decision.request != request.digest:
        yield OTHER_REQUEST
    if decision.gate not in request.gates:
        yield OTHER_GATE
    if request.origin != origin:
        yield OTHER_LOG
    if decision.section not in ask.sections:
        yield SECTION
    if ask.id != found.header.id:
        yield ENVELOPE
    if sha256(found.record.justification) != request.justification:
        yield REASON
    waits = (request.expires, limit("request_minutes")), (ask.until, limit("ask_minutes"))
    if not all(0 <= until - decision.minute <= most for until, most in waits):
        yield EXPIRED


def people(found: Found, history: History, directory: Directory) -> Iterator[str]:
    """Check who asked and who agreed: protocol 13, auditor (6), under the directory that the decision names."""
    # (6) the asker.
    asker = _person(history, directory, found.ask.asker)
    if asker is None:
        yield NO_ASKER
    elif not _signed(asker.identity, Label.REQUEST, found.record.request, found.record.request_signature):
        yield ASKER
    # (6) everybody who agreed, for this ask, in her own role, in time, once a section.
    seen = set()
    for (message, signature), approval in zip(found.record.approvals, found.approvals, strict=True):
        who = _person(history, directory, approval.approver)
        right = (
            who is not None
            and who.role == ROLES[approval.role]
            and _signed(who.identity, Label.APPROVAL, message, signature)
            and approval.ask == found.ask.digest
            and approval.until >= found.decision.minute
        )
        if not right:
            yield APPROVAL
        if (approval.section, approval.approver) in seen:
            yield TWICE_APPROVED
        seen.add((approval.section, approval.approver))


def notice_agrees(found: Found, sealed: bytes, asker: Person | None) -> bool:
    """Whether the reporter is told what was decided. Of a refusal she hears that there was one, and when."""
    try:
        notice = leaves.open_notice(found.record.log_key, sealed)
    except (OpenError, MalformedError):
        return False
    decision = found.decision
    expected = Notice(
        salt=found.salt,
        body=found.digest,
        gate=decision.gate,
        role="",
        section=_REFUSED,
        action="",
        purpose="",
        day=decision.minute // _DAY,
        opened=False,
    )
    if decision.permitted:
        expected = structs.replace(
            expected,
            role="" if asker is None else asker.role,
            section=decision.section,
            action=found.ask.action,
            purpose=found.ask.purpose,
            opened=True,
        )
    return notice == expected


def _person(history: History, directory: Directory, name: str) -> Person | None:
    try:
        return history.find(name, directory)[0]
    except ProofError:
        return None


def _signed(public: bytes, label: Label, message: bytes, signature: bytes) -> bool:
    try:
        signing.verify(public, label, message, signature)
    except CryptoError:
        return False
    return True
