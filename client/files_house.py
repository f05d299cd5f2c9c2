"""Files at a house (protocol 19.7, 19.8): tus 1.0.0 to bring them, ranges to read them."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from client.api import House, ReportId
from client.errors import RefusedError, UnprovenError
from crypto.objects import SIZES

_TUS: Final = {"tus-resumable": "1.0.0"}
_BYTES: Final = "application/offset+octet-stream"


@dataclass(frozen=True, slots=True)
class FilesHouse:
    """What a house does with objects. Names of objects are 32 bytes; whoever knows one may go on with its upload."""

    house: House

    def create(self, name: bytes, report: ReportId, ticket: bytes, length: int) -> None:
        """Announce an object of a report that has arrived; the same again is no other."""
        told = {"report": report, "object": name, "ticket": ticket}
        metadata = ",".join(f"{key} {b64encode(value).decode()}" for key, value in told.items())
        headers = _TUS | {"upload-length": str(length), "upload-metadata": metadata}
        answer = self.house.ask("POST", "/v1/objects", headers)
        if answer.headers.get("location", "").rpartition("/")[2] != name.hex():
            raise _odd()

    def offset(self, name: bytes, length: int) -> int:
        """How much of an object of this length is on the house's disk; all of it only when the log says so."""
        answer = self.house.ask("HEAD", _path(name), _TUS)
        found = _number(answer.headers.get("upload-offset", ""))
        if _number(answer.headers.get("upload-length", "")) != length or found > length:
            raise _odd()
        return found

    def append(self, name: bytes, offset: int, data: bytes) -> int:
        """Bring the next bytes; return the new offset."""
        headers = _TUS | {"upload-offset": str(offset), "content-type": _BYTES}
        answer = self.house.ask("PATCH", _path(name), headers, data)
        if _number(answer.headers.get("upload-offset", "")) != offset + len(data):
            raise _odd()
        return offset + len(data)

    def proof(self, name: bytes) -> str:
        """Return the tlog-proof of its leaf."""
        return self.house.ask("GET", f"{_path(name)}/proof", {}).content.decode("utf-8", "replace")

    def read(self, name: bytes, start: int, size: int) -> bytes:
        """Return so many bytes of a whole object. Raise UnprovenError where others come."""
        answer = self.house.ask("GET", _path(name), {"range": f"bytes={start}-{start + size - 1}"})
        if answer.status_code != 206 or len(answer.content) != size:  # noqa: PLR2004 - Partial Content
            raise _odd()
        return answer.content


def check_length(length: int) -> None:
    """Raise RefusedError for a sealed file that cannot be one: its length is of no bucket."""
    if length not in SIZES:
        raise RefusedError("A sealed file is damaged: its length is of none.", "Seal the report again.")


def _path(name: bytes) -> str:
    return f"/v1/objects/{name.hex()}"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):  # noqa: PLR2004 - 2 GiB has ten digits
        raise _odd()
    return int(text)


def _odd() -> UnprovenError:
    return UnprovenError("The house answered about a file in a form that is not the protocol's.", "Try again later.")
