"""What she wishes now: consent in force, and whether her report is closed (protocol 16.5, 16.6).

Looked up in the gate's own copy of the log, at every decision and again at every release. Wishes lie there as leaves
like all others; only the slot of her report has the keys that find them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, func, insert, select

from crypto import leaves, wishes
from crypto.envelope import Header
from crypto.errors import CryptoError
from crypto.hashing import digest
from crypto.labels import Label
from crypto.limits import limit
from crypto.slip import PURPOSES
from crypto.wishes import OPEN, Wish
from doors.problem import Busy
from gate import store
from policies import consent
from policies.consent import Placed, Withdrawal

_DAY: Final = 1440  # minutes
_HOUR: Final = 60
_TAGGED: Final = (  # made once: building a statement costs as much as running it
    select(store.leaf.c.index, store.leaf.c.tag, store.leaf.c.commitment, store.memo.c.memo)
    .outerjoin(store.memo, store.memo.c.index == store.leaf.c.index)
    .where(store.leaf.c.tag.in_(bindparam("tags", expanding=True)))
)
_OPENING: Final = Wish(made=0, consent=bytes([2] * PURPOSES), closed=OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """What the bundle in force says: how long widening waits, and how long she may change her mind."""

    consent: int
    withdraw: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Wished:
    """What is in force of it all, and what auditors are told of how it was found (protocol 16.7)."""

    consent: bytes
    closed: bool
    gone: bool  # closed, and no wish of hers could open it again
    keys: list[tuple[int, bytes]]  # every place that was found, with its key


def note_reading(connection: Connection, start: int, minute: int) -> None:
    """Remember when the leaves from `start` on were first read: one row an hour, rounded up."""
    hour = -(-minute // _HOUR) * _HOUR
    last = connection.execute(select(store.read.c.minute).order_by(store.read.c.index.desc()).limit(1)).scalar()
    if last != hour:
        connection.execute(insert(store.read), {"index": start, "minute": hour})


def keep_memos(connection: Connection, memos: Sequence[tuple[int, bytes, bytes]]) -> None:
    """Keep index, leaf and memo of what others wrote, unless the leaf says itself that it is no wish."""
    rows = [
        {"index": index, "memo": memo}
        for index, leaf, memo in memos
        if not leaves.is_public(leaf) and not leaves.is_withdrawal(leaf)
    ]
    if rows:
        connection.execute(insert(store.memo), rows)


def hold(connection: Connection, withdrawal_hash: bytes, minute: int) -> None:
    """Take a withdrawal at the gate's own address. The first minute counts; raise Busy where no more can be held."""
    same = select(store.withdrawn.c.minute).where(store.withdrawn.c.hash == withdrawal_hash)
    if connection.execute(same).one_or_none() is not None:
        return
    held = connection.execute(select(func.count()).select_from(store.withdrawn)).scalar_one()
    if held >= limit("withdrawn_held"):
        raise Busy
    connection.execute(insert(store.withdrawn), {"hash": withdrawal_hash, "minute": minute})


def look_up(  # noqa: PLR0913 - whose wishes, by which rules, at which moment
    connection: Connection,
    header: Header,
    said: bytes,
    consent_key: bytes,
    *,
    hours: Hours,
    feeds: Sequence[tuple[int, int]],
    minute: int,
) -> Wished:
    """Return what is in force at this minute. `said` is the slip's consent; `feeds` are index and day of feed notes."""
    found, keys = _find(connection, consent_key, minute)
    counted = consent.taken(found, feeds)
    withdrawal = _withdrawal(connection, header, minute)
    return Wished(
        consent=consent.in_force(said, counted, minute, hours.consent),
        closed=consent.closed(withdrawal, counted, minute, hours.withdraw),
        gone=_gone(withdrawal, counted, min(minute, surely(feeds)), hours.withdraw),
        keys=keys,
    )


def surely(feeds: Sequence[tuple[int, int]]) -> int:
    """Return the minute to which the log's own days say that it is.

    What is forgotten does not come back, so a clock that runs ahead must not decide it alone.
    """
    return max((day + 2 for _, day in feeds), default=0) * _DAY


def _find(connection: Connection, consent_key: bytes, minute: int) -> tuple[list[Placed], list[tuple[int, bytes]]]:
    tags = wishes.places(consent_key)
    rows = connection.execute(_TAGGED, {"tags": list(tags)})
    beside = {index: (tag + commitment, memo) for index, tag, commitment, memo in rows}
    if not beside:  # as with most reports; the places need not be derived again
        return [], []
    first = wishes.first_of_each({index: leaf for index, (leaf, _) in beside.items()}, consent_key)
    placed, keys = [], []
    for index, place in first.items():
        leaf, memo = beside[index]
        key = wishes.place_key(consent_key, place)
        keys.append((place, key))
        read = _first_read(connection, index, minute)
        placed.append(Placed(index=index, minute=read, place=place, wish=_read(key, leaf, memo)))
    return placed, sorted(keys)


def _read(key: bytes, leaf: bytes, memo: bytes | None) -> Wish | None:
    """None for what cannot be read: from then on everything is denied, until a later wish."""
    if memo is None:
        return None
    try:
        return wishes.read_wish(key, leaf, memo)
    except CryptoError:
        return None


def _first_read(connection: Connection, index: int, minute: int) -> int:
    """Return when a leaf was first read; as late as can be where that is not known, so that widening waits."""
    at = select(store.read.c.minute).where(store.read.c.index <= index).order_by(store.read.c.index.desc()).limit(1)
    found = connection.execute(at).scalar()
    if found is None:
        found = connection.execute(select(store.read.c.minute).order_by(store.read.c.index).limit(1)).scalar()
    return minute if found is None else int(found)


def _withdrawal(connection: Connection, header: Header, minute: int) -> Withdrawal | None:
    """The first leaf that opens the header's hash, and what came to this address: one, of the earlier minute."""
    rows = connection.execute(
        select(store.leaf.c.index, store.leaf.c.commitment)
        .where(store.leaf.c.tag == leaves.withdrawn_tag(header.withdrawal))
        .order_by(store.leaf.c.index)
    )
    opening = (index for index, preimage in rows if digest(Label.WITHDRAWAL_HASH, preimage) == header.withdrawal)
    index = next(opening, None)
    told = select(store.withdrawn.c.minute).where(store.withdrawn.c.hash == header.withdrawal)
    minutes = [int(one) for one in connection.execute(told).scalars()]
    if index is not None:
        minutes.append(_first_read(connection, index, minute))
    return Withdrawal(minute=min(minutes), index=index) if minutes else None


def _gone(withdrawal: Withdrawal | None, counted: Sequence[Placed], minute: int, hours: int) -> bool:
    """Whether it would stay closed although she wished to open it at this minute, or just after she withdrew it."""
    indexes = [one.index for one in counted]
    if withdrawal is not None:
        indexes.append(-1 if withdrawal.index is None else withdrawal.index)
        minute = max(minute, withdrawal.minute + 1)
    opening = Placed(index=max(indexes, default=0) + 1, minute=minute, place=limit("wishes") + 1, wish=_OPENING)
    return consent.closed(withdrawal, [*counted, opening], minute, hours)
