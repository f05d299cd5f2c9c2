"""Checkpoints, quorum and proofs of the log (C2SP tlog-checkpoint, tlog-policy, tlog-proof; protocol 9)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto import merkle, notes
from crypto.errors import MalformedError, ProofError
from crypto.limits import limit
from crypto.notes import Kind, Vkey

_MAGIC: Final = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head that was verified."""

    origin: str
    size: int
    root: bytes
    time: int | None = None  # seconds: the oldest cosignature that the quorum needs; None without witnesses


def head_text(origin: str, size: int, root: bytes) -> str:
    """Return the three lines that are signed."""
    return f"{origin}\n{size}\n{notes.b64(root)}\n"


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """Whose signatures make a checkpoint: the log's, and a quorum of witnesses (tlog-policy, one group)."""

    log: tuple[Vkey, ...]
    witnesses: tuple[Vkey, ...] = ()
    quorum: int = 0
    lines: str = field(default="", compare=False)
    named: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """Name and address of each of `witnesses`, in their order; the address is empty where the policy has none."""

    @classmethod
    def parse(cls, text: str) -> "LogPolicy":
        """Read `log <vkey>`, `witness <name> <vkey> [url]`, `group <name> <k|any|all> <names…>`, `quorum <name>`."""
        log: list[Vkey] = []
        witnesses: dict[str, Vkey] = {}
        urls: dict[str, str] = {}
        groups: dict[str, tuple[int, tuple[str, ...]]] = {"none": (0, ())}
        quorum: str | None = None
        for line in text.splitlines():
            words = line.split("#")[0].split()
            match words:
                case []:
                    continue
                case ["log", vkey, *_]:
                    log.append(Vkey.parse(vkey))
                case ["witness", name, vkey, *rest] if name not in groups:
                    witnesses[name] = Vkey.parse(vkey)
                    urls[name] = rest[0] if rest else ""
                    groups[name] = (1, (name,))
                case ["group", name, count, *members] if name not in groups and set(members) <= set(witnesses):
                    needed = {"any": 1, "all": len(members)}.get(count)
                    needed = notes.decimal(count) if needed is None else needed
                    groups[name] = (needed, tuple(members))
                case ["quorum", name] if name in groups and quorum is None:
                    quorum = name
                case _:
                    raise MalformedError("policy line")
        if quorum is None or not log:
            raise MalformedError("policy without log or quorum")
        needed, names = groups[quorum]
        keys = tuple(witnesses[name] for name in names)
        if len({key.public for key in keys}) < needed or (keys and needed == 0):
            raise MalformedError("quorum that cannot be")
        return cls(tuple(log), keys, needed, text, tuple((name, urls[name]) for name in names))

    @property
    def origin(self) -> str:
        """Name of the log."""
        return self.log[0].name

    @property
    def alone(self) -> "LogPolicy":
        """The same log without its witnesses: for a head that is signed and not yet published."""
        return LogPolicy(self.log)

    def verify(self, note: str) -> Checkpoint:
        """Return the tree head of a checkpoint. Raise ProofError without the log's signature or the quorum."""
        text, signed = notes.verify(note, (*self.log, *self.witnesses))
        origin, size, root = notes.parse_tree_head(text)
        if origin != self.origin or not any(one.key in self.log and one.key.kind is Kind.ED25519 for one in signed):
            raise ProofError("not signed by the log")
        cosigned = {one.key.public: one.time or 0 for one in signed if one.key in self.witnesses}
        if len(cosigned) < self.quorum:
            raise ProofError("no quorum")
        times = sorted(cosigned.values(), reverse=True)[: self.quorum]
        return Checkpoint(origin, size, root, times[-1] if times else None)


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A receipt that anybody can check offline."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def encode(self) -> str:
        """Return the text form."""
        lines = "".join(f"{notes.b64(one)}\n" for one in self.hashes)
        return f"{_MAGIC}\nindex {self.index}\n{lines}\n{self.checkpoint}"

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """Read the text form; an `extra` line is ignored as the specification says."""
        head, blank, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if len(text) > 2 * limit("note") or not blank or lines[0] != _MAGIC:
            raise MalformedError("tlog-proof")
        rest = lines[1:]
        if rest and rest[0].startswith("extra "):
            notes.unb64(rest[0].removeprefix("extra "))
            rest = rest[1:]
        if not rest or not rest[0].startswith("index ") or len(rest) - 1 > limit("proof_hashes"):
            raise MalformedError("tlog-proof")
        hashes = tuple(notes.unb64(line) for line in rest[1:])
        return cls(notes.decimal(rest[0].removeprefix("index ")), hashes, checkpoint)

    def verify(self, policy: LogPolicy, leaf: bytes) -> Checkpoint:
        """Return the checkpoint in which the entry `leaf` is at `index`, or raise ProofError."""
        head = policy.verify(self.checkpoint)
        merkle.verify_inclusion(merkle.leaf_hash(leaf), self.index, head.size, self.hashes, head.root)
        return head


def tile_path(level: int, number: int, width: int = 256) -> str:
    """Return `tile/<L>/<N>[.p/<W>]` (C2SP tlog-tiles)."""
    parts = [f"{number % 1000:03d}"]
    number //= 1000
    while number:
        parts.append(f"x{number % 1000:03d}")
        number //= 1000
    partial = f".p/{width}" if width < 256 else ""  # noqa: PLR2004 - a full tile
    return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def entry_bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries as `tile/entries` has them: u16 length before each."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_entry_bundle(data: bytes) -> list[bytes]:
    """Read an entry bundle."""
    entries = []
    start = 0
    while start < len(data):
        end = start + 2 + int.from_bytes(data[start : start + 2], "big")
        if end > len(data) or len(data) < start + 2:
            raise MalformedError("entry bundle")
        entries.append(data[start + 2 : end])
        start = end
    return entries
