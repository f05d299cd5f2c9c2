"""Records of her wishes: an auditor sees that they are no decisions; nothing else passes for one (protocol 16.2)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from client import exporting, records
from client.findings import Fault
from client.folder import MEMOS, NOTICES
from crypto import leaves
from crypto.leaves import DECISION, MEMO, NOTICE, PAD, RECEIVED, WISH, WISH_BODY, Record
from tests.client.aging import audited, busy_days, copy, found
from tests.client.bending import Bent

Forged = Callable[[Record], Record]


@pytest.fixture(scope="module")
def wished(tmp_path_factory: pytest.TempPathFactory) -> Bent:
    with busy_days(tmp_path_factory.mktemp("wished")) as (world, _):
        exporting.export(world.house, world.organisation.trust, world.folder / "log")
        return Bent(world.folder / "log", world.organisation)


@pytest.fixture
def bent(wished: Bent, tmp_path: Path) -> Bent:
    return copy(wished, tmp_path / "log")


def test_honest_wishes(wished: Bent) -> None:
    """One of a change of consent, after padding; one of a withdrawal, after its leaf."""
    report = audited(wished)
    assert report.faults == []
    assert (report.counts["wish"], report.counts["pad"], report.counts["withdrawal"]) == (2, 1, 1)
    before = [wished.leaves[index - 1] for index in wished.of(WISH)]
    assert [leaves.is_withdrawal(leaf) for leaf in before] == [False, True]


@pytest.mark.parametrize("kind", [DECISION, RECEIVED, PAD])
def test_something_else_that_calls_itself_a_wish(bent: Bent, kind: str) -> None:
    """A decision, above all: no opening hides as what a reporter wanted."""
    index = bent.of(kind)[-1]
    forged: list[Forged] = [
        lambda true: structs.replace(true, kind=WISH, body=WISH_BODY),
        lambda true: structs.replace(true, kind=WISH),
        lambda _: Record(kind=WISH, salt=os.urandom(32), body=WISH_BODY),
    ]
    true = bent.record(index)
    for lie in forged:
        bent.seal(index, lie(true))
        assert Fault(index, records.OTHER) in found(bent)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": PAD},
        {"kind": PAD, "body": leaves.PAD_BODY},
        {"kind": RECEIVED},
        {"kind": DECISION},
        {"body": b"other"},
        {"salt": bytes(32)},
    ],
)
def test_a_wish_that_calls_itself_something_else(bent: Bent, changes: dict[str, object]) -> None:
    """What a reporter asked for does not become padding for an auditor."""
    index = bent.of(WISH)[0]
    bent.seal(index, structs.replace(bent.record(index), **changes))
    (fault,) = found(bent)
    assert fault in {Fault(index, records.OTHER), Fault(index, records.FORM)}


@pytest.mark.parametrize(("name", "size"), [(NOTICES, NOTICE), (MEMOS, MEMO)])
def test_a_wish_changed_for_her_or_for_the_gate(bent: Bent, name: str, size: int) -> None:
    index = bent.of(WISH)[0]
    bent.flip(name, index * size + 20)
    assert found(bent) == [Fault(index, records.OTHER)]
