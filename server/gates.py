"""Talk to the gates: keep them at the log's head, carry what only they can read, gather their `current` notes."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Final, Protocol

import httpx2
import msgspec
from sqlalchemy import Connection

from crypto import leaves, notes, sheets, signing
from crypto.errors import CryptoError
from crypto.labels import Label
from crypto.leaves import Entry
from crypto.opening import leaf_message
from crypto.relay import (
    SYNC_LEAVES,
    DecisionsCall,
    DecisionsReply,
    ReleasesCall,
    ReleasesReply,
    SignedEntry,
    Sync,
    SyncReply,
)
from crypto.sheets import QueueCall, QueueReply
from doors.database import Database
from doors.problem import Closed, Denied, Malformed
from server import tree
from server.ledger import Ledger
from server.trust import TrustStore

_REPLY_LIMIT: Final = 4 << 20  # bytes of a gate's answer
_RETRIES: Final = 16  # of a call for which others brought the gate further meanwhile; the desk has eight workers
_SECONDS: Final = 30.0
_LISTS: Final = 300.0  # seconds for a sheet of lists: 256 reports for 120 people are 30,000 questions to the rules
_QUEUE: Final = "/v1/queue"
_EVERY, _PAUSE = 30.0, 1.0  # seconds between two rounds, unless somebody wakes it; and even then


class Answer(Protocol):
    """What we use of an HTTP answer."""

    @property
    def status_code(self) -> int:
        """HTTP status."""

    @property
    def content(self) -> bytes:
        """The whole body."""


Post = Callable[[str, bytes], Answer]
"""Send bytes to a path, get an answer; tests give their own."""


def connect(address: str) -> Post:
    """Return a way to post to `http://…` or `unix:…`."""
    if address.startswith("unix:"):
        transport = httpx2.HTTPTransport(uds=address.removeprefix("unix:"))
        client = httpx2.Client(transport=transport, base_url="http://gate", timeout=_SECONDS)
    else:
        client = httpx2.Client(base_url=address, timeout=_SECONDS, trust_env=False)
    return lambda path, content: client.post(path, content=content, timeout=_LISTS if path == _QUEUE else _SECONDS)


class _Problem(msgspec.Struct, frozen=True):
    type: str
    size: int | None = None


class GateLink:
    """One gate. `_size` is how far we believe it has read; when it says otherwise, it is right."""

    def __init__(self, name: str, post: Post, ledger: Ledger, trust: TrustStore, database: Database) -> None:
        self.name, self._post = name, post
        self._ledger, self._trust, self._database = ledger, trust, database
        self._size = 0
        self._lock = threading.Lock()

    def _sync(self) -> Sync:
        """The log from where the gate stands to the published head, or a part of it that one call can carry."""
        head = self._ledger.head
        start = min(self._size, head.size)
        if start == head.size:  # the usual case: nothing to look up
            return Sync(checkpoint=head.checkpoint, start=start, leaves=b"", memos=b"", statements=[])
        end = min(start + SYNC_LEAVES, head.size)
        with self._database.reader.connect() as connection:
            new = tree.entries(connection, start, end)
            memos = tree.memos(connection, start, end)
            consistency = tree.Reader(connection).consistency(end, head.size) if end < head.size else []
        return Sync(
            checkpoint=head.checkpoint,
            start=start,
            leaves=b"".join(new),
            memos=b"".join(memos),
            statements=self._trust.publications(start, end),
            consistency=consistency,
        )

    def _call(self, path: str, message: Callable[[Sync], bytes]) -> bytes:
        for _ in range(_RETRIES):
            with self._lock:
                sync = self._sync()
            size = sync.start + len(sync.leaves) // 48
            try:
                answer = self._post(path, message(sync))
            except (httpx2.HTTPError, OSError):
                raise Closed from None
            if answer.status_code == 200 and len(answer.content) <= _REPLY_LIMIT:  # noqa: PLR2004 - OK
                with self._lock:
                    self._size = max(self._size, size)
                return bytes(answer.content)
            problem = self._problem(answer)
            if problem.type.endswith(":conflict") and problem.size is not None:
                with self._lock:
                    self._size = max(0, problem.size)
                continue
            if problem.type.endswith(":denied"):
                raise Denied
            if problem.type.endswith((":malformed", ":too-large")):
                raise Malformed
            raise Closed
        raise Closed

    @staticmethod
    def _problem(answer: Answer) -> _Problem:
        try:
            return msgspec.json.decode(answer.content[:4096], type=_Problem)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return _Problem(type="none")

    def follow(self) -> SyncReply:
        """Bring the gate to the head, in as many parts as it takes; return its view and its `current` note."""
        before = -1
        while True:
            reply = SyncReply.decode(self._call("/v1/sync", lambda sync: sync.encode()), limit=_REPLY_LIMIT)
            if not before < reply.size < self._ledger.head.size:
                return reply
            before = reply.size

    def decide(self, opening: bytes) -> DecisionsReply:
        """Ask for decisions."""
        data = self._call("/v1/decisions", lambda sync: DecisionsCall(sync=sync, opening=opening).encode())
        return DecisionsReply.decode(data, limit=_REPLY_LIMIT)

    def release(self, opening: bytes, proofs: list[str]) -> ReleasesReply:
        """Ask for the release, with proofs of the gate's leaves."""
        data = self._call("/v1/releases", lambda sync: ReleasesCall(sync=sync, opening=opening, proofs=proofs).encode())
        return ReleasesReply.decode(data, limit=_REPLY_LIMIT)

    def list(self, number: int, count: int, reports: Sequence[tuple[bytes, bytes]]) -> QueueReply:
        """Have a sheet of lists made, of these reports' headers and slots."""

        def message(sync: Sync) -> bytes:
            return QueueCall(sync=sync, number=number, count=count, reports=[*reports]).encode()

        return QueueReply.decode(self._call(_QUEUE, message), limit=sheets.REPLY_LIMIT)


class Gates:
    """All gates of the newest bundle."""

    def __init__(
        self,
        ledger: Ledger,
        trust: TrustStore,
        database: Database,
        addresses: Mapping[str, str],
        posts: Mapping[str, Post] | None = None,
    ) -> None:
        self._ledger, self._trust, self._database = ledger, trust, database
        self._addresses, self._posts = addresses, dict(posts or {})
        self._links: dict[str, GateLink] = {}
        self._under_way: dict[bytes, Future[dict[bytes, int]]] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gates", daemon=True)

    def wake(self) -> None:
        """Ask the gates soon; any number of calls is one question."""
        self._wake.set()

    def links(self) -> dict[str, GateLink]:
        """Return a link for every gate, in bundle order."""
        bundle = self._trust.state.bundle
        if bundle is None:
            return {}
        with self._lock:
            for gate in bundle.body.gates:
                if gate.name not in self._links:
                    post = self._posts.get(gate.name) or connect(self._addresses.get(gate.name, gate.url))
                    self._links[gate.name] = GateLink(gate.name, post, self._ledger, self._trust, self._database)
            return {gate.name: self._links[gate.name] for gate in bundle.body.gates}

    def start(self) -> None:
        """Begin to follow: after each publication, and every half minute."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._ended.set()
        self._wake.set()
        self._thread.join(timeout=30)

    def tell(self) -> None:
        """Something that forbids may be new: bring the gates to the head now, and take their `current` notes."""
        if not self._ledger.head.size:
            return
        texts: dict[str, list[str]] = {}
        for link in self.links().values():
            try:
                reply = link.follow()
                if reply.pending:
                    self.keep(link.name, reply.pending, since=reply.size)
                note = reply.current
                text, _ = notes.split(note)
            except (Closed, Denied, Malformed, CryptoError):
                continue
            texts.setdefault(text, []).append(note[len(text) + 1 :])
        bundle = self._trust.state.bundle
        if bundle is None:
            return
        for text, lines in texts.items():
            if len(lines) >= bundle.body.threshold:
                self._trust.current = text + "\n" + "".join(lines)

    def keep(self, name: str, signed: Sequence[SignedEntry], *, since: int = 0) -> list[int]:
        """Append what a gate decided, and nothing that it did not sign or that is of another size than the rest.

        Return where each leaf is, once all are durable. A decision may come twice, from the opening that it belongs to
        and from the gate that offers it again; it is appended once. `since` is a size at which the log did not have
        these leaves: the gate had read so far without them, or had not made them yet.
        """
        bundle, sizes = self._trust.state.bundle, self._trust.state.record_sizes
        if bundle is None or not signed:
            raise Malformed
        public = notes.Vkey.parse(bundle.gate(name).vkey).public
        for one in signed:
            if len(one.leaf) != leaves.LEAF or len(one.record) not in sizes:
                raise Malformed
            if leaves.is_public(one.leaf) or leaves.is_withdrawal(one.leaf):  # no auditor asks such a leaf for a record
                raise Malformed
            if (len(one.notice), len(one.memo)) != (leaves.NOTICE, leaves.MEMO):
                raise Malformed
            message = leaf_message(one.leaf, one.record, one.notice, one.memo)
            signing.verify(public, Label.LEAF_SIGNATURE, message, one.signature)
        entries = [Entry(leaf=one.leaf, record=one.record, notice=one.notice, memo=one.memo) for one in signed]
        batches = self._append_once(entries, since)
        return [batches[one.leaf].result(timeout=60)[one.leaf] for one in entries]

    def _append_once(self, entries: Sequence[Entry], since: int) -> dict[bytes, "Future[dict[bytes, int]]"]:
        """Return, for each leaf, the append that says where it is.

        What is under way is not handed in again. Everything else is looked for in the very transaction that would write
        it: a commit that failed may have been kept all the same, and the ledger itself may run a job twice.
        """

        def job(connection: Connection, first: int) -> tuple[list[Entry], dict[bytes, int]]:
            there = tree.find(connection, list(new), since)
            lacking = [one for leaf, one in new.items() if leaf not in there]
            return lacking, there | {one.leaf: first + place for place, one in enumerate(lacking)}

        with self._lock:
            self._under_way = {leaf: batch for leaf, batch in self._under_way.items() if not batch.done()}
            new = {one.leaf: one for one in entries if one.leaf not in self._under_way}
            if new:
                batch = self._ledger.submit(job, urgent=True)
                self._under_way |= dict.fromkeys(new, batch)
            return {one.leaf: self._under_way[one.leaf] for one in entries}

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.tell()
            except Exception as error:  # noqa: BLE001 - a follower that dies silently would leave gates behind
                logging.getLogger("amana").warning("gates: %s", type(error).__name__)
            self._ended.wait(_PAUSE)  # anybody may wake it, so it keeps a pace of its own
            self._wake.wait(_EVERY)
            self._wake.clear()
