"""Questions 14, 15, 16 and 19: the people of the directory over time, their duties and their keys. Pseudonyms stay."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from client.findings import WHOLE, Fault
from client.history import History
from client.questions.case import Case, in_order
from client.questions.differences import different
from client.questions.rules import signers
from client.questions.verdicts import NO, YES, Cell, Verdict, table, unprovable
from crypto.checkpoints import LogPolicy
from crypto.hashing import sha256
from policies.directory import AUDITOR, Person
from policies.statements import day_text

TWO_DUTIES: Final = "one key for two duties"
_SHOWN: Final = 16  # hex digits of a key's hash

Holder = tuple[str, str]
"""Duty and name."""


def lifecycle(case: Case) -> Verdict:
    """(14) One row a person; one a change."""
    history = case.audit.history
    people: dict[str, list[tuple[int, Person]]] = {}
    for one in history.directories:
        for person in one.value.body.people:
            people.setdefault(person.name, []).append((one.index, person))
    newest = history.directories[-1].value if history.directories else None
    certified = case.facts.certificates(newest) if newest is not None else {}
    revoked = {name: index for index, name in reversed(history.revocations)}
    rows, closed = [], 0
    for name, seen in sorted(people.items()):
        person = seen[-1][1]
        certificate = certified.get(name)
        here = newest is not None and name in newest
        closed += here and person.role != AUDITOR and certificate is None
        rows.append(
            (
                name,
                person.role,
                seen[0][0],
                "" if here else _left(history, name),
                revoked.get(name, ""),
                "" if certificate is None else day_text(certificate.trained_until),
                "" if certificate is None else day_text(certificate.declared_until),
            )
        )
    events = [row for seen in people.values() for row in _events(seen)]
    return Verdict(
        answer=YES,
        sentence="Each change of the directory is a public leaf that officers signed.",
        counts={"people": len(rows), "revoked": len(revoked), "certificates that do not open": closed},
        tables=(
            table("people", "who, role, added at leaf, gone at leaf, revoked at leaf, trained until, declared until",
                  rows, private=True),
            table("changes", "leaf, who, changed", sorted(events)),
        ),
        unsaid=(
            "How people were vetted is not in the log, and no report is sealed again when somebody leaves.",
        ),
    )  # fmt: skip


def _left(history: History, name: str) -> Cell:
    """Return the leaf of the first directory without her after the last with her."""
    held = [place for place, one in enumerate(history.directories) if name in one.value]
    return history.directories[held[-1] + 1].index


def _events(seen: list[tuple[int, Person]]) -> Iterator[tuple[Cell, ...]]:
    for (_, old), (index, new) in pairwise(seen):
        changed = different(old, new)
        if changed:
            yield index, new.name, " ".join(changed)


def certified(case: Case) -> Verdict:
    """(15) There is no attestation; each signed directory is the nearest thing to one."""
    rows = []
    for one in case.audit.history.directories:
        soonest = case.calendar.soonest(one.index)
        day = "" if soonest is None else day_text(soonest)
        rows.append((one.index, one.value.number, signers(case, one.index), len(one.value.body.people), day))
    return unprovable(
        "Nothing in this log says it: no statement is about looking at everybody's access again. "
        "The versions of the directory, and who signed each, are listed.",
        tables=[table("directories", "leaf, version, officers, people, not before", rows)],
    )


def duties(case: Case) -> Verdict:
    """(16) By keys: a person who has two names and two keys is not found by any log."""
    held: dict[bytes, dict[Holder, int]] = {}
    for index, holder, key in _keys(case):
        held.setdefault(key, {}).setdefault(holder, index)
    rows, faults = [], []
    for holders in held.values():
        if len(holders) > 1:
            index = max(holders.values())
            faults.append(Fault(index, TWO_DUTIES))
            rows.append((index, ", ".join(sorted(" ".join(holder) for holder in holders))))
    moved = _moved(case.audit.history)
    return Verdict(
        answer=YES if faults else NO,
        sentence="One key serves two of them." if faults else "No key serves two.",
        counts={"keys": len(held), "people who changed their role": len(moved)},
        faults=in_order(faults),
        tables=(table("shared", "leaf, holders", rows), table("moved", "leaf, who, roles", moved)),
        unsaid=("One woman with two names and two keys is one officers must know of; keys cannot show it.",),
    )


def _keys(case: Case) -> Iterator[tuple[int, Holder, bytes]]:
    """Return leaf, holder and public key of everybody; -1 for what trust.json says."""
    for officer in case.trust.officers:
        yield WHOLE, ("officer", officer.name), officer.public
    yield from _of_log(WHOLE, case.trust.log_policy)
    for bundle in case.audit.history.bundles:
        yield from _of_log(bundle.index, bundle.value.log_policy)
        for gate in bundle.value.body.gates:
            yield bundle.index, ("gate", gate.name), gate.key.public
            yield bundle.index, ("gate", gate.name), gate.encryption
    for directory in case.audit.history.directories:
        for person in directory.value.body.people:
            yield directory.index, ("person", person.name), person.identity
            yield directory.index, ("person", person.name), person.encryption


def _of_log(index: int, policy: LogPolicy) -> Iterator[tuple[int, Holder, bytes]]:
    for duty, keys_of in (("log", policy.log), ("witness", policy.witnesses)):
        for key in keys_of:
            yield index, (duty, key.name), key.public


def _moved(history: History) -> list[tuple[Cell, ...]]:
    roles: dict[str, list[str]] = {}
    last: dict[str, int] = {}
    for one in history.directories:
        for person in one.value.body.people:
            had = roles.setdefault(person.name, [person.role])
            if had[-1] != person.role:
                had.append(person.role)
                last[person.name] = one.index
    return [(last[name], name, " then ".join(had)) for name, had in sorted(roles.items()) if len(had) > 1]


def keys(case: Case) -> Verdict:
    """(19) Public keys by a short hash; of trust.json, leaf -1."""
    first: dict[tuple[Holder, bytes], int] = {}
    for index, holder, key in _keys(case):
        first.setdefault((holder, key), index)
    rows = sorted((duty, name, index, sha256(key).hex()[:_SHOWN]) for ((duty, name), key), index in first.items())
    starts: dict[Holder, int] = {}
    for (holder, _), index in first.items():
        starts[holder] = min(index, starts.get(holder, index))
    changed = {holder for (holder, _), index in first.items() if index > starts[holder]}
    return Verdict(
        answer=YES,
        sentence="Every key that counts is in trust.json or in a signed version, with the leaf at which it came.",
        counts={
            "officers": len(case.trust.officers),
            "officers needed": case.trust.threshold,
            "keys": len(rows),
            "holders whose keys changed": len(changed),
        },
        tables=(table("keys", "duty, who, since leaf, key", rows),),
        unsaid=("Copies, shares, recoveries and drills of keys are not in the log.",),
    )
