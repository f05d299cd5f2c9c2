"""Two builds of Cedar on one corpus: `cedarpy`, which gates use, and `@cedar-policy/cedar-wasm` in node.

`python -m tests.interop.cedar 20000` compares that many questions; `make test` compares 2,000.
"""

import json
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import cedarpy

from crypto.errors import MalformedError
from policies import facts
from policies.decide import default_rules_text
from policies.facts import Entity, Question
from tests.interop import node
from tests.policies.corpus import Dice, questions

# One more rule that errs for every report above tier 1, so that errors are counted by both.
OVERFLOW: Final = '\n@id("x") forbid (principal, action, resource) when { resource.tier * 9223372036854775807 > 0 };'
SEED: Final = b"corpus 1"
Answer = list[Any]  # decision, sorted @ids, number of errors


@dataclass(frozen=True)
class Case:
    """A question as Cedar gets it."""

    rules: int
    request: dict[str, Any]
    entities: list[Entity]

    def plain(self) -> dict[str, Any]:
        return {"rules": self.rules, "request": self.request, "entities": self.entities}


def corpus(number: int) -> list[Case]:
    """Return cases: one in four has the rule that errs, one in sixteen is bent, mostly out of its schema."""
    made = []
    for n, question in enumerate(questions(SEED, number * 2)):
        dice = Dice(b"bend" + n.to_bytes(8, "big"))
        case = _case(question, erring=dice.rarely(4))
        if case is not None:
            made.append(_bent(case, dice) if dice.rarely(16) else case)
        if len(made) == number:
            return made
    raise RuntimeError("too few questions have facts")


def _case(question: Question, *, erring: bool) -> Case | None:
    """Return the case, or None where `policies.facts` refuses to make one: Cedar is never asked."""
    try:
        return Case(int(erring), facts.request(question), facts.entities(question))
    except MalformedError:
        return None


def _bent(case: Case, dice: Dice) -> Case:
    request, entities = dict(case.request), list(case.entities)
    place = dice.below(len(entities))
    match dice.below(6):
        case 0:
            del entities[place]  # a gap; both take it for an entity without parents
        case 1:
            gone = dice.one(sorted(entities[place]["attrs"]) or ["-"])
            left = {key: value for key, value in entities[place]["attrs"].items() if key != gone}
            entities[place] = entities[place] | {"attrs": left}
        case 2:
            entities[place] = entities[place] | {"attrs": entities[place]["attrs"] | {"unheard": True}}
        case 3:
            request["context"] = {k: v for k, v in request["context"].items() if k != dice.one(["now", "purpose"])}
        case 4:
            purpose = {"__entity": {"type": "Amana::Purpose", "id": "CURIOSITY"}}
            request["context"] = request["context"] | {"purpose": purpose}
        case _:
            request["action"] = {"type": "Amana::Action", "id": dice.one(["open", "read", "open_all"])}
    return Case(case.rules, request, entities)


def ours(cases: list[Case], rules: list[str], schema: str) -> list[Answer]:
    """Return what cedarpy says."""
    parsed = [cedarpy.PolicySet.from_str(text) for text in rules]
    shape = cedarpy.Schema.from_str(schema)
    answers: list[Answer] = []
    for case in cases:
        result = cedarpy.is_authorized(case.request, parsed[case.rules], case.entities, shape)
        found = result.diagnostics
        if result.decision is cedarpy.Decision.NoDecision:
            answers.append(["refused", [], 0])
            continue
        names = sorted(found.id_annotations_by_reason[reason] for reason in found.reasons)
        answers.append([str(result.decision.value).lower(), names, len(found.errors)])
    return answers


def compare(number: int, rules_of_node: list[str] | None = None) -> tuple[list[Case], list[Answer], list[Answer]]:
    """Return the cases, our answers and node's. `rules_of_node` gives node other rules, to see a difference found."""
    schema, text = default_rules_text()
    rules = [text, text + OVERFLOW]
    cases = corpus(number)
    with tempfile.TemporaryFile() as told:
        task = {"schema": schema, "rules": rules_of_node or rules, "cases": [case.plain() for case in cases]}
        told.write(json.dumps(task).encode())
        told.seek(0)
        with node.start("cedar.mjs", told) as program:
            mine = ours(cases, rules, schema)
            answers = json.loads(program.communicate()[0])
        if program.returncode:
            raise RuntimeError("node failed")
    return cases, mine, answers


def main() -> int:
    """Compare as many as asked for; 0 when all are the same."""
    lacks = node.missing()
    if lacks:
        sys.stdout.write(f"NOT RUN: cedarpy beside cedar-wasm, needs {lacks}\n")
        return 1
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    _, mine, theirs = compare(number)
    different = sum(one != other for one, other in zip(mine, theirs, strict=True))
    counts = Counter(answer[0] for answer in mine)
    sys.stdout.write(f"{number} questions, {dict(counts)}, {different} answered differently\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
