"""Wrong rules, made mechanically from the right ones: each differs in one place, as a slip of the pen would have it.

Rules are read as Cedar's own JSON, so a rule that is added tomorrow is bent without a line here being written.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import cedarpy

from crypto.sections import Section

Json = Any
OPENING: Final = (*(f"open_{section.label}" for section in Section), "answer", "thread")  # members of the group `open`
OPPOSITE: Final = {"&&": "||", "||": "&&", "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}


@dataclass(frozen=True)
class Mutant:
    """All rules, one of them wrong."""

    rule: str
    change: str  # in words; with the rule it names the mutant in survivors.toml
    text: str


def mutants(policies: str) -> Iterator[Mutant]:
    """Yield every mutant of every rule."""
    whole = json.loads(cedarpy.policies_to_json_str(policies))
    for key, policy in whole["staticPolicies"].items():
        name = policy["annotations"]["id"]
        others = {k: v for k, v in whole["staticPolicies"].items() if k != key}
        yield Mutant(name, "no such rule", _text(whole | {"staticPolicies": others}))
        for change, bent in _policy(policy):
            yield Mutant(name, change, _text(whole | {"staticPolicies": others | {key: bent}}))


def _text(whole: Json) -> str:
    return str(cedarpy.policies_from_json_str(json.dumps(whole)))


def _policy(policy: Json) -> Iterator[tuple[str, Json]]:
    yield "the other effect", policy | {"effect": "forbid" if policy["effect"] == "permit" else "permit"}
    for change, action in _actions(policy["action"]):
        yield change, policy | {"action": action}
    conditions = policy["conditions"]
    for number, condition in enumerate(conditions):
        before, after = conditions[:number], conditions[number + 1 :]
        kind, body = condition["kind"], condition["body"]
        yield f"always, for `{kind} {shown(body)}`", policy | {"conditions": [*before, *after]}
        other = {"kind": "unless" if kind == "when" else "when", "body": body}
        yield f"`{other['kind']}` for `{kind} {shown(body)}`", policy | {"conditions": [*before, other, *after]}
        for change, bent in _expression(body):
            yield change, policy | {"conditions": [*before, {"kind": kind, "body": bent}, *after]}


def _actions(scope: Json) -> Iterator[tuple[str, Json]]:
    """Wider: everything, everything that opens. Narrower: all but one."""
    if scope["op"] == "All":
        yield "opening only", {"op": "in", "entity": _action("open")}
        return
    yield "every action", {"op": "All"}
    one = scope.get("entity")
    several = scope.get("entities", [])
    if one == _action("open"):
        several = [_action(name) for name in OPENING]
    else:
        yield "everything that opens", {"op": "in", "entity": _action("open")}
    if one is None or several:
        for left_out in several:
            rest = [action for action in several if action != left_out]
            yield f"not for {left_out['id']}", {"op": "in", "entities": rest}


def _action(name: str) -> Json:
    return {"type": "Amana::Action", "id": name}


def _expression(here: Json) -> Iterator[tuple[str, Json]]:
    """Yield what replaces an expression, with one thing in it changed."""
    if not isinstance(here, dict):  # the name of an attribute
        return
    ((op, inside),) = here.items()
    yield from _here(here, op, inside)
    if op in ("Value", "Var"):
        return
    for place in inside if isinstance(inside, dict) else range(len(inside)):
        for change, bent in _expression(inside[place]):
            changed = deepcopy(inside)
            changed[place] = bent
            yield change, {op: changed}


def _here(here: Json, op: str, inside: Json) -> Iterator[tuple[str, Json]]:
    """Yield what replaces an expression, changed at its top."""
    for part in {"&&": ("left", "right"), "||": ("left", "right"), "!": ("arg",)}.get(op, ()):
        yield f"`{shown(inside[part])}` for `{shown(here)}`", inside[part]
    if op in OPPOSITE:
        yield f"`{OPPOSITE[op]}` for `{op}` in `{shown(here)}`", {OPPOSITE[op]: inside}
    if op == "Value" and type(inside) is int:
        for number in (inside - 1, inside + 1):
            yield f"{number} for {inside}", {"Value": number}
    if op == "Set":
        for number, one in enumerate(inside):
            yield f"without {shown(one)}", {"Set": inside[:number] + inside[number + 1 :]}


def shown(body: Json) -> str:
    """Return an expression as Cedar writes it."""
    return _shown(json.dumps(body))


@cache
def _shown(body: str) -> str:
    policy = {
        "effect": "permit",
        **{part: {"op": "All"} for part in ("principal", "action", "resource")},
        "conditions": [{"kind": "when", "body": json.loads(body)}],
    }
    text = _text({"staticPolicies": {"one": policy}, "templates": {}, "templateLinks": []})
    return text.partition("when { ")[2].rpartition(" };")[0].replace("Amana::", "")
