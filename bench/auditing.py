"""(13) Auditing a folder: verify, decide again, answer every question; a record, over its bare cryptography."""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.audited import Log
from bench.house import Founded
from bench.measure import Spread, interleaved, ratios
from bench.result import Found, Row, Scale
from client.auditor import verify
from client.folder import Folder
from client.questions.answered import answer
from client.questions.case import Case
from crypto import hybrid, leaves, signing
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.merkle import Frontier, leaf_hash
from crypto.opening import DecisionRecord, Request
from policies.trust import Trust

SIZES: Final = (1_000, 10_000)  # `python -m bench.auditing 100000` takes minutes
_QUICK: Final = 300


def auditing(scale: Scale, sizes: Sequence[int] = SIZES) -> Found:
    """Audit logs of each size, in turns with the bare way."""
    found = Found(
        "auditing a folder offline, a record: verify, decide again, all questions; over opening and checking it"
    )
    for size in (_QUICK,) if scale.quick else sizes:
        founded = Founded()
        with tempfile.TemporaryDirectory(dir=scale.folder) as name:
            folder = Path(name) / "log"
            log = Log(founded, folder)
            log.grow(size)
            log.write()
            key, trust = founded.organisation.keys["a1"], founded.organisation.trust
            parts: dict[str, list[float]] = {"verify": [], "replay": [], "questions": []}
            ways = {"audit": _audit(folder, trust, key, parts), "bare": _bare(folder, founded, key)}
            times = interleaved(scale.rounds, ways)
        audit = Spread.of(times["audit"])
        split = ", ".join(f"{part} {1e6 * Spread.of(spent).median / size:,.0f} us" for part, spent in parts.items())
        bare = f"bare {1e6 * Spread.of(times['bare']).median / size:,.0f} us"
        found.rows.append(
            Row(
                f"{size:,} leaves, {log.decisions:,} decisions",
                f"{1e6 * audit.median / size:,.0f} us a leaf, {audit.median:,.1f} s",
                f"{bare}; {ratios(times['audit'], times['bare']).text()} times as long; {split}",
            )
        )
    found.notes.append("CPU of one core; a day has 300 decisions; bare: open the record and its reason, two signatures")
    return found


def _audit(folder: Path, trust: Trust, key: KeyRing, parts: dict[str, list[float]]) -> Callable[[], float]:
    def run() -> float:
        marks = [time.process_time()]
        report = verify(folder, trust, auditor=key)
        marks.append(time.process_time())
        case = Case(trust, report, Folder(folder), key)
        again = case.replay
        marks.append(time.process_time())
        answered = answer(case)
        marks.append(time.process_time())
        wrong = [*report.faults, *again.faults, *(one for each in answered for one in each.verdict.faults)]
        if wrong:
            raise RuntimeError(f"an honest log has faults: {wrong[0]}")
        for name, before, after in zip(parts, marks, marks[1:], strict=False):
            parts[name].append(after - before)
        return marks[-1] - marks[0]

    return run


def _bare(folder: Path, founded: Founded, key: KeyRing) -> Callable[[], float]:
    """Read each file, hash each leaf, open each record and its reason, check the gate's and the asker's signature."""
    organisation = founded.organisation
    gate = organisation.key("gate", "gate-1").identity_public
    people = {name: ring.identity_public for name, ring in organisation.keys.items()}

    def run() -> float:
        began = time.process_time()
        tree, own = Frontier(), hybrid.PrivateKey(key.encryption)
        for index, leaf in enumerate(Folder(folder).leaves):
            tree.append(leaf_hash(leaf))
            data = (folder / "records" / str(index)).read_bytes()
            if leaves.is_public(leaf):
                continue
            record = leaves.open_record(own, data)
            if record.kind != leaves.DECISION:
                continue
            body = DecisionRecord.decode(record.body, limit=1 << 16)
            hybrid.unseal_any(own, body.justification, Label.JUSTIFICATION.value)
            signing.verify(gate, Label.DECISION, body.decision, body.signature)
            asker = Request.decode(body.request, limit=len(body.request)).asked().asker
            signing.verify(people[asker], Label.REQUEST, body.request, body.request_signature)
        return time.process_time() - began

    return run


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        one = auditing(Scale(Path(place), 1), [int(size) for size in sys.argv[1:]])
    for row in one.rows:
        print(row.what, row.number, row.beside, sep="; ")  # noqa: T201 - a program's output
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")  # noqa: T201
