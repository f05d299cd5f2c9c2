"""Messages over HTTP between clients, server and gates: envelopes around what only others can read."""

from typing import Final

from msgspec import field

from crypto import signing
from crypto.canonical import Message, require
from crypto.errors import MalformedError
from crypto.hybrid import WRAP
from crypto.leaves import LEAF, MEMO, NOTICE
from crypto.limits import limit
from crypto.opening import OPENING, Pair
from crypto.slip import NAME

WORKING: Final = "working"
DONE: Final = "done"
CLOSED: Final = "closed"  # the log or its quorum could not be reached: nothing was opened
REFUSED: Final = "refused"  # a gate did not take the request: form, expiry, unknown asker, or seen before
STATES: Final = (WORKING, DONE, CLOSED, REFUSED)

OPENINGS_LIMIT: Final = limit("gates") * (OPENING + 64) + 64
CERTIFICATES_LIMIT: Final = limit("people") * (2048 + WRAP * (limit("gates") + limit("auditors")))
PUBLICATION_LIMIT: Final = limit("note") * 4 + limit("body") + CERTIFICATES_LIMIT
SYNC_LEAVES: Final = 65536  # leaves of one sync; a gate that is further behind gets several
SYNC_LIMIT: Final = SYNC_LEAVES * (LEAF + MEMO) + 4 * PUBLICATION_LIMIT


class Openings(Message, kw_only=True):
    """Client to server: `POST /v1/openings`."""

    version: int = 1
    blobs: list[tuple[str, bytes]]  # gate, sealed opening

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and 1 <= len(self.blobs) <= limit("gates"), "openings")
        names = [name for name, _ in self.blobs]
        require(len(set(names)) == len(names) and all(map(NAME.match, names)), "gates")
        require(all(len(blob) == OPENING for _, blob in self.blobs), "opening size")


class GateAnswer(Message, kw_only=True):
    """One gate's part of an opening's answer; pairs and proofs are empty until they are there."""

    gate: str
    verdict: list[Pair]
    release: list[Pair]
    proofs: list[str]


class OpeningAnswer(Message, kw_only=True):
    """Server to client: `GET /v1/openings/{opening}`."""

    version: int = 1
    state: str
    gates: list[GateAnswer]

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and self.state in STATES and len(self.gates) <= limit("gates"), "answer")


class Publication(Message, kw_only=True):
    """A statement on its way: `POST /v1/notes`. Body and certificates only where the kind has them."""

    version: int = 1
    note: str
    body: bytes = b""
    certificates: bytes = b""

    def check(self) -> None:
        """Raise MalformedError where a size is wrong."""
        require(self.version == 1 and len(self.note) <= limit("note"), "publication")
        require(len(self.body) <= limit("body") and len(self.certificates) <= CERTIFICATES_LIMIT, "publication")


def note_of(start: bytes | bytearray) -> str | None:
    """Return the note of a Publication whose first bytes these are; None while more of them are needed.

    So that a signature can be asked for before megabytes are read. Whoever reads on decodes all of it as usual.
    """
    wide = {0xD9: 1, 0xDA: 2, 0xDB: 4}
    if len(start) < 8:  # noqa: PLR2004 - array, version, and the longest head of a string
        return None
    require(start[:2] == b"\x94\x01", "publication")
    head = start[2]
    require(head in wide or 0xA0 <= head <= 0xBF, "publication")  # noqa: PLR2004 - a short string
    first = 3 + wide.get(head, 0)
    length = int.from_bytes(start[3:first], "big") if head in wide else head & 0x1F
    require(length <= limit("note") * 4, "publication")
    if len(start) < first + length:
        return None
    try:
        return start[first : first + length].decode()
    except UnicodeError as error:
        raise MalformedError("publication") from error


class Certificates(Message, kw_only=True):
    """Sealed certificates that travel beside a directory."""

    version: int = 1
    sealed: list[tuple[str, bytes]]


class Sync(Message, kw_only=True):
    """Server to gate: the log from `start`, with the statements of its public leaves, up to the checkpoint.

    Where that is too much for one call it ends earlier, with a proof that the checkpoint's tree begins like this.
    """

    version: int = 1
    checkpoint: str
    start: int
    leaves: bytes
    memos: bytes
    statements: list[Publication]
    consistency: list[bytes] = field(default_factory=list)

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and self.start >= 0 and len(self.leaves) % LEAF == 0, "sync")
        require(len(self.leaves) <= SYNC_LEAVES * LEAF, "sync")
        require(len(self.memos) == len(self.leaves) // LEAF * MEMO, "sync")
        require(len(self.consistency) <= limit("proof_hashes"), "sync")
        for statement in self.statements:
            statement.check()


class SignedEntry(Message, kw_only=True):
    """A leaf and what lies beside it, with the gate's signature for the server."""

    leaf: bytes
    record: bytes
    notice: bytes
    memo: bytes
    signature: bytes

    def check(self) -> None:
        """Raise MalformedError where a size is wrong. The record's follows from the directory."""
        require((len(self.leaf), len(self.notice), len(self.memo)) == (LEAF, NOTICE, MEMO), "entry")
        require(len(self.signature) == signing.SIGNATURE, "entry")


class SyncReply(Message, kw_only=True):
    """Gate to server: `POST /v1/sync` (body: a Sync).

    How far it has read, its `current` note, and what it decided minutes ago that it still does not find in the log: a
    decision is logged even when the server died over it.
    """

    version: int = 1
    size: int
    current: str
    pending: list[SignedEntry]

    def check(self) -> None:
        """Raise MalformedError where a size is wrong, inside too."""
        require(self.version == 1 and self.size >= 0, "sync reply")
        for entry in self.pending:
            entry.check()


class DecisionsCall(Message, kw_only=True):
    """Server to gate: `POST /v1/decisions`."""

    version: int = 1
    sync: Sync
    opening: bytes

    def check(self) -> None:
        """Raise MalformedError where a size is wrong, inside too: decoding checks the outermost message alone."""
        require(self.sync.version == 1 and len(self.opening) == OPENING, "call")
        self.sync.check()


class DecisionsReply(Message, kw_only=True):
    """Gate to server: what to append, and the sealed verdict for the asker."""

    version: int = 1
    entries: list[SignedEntry]
    verdict: Pair

    def check(self) -> None:
        """Raise MalformedError where a size is wrong, inside too."""
        for entry in self.entries:
            entry.check()


class ReleasesCall(Message, kw_only=True):
    """Server to gate: `POST /v1/releases`; a tlog-proof for each entry of the decision, in order."""

    version: int = 1
    sync: Sync
    opening: bytes
    proofs: list[str]

    def check(self) -> None:
        """Raise MalformedError where a size is wrong, inside too."""
        require(self.sync.version == 1 and len(self.opening) == OPENING, "call")
        self.sync.check()


class ReleasesReply(Message, kw_only=True):
    """Gate to server: the sealed release for the asker."""

    version: int = 1
    release: Pair
