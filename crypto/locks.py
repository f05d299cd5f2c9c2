"""Locks: each a t-of-n group, every one must be opened (protocol 3.2, 3.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from crypto import shamir
from crypto.errors import MalformedError, OpenError
from crypto.hybrid import Draw
from crypto.sections import CUSTODIAL, Section

SECRET: Final = 32  # bytes of a lock's secret
SHARE: Final = 33  # bytes of a share
SUBSETS: Final = 1000  # tries to find a working subset; 3 of 13 is under it


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who holds a true share of which lock (protocol 5). Names are those of bundle and directory."""

    gates: tuple[str, ...]
    gates_threshold: int
    desk: frozenset[str]
    desk_thresholds: Mapping[Section, int]
    custodians: frozenset[str]
    custodians_threshold: int


def numbers(count: int, draw: Draw) -> list[int]:
    """Return `count` different x of 1..255, in random order (Fisher-Yates with rejection, no bias)."""
    if count > 255:  # noqa: PLR2004 - GF(2^8)
        raise MalformedError("too many holders")
    rest = list(range(1, 256))
    return [rest.pop(below(len(rest), draw)) for _ in range(count)]


def below(bound: int, draw: Draw) -> int:
    """Return a uniform number under `bound` (at most 256)."""
    while True:
        value = draw(1)[0]
        if value < 256 - 256 % bound:
            return value % bound


def split(secret: bytes, threshold: int, holders: int, others: int, draw: Draw) -> tuple[list[bytes], list[bytes]]:
    """Return `holders` true shares and `others` random ones of the same form, which nobody can tell apart alone."""
    if not 1 <= threshold <= holders:
        raise MalformedError("threshold")
    if threshold == 1:
        return [secret + b"\0"] * holders, [draw(SECRET) + b"\0" for _ in range(others)]
    xs = numbers(holders + others, draw)
    true = shamir.split(secret, threshold, xs[:holders], draw((threshold - 1) * len(secret)))
    return true, [draw(SECRET) + bytes([x]) for x in xs[holders:]]


def combine(shares: Sequence[bytes], threshold: int) -> bytes:
    """Return the secret of exactly `threshold` shares. Raise OpenError where their form cannot be right."""
    if len(shares) != threshold or any(len(share) != SHARE for share in shares):
        raise OpenError
    if threshold == 1:
        if shares[0][-1] != 0:
            raise OpenError
        return shares[0][:-1]
    try:
        return shamir.combine(shares)
    except MalformedError as error:
        raise OpenError from error


def subsets(shares: Sequence[bytes], threshold: int) -> list[bytes]:
    """Return the secrets of all t-subsets of what came (protocol 3.5); the caller tries them on Cobblestone."""
    found = []
    for tried, chosen in enumerate(combinations(shares, threshold)):
        if tried >= SUBSETS:
            break
        try:
            found.append(combine(chosen, threshold))
        except OpenError:
            continue
    return found


def lock_names(section: Section) -> tuple[str, ...]:
    """Locks of a section in plan order."""
    return ("gates", "desk", "custodians") if section in CUSTODIAL else ("gates", "desk")
