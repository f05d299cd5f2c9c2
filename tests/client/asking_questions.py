"""Questions as an auditor asks them of a folder."""

from collections.abc import Mapping

from client import exporting
from client.auditor import verify
from client.folder import Folder
from client.questions.answered import answer
from client.questions.case import Case
from client.questions.verdicts import Cell, Verdict
from tests.client.bending import Bent
from tests.harness import Running


def case_of(bent: Bent, report: bytes | None = None, *, who: str = "a1") -> Case:
    """What this auditor is asked about."""
    trust, key = bent.organisation.trust, bent.organisation.keys[who]
    return Case(trust, verify(bent.path, trust, auditor=key), Folder(bent.path), key, report)


def answers(bent: Bent, *numbers: int, report: bytes | None = None) -> Mapping[int, Verdict]:
    """Verdicts by number."""
    return {one.question.number: one.verdict for one in answer(case_of(bent, report), numbers)}


def exported_now(world: Running, name: str = "log") -> Bent:
    """What a house has to show now."""
    exporting.export(world.house, world.organisation.trust, world.folder / name)
    return Bent(world.folder / name, world.organisation)


def rows(verdict: Verdict, name: str) -> list[tuple[Cell, ...]]:
    """Rows of one table of a verdict."""
    (found,) = [one for one in verdict.tables if one.name == name]
    return list(found.rows)
