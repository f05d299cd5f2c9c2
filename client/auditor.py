"""Check a whole log offline: the tree, the statements, every record, every decision (protocol 13, auditor).

`client.replaying` adds (9): the rules, run again. Without an auditor's key only (1) to (3) and the form of what lies beside
the leaves can be checked, and the report says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from client import decisions, history
from client.decisions import Found
from client.folder import CHECKPOINT, Folder
from client.history import History, Naming
from crypto import leaves
from crypto.errors import CryptoError, MalformedError, OpenError, ProofError
from crypto.hybrid import WRAP
from crypto.keyfile import KeyRing
from crypto.leaves import MEMO, NOTICE, Record
from crypto.merkle import Frontier, leaf_hash
from crypto.opening import next_journal
from policies.trust import Trust

WHOLE: Final = -1  # index of a fault that is not one leaf's
Progress = Callable[[int, int], None]
"""Told now and then how many of how many leaves are done."""

HEAD: Final = "the checkpoint is not signed by the log with its quorum"
EARLIER: Final = "an earlier checkpoint is not signed by the log with its quorum"
SHORT: Final = "fewer leaves than the checkpoint says"
TREE: Final = "the leaves are not those of the checkpoint"
FORK: Final = "the leaves are not those of an earlier checkpoint: the log has been forked"
TWICE: Final = "the same leaf for the second time"
MISSING: Final = "no record beside the leaf"
CLOSED: Final = "a record that does not open to the auditors"
OTHER: Final = "a record that is not the one of its leaf"
FORM: Final = "a record that is not in its form"
BESIDE: Final = "no notice or memo beside the leaf"
AGAIN: Final = "one request was decided twice for one section"
BEFORE: Final = "a decision that names a log larger than its own place"
ROOT: Final = "a decision on a log that is not this one"
SAME_PLACE: Final = "two decisions at one place of a gate's journal"
GAP: Final = "a gate's journal does not follow from the decisions before"

NO_KEY: Final = (
    "Without an auditor's key no record was opened: decisions, notices, journals and rules were NOT checked.",
    "Name the key with --as to check them.",
)
NO_WITNESS: Final = (
    "The log has no outside witness: whoever runs it could show others another log, and this cannot tell."
)
LATE: Final = "Records before you were named auditor do not open to you; they were NOT checked."


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that is not as it must be: at which leaf (-1: the whole log), and what."""

    index: int
    fault: str


@dataclass(slots=True)
class Report:
    """What was looked at and found. Empty faults and empty `unchecked` mean that all of it holds."""

    size: int = 0
    root: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    decisions: list[Found] = field(default_factory=list, repr=False)
    history: History = field(default_factory=History, repr=False)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def blame(self, index: int, fault: str) -> None:
        """Add one fault."""
        self.faults.append(Fault(index, fault))

    def count(self, what: str) -> None:
        """Count one leaf of a kind."""
        self.counts[what] = self.counts.get(what, 0) + 1


def verify(folder: Path, trust: Trust, *, auditor: KeyRing | None = None, progress: Progress | None = None) -> Report:
    """Check everything in an exported folder that can be checked without the network."""
    source = Folder(folder)
    report = Report()
    # (1) every checkpoint is signed by the log, with the quorum.
    heads = _heads(source, trust, report)
    # (2) the tree of the leaves has the checkpoint's root, and each earlier checkpoint is consistent.
    roots = _tree(source, heads, report)
    all_leaves = source.leaves[: report.size]
    # (3) statements: signatures of officers, digests, chain of versions, a public leaf for each.
    report.history, wrong = history.read(source, trust, all_leaves)
    report.faults += [Fault(*one) for one in wrong]
    # (4) every record opens and opens its commitment, or its leaf is public, a withdrawal or erased.
    _records(source, all_leaves, auditor, report, progress)
    if auditor is not None:
        # (5) and (6) every decision, its asker and its approvers.
        for found in report.decisions:
            for fault in decisions.faults(found, report.history, source.notice(found.index), trust.log_policy.origin):
                report.blame(found.index, fault)
        # (7) the versions in force at the size named; that size and root are of this tree.
        _places(report, roots)
        # (8) sequence and journal of each gate.
        for index, fault in _journals(report.decisions, from_start=LATE not in report.unchecked):
            report.blame(index, fault)
    report.faults = sorted(set(report.faults))
    return report


def _heads(source: Folder, trust: Trust, report: Report) -> dict[int, set[bytes]]:
    """Return the roots that the log signed, by size."""
    signed: dict[int, set[bytes]] = {}
    if not trust.log_policy.quorum:
        report.unchecked.append(NO_WITNESS)
    try:
        head = trust.log_policy.verify(source.text(CHECKPOINT))
        report.size, report.root = head.size, head.root
        signed[head.size] = {head.root}
    except CryptoError:
        report.blame(WHOLE, HEAD)
        report.size = len(source.leaves)  # everything else is still worth a look
    try:
        for note in source.earlier:
            head = trust.log_policy.verify(note)
            signed.setdefault(head.size, set()).add(head.root)
    except CryptoError:
        report.blame(WHOLE, EARLIER)
    return signed


def _tree(source: Folder, heads: Mapping[int, set[bytes]], report: Report) -> list[bytes]:
    """Return the root at every size, after comparing the signed ones."""
    frontier = Frontier()
    roots = [frontier.root()]
    seen: set[bytes] = set()
    if len(source.leaves) < report.size:
        report.blame(len(source.leaves), SHORT)
    for index, leaf in enumerate(source.leaves[: max(report.size, *heads, 0) if heads else report.size]):
        frontier.append(leaf_hash(leaf))
        roots.append(frontier.root())
        if leaf in seen:
            report.blame(index, TWICE)
        seen.add(leaf)
    for size, signed in heads.items():
        if size >= len(roots) or signed != {roots[size]}:
            report.blame(max(size - 1, WHOLE), TREE if size == report.size else FORK)
    return roots


def _records(
    source: Folder, all_leaves: Sequence[bytes], auditor: KeyRing | None, report: Report, progress: Progress | None
) -> None:
    """Open what lies beside the leaves; without a key, look at its form alone."""
    if auditor is None:
        report.unchecked += NO_KEY
    unopened: list[int] = []
    late = auditor is not None and not _from_start(report.history, auditor)
    for index, leaf in enumerate(all_leaves):
        if progress is not None and index % 64 == 0:
            progress(index, len(all_leaves))
        if len(source.notice(index)) != NOTICE or len(source.memo(index)) != MEMO:
            report.blame(index, BESIDE)
        if leaves.is_public(leaf) or leaves.is_withdrawal(leaf):
            report.count("public" if leaves.is_public(leaf) else "withdrawal")
            continue
        sealed = source.record(index)
        if sealed is None:
            report.blame(index, MISSING)
        elif auditor is None:
            report.count("sealed")
            if not sealed or len(sealed) != leaves.record_size(sealed[0]) or not sealed[0] or len(sealed) <= WRAP:
                report.blame(index, FORM)
        elif not _open(source, report, (index, leaf, sealed), auditor):
            if late:
                unopened.append(index)
            else:
                report.blame(index, CLOSED)
        else:
            for earlier in unopened if not late else ():
                report.blame(earlier, CLOSED)
            if late:  # from the first record that opens to her, all must
                report.unchecked += [LATE] if unopened else []
                report.counts["not for this auditor"] = len(unopened)
                unopened, late = [], False
    if unopened:
        for index in unopened:
            report.blame(index, CLOSED)


def _from_start(known: History, auditor: KeyRing) -> bool:
    """Whether this auditor was named by the first directory, so that every record must open to her."""
    return not known.directories or auditor.encryption_public in known.directories[0].value.auditors


def _open(source: Folder, report: Report, beside: tuple[int, bytes, bytes], auditor: KeyRing) -> bool:
    """Open one record and compare it with its leaf; False where it does not open at all."""
    index, leaf, sealed = beside
    try:
        record = leaves.open_record(auditor.encryption, sealed)
    except OpenError:
        return False
    except MalformedError:
        report.blame(index, FORM)
        return True
    report.count(record.kind)
    try:
        leaves.check_record(leaf, record, source.notice(index), source.memo(index))
        if record.kind == leaves.DECISION:
            report.decisions.append(decisions.read(index, leaf, record))
    except ProofError:
        report.blame(index, OTHER)
    except MalformedError:
        report.blame(index, FORM)
    return True


def _places(report: Report, roots: Sequence[bytes]) -> None:
    """Compare what each decision says about log and versions with this log (7)."""
    known = report.history
    sightings: dict[str, list[tuple[int, int]]] = {}
    for found in report.decisions:
        sightings.setdefault(found.decision.gate, []).append((found.decision.size, found.decision.minute))
    asked: set[tuple[str, bytes, int]] = set()
    for found in report.decisions:
        one = found.decision
        if one.size > found.index:
            report.blame(found.index, BEFORE)
        elif roots[one.size : one.size + 1] != [one.root]:
            report.blame(found.index, ROOT)
        key = (one.gate, one.request, one.section)
        if key in asked:
            report.blame(found.index, AGAIN)
        asked.add(key)
        hours = next((b.value.body.widen_hours for b in known.bundles if b.value.digest == one.bundle), 0)
        for digest, wrong in ((one.bundle, history.wrong_bundle), (one.directory, history.wrong_directory)):
            fault = wrong(
                known,
                Naming(digest=digest, size=one.size, minute=one.minute, hours=hours, sightings=sightings[one.gate]),
            )
            if fault is not None:
                report.blame(found.index, fault)


def _journals(found: Sequence[Found], *, from_start: bool) -> Iterator[tuple[int, str]]:
    """Say where a gate's journal has a gap or a fork (8)."""
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
