"""tus 1.0.0: files in parts over a bad line (protocol 19.7)."""

import hashlib
from base64 import b64decode
from typing import Any, ClassVar, Final

from litestar import Request, Response, delete, head, patch, post, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.params import FromPath

from crypto.objects import NAME, SIZES
from doors.problem import Malformed, NotFound
from server.arriving import Uploads
from server.objects import Wanted

VERSION: Final = "1.0.0"
_WHAT: Final = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,termination,checksum",
    "Tus-Max-Size": str(max(SIZES)),
    "Tus-Checksum-Algorithm": "sha256",
}
_BYTES: Final = "application/offset+octet-stream"
_DIGITS: Final = 12


class OtherVersion(Malformed):
    """Another version of tus."""

    status: ClassVar[int] = 412


class OtherMedia(Malformed):
    """A body of another type."""

    status: ClassVar[int] = 415


def name_of(text: str) -> bytes:
    """Return the object that a path names."""
    if len(text) != 2 * NAME or text != text.lower():
        raise NotFound
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotFound from None


def _checked(request: Request[Any, Any, Any]) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise OtherVersion


def _number(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise Malformed
    return int(text)


def _wanted(request: Request[Any, Any, Any]) -> Wanted:
    found: dict[str, bytes] = {}
    for pair in request.headers.get("upload-metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = b64decode(value, validate=True)
        except ValueError:
            raise Malformed from None
    if not {"report", "object", "ticket"} <= set(found) or any(
        len(found[key]) != NAME for key in ("report", "object", "ticket")
    ):
        raise Malformed
    length = _number(request.headers.get("upload-length"))
    return Wanted(report=found["report"], name=found["object"], ticket=found["ticket"], length=length)


def _checksum(request: Request[Any, Any, Any]) -> bytes | None:
    said = request.headers.get("upload-checksum")
    if said is None:
        return None
    algorithm, _, value = said.partition(" ")
    try:
        digest = b64decode(value, validate=True)
    except ValueError:
        raise Malformed from None
    if algorithm != "sha256" or len(digest) != hashlib.sha256().digest_size:
        raise Malformed
    return digest


@route("/v1/objects", http_method=[HttpMethod.OPTIONS], status_code=204, include_in_schema=False)
async def offered() -> Response[None]:
    """Say what of tus is spoken."""
    return Response(None, status_code=204, headers=_WHAT)


@post("/v1/objects", include_in_schema=False)
async def create(request: Request[Any, Any, Any], uploads: NamedDependency[Uploads]) -> Response[None]:
    """Announce an object of a report that has arrived."""
    _checked(request)
    wanted = _wanted(request)
    await uploads.create(wanted)
    return Response(None, status_code=201, headers={"Location": f"/v1/objects/{wanted.name.hex()}"})


@head("/v1/objects/{sealed:str}", include_in_schema=False)
async def ask(
    request: Request[Any, Any, Any], sealed: FromPath[str], uploads: NamedDependency[Uploads]
) -> Response[None]:
    """Say how much of it is on disk."""
    _checked(request)
    state = await uploads.state(name_of(sealed))
    headers = {"Upload-Offset": str(state.offset), "Upload-Length": str(state.length)}
    return Response(None, headers=headers)


@patch("/v1/objects/{sealed:str}", status_code=204, include_in_schema=False, request_max_body_size=None)
async def append(
    request: Request[Any, Any, Any], sealed: FromPath[str], uploads: NamedDependency[Uploads]
) -> Response[None]:
    """Take the next bytes."""
    _checked(request)
    if request.headers.get("content-type") != _BYTES:
        raise OtherMedia
    offset, said = request.headers.get("upload-offset"), request.headers.get("content-length", "0")
    end = await uploads.append(name_of(sealed), _number(offset), _number(said), request, _checksum(request))
    return Response(None, status_code=204, headers={"Upload-Offset": str(end)})


@delete("/v1/objects/{sealed:str}", include_in_schema=False)
async def remove(request: Request[Any, Any, Any], sealed: FromPath[str], uploads: NamedDependency[Uploads]) -> None:
    """Forget one that is not whole yet."""
    _checked(request)
    await uploads.remove(name_of(sealed))


HANDLERS: Final = (offered, create, ask, append, remove)
