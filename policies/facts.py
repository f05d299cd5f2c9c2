"""Facts for Cedar: one question becomes a request and a closed set of entities.

Closed means that everything a request refers to is there. Cedar takes a missing link for one without parents, and
would then permit what the hierarchy forbids; so a question with a gap is refused before Cedar sees it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from crypto.canonical import require
from crypto.opening import ACTIONS, COPIED, EXPORTED
from crypto.sections import Section
from crypto.slip import Preference, Slip
from policies import links
from policies.directory import Certificate
from policies.vocabulary import PURPOSES, VALUES, consent_choices

Entity = dict[str, Any]
Uid = dict[str, str]

OPEN: Final = "open"
COPY: Final = "copy"  # to take files along: decided as an opening, logged by its own name (protocol 19.10)
EXPORT: Final = "export"  # to hand a section on to somebody outside (protocol 11.11)
EMERGENCY: Final = "emergency"  # one person where two are needed, if she ticked it (protocol 21)
RECUSE: Final = "recuse"
JUSTIFY: Final = "justify"
ANSWER: Final = "answer"
THREAD: Final = "thread"
_ENUMS: Final = {"Amana::Role", "Amana::Purpose", "Amana::Section"}  # declared in the schema, they need no entity
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REPORT: Final = "report"  # one question is about one report; its id says nothing to the rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A person who takes part: her entry of the directory, her certificate, whether she is revoked."""

    name: str
    role: str
    pools: tuple[str, ...]
    certificate: Certificate | None
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that a decision about one section depends on."""

    action: str  # as in an ask (crypto/opening.py)
    section: Section
    purpose: str
    minute: int  # since 1970, of the gate's clock
    asker: Colleague
    second: Colleague | None
    custodian: Colleague | None
    slip: Slip  # with the consent in force (policies/consent.py)
    pools: frozenset[str]  # candidate pools of the plan
    recused: frozenset[str]
    withdrawn: bool
    expired: bool = False


def request(question: Question) -> dict[str, Any]:
    """Return Cedar's request."""
    require(question.action in ACTIONS, "action")
    require(question.action != COPY or question.section in COPIED, "action")
    require(question.action != EXPORT or question.section in EXPORTED, "action")
    verb = OPEN if question.action in (COPY, EMERGENCY) else question.action
    action = f"{verb}_{question.section.label}" if verb in (OPEN, EXPORT) else verb
    context: dict[str, Any] = {
        "now": _moment(timedelta(minutes=question.minute)),
        "purpose": _ref("Purpose", question.purpose),
        "section": _ref("Section", question.section.label),
    }
    if question.action == EMERGENCY:
        context["emergency"] = True
    for part, who in (("second", question.second), ("custodian", question.custodian)):
        if who is not None:
            context[part] = _ref("Reviewer", who.name)
    return {
        "principal": _uid("Reviewer", question.asker.name),
        "action": _uid("Action", action),
        "resource": _uid("Report", _REPORT),
        "context": context,
    }


def entities(question: Question) -> list[Entity]:
    """Return every entity that the request refers to, directly or not. Raise MalformedError where one is missing."""
    people = [who for who in (question.asker, question.second, question.custodian) if who is not None]
    found = [_report(question)]
    found += [_reviewer(who) for who in people]
    named = {pool for who in people for pool in who.pools} | question.pools
    found += [_entity("Pool", pool) for pool in sorted(named)]
    tied = [link for who in people for link in _certified(who).links]
    found += [_link(link) for link in links.closure([*tied, *question.slip.exclude_links])]
    check_closed(found, request(question))
    return _each_once(found)


def check_closed(found: Iterable[Entity], asked: Mapping[str, Any]) -> None:
    """Raise MalformedError if anything that is referred to, and is no fixed word, is not among the entities."""
    slice_ = list(found)
    present = {_key(entity["uid"]) for entity in slice_}
    ends = [asked["principal"], asked["resource"], *_references(asked["context"])]
    for entity in slice_:
        ends += entity["parents"]
        ends += _references(entity["attrs"])
    missing = [end for end in ends if end["type"] not in _ENUMS and _key(end) not in present]
    require(not missing, "facts are not closed")


def _references(value: object) -> list[Uid]:
    if isinstance(value, dict):
        if "__entity" in value:
            return [value["__entity"]]
        return [uid for part in value.values() for uid in _references(part)]
    if isinstance(value, list):
        return [uid for part in value for uid in _references(part)]
    return []


def _key(uid: Uid) -> tuple[str, str]:
    return uid["type"], uid["id"]


def _each_once(found: Iterable[Entity]) -> list[Entity]:
    """Drop repeated entities; one person with two sets of facts is refused."""
    once: dict[tuple[str, str], Entity] = {}
    for entity in found:
        require(once.setdefault(_key(entity["uid"]), entity) == entity, "one entity, two sets of facts")
    return list(once.values())


def _certified(who: Colleague) -> Certificate:
    certificate = who.certificate
    if certificate is None or certificate.name != who.name:
        raise LookupError("certificate")
    certificate.check()
    return certificate


def _reviewer(who: Colleague) -> Entity:
    certificate = _certified(who)
    ties = links.ties(certificate.links)
    parents = [*(_uid("Pool", pool) for pool in who.pools), *(_uid("Link", link) for link in ties)]
    attributes = {
        "name": who.name,
        "role": _ref("Role", who.role),
        "woman": certificate.woman,
        "languages": list(certificate.languages),
        "ties": [_ref("Link", link) for link in ties],
        "trainedUntil": _moment(timedelta(days=certificate.trained_until)),
        "declaredUntil": _moment(timedelta(days=certificate.declared_until)),
        "onDuty": certificate.duty,
        "revoked": who.revoked,
    }
    return _entity("Reviewer", who.name, parents, attributes)


def _report(question: Question) -> Entity:
    slip = question.slip
    slip.check()
    choices = consent_choices(slip.consent)
    may_use = [purpose for purpose in PURPOSES if choices[purpose] in VALUES[2:]]
    attributes = {
        "language": slip.language,
        "tier": slip.tier,
        "twoPerson": slip.two_person,
        "emergency": slip.emergency,
        "womanRequired": slip.preference == Preference.WOMAN_REQUIRED,
        "excludedLinks": [_ref("Link", link) for link in slip.exclude_links],
        "excludedPeople": list(slip.exclude_people),
        "candidatePools": [_ref("Pool", pool) for pool in sorted(question.pools)],
        "mayUse": [_ref("Purpose", purpose) for purpose in may_use],
        "mayUseWithIdentity": [_ref("Purpose", one) for one in may_use if choices[one] == VALUES[3]],
        "recused": sorted(question.recused),
        "withdrawn": question.withdrawn,
        "expired": question.expired,
    }
    return _entity("Report", _REPORT, [_uid("Link", link) for link in slip.exclude_links], attributes)


def _link(link: str) -> Entity:
    coarser = links.parent(link)
    return _entity("Link", link, [] if coarser is None else [_uid("Link", coarser)])


def _uid(kind: str, name: str) -> Uid:
    return {"type": f"Amana::{kind}", "id": name}


def _ref(kind: str, name: str) -> dict[str, Uid]:
    return {"__entity": _uid(kind, name)}


def _moment(since: timedelta) -> dict[str, Any]:
    moment = (_EPOCH + since).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"__extn": {"fn": "datetime", "arg": moment}}


def _entity(kind: str, name: str, parents: Iterable[Uid] = (), attributes: Mapping[str, Any] | None = None) -> Entity:
    return {"uid": _uid(kind, name), "parents": list(parents), "attrs": dict(attributes or {})}
