"""Refusals: RFC 9457 problem+json, one constant title a kind, nothing taken from the input."""

from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy.exc import SQLAlchemyError

from crypto.errors import CryptoError

PROBLEM_JSON = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The one shape of every error. `size` stands only in a gate's `conflict`: how far it has read the log."""

    type: str
    title: str
    status: int
    size: int | msgspec.UnsetType = msgspec.UNSET


class Refusal(Exception):  # noqa: N818 - what a house says, not what went wrong
    """Base of every way a house says no over HTTP."""

    status: ClassVar[int] = 500
    kind: ClassVar[str] = "closed"
    title: ClassVar[str] = "This cannot be done now. Nothing was acknowledged."

    def __init__(self, size: int | None = None) -> None:
        super().__init__(self.kind)
        self.size = size


class Malformed(Refusal):
    """Not in the form of the protocol."""

    status = 400
    kind = "malformed"
    title = "This is not in the form that the protocol gives it. Nothing was saved here."


class TooLarge(Refusal):
    """Longer than its limit."""

    status = 413
    kind = "too-large"
    title = "This is larger than the protocol allows. Nothing was saved here."


class TooSlow(Refusal):
    """Came slower than a bad line (doors/bodies.py)."""

    status = 408
    kind = "too-slow"
    title = "This came too slowly. Nothing was saved here. Please try again."


class NotFound(Refusal):
    """No such thing, or no such thing yet."""

    status = 404
    kind = "not-found"
    title = "There is nothing here."


class Denied(Refusal):
    """Not allowed; reasons are for auditors."""

    status = 403
    kind = "denied"
    title = "This was not allowed."


class Closed(Refusal):
    """The log, its quorum or the rules cannot be reached; nothing opens."""

    status = 503
    kind = "closed"
    title = "This is closed until the log can be written and checked. Nothing was opened."


class Unwritten(Refusal):
    """The database, its disk or a line failed. A commit that fails may be kept all the same, so this denies nothing."""

    status = 503
    kind = "closed"
    title = "The log cannot be written or read now. Nothing was acknowledged. Please try again later."


class Busy(Refusal):
    """Too much at once."""

    status = 503
    kind = "busy"
    title = "Too much at once. Please try again in a moment."


class Conflict(Refusal):
    """It contradicts what is already here."""

    status = 409
    kind = "conflict"
    title = "This contradicts what is already here. Nothing was changed."


_UNREAD = frozenset({"too-large", "too-slow", "busy"})
_BY_STATUS: dict[int, type[Refusal]] = {404: NotFound, 405: NotFound, 413: TooLarge, 503: Busy}


def respond(refusal: Refusal, status: int | None = None) -> Response[Problem]:
    """Return a refusal as problem+json."""
    code = refusal.status if status is None else status
    problem = Problem(
        type=f"tag:amana,2026:{refusal.kind}",
        title=refusal.title,
        status=code,
        size=msgspec.UNSET if refusal.size is None else refusal.size,
    )
    headers = {"Retry-After": "2"} if refusal.kind == "busy" else {}
    if refusal.kind in _UNREAD:
        headers["Connection"] = "close"  # the rest of what she sends is not waited for
    return Response(problem, status_code=code, media_type=PROBLEM_JSON, headers=headers)


def _refusal(_: Request[Any, Any, Any], error: Refusal) -> Response[Problem]:
    return respond(error)


def _crypto(_: Request[Any, Any, Any], __: CryptoError) -> Response[Problem]:
    return respond(Malformed())


def _http(_: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    kind = _BY_STATUS.get(error.status_code, Malformed if error.status_code < 500 else Refusal)  # noqa: PLR2004
    answer = respond(kind(), error.status_code)
    if error.headers and "allow" in error.headers:
        answer.headers["Allow"] = error.headers["allow"]  # RFC 9110: a 405 says which methods there are
    return answer


def _failed(_: Request[Any, Any, Any], __: Exception) -> Response[Problem]:
    return respond(Unwritten())


def _unforeseen(_: Request[Any, Any, Any], __: Exception) -> Response[Problem]:
    return respond(Refusal())


HANDLERS: dict[int | type[Exception], Callable[..., Response[Any]]] = {
    Refusal: _refusal,
    CryptoError: _crypto,
    HTTPException: _http,
    SQLAlchemyError: _failed,
    OSError: _failed,
    Exception: _unforeseen,
}
OCTETS = "application/octet-stream"  # sealed things travel as plain bytes
