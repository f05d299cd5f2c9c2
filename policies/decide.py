"""Decide one question by the rules (protocol 6). Pure, and closed whenever anything at all is wrong.

Cedar alone fails open twice: a forbid that errs is skipped, and a missing entity is one without parents. Hence: schema
on everything, a closed set of facts (`policies.facts`), and a denial for every error that Cedar reports.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Final

import cedarpy

from crypto.canonical import require
from crypto.errors import MalformedError
from policies import facts
from policies.facts import Question

ENGINE: Final = "cedar 4.12"  # cedarpy 4.12.2; the bundle names it, so that auditors decide with the same
ERROR: Final = ("error",)
NO_RULE: Final = ("no-rule",)
OVER_QUOTA: Final = ("quota",)  # a gate's own: nobody's request is decided more often a day than crypto/limits.py says
NO_CERTIFICATE: Final = ("R1.no-certificate",)


@dataclass(frozen=True, slots=True)
class Permit:
    """Yes, and by which rules, sorted."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deny:
    """No, and by which rules, sorted. For auditors only: a reason tells a conflicted person what was reported."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Schema and policies, parsed and valid; every policy has a name of its own."""

    policies: cedarpy.PolicySet = field(repr=False)
    schema: cedarpy.Schema = field(repr=False)
    names: frozenset[str]

    @staticmethod
    def load(schema: str, policies: str) -> "Rules":
        """Parse once and validate. Raise MalformedError for rules that do not fit their schema, or are not named."""
        return _load(schema, policies)


@lru_cache(maxsize=16)
def _load(schema: str, policies: str) -> Rules:
    try:
        parsed, shape = cedarpy.PolicySet.from_str(policies), cedarpy.Schema.from_str(schema)
        valid = cedarpy.validate_policies(policies, shape).validation_passed
        read = parsed.to_pst()
    except ValueError as error:
        raise MalformedError("rules") from error
    require(valid, "rules do not fit their schema")
    require(not read.templates, "rules with templates")
    names = [one.annotations.get("id", "") for one in read.static_policies.values()]
    require(all(names) and len(set(names)) == len(names), "names of rules")
    return Rules(parsed, shape, frozenset(names))


def default_rules_text() -> tuple[str, str]:
    """Return schema and policies as this package ships them."""
    here = files("policies")
    return here.joinpath("access.cedarschema").read_text("utf-8"), here.joinpath("access.cedar").read_text("utf-8")


def decide(rules: Rules, question: Question) -> Permit | Deny:
    """Decide. No error leaves this function, and none permits anything; error texts hold facts, so none is kept."""
    people = (question.asker, question.second, question.custodian)
    if any(who is not None and who.certificate is None for who in people):
        return Deny(NO_CERTIFICATE)
    try:
        return _evaluate(rules, question)
    except Exception:  # noqa: BLE001 - whatever went wrong, the answer is no
        return Deny(ERROR)


def _evaluate(rules: Rules, question: Question) -> Permit | Deny:
    result = cedarpy.is_authorized(facts.request(question), rules.policies, facts.entities(question), rules.schema)
    found = result.diagnostics
    if found.errors:
        return Deny(ERROR)
    names = tuple(sorted(found.id_annotations_by_reason[reason] for reason in found.reasons))
    if result.decision is cedarpy.Decision.Allow:
        return Permit(names) if names else Deny(ERROR)
    if result.decision is cedarpy.Decision.Deny:
        return Deny(names or NO_RULE)
    return Deny(ERROR)
