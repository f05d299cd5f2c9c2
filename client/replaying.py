"""Decide everything again: the rules of the bundle, on the facts of the record, at the size named (protocol 13, (9)).

A gate that lies about its own rules signs its lie correctly; only running them again finds it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from client.auditor import verify
from client.decisions import Found
from client.findings import Fault, Progress, Report
from client.folder import Folder
from client.records import LATE
from crypto import leaves
from crypto.errors import CryptoError
from crypto.keyfile import KeyRing
from crypto.limits import limit
from crypto.opening import CUSTODIAN, DESK, Approval
from policies.bundle import Bundle
from policies.decide import OVER_QUOTA, Deny, Permit, decide
from policies.directory import Certificate, Directory, open_certificate
from policies.facts import RECUSE, Colleague, Question
from policies.plan import candidate_pools
from policies.trust import Trust

NO_FACTS: Final = "a decision that cannot be decided again: its bundle or directory is not in the log"
OUTCOME: Final = "a decision that the rules do not give"
REASONS: Final = "a decision for other reasons than the rules give"
TOO_MANY: Final = "a decision on more requests of one person and day than a gate may decide"
_DAY: Final = 1440  # minutes


@dataclass(slots=True)
class Replay:
    """What came of deciding again."""

    decided: int = 0
    faults: list[Fault] = field(default_factory=list)
    audit: Report = field(default_factory=Report, repr=False)


def replay(folder: Path, trust: Trust, auditor: KeyRing, *, progress: Progress | None = None) -> Replay:
    """Verify an exported folder, then decide every decision in it again. Faults are those of replaying alone."""
    audit = verify(folder, trust, auditor=auditor, progress=progress)
    source = Folder(folder)
    return decide_again(audit, source, auditor)


def decide_again(audit: Report, source: Folder, auditor: KeyRing) -> Replay:
    """Decide again what an audit found."""
    result = Replay(audit=audit)
    facts = Facts(audit, source, auditor)
    before = _requests_before(audit.decisions)
    for found in audit.decisions:
        fault = _judge_quota(found, before[found.index], whole=LATE not in audit.unchecked)
        if fault is None and found.decision.rules != list(OVER_QUOTA):
            fault = _judge(facts, found)
        result.decided += fault != NO_FACTS
        if fault is not None:
            result.faults.append(Fault(found.index, fault))
    return result


def _requests_before(decisions: Iterable[Found]) -> dict[int, int]:
    """By leaf: how many other requests of this person its gate had decided that day."""
    asked: dict[tuple[str, str, int], dict[bytes, int]] = {}
    before = {}
    for found in sorted(decisions, key=lambda one: (one.decision.sequence, one.index)):
        place = found.decision.gate, found.ask.asker, found.decision.minute // _DAY
        requests = asked.setdefault(place, {})
        before[found.index] = requests.setdefault(found.decision.request, len(requests))
    return before


def _judge_quota(found: Found, before: int, *, whole: bool) -> str | None:
    """The first request over the quota is refused for it and logged, later ones not even that (protocol 11.5).

    `whole`: all records of the log open to this auditor, so that she can count.
    """
    if found.decision.rules == list(OVER_QUOTA):
        early = whole and before < limit("requests")
        return OUTCOME if early or found.decision.permitted else None
    return TOO_MANY if before >= limit("requests") else None


def _judge(facts: "Facts", found: Found) -> str | None:
    try:
        bundle = facts.bundle(found)
        given = decide(bundle.rules, facts.question(found, bundle, size=found.decision.size))
        if not _agrees(found, given) and not found.decision.permitted:
            # What forbids may reach a gate at its own address, or in its own journal, before the log shows it. A denial
            # for a reason that the log has at last is no lie; a permit gets no such grace.
            given = decide(bundle.rules, facts.question(found, bundle, size=facts.size))
    except CryptoError:
        return NO_FACTS
    if isinstance(given, Permit) != found.decision.permitted:
        return OUTCOME
    return None if _agrees(found, given) else REASONS


def _agrees(found: Found, given: Permit | Deny) -> bool:
    return isinstance(given, Permit) == found.decision.permitted and sorted(given.rules) == found.decision.rules


class Facts:
    """Facts of every decision, from what is signed: records, certificates, leaves."""

    def __init__(self, audit: Report, source: Folder, auditor: KeyRing) -> None:
        self._history, self._source, self._auditor = audit.history, source, auditor
        self.size = audit.size
        self._certificates: dict[bytes, Mapping[str, Certificate]] = {}
        self._withdrawn = {
            leaf[: leaves.TAG]: index
            for index, leaf in reversed(list(enumerate(source.leaves[: audit.size])))
            if leaves.is_withdrawal(leaf)
        }
        self._recused: Sequence[tuple[int, bytes, str]] = [
            (one.index, one.header.id, one.ask.asker)
            for one in audit.decisions
            if one.ask.action == RECUSE and one.decision.permitted
        ]

    def bundle(self, found: Found) -> Bundle:
        """The bundle that a decision names. Raise ProofError where the log holds none."""
        return self._history.bundle(found.decision.bundle)

    def question(self, found: Found, bundle: Bundle, *, size: int) -> Question:
        """What the gate asked itself, had it read `size` leaves. Raise ProofError where somebody is nobody."""
        directory = self._history.directory(found.decision.directory)
        asker = self._colleague(found.ask.asker, directory, size)
        withdrawn = self._withdrawn.get(leaves.withdrawn_tag(found.header.withdrawal))
        return Question(
            action=found.ask.action,
            section=found.section,
            purpose=found.ask.purpose,
            minute=found.decision.minute,
            asker=asker,
            second=self._approver(found.of_section(DESK), directory, size),
            custodian=self._approver(found.of_section(CUSTODIAN), directory, size),
            slip=found.slip,
            pools=candidate_pools(found.slip, bundle),
            recused=frozenset(
                name for index, report, name in self._recused if index < size and report == found.header.id
            ),
            withdrawn=withdrawn is not None and withdrawn < size,
        )

    def _approver(self, approval: Approval | None, directory: Directory, size: int) -> Colleague | None:
        return None if approval is None else self._colleague(approval.approver, directory, size)

    def _colleague(self, name: str, directory: Directory, size: int) -> Colleague:
        person, hers = self._history.find(name, directory)
        return Colleague(
            name=name,
            role=person.role,
            pools=tuple(person.pools),
            certificate=self._opened(hers).get(name),
            revoked=name in self._history.revoked(size) or hers is not directory,
        )

    def _opened(self, directory: Directory) -> Mapping[str, Certificate]:
        """Certificates of one directory, each opened once; one that does not open its commitment is none."""
        known = self._certificates.get(directory.digest)
        if known is None:
            known = dict(self._open_each(directory))
            self._certificates[directory.digest] = known
        return known

    def _open_each(self, directory: Directory) -> list[tuple[str, Certificate]]:
        opened = []
        for name, sealed in self._source.certificates(directory.number).items():
            try:
                opened.append((name, open_certificate(self._auditor.encryption, sealed, directory.person(name))))
            except CryptoError:
                continue
        return opened
