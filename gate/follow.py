"""Follow the log: read every leaf up to a signed head before deciding anything (DESIGN 5).

What forbids is in the log: revocations, directories, withdrawals, and (in its own memos) what this gate itself decided
before it may have been restored from an old copy. A head that does not fit what was read is refused; nothing changes.
A gate that finds decisions of its own that it does not remember was rolled back: it learns them, and stays closed until
every request that it may have forgotten is too old (protocol 11.10).
"""

from base64 import b64decode
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from crypto import leaves, merkle
from crypto.checkpoints import Checkpoint, LogPolicy
from crypto.errors import OpenError, ProofError
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.leaves import MEMO, Memo
from crypto.limits import limit
from crypto.merkle import Frontier
from crypto.opening import next_journal
from crypto.relay import Publication, Sync
from doors.problem import Closed, Conflict
from gate import answered, store, wishes
from policies import statements
from policies.statements import Revocation
from policies.trust import Trust

FRESH: Final = 600  # seconds: a cosigned head may not be older
RECUSED: Final = "recuse"  # what a memo says that a decision changed
ANSWERED: Final = "answer"
_DAY: Final = 1440  # minutes


@dataclass(frozen=True, slots=True)
class Position:
    """Where the gate stands."""

    size: int
    root: bytes
    checkpoint: str
    sequence: int
    journal: bytes
    unread: int = 0  # leaves of the newest head that it has not read: with any, it decides nothing


def read_position(connection: Connection) -> tuple[Frontier, Position]:
    """Return the right edge of the log as read, and the position."""
    row = connection.execute(select(store.state)).one_or_none()
    if row is None:
        empty = Frontier()
        return empty, Position(0, empty.root(), "", 0, bytes(32))
    edge = [row.edge[i : i + 32] for i in range(0, len(row.edge), 32)]
    frontier = Frontier(row.size, edge)
    return frontier, Position(row.size, frontier.root(), row.checkpoint, row.sequence, row.journal)


def write_position(connection: Connection, frontier: Frontier, position: Position) -> None:
    """Store both."""
    values: dict[str, Any] = {
        "size": frontier.size,
        "edge": b"".join(frontier.edge),
        "checkpoint": position.checkpoint,
        "sequence": position.sequence,
        "journal": position.journal,
    }
    if connection.execute(update(store.state).where(store.state.c.id == 0).values(values)).rowcount == 0:
        connection.execute(insert(store.state), {"id": 0, **values})


class Follower:
    """Applies a sync inside the caller's transaction."""

    def __init__(self, key: KeyRing, trust: Trust) -> None:
        self._key, self._trust = key, trust

    def apply(self, connection: Connection, sync: Sync, policy: LogPolicy, now: float) -> Position:
        """Read the new leaves, or raise Conflict (with our size), ProofError or Closed and change nothing."""
        frontier, position = read_position(connection)
        if sync.start != frontier.size:
            raise Conflict(frontier.size)
        new = [sync.leaves[i : i + leaves.LEAF] for i in range(0, len(sync.leaves), leaves.LEAF)]
        _count_again(connection, int(now // 60))
        head = self._verify_head(sync.checkpoint, frontier.size + len(new), policy, now)
        if not new and not sync.statements and sync.checkpoint == position.checkpoint:
            # Nothing new, nothing to write: anybody can set off such a call.
            return replace(position, unread=head.size - frontier.size)
        for one in new:
            frontier.append(merkle.leaf_hash(one))
        # What is read now is all that the head has, or, where that is too much for one call, its beginning.
        merkle.verify_consistency(frontier.size, head.size, sync.consistency, frontier.root(), head.root)
        self._read_statements(connection, sync.start, new, sync.statements, int(now // 60))
        if new:
            rows = [{"index": sync.start + i, "tag": one[:16], "commitment": one[16:]} for i, one in enumerate(new)]
            connection.execute(insert(store.leaf), rows)
            wishes.note_reading(connection, sync.start, int(now // 60))
        position = self._read_memos(connection, sync.start, new, sync.memos, position, int(now // 60))
        position = replace(
            position,
            size=frontier.size,
            root=frontier.root(),
            checkpoint=sync.checkpoint,
            unread=head.size - frontier.size,
        )
        write_position(connection, frontier, position)
        return position

    @staticmethod
    def _verify_head(note: str, size: int, policy: LogPolicy, now: float) -> Checkpoint:
        """Signature first: whoever has none makes nobody hash 65,536 leaves."""
        head = policy.verify(note)
        if head.size < size:
            raise ProofError("head does not fit the leaves")
        if policy.quorum and (head.time is None or abs(now - head.time) > FRESH):
            raise Closed
        return head

    def _read_statements(
        self, connection: Connection, start: int, new: list[bytes], given: list[Publication], minute: int
    ) -> None:
        """Every public leaf must come with its statement, in order; none may be left out."""
        rest = list(given)
        for index, one in enumerate(new, start):
            if not leaves.is_public(one):
                continue
            if not rest:
                raise ProofError("statement withheld")
            publication = rest.pop(0)
            leaves.check_public(one, publication.note.encode())
            if statements.kind(publication.note) is Label.NOTE_REVOCATION:
                revoke(connection, Revocation.verify(publication.note, self._trust).name)
            row = {
                "leaf": index,
                "seen": minute,
                "note": publication.note,
                "body": publication.body,
                "certificates": publication.certificates,
            }
            connection.execute(insert(store.statement), row)
        if rest:
            raise ProofError("statement without a leaf")

    def _read_memos(  # noqa: PLR0913, PLR0917 - what came, and where and when
        self, connection: Connection, start: int, new: list[bytes], memos: bytes, position: Position, minute: int
    ) -> Position:
        """Find this gate's own decisions: strike them from what is pending; after a rollback, learn them again.

        What others wrote is kept: it may be a wish.
        """
        sequence, journal = position.sequence, position.journal
        foreign = []
        for i, one in enumerate(new):
            beside = memos[i * MEMO : (i + 1) * MEMO]
            try:
                memo = leaves.open_memo(self._key.extra, beside)
            except OpenError:
                foreign.append((start + i, one, beside))
                continue
            # Whatever it decided is pending until it is read here for the first time; else it has been forgotten.
            # The place in the journal says nothing of that: a forgetful gate may have taken the same place again.
            if connection.execute(delete(store.pending).where(store.pending.c.leaf == one)).rowcount:
                continue
            _note_rollback(connection, minute)
            self._learn(connection, memo, minute // _DAY)
            if memo.sequence >= sequence:
                sequence, journal = memo.sequence + 1, next_journal(memo.journal, one)
        wishes.keep_memos(connection, foreign)
        return Position(position.size, position.root, position.checkpoint, sequence, journal)

    @staticmethod
    def _learn(connection: Connection, memo: Memo, day: int) -> None:
        if memo.what == RECUSED:
            recuse(connection, memo.id, memo.who)
        elif memo.what == ANSWERED:
            answered.remember(connection, b64decode(memo.who), memo.id, day)


def _note_rollback(connection: Connection, minute: int) -> None:
    connection.execute(delete(store.rollback))
    connection.execute(insert(store.rollback), {"id": 0, "minute": minute})


def _count_again(connection: Connection, minute: int) -> None:
    """A clock that went back does not keep the gate closed for longer than a rollback of this minute would."""
    connection.execute(update(store.rollback).where(store.rollback.c.minute > minute).values(minute=minute))


def rolled_back(connection: Connection, minute: int) -> int:
    """Return the minute of the last rollback (-1: there was none); Closed while a forgotten request may still live.

    A decision of that minute or an earlier one was made by a gate that had forgotten something: it is never released.
    """
    found = connection.execute(select(store.rollback.c.minute)).scalar()
    if found is None:
        return -1
    if minute - found <= limit("request_minutes"):
        raise Closed
    return int(found)


def revoke(connection: Connection, name: str) -> None:
    """Remember that this person opens nothing any more."""
    known = connection.execute(select(store.revoked).where(store.revoked.c.name == name)).one_or_none()
    if known is None:
        connection.execute(insert(store.revoked), {"name": name})


def recuse(connection: Connection, envelope_id: bytes, name: str) -> None:
    """Remember that this person stepped aside from this report."""
    where = (store.recused.c.id == envelope_id) & (store.recused.c.name == name)
    if connection.execute(select(store.recused).where(where)).one_or_none() is None:
        connection.execute(insert(store.recused), {"id": envelope_id, "name": name})
