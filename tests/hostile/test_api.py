"""The API as it describes itself: the description is current and exact, and whatever is made from it is answered so.

schemathesis makes requests from our own OpenAPI, valid and not, for every operation there is (P10: no input moves
anything that it should not).
"""

import importlib.util
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from doors.problem import OCTETS, PROBLEM_JSON
from tests.harness import Running
from tests.hostile.describe import WHERE, description
from tests.hostile.watching import Watch, check_answer
from tests.needs import need
from tests.samples import send

CASES = 10
NEEDED = "the schemathesis package"


def test_the_committed_description_is_current(world: Running) -> None:
    assert WHERE.read_text() == description(world.server), "run: python -m tests.hostile.describe"


def test_every_operation_says_how_it_refuses_and_what_it_takes(world: Running) -> None:
    described = json.loads(description(world.server))
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["description"], where
            assert all(one["description"] for one in operation.get("parameters", ())), where
            assert operation.get("requestBody", {"description": "none"})["description"], where
            assert ("requestBody" in operation) == (method == "post"), where
            if method == "post":
                assert operation["requestBody"]["content"][OCTETS]["schema"]["maxLength"] > 0, where
            refusals = {code: one for code, one in operation["responses"].items() if not code.startswith("2")}
            assert bool(refusals) == (path != "/health"), where
            for one in refusals.values():
                assert list(one["content"]) == [PROBLEM_JSON], where
                assert one["content"][PROBLEM_JSON]["schema"] == {"$ref": "#/components/schemas/Problem"}, where
    for name, schema in described["components"]["schemas"].items():
        assert schema["additionalProperties"] is False, name


def _schema(world: Running) -> Any:
    if importlib.util.find_spec("schemathesis") is None:
        need("schemathesis on our OpenAPI", NEEDED)
    import schemathesis  # noqa: PLC0415 - only where it is

    return schemathesis.openapi.from_dict(json.loads(description(world.server)))


def _ask(world: Running, case: Any) -> Any:
    """Send what schemathesis made."""
    made = case.as_transport_kwargs(base_url="http://testserver.local")
    kept = {name: made[name] for name in ("method", "url", "params", "headers", "json") if made.get(name) is not None}
    if made.get("data") is not None:
        data = made["data"]
        kept["content"] = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return world.server.request(**kept)


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_whatever_is_made_from_the_description_is_answered_as_it_says(world: Running, mode: str) -> None:
    schema = _schema(world)
    from schemathesis import GenerationMode  # noqa: PLC0415
    from schemathesis.specs.openapi.checks import positive_data_acceptance  # noqa: PLC0415

    send(world, "S01")
    watch = Watch(world)
    answered: set[int] = set()
    tried = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if mode == "negative" and not operation.definition.raw.get("parameters"):
            continue  # to the description any bytes are a body
        if mode == "positive" and "{rest}" in operation.path:
            continue  # it puts no slash into a path; test_lies.py asks for tiles

        @settings(max_examples=CASES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)))
        def every(case: Any) -> None:
            answer = _ask(world, case)
            answered.add(answer.status_code)
            check_answer(answer)
            # A body of the right type and size is, to the description, a valid one; only the protocol says more.
            case.validate_response(answer, excluded_checks=[positive_data_acceptance] if case.method == "POST" else [])

        every()
        tried.append(operation.label)
    watch.nothing_changed()
    assert len(tried) >= (16 if mode == "positive" else 12), tried
    assert {200, 404} <= answered if mode == "positive" else {400} <= answered
