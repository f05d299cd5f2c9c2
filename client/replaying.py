"""Decide everything again: the rules of the bundle, on the facts of the record, at the size named (protocol 13, (9)).

A gate that lies about its own rules signs its lie correctly; only running them again finds it.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from msgspec import structs

from client.auditor import verify
from client.decisions import Found
from client.findings import Fault, Progress, Report
from client.folder import Folder
from client.records import LATE
from client.wishes_found import Readings, Times, Wishes, feed_days
from crypto import leaves
from crypto.errors import CryptoError
from crypto.keyfile import KeyRing
from crypto.limits import limit
from crypto.opening import CUSTODIAN, DESK, Approval
from policies import retention
from policies.bundle import Bundle
from policies.decide import OVER_QUOTA, Deny, Permit, decide
from policies.directory import Certificate, Directory, open_certificate
from policies.facts import ANSWER, RECUSE, Colleague, Question
from policies.plan import candidate_pools
from policies.trust import Trust

NO_FACTS: Final = "a decision that cannot be decided again: its bundle or directory is not in the log"
OUTCOME: Final = "a decision that the rules do not give"
REASONS: Final = "a decision for other reasons than the rules give"
TOO_MANY: Final = "a decision on more requests of one person and day than a gate may decide"
RECUSED: Final = "R5.recused"
_FORGETS: Final = {"R11.withdrawn", "R11.retention"}
_DAY: Final = 1440  # minutes
_STEP: Final = 64  # decisions between two words of progress


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
    return decide_again(audit, source, auditor, progress=progress)


def decide_again(audit: Report, source: Folder, auditor: KeyRing, *, progress: Progress | None = None) -> Replay:
    """Decide again what an audit found."""
    result = Replay(audit=audit)
    facts = Facts(audit, source, auditor)
    before = _asked_before(audit.decisions)
    for place, found in enumerate(audit.decisions):
        if progress is not None and place % _STEP == 0:
            progress(place, len(audit.decisions))
        fault = _judge_quota(found, before[found.index], whole=LATE not in audit.unchecked)
        if fault is None and found.decision.rules != list(OVER_QUOTA):
            fault = _judge(facts, found)
        result.decided += fault != NO_FACTS
        wrong = [fault] if fault is not None else []
        result.faults += [Fault(found.index, one) for one in [*wrong, *facts.wishes.faults(found)]]
    return result


@dataclass(frozen=True, slots=True)
class _Before:
    """What one person had of one gate on one day before a decision."""

    requests: int  # others that were decided
    answers: int  # that were permitted


def _asked_before(decisions: Iterable[Found]) -> dict[int, _Before]:
    """Return, by leaf, what its gate had decided for this person that day."""
    asked: dict[tuple[str, str, int], dict[bytes, int]] = {}
    answered: dict[tuple[str, str, int], int] = {}
    before = {}
    for found in sorted(decisions, key=lambda one: (one.decision.sequence, one.index)):
        place = found.decision.gate, found.ask.asker, found.decision.minute // _DAY
        requests = asked.setdefault(place, {})
        count = answered.setdefault(place, 0)
        before[found.index] = _Before(requests.setdefault(found.decision.request, len(requests)), count)
        answered[place] = count + (found.ask.action == ANSWER and found.decision.permitted)
    return before


def _judge_quota(found: Found, before: _Before, *, whole: bool) -> str | None:
    """The first request over the quota is refused for it and logged, later ones not even that (protocol 11.5).

    So is every answer over that of answers (15.1). `whole`: all records of the log open to this auditor, so that she
    can count.
    """
    requests = before.requests >= limit("requests")
    answers = found.ask.action == ANSWER and before.answers >= limit("answers_day")
    if found.decision.rules == list(OVER_QUOTA):
        early = whole and not requests and not answers
        return OUTCOME if early or found.decision.permitted else None
    return TOO_MANY if requests or (answers and found.decision.permitted) else None


def _judge(facts: "Facts", found: Found) -> str | None:
    try:
        bundle = facts.bundle(found)
        given = [decide(bundle.rules, one) for one in facts.questions(found, bundle, size=found.decision.size)]
        if not any(_agrees(found, one) for one in given) and not found.decision.permitted:
            # What forbids may reach a gate at its own address, or in its own journal, before the log shows it. A denial
            # for a reason that the log has at last is no lie; a permit gets no such grace.
            given += [decide(bundle.rules, one) for one in facts.questions(found, bundle, size=facts.size)]
    except CryptoError:
        return NO_FACTS
    if any(_agrees(found, one) for one in given):
        return None
    return REASONS if any(isinstance(one, Permit) == found.decision.permitted for one in given) else OUTCOME


def _agrees(found: Found, given: Permit | Deny) -> bool:
    """Whether a gate says what the rules give. Of what is closed for ever it forgets who stepped aside (17.7)."""
    said, rules = set(found.decision.rules), set(given.rules)
    if isinstance(given, Deny) and said & _FORGETS and RECUSED not in said:
        rules.discard(RECUSED)
    return isinstance(given, Permit) == found.decision.permitted and sorted(rules) == found.decision.rules


class Facts:
    """Facts of every decision, from what is signed: records, certificates, leaves."""

    def __init__(self, audit: Report, source: Folder, auditor: KeyRing) -> None:
        self._history, self._source, self._auditor = audit.history, source, auditor
        self.size = audit.size
        self._certificates: dict[bytes, Mapping[str, Certificate]] = {}
        all_leaves = source.leaves[: audit.size]
        self._withdrawn = {
            leaf[: leaves.TAG]: index
            for index, leaf in reversed(list(enumerate(all_leaves)))
            if leaves.is_withdrawal(leaf)
        }
        self._recused: Sequence[tuple[int, bytes, str]] = [
            (one.index, one.header.id, one.ask.asker)
            for one in audit.decisions
            if one.ask.action == RECUSE and one.decision.permitted
        ]
        bundles = [one.value for one in audit.history.bundles]
        self._feeds = feed_days(source, all_leaves, bundles[-1].log_policy) if bundles else []
        rehearsal = any(bundle.body.rehearsal for bundle in bundles)
        self._readings = Readings(audit.decisions, self._feeds, rehearsal=rehearsal)
        self.wishes = Wishes(source, all_leaves, audit.decisions)

    def bundle(self, found: Found) -> Bundle:
        """The bundle that a decision names. Raise ProofError where the log holds none."""
        return self._history.bundle(found.decision.bundle)

    def colleague(self, name: str, found: Found, *, size: int) -> Colleague:
        """Somebody who takes part in a decision, as the first `size` leaves have her. Raise ProofError for nobody."""
        return self._colleague(name, self._history.directory(found.decision.directory), size)

    def questions(self, found: Found, bundle: Bundle, *, size: int) -> list[Question]:
        """What the gate may have asked itself, had it read `size` leaves. Raise ProofError where somebody is nobody.

        One question, or several where it depends on minutes that only the gate knows.
        """
        directory = self._history.directory(found.decision.directory)
        asker = self._colleague(found.ask.asker, directory, size)
        withdrawn = self._withdrawn.get(leaves.withdrawn_tag(found.header.withdrawal))
        known = withdrawn if withdrawn is not None and withdrawn < size else None
        times = Times(self._readings, found.decision.gate, found.decision.minute, known)
        feeds = [(index, day) for index, day in self._feeds if index < size and day <= found.decision.minute // _DAY]
        first = Question(
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
            withdrawn=False,
        )
        return [
            replace(first, slip=structs.replace(found.slip, consent=consent), withdrawn=closed, expired=expired)
            for consent, closed in self.wishes.states(found, bundle, times, feeds)
            for expired in sorted(self._expired(found, times, size))
        ]

    def _expired(self, found: Found, times: Times, size: int) -> AbstractSet[bool]:
        """Whether it was kept for too long, as far as its gate can have known (protocol 17.5)."""
        named = self._history.directory(found.header.directory)
        later = [one for one in self._history.directories if one.value.number > named.number and one.index < size]
        bounds = [times.of(one.index) for one in later]
        soon = min((soonest for soonest, _ in bounds), default=None)
        late = min((latest + one.wait for one, (_, latest) in zip(later, bounds, strict=True)), default=None)
        return {retention.expired(one, found.header.retention, found.decision.minute) for one in (soon, late)}

    def _approver(self, approval: Approval | None, directory: Directory, size: int) -> Colleague | None:
        return None if approval is None else self._colleague(approval.approver, directory, size)

    def _colleague(self, name: str, directory: Directory, size: int) -> Colleague:
        person, hers = self._history.find(name, directory)
        return Colleague(
            name=name,
            role=person.role,
            pools=tuple(person.pools),
            certificate=self.certificates(hers).get(name),
            revoked=name in self._history.revoked(size) or hers is not directory,
        )

    def certificates(self, directory: Directory) -> Mapping[str, Certificate]:
        """Return certificates of one directory, each opened once; one that does not open its commitment is none."""
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
