"""The feed: a file of answers a day, one for everybody, most of it noise (protocol 15.6 to 15.8)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from crypto import signing
from crypto.answers import SLOT, Answer, answer_key, open_answer, part
from crypto.canonical import Message, require
from crypto.errors import MalformedError, OpenError
from crypto.hashing import tag
from crypto.hybrid import Draw
from crypto.limits import limit
from crypto.locks import below
from crypto.opening import HASH
from crypto.slip import NAME

ANSWERS_LIMIT: Final = limit("answer_slots") * (SLOT + 8) + limit("gates") * 128 + 128
"""Bytes of the body of `POST /v1/answers`."""


class AnswerPost(Message, kw_only=True):
    """A reviewer hands in an answer; t gates' permissions let the server take what it cannot read."""

    version: int = 1
    request: bytes
    until: int
    slots: list[bytes]
    permissions: list[tuple[str, bytes]]  # gate, signature

    def check(self) -> None:
        """Form and sizes, and that the first slot is of this request."""
        require(self.version == 1 and len(self.request) == HASH and 0 < self.until < 1 << 32, "answer")
        require(1 <= len(self.slots) <= limit("answer_slots"), "slots")
        require(all(len(slot) == SLOT for slot in self.slots), "slots")
        require(self.slots[0][:HASH] == self.request, "first slot")
        require(len({slot[:HASH] for slot in self.slots}) == len(self.slots), "one place twice")
        names = [name for name, _ in self.permissions]
        require(1 <= len(names) <= limit("gates") and len(set(names)) == len(names), "permissions")
        require(all(map(NAME.match, names)), "permissions")
        require(all(len(one) == signing.SIGNATURE for _, one in self.permissions), "permissions")


class FeedFile(Message, kw_only=True):
    """The file of one day: a note of the log, the gates' `current` of that day (or none), all slots in a row."""

    version: int = 1
    note: str
    current: str
    slots: bytes

    def check(self) -> None:
        """Raise MalformedError where a size is wrong."""
        require(self.version == 1 and len(self.note) <= limit("note") and len(self.current) <= limit("note"), "feed")
        count = len(self.slots) // SLOT
        require(len(self.slots) % SLOT == 0 and count in range(limit("answers_least"), _MOST + 1), "slots of the feed")

    def each(self) -> list[bytes]:
        """Return the slots."""
        return [self.slots[start : start + SLOT] for start in range(0, len(self.slots), SLOT)]


_MOST: Final = limit("answers_most")


class PublicNotes(Message, kw_only=True):
    """The notes of the public leaves among 256, with their indexes: `GET /log/statements/{k}` (protocol 14.6)."""

    version: int = 1
    notes: list[tuple[int, str]]

    def check(self) -> None:
        """Raise MalformedError unless the indexes rise, inside one tile."""
        places = [index for index, _ in self.notes]
        require(self.version == 1 and places == sorted(set(places)) and len(places) <= _TILE, "statements")
        require(not places or (places[0] >= 0 and places[0] // _TILE == places[-1] // _TILE), "statements")


_TILE: Final = 256


def compose(waiting: Sequence[Sequence[bytes]], size: int, draw: Draw) -> tuple[bytes, int]:
    """Return the slots of a day's file and how many of the waiting answers went in, from the first on.

    An answer goes in whole or waits; the rest is noise, and nothing tells where an answer is.
    """
    slots: list[bytes] = []
    taken = 0
    for answer in waiting:
        if len(slots) + len(answer) > size:
            break
        slots += answer
        taken += 1
    slots += [draw(SLOT) for _ in range(size - len(slots))]
    shuffled = [slots.pop(below(len(slots), draw)) for _ in range(size)]
    return b"".join(shuffled), taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What she found for herself in one file. `answer` is None where it is hers and not whole, or not in its form."""

    request: bytes
    gates: tuple[str, ...]
    answer: Answer | None
    signature: bytes


def find(
    slots: Sequence[bytes], *, reply: bytes, answer_keys: Mapping[str, bytes], thresholds: Sequence[int]
) -> Iterator[Found]:
    """Return the answers to one envelope among the slots of a day. No signature is checked here (protocol 15.8).

    `answer_keys` are hers for each gate; `thresholds` those of the bundles that she knows. It costs two HMACs a slot
    and gate; a slot that a single gate made up to look like hers opens with nothing, and is passed over.
    """
    by_place: dict[bytes, bytes] = {}
    for slot in slots:
        by_place.setdefault(slot[:HASH], slot)
    for request, slot in by_place.items():
        for first in sorted(answer_keys):
            if tag(part(answer_keys[first], request), request) == slot[HASH : HASH + 16]:
                found = _open(request, by_place, first, reply, answer_keys, thresholds)
                if found is not None:
                    yield found


def _open(  # noqa: PLR0913, PLR0917 - what `find` knows
    request: bytes,
    by_place: Mapping[bytes, bytes],
    first: str,
    reply: bytes,
    answer_keys: Mapping[str, bytes],
    thresholds: Sequence[int],
) -> Found | None:
    others = [name for name in sorted(answer_keys) if name > first]
    for threshold in sorted(set(thresholds)):
        for rest in combinations(others, threshold - 1):
            gates = (first, *rest)
            key = answer_key(reply, request, {name: part(answer_keys[name], request) for name in gates})
            try:
                answer, signature = open_answer(key, request, by_place)
            except OpenError:
                continue
            except MalformedError:
                return Found(request=request, gates=gates, answer=None, signature=b"")
            return Found(request=request, gates=gates, answer=answer, signature=signature)
    return None
