"""Check a whole log offline: the tree, the statements, every record, every decision (protocol 13, auditor).

With the statements come the notes that the log makes itself: files of answers (10), erasures and holds (11); and those
by which gates say that they make lists (13).
`client.replaying` adds (9): the rules, run again, and (12): the wishes that they depended on. Without an auditor's key
only (1) to (3), (10), (11) and the form of what lies beside the leaves can be checked, and the report says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client import decisions, erasures_found, feeds_found, history, queues_found, records
from client.decisions import Found
from client.emergencies import UNJUSTIFIED, emergencies, overdue
from client.findings import WHOLE, Fault, Progress, Report
from client.folder import CHECKPOINT, Folder
from client.history import History, Naming, Sightings
from crypto.errors import CryptoError
from crypto.hybrid import PrivateKey
from crypto.keyfile import KeyRing
from crypto.merkle import Frontier, leaf_hash
from crypto.opening import next_journal
from policies.trust import Trust

HEAD: Final = "the checkpoint is not signed by the log with its quorum"
EARLIER: Final = "an earlier checkpoint is not signed by the log with its quorum"
SHORT: Final = "fewer leaves than the checkpoint says"
TREE: Final = "the leaves are not those of the checkpoint"
FORK: Final = "the leaves are not those of an earlier checkpoint: the log has been forked or cut"
TWICE: Final = "the same leaf for the second time"
AGAIN: Final = "one request was decided twice for one section"
BEFORE: Final = "a decision that names a log larger than its own place in it"
ROOT: Final = "a decision on a log that is not this one"
SAME_PLACE: Final = "two decisions at one place of a gate's journal"
GAP: Final = "a gate's journal does not follow from the decisions before"
REASON: Final = "a reason that its asker did not write so that auditors can read it"
NO_WITNESS: Final = (
    "The log has no outside witness: whoever runs it could show somebody else another log, and no check finds that."
)


def verify(folder: Path, trust: Trust, *, auditor: KeyRing | None = None, progress: Progress | None = None) -> Report:
    """Check everything in an exported folder that can be checked without the network."""
    source = Folder(folder)
    report = Report()
    # (1) every checkpoint is signed by the log, with the quorum.
    signed = _heads(source, trust, report)
    # (2) the tree of the leaves has the checkpoint's root, and each earlier checkpoint is consistent.
    _tree(source.leaves, signed, report)
    all_leaves = source.leaves[: report.size]
    # (3) statements: signatures of officers, digests, chain of versions, a public leaf for each.
    report.history, wrong = history.read(source, trust, all_leaves)
    report.faults += [Fault(*one) for one in wrong]
    # (4) every record opens and opens its commitment, or its leaf is public, a withdrawal or erased.
    ids = records.check(source, all_leaves, auditor, report, progress)
    from_start = records.LATE not in report.unchecked
    # (5) and (6) every decision, its asker and its approvers.
    own = None if auditor is None else PrivateKey(auditor.encryption)
    for found in report.decisions:
        for fault in decisions.faults(found, report.history, source.notice(found.index), trust.log_policy.origin):
            report.blame(found.index, fault)
        if auditor is not None and own is not None and not _gives_reason(found, report.history, auditor, own):
            report.blame(found.index, REASON)
    # (7) the versions named are in force at the size named, and that size and root are of this tree.
    _places(report, all_leaves)
    # (8) sequence and journal head of each gate run without gap or fork.
    for index, fault in _journals(report.decisions, from_start=from_start):
        report.blame(index, fault)
    # (10) a file of answers for each day.
    feeds_found.check(report)
    # (13) notes of gates that they made lists, which are no openings and leave no other trace.
    queues_found.check(report)
    # (14) whoever opened alone in an emergency gave her reason in time.
    if auditor is not None:
        report.emergencies = emergencies(report.decisions, report.history, all_leaves, auditor)
        for index in overdue(report.emergencies):
            report.blame(index, UNJUSTIFIED)
    # (11) erasures; holds are statements of two officers, and were read with the others.
    erasures_found.check(report, all_leaves, ids, from_start=from_start)
    report.faults = sorted(set(report.faults))
    return report


def roots_at(leaves: Sequence[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """Return the tree's root at each of these sizes that it has."""
    wanted = {size for size in sizes if 0 <= size <= len(leaves)}
    frontier = Frontier()
    found = {0: frontier.root()} if 0 in wanted else {}
    for leaf in leaves[: max(wanted, default=0)]:
        frontier.append(leaf_hash(leaf))
        if frontier.size in wanted:
            found[frontier.size] = frontier.root()
    return found


def _heads(source: Folder, trust: Trust, report: Report) -> list[tuple[int, bytes]]:
    """Return size and root of every signed checkpoint; the newest gives the report its size."""
    signed = []
    if not trust.log_policy.quorum:
        report.unchecked.append(NO_WITNESS)
    try:
        head = trust.log_policy.verify(source.text(CHECKPOINT))
        report.size, report.root = head.size, head.root
        signed.append((head.size, head.root))
    except CryptoError:
        report.blame(WHOLE, HEAD)
        report.size = len(source.leaves)  # everything else is still worth a look
    for size, note in source.earlier:
        try:
            head = trust.log_policy.verify(note)
            signed.append((head.size, head.root))
        except CryptoError:  # the others still count: one bad file must not hide what they show
            report.blame(max(min(size, report.size) - 1, 0), EARLIER)
    return signed


def _tree(leaves: Sequence[bytes], signed: Sequence[tuple[int, bytes]], report: Report) -> None:
    if len(leaves) < report.size:
        report.blame(len(leaves), SHORT)
    roots = roots_at(leaves, (size for size, _ in signed))
    for size, root in signed:
        if size > len(leaves) and size == report.size:
            continue  # said already
        if size > report.size or roots.get(size) != root:
            report.blame(max(size - 1, 0), TREE if size == report.size else FORK)
    seen: set[bytes] = set()
    for index, leaf in enumerate(leaves[: report.size]):
        if leaf in seen:
            report.blame(index, TWICE)
        seen.add(leaf)


def _gives_reason(found: Found, history: History, auditor: KeyRing, own: PrivateKey) -> bool:
    """Whether the reason opens to her and is text; true where it was sealed to a directory without her."""
    directory = next((one.value for one in history.directories if one.value.number == found.request.directory), None)
    if directory is None or auditor.encryption_public not in directory.auditors:
        return True  # not hers to judge
    try:
        decisions.reason(found, own)
    except (CryptoError, UnicodeError):
        return False
    return True


def _places(report: Report, leaves: Sequence[bytes]) -> None:
    roots = roots_at(leaves, (found.decision.size for found in report.decisions))
    sightings: dict[str, list[tuple[int, int]]] = {}
    for found in report.decisions:
        sightings.setdefault(found.decision.gate, []).append((found.decision.size, found.decision.minute))
    said = {gate: Sightings(pairs) for gate, pairs in sightings.items()}
    asked: set[tuple[str, bytes, int]] = set()
    for found in report.decisions:
        one = found.decision
        if one.size > found.index:
            report.blame(found.index, BEFORE)
        elif roots.get(one.size) != one.root:
            report.blame(found.index, ROOT)
        if (one.gate, one.request, one.section) in asked:
            report.blame(found.index, AGAIN)
        asked.add((one.gate, one.request, one.section))
        for digest, wrong in ((one.bundle, history.wrong_bundle), (one.directory, history.wrong_directory)):
            naming = Naming(digest=digest, size=one.size, minute=one.minute, sightings=said[one.gate])
            fault = wrong(report.history, naming)
            if fault is not None:
                report.blame(found.index, fault)


def _journals(found: Sequence[Found], *, from_start: bool) -> Iterator[tuple[int, str]]:
    by_gate: dict[str, list[Found]] = {}
    for one in found:
        by_gate.setdefault(one.decision.gate, []).append(one)
    for mine in by_gate.values():
        expected: tuple[int, bytes] | None = (0, bytes(32)) if from_start else None
        last = None
        for one in sorted(mine, key=lambda one: (one.decision.sequence, one.index)):
            here = (one.decision.sequence, one.decision.journal)
            if one.decision.sequence == last:
                yield one.index, SAME_PLACE
                continue
            if expected is not None and here != expected:
                yield one.index, GAP
            last = one.decision.sequence
            expected = (one.decision.sequence + 1, next_journal(one.decision.journal, one.leaf))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One decision as auditors list it."""

    index: int
    day: int
    gate: str
    id: bytes
    who: str
    section: str
    action: str
    purpose: str
    permitted: bool
    rules: tuple[str, ...]
    approvers: tuple[str, ...]


def rows(report: Report, envelope_id: bytes | None = None) -> list[Opened]:
    """List the decisions that an audit found, about one report or all, in the order of the log."""
    return [
        Opened(
            index=found.index,
            day=found.decision.minute // 1440,
            gate=found.decision.gate,
            id=found.header.id,
            who=found.ask.asker,
            section=found.section.label,
            action=found.ask.action,
            purpose=found.ask.purpose,
            permitted=found.decision.permitted,
            rules=tuple(found.decision.rules),
            approvers=tuple(one.approver for one in found.approvals if one.section == found.section),
        )
        for found in report.decisions
        if envelope_id is None or found.header.id == envelope_id
    ]


def opened(folder: Path, trust: Trust, auditor: KeyRing, envelope_id: bytes | None = None) -> list[Opened]:
    """List the decisions in an exported folder. `verify` says whether they can be believed."""
    return rows(verify(folder, trust, auditor=auditor), envelope_id)
