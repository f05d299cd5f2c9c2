"""Which page the log names: the newest note of k officers, proven, and every leaf after it looked at (protocol 8.8).

A house that shows an older note, or none, is found: no public leaf after the one that it shows may be such a note, and
the log that it shows may not be older than the one that the gates signed. Only leaves after that note are fetched.
"""

from dataclasses import dataclass
from typing import Final

from client.api import House
from client.errors import NotFoundError, UnprovenError
from crypto import leaves, merkle
from crypto.checkpoints import Checkpoint, TlogProof
from crypto.errors import CryptoError, ProofError
from crypto.hashing import sha256
from crypto.labels import Label
from crypto.merkle import Frontier
from policies import statements
from policies.statements import Current, PageCode
from policies.trust import Trust

_STEP: Final = 4096  # leaves fetched between two looks


@dataclass(frozen=True, slots=True)
class Named:
    """What the log names, and the leaf that does."""

    index: int
    page: PageCode


def named(house: House, trust: Trust, current: Current) -> Named | None:
    """Return the newest, None where the log has none. Raise UnprovenError where the house cannot show that it is so."""
    try:
        found, frontier, head = _shown(house, trust)
        _read_on(house, frontier, head, current)
    except (CryptoError, NotFoundError):
        raise UnprovenError(
            "It cannot be shown which page the log names. Nobody should write there.",
            "Tell an officer and an auditor: the house may be hiding a note that the officers signed.",
        ) from None
    return found


def _shown(house: House, trust: Trust) -> tuple[Named | None, Frontier, Checkpoint]:
    """Return what the house shows, the tree left of the next leaf to look at, and the head."""
    try:
        proof = TlogProof.parse(house.page_proof())
    except NotFoundError:
        return None, Frontier(), trust.log_policy.verify(house.checkpoint())
    note = house.statement(proof.index)
    leaf = leaves.PUBLIC_TAG + sha256(note.encode())
    head = proof.verify(trust.log_policy, leaf)
    frontier = Frontier(proof.index, merkle.left_edge(proof.index, head.size, proof.hashes))
    frontier.append(merkle.leaf_hash(leaf))
    return Named(proof.index, PageCode.verify(note, trust)), frontier, head


def _read_on(house: House, frontier: Frontier, head: Checkpoint, current: Current) -> None:
    """Raise ProofError unless the rest of the log is that of the head and names no page."""
    size, root = current.log
    if head.size < size:
        raise ProofError("older than what the gates have read")
    for start in range(frontier.size, head.size, _STEP):
        for index, leaf in enumerate(house.entries(start, min(start + _STEP, head.size)), start):
            frontier.append(merkle.leaf_hash(leaf))
            if leaves.is_public(leaf):
                _is_another_kind(house, index, leaf)
            if frontier.size == size and frontier.root() != root:
                raise ProofError("not the log that the gates have read")
    if frontier.root() != head.root:
        raise ProofError("not the leaves of the head")


def _is_another_kind(house: House, index: int, leaf: bytes) -> None:
    note = house.statement(index)
    leaves.check_public(leaf, note.encode())
    if statements.kind(note) is Label.NOTE_PAGE:
        raise ProofError("a newer one was left out")
