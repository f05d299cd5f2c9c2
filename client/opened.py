"""What came back for a request: prove every word of it, then open (protocol 13, reviewer (5) to (8))."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from client import contents
from client.errors import ClosedError, RefusedError, UnprovenError
from client.reviewer import DENIED, Asked, Report, Session
from crypto import answers, opening
from crypto.answers import Grant
from crypto.checkpoints import LogPolicy, TlogProof
from crypto.envelope import open_section
from crypto.errors import CryptoError, MalformedError, OpenError, ProofError
from crypto.opening import CUSTODIAN, WRITING, Approval, Release, Verdict
from crypto.relay import CLOSED, DONE, GateAnswer, OpeningAnswer
from crypto.sections import CUSTODIAL, Section
from policies.bundle import Bundle

LYING: Final = "the answer of {} did not hold and was not used; tell an auditor"
FALSE_SHARE: Final = "{} released a share that is false; the others opened it all the same; tell an auditor"
MISMATCH: Final = "card and slip disagree about {}; the stricter one counts"
_WITH_KIN: Final = 5  # parts of an echo since protocol 14.10
_SPLIT: Final = "two gates say different things about the slip; the stricter one counts"


@dataclass(frozen=True, slots=True)
class Rules:
    """What binds whoever acts on this report: the stricter of card and slip."""

    tier: int
    urgency: int
    consent: bytes  # also of what she asked for since, where the gates say it


@dataclass(slots=True)
class Result:
    """What was opened, what was refused, and what she must be told about it."""

    opened: dict[Section, bytes] = field(default_factory=dict, repr=False)
    refused: list[Section] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    leaves: dict[str, list[int]] = field(default_factory=dict)  # by gate: where the log says that she opened it
    proofs: dict[int, tuple[bytes, str]] = field(default_factory=dict, repr=False)  # by index: leaf and tlog-proof
    rules: Rules | None = None
    grants: dict[str, Grant] = field(default_factory=dict, repr=False)  # by gate, for `answer` and `thread`
    kin: dict[str, bytes] = field(default_factory=dict)  # by gate: the same for all reports of the same words


@dataclass(frozen=True, slots=True)
class _Proven:
    gate: str
    verdict: Verdict
    release: Release | Grant | None
    indices: list[int]
    proofs: dict[int, tuple[bytes, str]]


def prove(answer: GateAnswer, asked: Asked, session: Session, bundle: Bundle, log: LogPolicy) -> _Proven:
    """Return what one gate said. Raise ProofError, OpenError or MalformedError where anything does not hold."""
    gate = bundle.gate(answer.gate)
    if gate.name not in asked.request.gates or len(answer.verdict) != 1 or len(answer.release) > 1:
        raise MalformedError("answer")
    # (5) verdict and release are signed by their gate, for this request.
    public, seed = gate.key.public, session.seed
    verdict = opening.open_verdict(
        answer.verdict[0], request=asked.digest, gate=gate.name, public=public, session_seed=seed
    )
    if [section for section, _, _ in verdict.sections] != session.ask.sections:
        raise ProofError("verdict on other sections")
    release: Release | Grant | None = None
    if answer.release:
        unseal = answers.open_grant if session.ask.action in WRITING else opening.open_release
        release = unseal(answer.release[0], request=asked.digest, gate=gate.name, public=public, session_seed=seed)
    # (6) the tlog-proof of each leaf in the verdict verifies, with the quorum.
    indices = []
    proofs: dict[int, tuple[bytes, str]] = {}
    if len(answer.proofs) != len(verdict.sections):
        raise ProofError("a proof for each leaf")
    for (_, _, leaf), text in zip(verdict.sections, answer.proofs, strict=True):
        proof = TlogProof.parse(text)
        proof.verify(log, leaf)
        indices.append(proof.index)
        proofs[proof.index] = leaf, text
    if len(set(indices)) < len(indices):
        raise ProofError("one leaf for two sections")
    return _Proven(gate.name, verdict, release, indices, proofs)


def open_answer(  # noqa: PLR0913 - all that it depends on, by name
    answer: OpeningAnswer,
    *,
    asked: Asked,
    session: Session,
    report: Report,
    role: str,
    shares: Sequence[tuple[Approval, bytes]],
    bundle: Bundle,
    log: LogPolicy,
) -> Result:
    """Open what may be opened. Raise RefusedError when nothing may, ClosedError or UnprovenError when nothing can."""
    _check_state(answer)
    result = Result()
    proven: dict[str, _Proven] = {}
    for one in answer.gates:
        try:
            proven[one.gate] = prove(one, asked, session, bundle, log)
        except CryptoError:
            known = {gate.name for gate in bundle.body.gates}
            result.warnings.append(LYING.format(one.gate if one.gate in known else "a gate"))
    result.leaves = {name: one.indices for name, one in proven.items()}
    result.proofs = {index: found for one in proven.values() for index, found in one.proofs.items()}
    threshold = asked.sealed_under.body.threshold
    if len(proven) < threshold:
        _too_few(result)
    released = _released(proven.values())
    for number in session.ask.sections:
        section = Section(number)
        if sum(_permits(said, section) for said in proven.values()) < threshold:
            result.refused.append(section)
        elif session.ask.action in opening.READING:
            locks = _Locks(report, section, role, released.get(section, {}), shares, threshold)
            result.opened[section] = locks.unlock()
            result.warnings += map(FALSE_SHARE.format, locks.false())
    if len(result.refused) == len(session.ask.sections):
        raise RefusedError(DENIED)
    if session.ask.action in WRITING:
        result.grants = _granted(proven.values(), session.ask.sections[0], threshold)
    result.kin = {said.gate: said.verdict.echo[4] for said in proven.values() if len(said.verdict.echo) == _WITH_KIN}
    _compare(result, [said.verdict for said in proven.values()])
    return result


def _released(proven: Iterable[_Proven]) -> dict[Section, dict[str, bytes]]:
    released: dict[Section, dict[str, bytes]] = {}
    for one in proven:
        for number, share in one.release.shares if isinstance(one.release, Release) else []:
            released.setdefault(Section(number), {})[one.gate] = share
    return released


def _granted(proven: Iterable[_Proven], section: int, threshold: int) -> dict[str, Grant]:
    """Return the grants of the gates that permitted it. Raise ClosedError where fewer came than it takes."""
    grants = {one.gate: one.release for one in proven if _permits(one, section) and isinstance(one.release, Grant)}
    if len(grants) < threshold:
        raise ClosedError("It was written in the log, but the gates did not release it.", "Ask again in a minute.")
    return grants


def _check_state(answer: OpeningAnswer) -> None:
    if answer.state == CLOSED:
        raise ClosedError(
            "The log, its witnesses or the gates cannot be reached. Nothing was opened.", "Ask again later."
        )
    if answer.state != DONE:
        raise RefusedError(
            "The gates did not take this request; it was not decided.",
            "Check the clock of this device and ask again; if it happens again, ask an officer about your entry.",
        )


def _too_few(result: Result) -> None:
    if result.warnings:
        raise UnprovenError(
            "What the gates answered does not hold: a signature or a proof is missing or false. Nothing was opened.",
            "Do not try again; tell an auditor today.",
        )
    raise ClosedError("Too few gates answered. Nothing was opened.", "Ask again later.")


def _permits(one: _Proven, number: int) -> bool:
    return any(permitted for section, permitted, _ in one.verdict.sections if section == number)


@dataclass(frozen=True, slots=True)
class _Locks:
    """The locks of one section, and what came for them (7): the gates' shares, hers, those of everybody who agreed."""

    report: Report
    section: Section
    role: str
    gates: Mapping[str, bytes]
    shares: Sequence[tuple[Approval, bytes]]
    threshold: int

    def unlock(self) -> bytes:
        if len(self.gates) < self.threshold:
            raise ClosedError(
                "The opening was written in the log, but the gates did not release it.", "Ask again in a minute."
            )
        try:
            return self._open(self.gates.values())
        except OpenError:
            raise UnprovenError(
                f"The gates released {self.section.label}, but the shares do not open it: one is missing or false.",
                "Ask another colleague to agree; if that does not help, tell an auditor.",
            ) from None

    def false(self) -> list[str]:
        """Gates whose share is in no working subset (protocol 3.5). With exactly t shares nobody can tell."""
        if len(self.gates) == self.threshold:
            return []
        good: set[str] = set()
        for names in combinations(self.gates, self.threshold):
            try:
                self._open([self.gates[name] for name in names])
            except OpenError:
                continue
            good.update(names)
        return [name for name in self.gates if name not in good]

    def _open(self, gates: Iterable[bytes]) -> bytes:
        section, slot = self.section, self.report.slot
        locks: dict[str, list[bytes]] = {"gates": list(gates), "desk": [], "custodians": []}
        if self.role == "desk":
            locks["desk"].append(slot.shares["desk", section])
        elif section in CUSTODIAL:
            locks["custodians"].append(slot.shares["custodians", section])
        for approval, share in self.shares:
            if approval.section == section:
                locks["custodians" if approval.role == CUSTODIAN else "desk"].append(share)
        thresholds: Mapping[str, int] = {
            "gates": self.threshold,
            "desk": slot.thresholds["desk", section],
            "custodians": slot.thresholds.get(("custodians", section), 1),
        }
        return open_section(section, self.report.header, self.report.content.sections[section], locks, thresholds)


def _compare(result: Result, verdicts: Sequence[Verdict]) -> None:
    """Compare card and slip echo (8). What differs is said; the stricter rules, and what she asked for since."""
    echoes = [Rules(one.echo[0][0], one.echo[1][0], one.echo[2]) for one in verdicts if one.echo]
    if len(set(echoes)) > 1:
        result.warnings.append(_SPLIT)
    sources = list(echoes)
    if Section.CARD in result.opened:
        try:
            card = contents.read(Section.CARD, result.opened[Section.CARD])
        except MalformedError:
            result.warnings.append("the card is not in its form")
        else:
            if isinstance(card, contents.Card):
                sources.append(Rules(card.tier, card.urgency, card.consent))
    if not sources:
        return
    for name in ("tier", "urgency", "consent"):
        if Section.CARD in result.opened and len({getattr(one, name) for one in sources}) > 1:
            result.warnings.append(MISMATCH.format(name))
    now = [one.echo[3] for one in verdicts if len(one.echo) == _WITH_KIN]  # in force by her wishes (16.5)
    result.rules = Rules(
        tier=max(one.tier for one in sources),
        urgency=max(one.urgency for one in sources),
        consent=bytes(map(min, zip(*(one.consent for one in sources), *now, strict=True))),
    )
