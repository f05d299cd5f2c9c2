"""The ways in which Cedar, used as it comes, says yes where it must not: none of them opens anything here.

A trial with Cedar 4.12 found them: a forbid that errs is skipped, a missing entity has no parents, `NoDecision` is not
`Deny`, facts that were parsed before are not checked again. `decide` is asked with facts bent at exactly that place.
First lines show that Cedar alone does fall into the hole, so that these tests cannot pass for nothing.
"""

import importlib.metadata
import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import cedarpy
import pytest

from crypto.errors import MalformedError
from policies import facts, links
from policies.bundle import BundleBody
from policies.decide import ENGINE, Deny, Permit, default_rules_text
from policies.facts import Question
from tests.policies.building import TODAY, answer, bundle_body, colleague, question, slip

ERROR = Deny(("error",))
ALLOW = cedarpy.Decision.Allow
Bend = Callable[[Any], Any]


def bend(monkeypatch: pytest.MonkeyPatch, name: str, how: Bend) -> None:
    """Let `policies.facts` say something else."""
    honest: Callable[[Question], Any] = getattr(facts, name)
    monkeypatch.setattr(facts, name, lambda asked: how(honest(asked)))


def without_attribute(name: str) -> Bend:
    def bent(found: list[facts.Entity]) -> list[facts.Entity]:
        return [one | {"attrs": {k: v for k, v in one["attrs"].items() if k != name}} for one in found]

    return bent


def with_attributes(bad: dict[str, Any]) -> Bend:
    def bent(found: list[facts.Entity]) -> list[facts.Entity]:
        return [one | {"attrs": one["attrs"] | (bad if one["uid"]["id"] == "asha" else {})} for one in found]

    return bent


@pytest.mark.parametrize("name", ["declaredUntil", "trainedUntil", "onDuty", "revoked", "ties", "withdrawn"])
def test_1_a_forbid_that_errs_for_want_of_an_attribute_denies(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question(asker=colleague(declared_until=TODAY - 1))
    bent = without_attribute("declaredUntil")(facts.entities(asked))
    late = "forbid (principal, action, resource) when { context.now.toDate() > principal.declaredUntil };"
    raw = cedarpy.is_authorized(facts.request(asked), "permit (principal, action, resource);" + late, bent)
    assert (raw.decision, bool(raw.diagnostics.errors)) == (ALLOW, True)  # Cedar without a schema
    bend(monkeypatch, "entities", without_attribute(name))
    assert answer() == ERROR


def test_2_an_entity_that_is_missing_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question(asker=colleague(links=["ACT:POL@XV-02-D4"]), slip=slip(exclude_links=["ACT:POL@XV"]))
    schema, rules = default_rules_text()
    gap = [one for one in facts.entities(asked) if one["uid"]["id"] != "ACT:POL@XV-02"]
    raw = cedarpy.is_authorized(facts.request(asked), rules, gap, schema)
    assert (raw.decision, raw.diagnostics.errors) == (ALLOW, [])  # Cedar with schema, and without a word
    for present in facts.entities(asked):
        left = [one for one in facts.entities(asked) if one["uid"] != present["uid"]]
        with pytest.raises(MalformedError):
            facts.check_closed(left, facts.request(asked))
    monkeypatch.setattr(links, "closure", lambda named: sorted(set(named)))
    assert answer(asker=asked.asker, slip=asked.slip) == ERROR


def test_2_without_its_schema_cedar_forgets_which_actions_open(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question(withdrawn=True)
    raw = cedarpy.is_authorized(facts.request(asked), default_rules_text()[1], facts.entities(asked))
    assert (raw.decision, raw.diagnostics.errors) == (ALLOW, [])  # `open_card in open` is in the schema alone
    honest = cedarpy.is_authorized

    def seen(*given: Any) -> cedarpy.AuthzResult:
        assert isinstance(given[3], cedarpy.Schema)
        return honest(*given)

    monkeypatch.setattr(cedarpy, "is_authorized", seen)
    assert answer(withdrawn=True) == Deny(("R11.withdrawn",))


def test_2_people_who_agree_are_part_of_what_must_be_there() -> None:
    asked = question(second=colleague("bea"), custodian=colleague("cleo", role="custodian"))
    for name in ("asha", "bea", "cleo", "report"):
        left = [one for one in facts.entities(asked) if one["uid"]["id"] != name]
        with pytest.raises(MalformedError):
            facts.check_closed(left, facts.request(asked))


def test_3_no_decision_denies_and_nothing_of_its_error_is_kept(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    asked = facts.request(question())
    raw = cedarpy.is_authorized(asked, "permit (principal", facts.entities(question()))
    assert raw.decision is cedarpy.Decision.NoDecision
    bend(monkeypatch, "entities", lambda found: [*found, {"uid": "ACT:SECRET@XV", "parents": [], "attrs": {}}])
    found = answer()
    assert found == ERROR
    assert "SECRET" not in repr(found) + "".join(capfd.readouterr()) + caplog.text


def test_3_an_answer_that_allows_by_no_rule_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent:
        decision = ALLOW
        diagnostics = cedarpy.Diagnostics({})

    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: Silent)
    assert answer() == ERROR


def context(**changes: Any) -> Bend:
    return lambda asked: asked | {"context": asked["context"] | changes}


BAD_REQUESTS: dict[str, Bend] = {
    "something more in the context": context(approved=True),
    "a purpose that is no entity": context(purpose="TRIAGE"),
    "a purpose that does not exist": context(purpose={"__entity": {"type": "Amana::Purpose", "id": "CURIOSITY"}}),
    "a section that does not exist": context(section={"__entity": {"type": "Amana::Section", "id": "all"}}),
    "a moment that is a number": context(now=1764000000),
    "an action that does not exist": lambda asked: asked | {"action": {"type": "Amana::Action", "id": "read"}},
    "the group of actions": lambda asked: asked | {"action": {"type": "Amana::Action", "id": "open"}},
    "a report that asks": lambda asked: asked | {"principal": asked["resource"]},
    "a principal that is not there": lambda asked: asked | {"principal": {"type": "Amana::Reviewer", "id": "nobody"}},
    "no resource": lambda asked: {k: v for k, v in asked.items() if k != "resource"},
}


@pytest.mark.parametrize("how", BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_4_a_request_that_does_not_fit_the_schema_denies(how: Bend, monkeypatch: pytest.MonkeyPatch) -> None:
    bend(monkeypatch, "request", how)
    assert answer() == ERROR


def test_4_a_key_twice_in_the_facts_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(found: list[facts.Entity]) -> str:
        return json.dumps(found).replace('"revoked": true', '"revoked": true, "revoked": false')

    assert answer(asker=colleague(revoked=True)) == Deny(("R9.revoked",))
    bend(monkeypatch, "entities", json.dumps)
    assert answer() == Permit(("R2.card",))  # facts as a text are read like others ...
    monkeypatch.undo()
    bend(monkeypatch, "entities", twice)
    assert answer(asker=colleague(revoked=True)) == ERROR  # ... but one that says two things is not


def test_5_a_request_without_context_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    for how in (
        lambda asked: {k: v for k, v in asked.items() if k != "context"},
        lambda asked: asked | {"context": {}},
    ):
        bend(monkeypatch, "request", how)
        assert answer() == ERROR
        monkeypatch.undo()


def test_6_facts_are_checked_for_every_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(facts.entities(question()), list)  # never entities that were parsed, and checked, once before
    for bad in ({"woman": "yes"}, {"extra": 1}, {"role": "desk"}, {"languages": [1]}, {"onDuty": None}):
        bend(monkeypatch, "entities", with_attributes(bad))
        assert answer() == ERROR
        monkeypatch.undo()
        assert answer() == Permit(("R2.card",))


def test_7_the_engine_is_the_one_that_the_bundle_names() -> None:
    sbom = json.loads(
        next(one for one in importlib.metadata.files("cedarpy") or () if one.name == "cedarpy.cyclonedx.json")
        .locate()
        .read_text()  # type: ignore[attr-defined]
    )
    (engine,) = {one["version"] for one in sbom["components"] if one["name"] == "cedar-policy"}
    assert f"cedar {engine}".startswith(ENGINE + ".")
    pinned = files("tests").joinpath("../pyproject.toml").read_text()
    assert f'"cedarpy=={importlib.metadata.version("cedarpy")}"' in pinned
    assert "engine" in BundleBody.__struct_fields__
    assert bundle_body().engine == ENGINE
