"""The API description at /openapi.json: what Litestar finds in the handlers, made exact.

Media types and limits of bodies come from the handlers themselves, so that they cannot disagree with the code. What a
type cannot say (the form of an id, who refuses how) is in the tables here. `docs/openapi.json` is this, committed.
How files are brought is tus 1.0.0, which has a text of its own (protocol 19.7), and is not described a second time.
"""

from typing import Annotated, Any, Final, cast, get_args, get_origin

from litestar import Litestar, Request, Response, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute

from crypto.limits import limit
from doors.problem import (
    OCTETS,
    PROBLEM_JSON,
    Busy,
    Closed,
    Conflict,
    Denied,
    Malformed,
    NotFound,
    Refusal,
    TooLarge,
    TooSlow,
    Unwritten,
    respond,
)
from server.arriving import WrongChecksum
from server.files import OutOfRange

Json = dict[str, Any]

_HEX: Final = r"^[0-9a-f]{64}$"
_INDEX: Final = {"type": "integer", "minimum": 0}
_PARAMETERS: Final[dict[str, Json]] = {
    "since": {"type": "string", "format": "date", "pattern": r"^(19[7-9]|[2-9][0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}$"},
    "after": {"type": "string", "pattern": _HEX},
    "day": {"type": "string", "format": "date", "pattern": r"^(19[7-9]|[2-9][0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}$"},
    "envelope": {"type": "string", "pattern": _HEX},
    "sealed": {"type": "string", "pattern": _HEX},
    "opening": {"type": "string", "pattern": r"^[0-9a-f]{32}$"},
    "name": {"type": "string", "pattern": r"^(bundle|directory|page|leaf)-[0-9]{1,9}$"},
    "rest": {"type": "string", "pattern": r"^(entries|[0-7])/(x[0-9]{3}/){0,4}[0-9]{3}(\.p/[1-9][0-9]{0,2})?$"},
    "index": _INDEX,
    "number": _INDEX,
    "sheet": {"type": "integer", "minimum": 0, "maximum": limit("queue_sheets")},
}
_SAID: Final = {
    "after": "id of the last one seen, in hex",
    "day": "day, YYYY-MM-DD",
    "envelope": "id of a report: hex of the SHA-256 of its header (protocol 4.4)",
    "sealed": "`object`: the random name of a sealed file, in hex (protocol 19.2)",
    "index": "index of a leaf of the log",
    "name": "`bundle-3`, `directory-7`, `page-1`; or `leaf-12`, the statement of that public leaf",
    "number": "number of a run of 256 leaves",
    "opening": "the name that was given when it was handed in",
    "rest": "path of a tile or of an entry bundle (C2SP tlog-tiles)",
    "sheet": "number of the sheet, from 0",
    "since": "day, YYYY-MM-DD",
}
_BODIES: Final = {
    "/v1/reports": "An envelope (protocol 4.5).",
    "/v1/openings": "A request sealed to each gate: an `Openings` message (protocol 11).",
    "/v1/notes": "A signed statement with what belongs to it: a `Publication` message (protocol 8).",
    "/v1/answers": "Slots of an answer with t gates' permissions: an `AnswerPost` message (protocol 15.6).",
    "/v1/consents": "Wishes for all gates, exactly 4,096 bytes (protocol 16.3).",
    "/v1/withdrawals": "Wishes for all gates, exactly 4,096 bytes (protocol 16.3).",
}
_READING: Final[tuple[type[Refusal], ...]] = (Malformed, NotFound, Busy, Unwritten)
_WRITING: Final[tuple[type[Refusal], ...]] = (Malformed, TooSlow, Conflict, TooLarge, Busy, Closed, Unwritten)
_FILE: Final = "/v1/objects/{sealed}"
_BESIDES: Final[dict[str, tuple[type[Refusal], ...]]] = {"/v1/answers": (Denied,), _FILE: (OutOfRange,)}
_KINDS: Final[tuple[type[Refusal], ...]] = (*_WRITING, NotFound, Denied, WrongChecksum)
_RANGE: Final[Json] = {
    "name": "range",
    "in": "header",
    "required": False,
    "description": "one range, both ends said: `bytes=0-1023`",
    "schema": {"type": "string", "pattern": r"^bytes=[0-9]{1,12}-[0-9]{1,12}$"},
}


def complete(schema: Json, app: Litestar) -> Json:
    """Return Litestar's description with bodies, refusals and forms put right."""
    components: Json = schema.setdefault("components", {}).setdefault("schemas", {})
    for one in components.values():
        one["additionalProperties"] = False
    components["Problem"] = _problem()
    for path, method, handler in _handlers(app):
        operation = schema["paths"].get(path, {}).get(method)
        if operation is not None:
            _complete(operation, path, handler)
    return schema


def _handlers(app: Litestar) -> list[tuple[str, str, HTTPRouteHandler]]:
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    return [
        (route.path_format, method.lower(), handler)
        for route in routes
        for handler in route.route_handlers
        for method in handler.http_methods
    ]


def _complete(operation: Json, path: str, handler: HTTPRouteHandler) -> None:
    """Put one operation right."""
    for parameter in operation.get("parameters", ()):
        name = parameter["name"]
        if name in _PARAMETERS:  # a new one is as Litestar says; a test asks for its description
            parameter["schema"], parameter["description"] = dict(_PARAMETERS[name]), _SAID[name]
    takes_body = handler.http_methods == {"POST"}
    if takes_body:
        size = cast("int", handler.resolve_request_max_body_size())
        content = {OCTETS: {"schema": {"type": "string", "format": "binary", "maxLength": size}}}
        operation["requestBody"] = {"required": True, "description": _BODIES.get(path, ""), "content": content}
    answers: Json = {code: one for code, one in operation["responses"].items() if code.startswith("2")}
    media = _media(handler.parsed_fn_signature.return_type.annotation)
    for one in answers.values():
        one.pop("headers", None)
        if media is not None:
            one["content"] = {media: {"schema": {"type": "string"} | ({"format": "binary"} if media == OCTETS else {})}}
    if path == _FILE:
        operation["parameters"].append(dict(_RANGE))
        answers["200"]["content"] = {OCTETS: {"schema": {"type": "string", "format": "binary"}}}
        answers["206"] = {**answers["200"], "description": "The range that was asked for"}
    if path == "/v1/reports" and takes_body:
        answers["200"] = {**answers["201"], "description": "The same bytes were handed in before; the same answer"}
    refusals = _WRITING if takes_body else () if path == "/health" else _READING
    refusals += _BESIDES.get(path, ())
    for status in sorted({kind.status for kind in refusals}):
        answers[str(status)] = _refusal([kind for kind in refusals if kind.status == status])
    operation["responses"] = dict(sorted(answers.items()))


def _media(annotation: Any) -> str | None:  # noqa: ANN401 - whatever a handler is annotated with
    """Return the media type of a handler that answers with bytes or text; None where it is JSON."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    inner = next(iter(get_args(annotation)), None)
    return OCTETS if inner is bytes else "text/plain" if inner is str else None


def _refusal(kinds: list[type[Refusal]]) -> Json:
    answer: Json = {
        "description": " ".join(kind.title for kind in kinds),
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if Busy in kinds:
        said = "seconds after which to try again"
        answer["headers"] = {"Retry-After": {"description": said, "schema": {"type": "integer", "minimum": 1}}}
    return answer


def _problem() -> Json:
    """Describe the one shape of every refusal (RFC 9457), with its constant words."""
    return {
        "type": "object",
        "title": "Problem",
        "description": "Every refusal looks like this. Its words are constant; nothing is taken from the request.",
        "properties": {
            "type": {"type": "string", "enum": sorted({f"tag:amana,2026:{kind.kind}" for kind in _KINDS})},
            "title": {"type": "string", "enum": sorted({kind.title for kind in _KINDS})},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
        },
        "required": ["status", "title", "type"],
        "additionalProperties": False,
    }


def router() -> Router:
    """Return the router that serves it. Litestar's own page for what is not there is HTML; ours is like all others."""

    async def in_our_form(answer: Response[Any]) -> Response[Any]:
        return answer if answer.status_code == 200 else respond(NotFound())  # noqa: PLR2004 - OK

    return Router("/openapi.json", route_handlers=[], include_in_schema=False, after_request=in_our_form)


class Description(JsonRenderPlugin):
    """Serves the completed description."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Json) -> bytes:
        """Return it as JSON. It is completed once: Litestar hands in the same dictionary every time."""
        if "Problem" not in openapi_schema.get("components", {}).get("schemas", {}):
            complete(openapi_schema, request.app)
        return self.render_json(request, openapi_schema)
