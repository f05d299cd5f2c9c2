"""Re-read the world from disk and verify it whole, after whatever happened to it (style: sunlight's CheckLog)."""

from collections import Counter
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crypto import leaves, merkle
from crypto.checkpoints import LogPolicy
from crypto.envelope import Content, Slots
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.leaves import DECISION, Record
from crypto.limits import limit
from crypto.opening import Decision, Request, next_journal
from crypto.wished import read_body
from doors.database import sqlite_module  # type: ignore[attr-defined]  # the house's own, whichever it is
from policies.erasures import Erasure


@dataclass(frozen=True, slots=True)
class Reread:
    """What was found: all leaves, the leaf of each report, and every decision by the index of its leaf."""

    log: list[bytes]
    reports: dict[bytes, int]
    decisions: dict[int, Decision]


def check_world(
    folder: Path,
    policy: LogPolicy,
    auditor: KeyRing,
    acknowledged: AbstractSet[bytes] = frozenset(),
    *,
    midway: bool = False,
) -> Reread:
    """One history, every record provable, no acknowledged report lost or doubled, every decision of a gate in order.

    `midway`: a gate may hold decisions that the log does not have yet, so its journal may have holes.
    """
    # The house's own library: a second one in the same process would take its locks away.
    with closing(sqlite_module.connect(folder / "server" / "amana.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        log = [row[0] for row in database.execute('SELECT leaf FROM leaf ORDER BY "index"')]
        indexes = [row[0] for row in database.execute('SELECT "index" FROM leaf ORDER BY "index"')]
        beside = database.execute('SELECT "index", record, notice, memo FROM beside ORDER BY "index"').fetchall()
        heads = database.execute("SELECT size, checkpoint FROM head").fetchall()
        reports = database.execute("SELECT id, content, slots, leaf FROM report").fetchall()
        subtrees = database.execute("SELECT level, number, root FROM subtree").fetchall()
    assert indexes == list(range(len(log)))
    assert [row[0] for row in beside] == indexes
    # The signed head is that of these leaves, and nothing published is missing.
    hashes = [merkle.leaf_hash(one) for one in log]
    if log:
        ((size, note),) = heads
        head = policy.verify(note)
        assert head.size == size <= len(log)
        assert head.root == merkle.root(hashes[:size])
    assert len(subtrees) == len(log) // 256 + len(log) // 65536
    for level, number, root in subtrees:
        assert root == merkle.root(hashes[number * 256**level : (number + 1) * 256**level])
    # No decision twice, every record opens its leaf.
    opened, erased = _open_all(log, beside, policy, auditor)
    assert max(Counter(log).values(), default=1) == 1
    # Every report has exactly its own received leaf, or is destroyed and named.
    assert erased <= {row[3] for row in reports if not row[1] and not row[2]}
    assert len({row[0] for row in reports}) == len(reports)
    for report, content, slots, index in reports:
        if content or slots:
            Content.decode(content, limit=limit("envelope")).verified(report)
            Slots.decode(slots, limit=limit("envelope")).verified(report)
        if index not in erased:
            assert opened[index].kind == "received"
            assert opened[index].body == report
    received = [one for one in opened.values() if one.kind == "received"]
    assert len(received) == len(reports) - len(erased)
    assert acknowledged <= {row[0] for row in reports}
    decisions = {index: _decision(one.body) for index, one in opened.items() if one.kind == DECISION}
    requests = Counter((one.gate, one.request, one.section) for one in decisions.values())
    assert max(requests.values(), default=1) == 1
    assert len({(one.gate, one.sequence) for one in decisions.values()}) == len(decisions)
    if not midway:
        _check_journals(log, decisions)
    return Reread(log, {row[0]: row[3] for row in reports}, decisions)


def _open_all(
    log: list[bytes], beside: list[tuple[int, bytes, bytes, bytes]], policy: LogPolicy, auditor: KeyRing
) -> tuple[dict[int, Record], set[int]]:
    """Open what lies beside each leaf. What was destroyed is named in the log, once, and nothing else is."""
    opened: dict[int, Record] = {}
    named: list[int] = []
    erased = set()
    for index, record, notice, memo in beside:
        if leaves.is_public(log[index]):
            leaves.check_public(log[index], record)
            if record.startswith(Label.NOTE_ERASURE.value):
                named += Erasure.verify(record.decode(), policy).indexes
        elif not record:
            assert not any(notice + memo)
            erased.add(index)
        elif not leaves.is_withdrawal(log[index]):
            opened[index] = leaves.open_record(auditor.encryption, record)
            leaves.check_record(log[index], opened[index], notice, memo)
    assert sorted(named) == sorted(erased)
    return opened, erased


def _decision(body: bytes) -> Decision:
    record = read_body(body, limit=limit("opening"))
    Request.decode(record.request, limit=limit("opening"))
    return Decision.decode(record.decision, limit=limit("opening"))


def _check_journals(log: list[bytes], decisions: dict[int, Decision]) -> None:
    """Each gate's decisions run without gap or fork."""
    found: dict[str, dict[int, tuple[bytes, bytes]]] = {}
    for index, decision in decisions.items():
        found.setdefault(decision.gate, {})[decision.sequence] = (decision.journal, log[index])
    for journal in found.values():
        head = bytes(32)
        for sequence in range(len(journal)):
            before, leaf = journal[sequence]
            assert before == head
            head = next_journal(head, leaf)
