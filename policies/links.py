"""Links: what people have ties to, and when a person's tie meets what a reporter excludes (protocol 6.3).

`ACT:POL@XS-03` is the police of area XS-03; `AREA:XS-03` is the area itself. A larger place makes a coarser link.
"""

from collections.abc import Iterable
from typing import NamedTuple

from crypto.canonical import require
from crypto.slip import LINK


class _Parts(NamedTuple):
    actor: str  # empty for AREA
    place: str


def _parts(link: str) -> _Parts:
    require(LINK.match(link) is not None, "link")
    kind, _, rest = link.partition(":")
    if kind == "AREA":
        return _Parts("", rest)
    actor, _, place = rest.partition("@")
    return _Parts(actor, place)


def _join(actor: str, place: str) -> str:
    return f"ACT:{actor}@{place}" if actor else f"AREA:{place}"


def _coarser_places(place: str) -> list[str]:
    pieces = place.split("-")
    return ["-".join(pieces[:count]) for count in range(len(pieces) - 1, 0, -1)]


def coarser(link: str) -> list[str]:
    """Return the links of the same kind that this one lies in, the nearest first: XS-03-D1, then XS-03, then XS."""
    actor, place = _parts(link)
    return [_join(actor, one) for one in _coarser_places(place)]


def parent(link: str) -> str | None:
    """Return the next coarser link of the same kind, or None for a whole country."""
    found = coarser(link)
    return found[0] if found else None


def ancestors(link: str) -> list[str]:
    """Return all links that this one lies in: the coarser ones, and for an actor the areas of its place as well."""
    actor, place = _parts(link)
    areas = [_join("", place), *coarser(_join("", place))] if actor else []
    return [*coarser(link), *areas]


def ties(links: Iterable[str]) -> list[str]:
    """Return a person's links and, for each actor among them, the area where that actor is.

    Nothing is added to an AREA link: whoever lives in a place is no part of its police.
    """
    found = set()
    for link in links:
        found |= {link, _join("", _parts(link).place)}
    return sorted(found)


def closure(links: Iterable[str]) -> list[str]:
    """Return these links and all that they lie in, sorted: every link that a decision can refer to."""
    found = set()
    for link in links:
        found |= {link, *ancestors(link)}
    return sorted(found)


def meet(person_link: str, excluded_link: str) -> bool:
    """Whether a person's link meets an excluded one.

    Same actor: when one place lies in the other, whichever is coarser. An excluded area: when the person's place, be it
    hers or her actor's, lies in it or it in hers. An excluded actor never meets a person's area.
    """
    person, excluded = _parts(person_link), _parts(excluded_link)
    if excluded.actor and person.actor != excluded.actor:
        return False
    nested = {person.place, *_coarser_places(person.place)}
    return excluded.place in nested or person.place in _coarser_places(excluded.place)


def any_meet(person_links: Iterable[str], excluded_links: Iterable[str]) -> bool:
    """Whether any of a person's (or pool's) links meets any excluded one."""
    excluded = list(excluded_links)
    return any(meet(one, other) for one in person_links for other in excluded)
