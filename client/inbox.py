"""What the words find in a look: arrivals, openings, answers, wishes, holds. Nothing is sent any more (protocol 14.7).

Other words find an empty inbox by the same way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from client.letters import Letter, letters
from client.returning import Look
from crypto import leaves, looking, wishes
from crypto.errors import CryptoError
from crypto.hashing import digest
from crypto.labels import Label
from crypto.leaves import TAG, Notice
from crypto.wishes import Wish
from crypto.words import Keys
from policies.retention import newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One leaf about her report. `notice` is None in a short look; `readable` is false where it does not open."""

    index: int
    gate: str
    notice: Notice | None
    readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """One wish of hers that is in the log: its place, its leaf, what it says (None in a short look)."""

    place: int
    index: int
    wish: Wish | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One envelope of these words. `arrival` is the leaf of it, or None where the look does not see it."""

    number: int
    keys: Keys
    arrival: int | None
    decisions: Sequence[Decision]
    wishes: Sequence[Wished]
    withdrawn: int | None  # leaf of the withdrawal
    held_until: int | None  # day through which two officers have its bytes kept
    destroyed: tuple[int, str] | None  # day and why, as the log says it
    letters: Sequence[Letter]
    aside: int = 0  # decisions that are not shown now, because they tell that somebody wrote (protocol 15.12)
    shown: bool = True  # whether what was written may be on the screen

    @property
    def nobody(self) -> bool:
        """Whether "nobody has opened it" may be said (protocol 14.8): it arrived in this look, and no gate decided."""
        return self.arrival is not None and not self.decisions and not self.aside

    @property
    def newest(self) -> Wish | None:
        """What she asked for last, in a full look."""
        return self.wishes[-1].wish if self.wishes else None

    @property
    def place(self) -> int | None:
        """Where the next wish goes; None where the look does not go back far enough to know."""
        if self.arrival is None:
            return None
        return 1 + max((one.place for one in self.wishes), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """All of it. `sent` has number 0 in any case, and every other number that arrived."""

    look: Look
    sent: Sequence[Sent]

    @property
    def empty(self) -> bool:
        """Whether nothing of these words is in the look."""
        return not any(one.arrival is not None or one.letters for one in self.sent)

    @property
    def next(self) -> int | None:
        """Number of a follow-up (protocol 14.10); None unless number 0 arrived in this look."""
        arrived = [one.number for one in self.sent if one.arrival is not None]
        return max(arrived) + 1 if 0 in arrived else None


def read(look: Look, entropy: bytes) -> Inbox:
    """Find what is hers."""
    found = looking.arrivals(entropy, look.start, look.entries)
    places: dict[int, int | None] = {0: None, **found}
    tags: dict[bytes, int] = {}
    for index, leaf in enumerate(look.entries, look.start):
        tags.setdefault(leaf[:TAG], index)  # the first leaf with a tag is the one that counts
    holds = newest(look.holds)
    return Inbox(
        look=look,
        sent=[
            _sent(look, Keys(entropy=entropy, number=number), arrival, tags, holds)
            for number, arrival in sorted(places.items())
        ],
    )


def nothing(entropy: bytes, number: int) -> Sent:
    """Return an envelope of these words of which no look says anything."""
    return Sent(
        number=number,
        keys=Keys(entropy=entropy, number=number),
        arrival=None,
        decisions=[],
        wishes=[],
        withdrawn=None,
        held_until=None,
        destroyed=None,
        letters=[],
    )


def _sent(look: Look, keys: Keys, arrival: int | None, tags: Mapping[bytes, int], holds: Mapping[bytes, int]) -> Sent:
    decisions = list(_decisions(look, keys, arrival))
    return Sent(
        number=keys.number,
        keys=keys,
        arrival=arrival,
        decisions=decisions,
        wishes=_wishes(look, keys, tags),
        withdrawn=_withdrawn(look, keys, tags),
        held_until=_held(look, keys, arrival, holds),
        destroyed=next(
            ((one.day, one.why) for _, one in look.erasures if arrival is not None and arrival in one.indexes), None
        ),
        letters=letters(look, keys, arrival, [one.notice for one in decisions if one.notice is not None]),
    )


def _decisions(look: Look, keys: Keys, arrival: int | None) -> Iterator[Decision]:
    """Every decision after the arrival; where that is not seen, every one in the look."""
    first = look.start if arrival is None else arrival + 1
    log_keys = {name: keys.gate(name).log_key for name in look.gates}
    found = looking.tagged(log_keys, first, look.entries[first - look.start :])
    told = [_notice(look, index, gate, log_keys[gate]) for index, gate in found]
    salts = [one.salt for one in told if one is not None]
    for (index, gate), notice in zip(found, told, strict=True):
        doubled = notice is not None and salts.count(notice.salt) > 1  # one notice, shown at two leaves
        yield Decision(
            index=index,
            gate=gate,
            notice=None if doubled else notice,
            readable=not look.full or (notice is not None and not doubled),
        )


def _notice(look: Look, index: int, gate: str, log_key: bytes) -> Notice | None:
    if not look.full:
        return None
    try:
        notice = leaves.open_notice(log_key, look.notices[index - look.start])
    except CryptoError:
        return None
    return notice if notice.gate == gate else None


def _wishes(look: Look, keys: Keys, tags: Mapping[bytes, int]) -> list[Wished]:
    """Return her wishes in the order of the log; of a place that several gates have, the first leaf speaks."""
    first: dict[int, tuple[int, str]] = {}
    for gate in look.gates:
        for tag, place in wishes.places(keys.gate(gate).consent_key).items():
            index = tags.get(tag)
            if index is not None and (place not in first or index < first[place][0]):
                first[place] = index, gate
    return sorted(
        (
            Wished(place=place, index=index, wish=_wish(look, keys, index, gate, place))
            for place, (index, gate) in first.items()
        ),
        key=lambda one: one.index,
    )


def _wish(look: Look, keys: Keys, index: int, gate: str, place: int) -> Wish | None:
    if not look.full:
        return None
    try:
        key = wishes.place_key(keys.gate(gate).consent_key, place)
        return wishes.read_back(key, look.notices[index - look.start])
    except CryptoError:
        return None


def _withdrawn(look: Look, keys: Keys, tags: Mapping[bytes, int]) -> int | None:
    tag = leaves.withdrawn_tag(keys.withdrawal_hash)
    index = tags.get(tag)
    return index if index is not None and look.leaf(index) == tag + keys.withdrawal else None


def _held(look: Look, keys: Keys, arrival: int | None, holds: Mapping[bytes, int]) -> int | None:
    """A hold whose id opens her arrival's commitment is hers (protocol 17.4)."""
    if arrival is None:
        return None
    committed = look.leaf(arrival)[TAG:]
    for envelope_id, until in holds.items():
        if digest(Label.RECEIVED_COMMITMENT, keys.received, envelope_id) == committed:
            return until if until >= look.today else None
    return None
