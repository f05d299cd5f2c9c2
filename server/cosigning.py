"""Ask one witness for one cosignature (C2SP tlog-witness; protocol 9.3, 9.5). Only signatures are believed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx2

from crypto import notes, witnessing
from crypto.checkpoints import LogPolicy
from crypto.errors import CryptoError
from crypto.limits import limit
from crypto.notes import Vkey
from crypto.witnessing import AddCheckpoint
from doors.database import Database
from doors.problem import Closed
from server import tree
from server.heads import Head, Heads

_TRIES: Final = 4  # of one head: from the sizes that she names
_SECONDS: Final = 8.0  # without a byte
_OK, _CONFLICT, _UNPROVEN, _NOT_FOUND = 200, 409, 422, 404


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status and body, the beginning of it where it is too long."""

    status: int
    body: bytes


Call = Callable[[str, str, bytes], Reply]
"""Method, path and body; raises OSError or httpx2.HTTPError. Tests give their own."""


class AheadError(Exception):
    """She shows a head that the log's key signed, and that is not one of this log as it is here."""

    def __init__(self, note: str) -> None:
        super().__init__("ahead")
        self.note = note


class Line:
    """A way to speak to a witness at `http…` or `unix:PATH`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: httpx2.Client | None = None

    def __call__(self, method: str, path: str, content: bytes) -> Reply:
        """Ask, and read no more than an answer may be."""
        if self._client is None:  # only now: an address that is none is this witness's trouble, and no other's
            self._client = self._open()
        with self._client.stream(method, path, content=content or None) as answer:
            body = b""
            for part in answer.iter_bytes():
                body = (body + part)[: limit("note")]
                if len(body) == limit("note"):
                    break
            return Reply(answer.status_code, body)

    def _open(self) -> httpx2.Client:
        if self._address.startswith("unix:"):
            transport = httpx2.HTTPTransport(uds=self._address.removeprefix("unix:"))
            return httpx2.Client(transport=transport, base_url="http://witness", timeout=_SECONDS)
        return httpx2.Client(base_url=self._address, timeout=_SECONDS, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()


class WitnessLink:
    """One witness. `_size` is the head that we believe she holds; when she says otherwise, she is asked from there."""

    def __init__(self, key: Vkey, call: Call, log: LogPolicy, heads: Heads, database: Database) -> None:
        self.key, self._call, self._log = key, call, log
        self._heads, self._database = heads, database
        self._size = 0

    def close(self) -> None:
        """Hang up."""
        if isinstance(self._call, Line):
            self._call.close()

    def ask(self, head: Head) -> str:
        """Return her cosignature line; an empty one where there is no head yet, and she holds none either.

        Raise AheadError with her head where it proves that ours is an old copy, and Closed for everything else.
        """
        try:
            if not head.size:
                return self._agrees_on_nothing()
            return self._ask(head)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, CryptoError):
            raise Closed from None

    def _ask(self, head: Head) -> str:
        text, _ = notes.split(head.checkpoint)
        for _ in range(_TRIES):
            old = min(self._size, head.size)
            asked = AddCheckpoint(old, self._proof(old, head.size), head.checkpoint)
            reply = self._call("POST", witnessing.PATH, asked.encode().encode())
            if reply.status == _OK:
                line = witnessing.cosignature(text, reply.body, self.key)
                self._size = head.size
                return line
            if reply.status == _CONFLICT:
                size = witnessing.size_of(reply.body)
                if size <= head.size and size != old:
                    self._size = size
                    continue
            if reply.status in (_CONFLICT, _UNPROVEN):
                self._look()  # she holds more than we do, or something else
            raise Closed
        raise Closed

    def _proof(self, old: int, size: int) -> tuple[bytes, ...]:
        if not 0 < old < size:
            return ()
        with self._database.reader.connect() as connection:
            return tuple(tree.Reader(connection).consistency(old, size))

    def _agrees_on_nothing(self) -> str:
        if self._call("GET", witnessing.place(self._log.origin), b"").status != _NOT_FOUND:
            self._look()
            raise Closed
        return ""

    def _look(self) -> None:
        """Raise AheadError if she shows a head by the log's key that is not one of the log as it is here."""
        reply = self._call("GET", witnessing.place(self._log.origin), b"")
        if reply.status != _OK:
            return  # what she claims and does not show is no proof
        note = reply.body.decode("utf-8", "replace")
        if not is_here(note, self._log, self._heads, self._database):
            raise AheadError(note)


def is_here(note: str, log: LogPolicy, heads: Heads, database: Database) -> bool:
    """Whether a head by the log's key is one of the log as it is here. Raise CryptoError for what is no head of it."""
    shown = log.verify(note)
    if shown.size > heads.signed.size:
        return False
    with database.reader.connect() as connection:
        return tree.Reader(connection).root(shown.size) == shown.root
