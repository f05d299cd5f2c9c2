"""Examine one opening, in the order of protocol 11.5. Cheap checks first; nothing is believed that is not signed."""

from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import Connection, select

from crypto import opening, signing
from crypto.envelope import Header
from crypto.errors import MalformedError, ProofError
from crypto.hashing import sha256
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.limits import limit
from crypto.opening import Approval, Ask, Opening, Pair, Request
from crypto.sections import Section
from doors.problem import Denied
from gate import reported, store
from gate.inforce import InForce, Known
from gate.reported import Asked, Reported
from policies.facts import Colleague, Question

_ROLES: Final = {opening.DESK: "desk", opening.CUSTODIAN: "custodian"}
_OF_THE_REPORT: Final = tuple(one.name for one in fields(Reported))


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined(Reported):
    """An opening whose form and signatures hold. The rules have not been asked yet."""

    opening: Opening
    request: Request
    digest: bytes
    ask: Ask
    asker: Colleague
    approvals: dict[Section, list[tuple[Approval, Pair]]]


class Examiner:
    """Holds the gate's key; reads its state inside the caller's transaction."""

    def __init__(self, key: KeyRing, in_force: InForce) -> None:
        self._key, self._in_force = key, in_force

    def examine(self, connection: Connection, known: Known, blob: bytes, minute: int, *, again: bool) -> Examined:
        """Return what was asked. Raise MalformedError, OpenError, ProofError; Denied for somebody unknown or late.

        `again`: this is the release of a request that was decided, not a new one.
        """
        found = Opening.unseal(self._key.encryption, blob, self._key.name)
        request = Request.decode(found.request, limit=limit("opening"))
        ask = request.asked()
        self._check_form(found, request, ask, known)
        self._check_time(request, ask, minute, again=again)
        self._check_fresh(connection, request.digest, again=again)
        asker, _, _ = self._person(known, ask.asker)
        signing.verify(asker, Label.REQUEST, found.request, found.signature)
        approvals = self._approvals(found, ask, known, minute)
        header = Header.decode(found.header, limit=limit("header"))
        if header.id != ask.id:
            raise ProofError("header of another report")
        report = reported.read(connection, self._key, self._key.encryption, known, header, found.slot, minute)
        return Examined(
            **{name: getattr(report, name) for name in _OF_THE_REPORT},
            opening=found,
            request=request,
            digest=request.digest,
            ask=ask,
            asker=self._in_force.colleague(known, ask.asker),
            approvals=approvals,
        )

    def _check_form(self, found: Opening, request: Request, ask: Ask, known: Known) -> None:
        if self._key.name not in request.gates or request.origin != known.bundle.body.origin:
            raise MalformedError("request for others")
        if sha256(found.session) != ask.session or sha256(found.justification) != request.justification:
            raise ProofError("session or justification")
        if request.bundle > known.bundles[-1].number or request.directory > known.directories[-1].number:
            raise ProofError("versions that are not in the log")

    @staticmethod
    def _check_time(request: Request, ask: Ask, minute: int, *, again: bool) -> None:
        patience = limit("release_minutes") if again else 0
        if not minute - patience <= request.expires <= minute + limit("request_minutes"):
            raise Denied
        if not minute - patience <= ask.until <= minute + limit("ask_minutes"):
            raise Denied

    @staticmethod
    def _check_fresh(connection: Connection, request_digest: bytes, *, again: bool) -> None:
        row = connection.execute(
            select(store.decision.c.request).where(store.decision.c.request == request_digest).limit(1)
        ).one_or_none()
        if (row is None) == again:  # seen before, or a release of what was never decided
            raise Denied

    @staticmethod
    def _person(known: Known, name: str) -> tuple[bytes, str, bool]:
        try:
            person, _, there = known.find(name)
        except ProofError:
            raise Denied from None
        return person.identity, person.role, there

    def _approvals(
        self, found: Opening, ask: Ask, known: Known, minute: int
    ) -> dict[Section, list[tuple[Approval, Pair]]]:
        approvals: dict[Section, list[tuple[Approval, Pair]]] = {}
        for pair in found.approvals:
            data, signature = pair
            approval = Approval.decode(data, limit=limit("opening"))
            identity, role, _ = self._person(known, approval.approver)
            signing.verify(identity, Label.APPROVAL, data, signature)
            if approval.ask != ask.digest or approval.section not in ask.sections:
                raise ProofError("approval of another ask")
            if _ROLES[approval.role] != role:
                raise ProofError("approval in another role")
            if not minute <= approval.until <= minute + limit("ask_minutes"):
                raise Denied
            mine = approvals.setdefault(Section(approval.section), [])
            if any(one.approver == approval.approver for one, _ in mine) or len(mine) == limit("approvals"):
                raise ProofError("one person twice, or too many")
            mine.append((approval, pair))
        return approvals

    def question(
        self, connection: Connection, known: Known, examined: Examined, section: Section, minute: int
    ) -> Question:
        """Return the question for the rules; the auditor builds the same from the record (client/replaying.py)."""
        asked = Asked(
            action=examined.ask.action,
            section=section,
            purpose=examined.ask.purpose,
            asker=examined.asker,
            second=self._approver(known, examined, section, opening.DESK),
            custodian=self._approver(known, examined, section, opening.CUSTODIAN),
        )
        return reported.question(connection, known, examined, asked, minute)

    def _approver(self, known: Known, examined: Examined, section: Section, role: int) -> Colleague | None:
        for approval, _ in examined.approvals.get(section, []):
            if approval.role == role:
                return self._in_force.colleague(known, approval.approver)
        return None
