"""Read server and gate again from copies of their disks, whatever happened to them, and compare the two."""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from client import auditor
from client.exporting import export
from crypto import merkle
from crypto.merkle import Frontier
from crypto.opening import next_journal
from tests.checking import Reread, check_world
from tests.harness import Organisation, running
from tests.soak.processes import GATE

_PATIENCE = 6 * 60  # seconds after which a gate offers again what the log does not show


@dataclass(frozen=True, slots=True)
class Journal:
    """What a gate's disk says."""

    leaves: list[bytes]
    pending: dict[int, bytes]
    sequence: int
    head: bytes


def copy_database(source: Path, into: Path, *, alive: bool) -> None:
    """Copy a database: file by file after its owner died, as a reader beside it while it works."""
    into.parent.mkdir(parents=True, exist_ok=True)
    if alive:
        with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(into)) as here:
            there.backup(here)
        return
    for file in source.parent.glob(source.name + "*"):
        if not file.name.endswith("-shm"):  # made anew from what is on the disk
            shutil.copyfile(file, into.parent / file.name)


def read_journal(path: Path) -> Journal:
    """Read a gate's database; it agrees with itself."""
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = database.execute('SELECT "index", tag, commitment FROM leaf ORDER BY "index"').fetchall()
        ((size, edge, sequence, head),) = database.execute("SELECT size, edge, sequence, journal FROM state").fetchall()
        assert database.execute("SELECT count(*) FROM rollback").fetchone() == (0,)  # it never forgot anything
        pending = dict(database.execute("SELECT sequence, leaf FROM pending").fetchall())
    assert [row[0] for row in rows] == list(range(size))
    log = [row[1] + row[2] for row in rows]
    root = Frontier(size, [edge[i : i + 32] for i in range(0, len(edge), 32)]).root()
    assert root == merkle.root([merkle.leaf_hash(one) for one in log])
    return Journal(log, pending, sequence, head)


def check_copies(
    copies: Path, organisation: Organisation, acknowledged: Mapping[bytes, int], opened: Mapping[int, bytes]
) -> Reread:
    """Check copies of both disks, the gate's taken first. `opened`: the leaf that each release was given for."""
    found = check_world(
        copies, organisation.trust.log_policy, organisation.keys["a1"], acknowledged.keys(), midway=True
    )
    assert {report: found.reports[report] for report in acknowledged} == acknowledged  # where the receipt says
    assert {index: found.log[index] for index in opened} == opened
    gate = read_journal(copies / "gate" / GATE / "gate.db")
    assert found.log[: len(gate.leaves)] == gate.leaves
    # Everything that it decided is in the log, or waits at the gate to be offered again. Nothing has its place twice.
    logged = {one.sequence: (one.journal, found.log[index]) for index, one in found.decisions.items()}
    head = bytes(32)
    for sequence in range(gate.sequence):
        if sequence in logged:
            before, leaf = logged[sequence]
            assert before == head
            assert gate.pending.get(sequence, leaf) == leaf
        else:
            leaf = gate.pending[sequence]
        head = next_journal(head, leaf)
    assert head == gate.head
    return found


def settle(
    home: Path, organisation: Organisation, acknowledged: Mapping[bytes, int], opened: Mapping[int, bytes], into: Path
) -> Reread:
    """Both have stopped: let them meet again minutes later, then check everything, without any allowance."""
    with running(home, organisation, publish=False) as world:
        world.clock.offset = _PATIENCE
        gates = world.server.app.dependencies["gates"].dependency()
        gates.tell()
        gates.tell()
        export(world.house, organisation.trust, into)
    found = check_world(home, organisation.trust.log_policy, organisation.keys["a1"], acknowledged.keys())
    assert {report: found.reports[report] for report in acknowledged} == acknowledged
    assert {index: found.log[index] for index in opened} == opened
    assert read_journal(home / "gate" / GATE / "gate.db").pending == {}
    audit = auditor.verify(into, organisation.trust, auditor=organisation.keys["a1"])
    assert audit.faults == []
    assert len(audit.decisions) == len(found.decisions)
    return found
