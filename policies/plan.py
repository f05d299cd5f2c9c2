"""The plan: who gets a true share of which lock (protocol 5). Pure, from what is public and the slip alone."""

from typing import Final

from crypto.locks import Plan
from crypto.sections import Section
from crypto.slip import Preference, Ring, Slip
from policies.bundle import Bundle, Pool
from policies.directory import CUSTODIAN, DESK, Directory
from policies.errors import CUSTODIANS, TooFewError
from policies.links import any_meet

_TWO_PERSON_TIER: Final = 3
_LEAST: Final = {Ring.DESK: 2, Ring.OMBUDS: 1}  # holders of the desk's lock, so that one leaving loses no report


def candidate_pools(slip: Slip, bundle: Bundle) -> frozenset[str]:
    """Return the pools that may be asked at all (protocol 5.2)."""
    return frozenset(pool.name for pool in bundle.body.pools if _is_candidate(slip, pool))


def _is_candidate(slip: Slip, pool: Pool) -> bool:
    return (
        pool.ring == slip.ring
        and pool.name not in slip.exclude_pools
        and not any_meet(pool.links, slip.exclude_links)
        and (pool.women or slip.preference != Preference.WOMAN_REQUIRED)
    )


def desk_threshold(slip: Slip, section: Section) -> int:
    """Return how many people of the desk it takes to open this section (protocol 5.3)."""
    two = slip.tier >= _TWO_PERSON_TIER or slip.two_person
    return 2 if two and not slip.emergency and section is not Section.CARD else 1


def plan(slip: Slip, bundle: Bundle, directory: Directory, revoked: frozenset[str] = frozenset()) -> Plan:
    """Return who holds what. Raise TooFewError when nobody would be left to open it; never widen instead."""
    pools = candidate_pools(slip, bundle)
    left = [one for one in directory.body.people if one.name not in slip.exclude_people and one.name not in revoked]
    desk = frozenset(one.name for one in left if one.role == DESK and pools & set(one.pools))
    custodians = frozenset(one.name for one in left if one.role == CUSTODIAN)
    thresholds = {section: desk_threshold(slip, section) for section in Section}
    if len(desk) < max(_LEAST[Ring(slip.ring)], *thresholds.values()):
        raise TooFewError(DESK)
    if not custodians:
        raise TooFewError(CUSTODIANS)
    return Plan(
        gates=tuple(gate.name for gate in bundle.body.gates),
        gates_threshold=bundle.body.threshold,
        desk=desk,
        desk_thresholds=thresholds,
        custodians=custodians,
        custodians_threshold=1,
    )
