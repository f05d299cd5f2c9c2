"""Export: it goes on where it was broken off, keeps what was signed before, and mixes nothing."""

import pytest

from client import auditor, exporting
from client.auditor import verify
from client.errors import RefusedError, UnprovenError
from client.findings import Fault
from client.folder import CHECKPOINT, CHECKPOINTS, LEAVES, MEMOS, NOTICES, RECORDS
from crypto.leaves import LEAF, MEMO, NOTICE
from crypto.sections import Section
from policies import cast
from tests.asking import Asking
from tests.client.auditing import faults, some_work
from tests.client.bending import Bent
from tests.harness import Running

CARD = Section.CARD


def test_export_goes_on_where_it_was_broken_off(fresh: Running) -> None:
    some_work(fresh)
    folder, trust = fresh.folder / "log", fresh.organisation.trust
    first = exporting.export(fresh.house, trust, folder)
    (folder / CHECKPOINT).unlink()
    (folder / RECORDS / "5").unlink()
    for name, size in ((LEAVES, LEAF), (NOTICES, NOTICE), (MEMOS, MEMO)):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: 4 * size + 7])
    again = exporting.export(fresh.house, trust, folder)
    assert (again.size, again.new, again.records) == (first.size, first.size - 4, 1)
    assert verify(folder, trust, auditor=fresh.key(cast.example()["auditors"][0]["name"])).faults == []


def test_export_keeps_the_earlier_checkpoint(fresh: Running) -> None:
    report = some_work(fresh)
    folder, trust = fresh.folder / "log", fresh.organisation.trust
    first = exporting.export(fresh.house, trust, folder)
    Asking(fresh, "r5", report, [CARD]).send()
    second = exporting.export(fresh.house, trust, folder)
    assert (second.size, second.new) == (first.size + 1, 1)
    assert [one.name for one in (folder / CHECKPOINTS).iterdir()] == [str(first.size)]
    assert verify(folder, trust).faults == []


def test_export_notices_that_the_log_is_another(bent: Bent, world: Running) -> None:
    """The folder holds a history that the log signed and shows to nobody else."""
    index = bent.decisions()[-1]
    bent.rewrite(index, {"rules": ["R2.card"]}, gate_signs=True)
    with pytest.raises(UnprovenError):
        exporting.export(world.house, world.organisation.trust, bent.path)
    assert Fault(len(bent.leaves) - 1, auditor.FORK) in faults(bent) or Fault(
        len(bent.leaves) - 1, auditor.TREE
    ) in faults(bent)


def test_export_does_not_mix_organisations(bent: Bent, world: Running) -> None:
    (bent.path / "trust.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RefusedError):
        exporting.export(world.house, world.organisation.trust, bent.path)
