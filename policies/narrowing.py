"""Which new versions only take away, and so bind at once (protocol 8.7). Anything else waits: R10."""

import cedarpy
from msgspec import structs

from policies.bundle import Bundle
from policies.directory import AUDITOR, Directory, Person


def directory_narrows(old: Directory, new: Directory) -> bool:
    """Whether the new directory has nobody new, nobody changed but for fewer pools, and the same auditors.

    A missing auditor is no narrowing: fewer eyes are more power for everybody else.
    """
    before = {person.name: person for person in old.body.people}
    for person in new.body.people:
        known = before.get(person.name)
        if known is None or not _same_with_fewer_pools(known, person):
            return False
    auditors = [[one for one in version.body.people if one.role == AUDITOR] for version in (old, new)]
    return auditors[0] == auditors[1]


def _same_with_fewer_pools(old: Person, new: Person) -> bool:
    return set(new.pools) <= set(old.pools) and structs.replace(new, pools=old.pools) == old


def bundle_narrows(old: Bundle, new: Bundle) -> bool:
    """Whether the new bundle differs only in further forbid policies at the end, and in pools that are gone."""
    same = structs.replace(new.body, number=old.body.number, policies=old.body.policies, pools=old.body.pools)
    kept = [pool for pool in old.body.pools if pool in new.body.pools]
    return same == old.body and kept == new.body.pools and _only_forbids_added(old.body.policies, new.body.policies)


def _only_forbids_added(old: str, new: str) -> bool:
    """Compare what the engine understands, not text alone: a comment at the seam could swallow a rule."""
    if not new.startswith(old):
        return False
    try:
        before, after = cedarpy.policies_to_pst(old), cedarpy.policies_to_pst(new)
    except ValueError:
        return False
    if after.templates:
        return False
    rules, all_rules = before.static_policies, after.static_policies
    added = [rule for name, rule in all_rules.items() if name not in rules]
    return all(all_rules.get(name) == rule for name, rule in rules.items()) and all(
        rule.effect == "forbid" for rule in added
    )
