"""Wishes: what she wants from now on, told to each gate by a leaf that looks like any other (protocol 16).

Consent, withdrawal and changing her mind travel as one body of one size. What does not apply is random bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crypto import hybrid, leaves
from crypto.canonical import Message, require
from crypto.errors import ProofError
from crypto.hashing import derive, digest, sha256, tag
from crypto.hybrid import Draw
from crypto.labels import Label
from crypto.leaves import LEAF, MEMO, NOTICE, TAG, WISH_BODY
from crypto.limits import limit
from crypto.opening import HASH
from crypto.padding import pad, unpad
from crypto.slip import PURPOSES
from crypto.words import Keys

OPEN, CLOSED, FINAL = 0, 1, 2
_DAY: Final = 65535
_YES: Final = 2  # the least consent to TRIAGE: whoever wants nobody to read withdraws
_TURNS: Final = (1, 2)


class Wish(Message, kw_only=True):
    """The whole state, not a change: what the newest one says is what she wants."""

    version: int = 1
    made: int  # day since 1970, of her device
    consent: bytes  # a byte a purpose, as in the slip
    closed: int  # OPEN, CLOSED (may be opened again) or FINAL

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and 0 <= self.made <= _DAY, "wish")
        require(len(self.consent) == PURPOSES and max(self.consent) <= 3, "consent")  # noqa: PLR2004 - four values
        require(self.consent[0] >= _YES and self.closed in (OPEN, CLOSED, FINAL), "wish")


class WishMemo(Message, kw_only=True):
    """What lies in the memo's place: the wish, and what it takes to know that the leaf is of this wish."""

    version: int = 1
    salt: bytes
    notice: bytes
    wish: bytes

    def check(self) -> None:
        """Raise MalformedError where a size is wrong."""
        require(self.version == 1 and len(self.salt) == len(self.notice) == HASH, "wish")


class WishEntry(Message, kw_only=True):
    """A leaf for one gate with what lies beside it. The salt lets the server make the record."""

    leaf: bytes
    salt: bytes
    notice: bytes
    memo: bytes

    def check(self) -> None:
        """Raise MalformedError unless the leaf commits to what came with it, and is of no other kind."""
        sizes = (len(self.leaf), len(self.salt), len(self.notice), len(self.memo))
        require(sizes == (LEAF, HASH, NOTICE, MEMO), "wish")
        require(not leaves.is_public(self.leaf) and not leaves.is_withdrawal(self.leaf), "leaf of a wish")
        require(self.leaf[TAG:] == leaves.commitment(self.salt, WISH_BODY, self.notice, self.memo), "leaf of a wish")


class Wishes(Message, kw_only=True):
    """The body of `POST /v1/consents` and `POST /v1/withdrawals`: always 4,096 bytes (protocol 16.3)."""

    version: int = 1
    shown: bytes
    next: bytes
    now: bool
    entries: list[WishEntry]

    def check(self) -> None:
        """Raise MalformedError where a size is wrong, inside too."""
        require(self.version == 1 and len(self.shown) == len(self.next) == HASH, "wishes")
        require(1 <= len(self.entries) <= limit("gates"), "wishes")
        for entry in self.entries:
            entry.check()
        require(len({entry.leaf for entry in self.entries}) == len(self.entries), "one leaf twice")

    def to_body(self) -> bytes:
        """Return the body of one size."""
        return pad(self.encode(), limit("wish_body"))

    @classmethod
    def from_body(cls, body: bytes) -> "Wishes":
        """Read a body. Raise MalformedError for any other size or form."""
        require(len(body) == limit("wish_body"), "size of wishes")
        return cls.decode(unpad(body), limit=limit("wish_body"))


def place_key(consent_key: bytes, number: int) -> bytes:
    """W_{g,k}: the key of the k-th wish for one gate (protocol 14.1). Raise MalformedError beyond the last place."""
    require(1 <= number <= limit("wishes"), "place of a wish")
    return derive(consent_key, Label.WISH_PLACE, bytes([number]))


def wish_tag(key: bytes) -> bytes:
    """Tag of the leaf at a place."""
    return tag(key, Label.WISH_TAG.value)


def places(consent_key: bytes) -> dict[bytes, int]:
    """Return the tags of all places, to be looked up in the log, with their numbers."""
    return {wish_tag(place_key(consent_key, number)): number for number in range(1, limit("wishes") + 1)}


def seal_wish(wish: Wish, key: bytes, draw: Draw) -> WishEntry:
    """Seal a wish for one gate, at the place of this key. Nonces are fresh: a place may be tried twice."""
    said, nonce = wish.encode(), draw(NOTICE - limit("notice") - 16)
    box = hybrid.lock_box(derive(key, Label.WISH_NOTICE, nonce), pad(said, limit("notice")))
    notice = nonce + box
    salt, nonce = draw(HASH), draw(MEMO - limit("memo") - 16)
    bound = WishMemo(salt=salt, notice=sha256(notice), wish=said).encode()
    memo = nonce + hybrid.lock_box(derive(key, Label.WISH_MEMO, nonce), pad(bound, limit("memo")))
    leaf = wish_tag(key) + leaves.commitment(salt, WISH_BODY, notice, memo)
    return WishEntry(leaf=leaf, salt=salt, notice=notice, memo=memo)


def no_wish(draw: Draw) -> WishEntry:
    """Return an entry that is nobody's wish and looks like one."""
    salt, notice, memo = draw(HASH), draw(NOTICE), draw(MEMO)
    leaf = draw(TAG) + leaves.commitment(salt, WISH_BODY, notice, memo)
    return WishEntry(leaf=leaf, salt=salt, notice=notice, memo=memo)


def read_wish(key: bytes, leaf: bytes, memo: bytes) -> Wish:
    """Read a wish as its gate, or as an auditor who was given the key of this place.

    Raise OpenError where the memo is another one, MalformedError where it is not in its form, and ProofError where the
    leaf is not of it. All three mean the same to a gate: closed (protocol 16.5).
    """
    nonce, box = memo[: MEMO - limit("memo") - 16], memo[MEMO - limit("memo") - 16 :]
    bound = WishMemo.decode(unpad(hybrid.open_box(derive(key, Label.WISH_MEMO, nonce), box)), limit=limit("memo"))
    committed = digest(Label.LEAF_COMMITMENT, bound.salt, sha256(WISH_BODY), bound.notice, sha256(memo))
    if leaf != wish_tag(key) + committed:
        raise ProofError("not the leaf of this wish")
    return Wish.decode(bound.wish, limit=limit("memo"))


def read_back(key: bytes, notice: bytes) -> Wish:
    """Read a wish as she reads it again. Raise OpenError or MalformedError."""
    start = NOTICE - limit("notice") - 16
    padded = hybrid.open_box(derive(key, Label.WISH_NOTICE, notice[:start]), notice[start:])
    return Wish.decode(unpad(padded), limit=limit("notice"))


def turn_key(keys: Keys, turn: int) -> bytes:
    """X_j: 1 opens a withdrawn report again, 2 closes it for ever (protocol 16.4)."""
    require(turn in _TURNS, "turn")
    return derive(keys.entropy, Label.TURN_KEY, keys.number.to_bytes(4, "big"), bytes([turn]))


def turn_hash(key: bytes) -> bytes:
    """What the server is told of a turn key beforehand."""
    return digest(Label.TURN_HASH, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the four things that a body can be: what it shows, what it announces, and what its wishes must say."""

    shown: bytes
    next: bytes
    now: bool
    closed: int


def change(closed: int, draw: Draw) -> Step:
    """A change of consent alone; `closed` stays as it is."""
    return Step(shown=draw(HASH), next=draw(HASH), now=False, closed=closed)


def withdraw(keys: Keys, draw: Draw, *, now: bool) -> Step:
    """The first withdrawal; with `now` there is no way back."""
    following = draw(HASH) if now else turn_hash(turn_key(keys, 1))
    return Step(shown=keys.withdrawal, next=following, now=now, closed=FINAL if now else CLOSED)


def open_again(keys: Keys) -> Step:
    """She changed her mind; possible once, until the bytes are destroyed."""
    return Step(shown=turn_key(keys, 1), next=turn_hash(turn_key(keys, 2)), now=False, closed=OPEN)


def withdraw_again(keys: Keys, draw: Draw, *, now: bool) -> Step:
    """After she had opened it again: for ever."""
    return Step(shown=turn_key(keys, 2), next=draw(HASH), now=now, closed=FINAL)


def body(  # noqa: PLR0913 - one body with all that goes into it, by name
    step: Step, *, keys: Keys, gates: Sequence[str], place: int | None, made: int, consent: bytes, draw: Draw
) -> Wishes:
    """Return the body to send: a wish for each gate of the bundle in force, in its order.

    `place` is one more than her highest in the log; None where she did not look: then nothing but `shown` counts.
    """
    wish = Wish(made=made, consent=consent, closed=step.closed)
    entries = [
        no_wish(draw) if place is None else seal_wish(wish, place_key(keys.gate(name).consent_key, place), draw)
        for name in gates
    ]
    return Wishes(shown=step.shown, next=step.next, now=step.now, entries=entries)


def first_of_each(found: Mapping[int, bytes], consent_key: bytes) -> dict[int, int]:
    """Return, by index in the log, the places whose first leaf is there; later leaves of a place never count.

    `found` are leaves by index. A gate that keeps an index of tags need not give it any but those of `places`.
    """
    tags = places(consent_key)
    first: dict[int, int] = {}
    for index in sorted(found):
        number = tags.pop(found[index][:TAG], None)
        if number is not None:
            first[index] = number
    return first
