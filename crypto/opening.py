"""Messages of an opening: ask, approval, request, opening, decision, verdict, release (protocol 11)."""

from collections.abc import Sequence
from typing import Final

from crypto import hybrid, signing
from crypto.canonical import Message, require
from crypto.errors import MalformedError, ProofError
from crypto.hashing import digest, sha256
from crypto.hybrid import Draw
from crypto.labels import Label, sized
from crypto.limits import limit
from crypto.locks import SHARE
from crypto.padding import pad, unpad
from crypto.sections import Section
from crypto.slip import NAME, PURPOSES

HASH: Final = 32
DESK: Final = 1
CUSTODIAN: Final = 2
ACTIONS: Final = ("open", "copy", "export", "emergency", "recuse", "justify", "answer", "thread")
READING: Final = ("open", "copy", "export", "emergency")  # shares are released
WRITING: Final = ("answer", "thread")  # about the whole report: asked for as section 0 (protocol 15)
COPIED: Final = frozenset((Section.EVIDENCE, Section.ORIGINALS))  # what can be copied (protocol 19.10)
EXPORTED: Final = frozenset((Section.CARD, Section.STORY, Section.IDENTITY))  # what can be handed on (protocol 11.11)
KIN: Final = 16  # bytes


class Ask(Message, kw_only=True):
    """What somebody wants to do; stays the same while approvals are collected."""

    version: int = 1
    id: bytes
    sections: list[int]
    action: str
    purpose: str
    asker: str
    session: bytes
    nonce: bytes
    until: int

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and self.action in ACTIONS, "action")
        require(all(len(one) == HASH for one in (self.id, self.session, self.nonce)), "ask")
        ordered = 1 <= len(self.sections) <= len(Section) and self.sections == sorted(set(self.sections))
        require(ordered and set(self.sections) <= set(Section), "sections")
        require(self.action not in WRITING or self.sections == [Section.CARD], "sections")
        require(self.action != "copy" or COPIED.issuperset(self.sections), "sections")
        require(self.action != "export" or EXPORTED.issuperset(self.sections), "sections")
        require(self.action != "emergency" or Section.CARD not in self.sections, "sections")
        require(NAME.match(self.asker) is not None, "asker")
        require(self.purpose.isascii() and self.purpose.isupper() and len(self.purpose) <= limit("name"), "purpose")
        require(0 < self.until < 1 << 32, "until")

    @property
    def digest(self) -> bytes:
        """Ask digest."""
        return digest(Label.ASK_DIGEST, self.encode())


class Approval(Message, kw_only=True):
    """One person's yes to one section of one ask; it stands for a share that only the asker can read."""

    version: int = 1
    ask: bytes
    section: int
    approver: str
    role: int
    share: bytes
    until: int

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and len(self.ask) == len(self.share) == HASH, "approval")
        require(self.section in set(Section) and self.role in (DESK, CUSTODIAN), "approval")
        require(NAME.match(self.approver) is not None and 0 < self.until < 1 << 32, "approval")


class Request(Message, kw_only=True):
    """The ask, made fresh for particular gates; a gate takes each once."""

    version: int = 1
    ask: bytes
    gates: list[str]
    origin: str
    bundle: int
    directory: int
    justification: bytes
    expires: int
    nonce: bytes

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(self.version == 1 and len(self.justification) == len(self.nonce) == HASH, "request")
        require(1 <= len(self.gates) <= limit("gates") and all(map(NAME.match, self.gates)), "gates")
        require(len(set(self.gates)) == len(self.gates), "gates")
        require(self.bundle > 0 and self.directory > 0 and 0 < self.expires < 1 << 32, "request")

    @property
    def digest(self) -> bytes:
        """Request digest."""
        return digest(Label.REQUEST_DIGEST, self.encode())

    def asked(self) -> Ask:
        """Return the ask inside."""
        return Ask.decode(self.ask, limit=limit("opening"))


Pair = tuple[bytes, bytes]
"""A message and its signature."""


class Opening(Message, kw_only=True):
    """All that one gate needs; sealed to it, so that the server relays what it cannot read."""

    version: int = 1
    request: bytes
    signature: bytes
    session: bytes
    header: bytes
    slot: bytes
    approvals: list[Pair]
    justification: bytes

    def check(self) -> None:
        """Raise MalformedError where a size is wrong."""
        require(self.version == 1 and len(self.signature) == signing.SIGNATURE, "opening")
        require(len(self.session) == hybrid.PUBLIC and len(self.header) == limit("header"), "opening")
        require(len(self.slot) == limit("gate_slot") and len(self.approvals) <= limit("approvals") * 5, "opening")

    def seal(self, gate: str, to: bytes) -> bytes:
        """Return the blob of one size for one gate."""
        return hybrid.seal(to, pad(self.encode(), limit("opening")), _info(Label.OPENING, b"", gate))

    @classmethod
    def unseal(cls, seed: bytes, sealed: bytes, gate: str) -> "Opening":
        """Open as that gate. Raise OpenError or MalformedError."""
        if len(sealed) != OPENING:
            raise MalformedError("opening size")
        padded = hybrid.unseal(seed, sealed, _info(Label.OPENING, b"", gate))
        return cls.decode(unpad(padded), limit=limit("opening"))


OPENING: Final = limit("opening") + hybrid.OVERHEAD  # bytes of a sealed opening
VERDICT: Final = limit("verdict") + hybrid.OVERHEAD
RELEASE: Final = limit("release") + hybrid.OVERHEAD


class Decision(Message, kw_only=True):
    """What a gate decided about one section, on which facts' versions, at which place of its journal and of the log."""

    version: int = 1
    gate: str
    request: bytes
    section: int
    permitted: bool
    rules: list[str]
    minute: int
    bundle: bytes
    directory: bytes
    size: int
    root: bytes
    sequence: int
    journal: bytes


class DecisionRecord(Message, kw_only=True):
    """The body of a decision's audit record: everything an auditor needs to decide again (protocol 7.4)."""

    version: int = 1
    decision: bytes
    signature: bytes
    request: bytes
    request_signature: bytes
    header: bytes
    slip: bytes
    approvals: list[Pair]
    justification: bytes
    log_key: bytes


class Verdict(Message, kw_only=True):
    """What the asker is told; a refusal has no reasons."""

    version: int = 1
    request: bytes
    sections: list[tuple[int, bool, bytes]]  # section, permitted, leaf
    echo: list[bytes]  # tier, urgency (a byte each), consent, consent in force, kin; when anything is permitted

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds: a reader takes places and bytes for granted."""
        numbers = [section for section, _, _ in self.sections]
        require(numbers == sorted(set(numbers)) and set(numbers) <= set(Section), "verdict sections")
        require(all(len(leaf) == limit("leaf") for _, _, leaf in self.sections), "verdict leaves")
        sizes = [len(one) for one in self.echo]  # since protocol 14: with the consent in force and the kin
        require(sizes in ([], [1, 1, PURPOSES], [1, 1, PURPOSES, PURPOSES, KIN]), "verdict echo")


class Release(Message, kw_only=True):
    """The gate's shares of the permitted sections."""

    version: int = 1
    request: bytes
    shares: list[tuple[int, bytes]]

    def check(self) -> None:
        """Raise MalformedError where a share has not its form, or a section has more than one."""
        numbers = [section for section, _ in self.shares]
        require(numbers == sorted(set(numbers)) and set(numbers) <= set(Section), "release sections")
        require(all(len(share) == SHARE for _, share in self.shares), "release")


def _info(label: Label, bound: bytes, gate: str) -> bytes:
    return label.value + bound + sized(gate.encode())


def seal_reply(message: Verdict | Release, gate: str, seed: bytes, session: bytes) -> Pair:
    """Seal a verdict or release to the session key, of one size each, and sign over request digest and seal."""
    verdict = isinstance(message, Verdict)
    size = limit("verdict") if verdict else limit("release")
    info = _info(Label.VERDICT if verdict else Label.RELEASE, message.request, gate)
    sealed = hybrid.seal(session, pad(message.encode(), size), info)
    label = Label.VERDICT_SEAL if verdict else Label.RELEASE_SEAL
    return sealed, signing.sign(seed, label, message.request + sha256(sealed))


def open_verdict(reply: Pair, *, request: bytes, gate: str, public: bytes, session_seed: bytes) -> Verdict:
    """Check the gate's signature, open. Raise ProofError, OpenError or MalformedError."""
    sealed, signature = reply
    signing.verify(public, Label.VERDICT_SEAL, request + sha256(sealed), signature)
    padded = hybrid.unseal(session_seed, sealed, _info(Label.VERDICT, request, gate))
    verdict = Verdict.decode(unpad(padded), limit=limit("verdict"))
    if verdict.request != request:
        raise ProofError("verdict of another request")
    return verdict


def open_release(reply: Pair, *, request: bytes, gate: str, public: bytes, session_seed: bytes) -> Release:
    """Check the gate's signature, open. Raise ProofError, OpenError or MalformedError."""
    sealed, signature = reply
    signing.verify(public, Label.RELEASE_SEAL, request + sha256(sealed), signature)
    padded = hybrid.unseal(session_seed, sealed, _info(Label.RELEASE, request, gate))
    release = Release.decode(unpad(padded), limit=limit("release"))
    if release.request != request:
        raise ProofError("release of another request")
    return release


def seal_share(share: bytes, *, ask: bytes, section: Section, approver: str, session: bytes) -> bytes:
    """Seal an approver's share to the asker's session key."""
    return hybrid.seal(session, share, _share_info(ask, section, approver))


def open_share(sealed: bytes, *, ask: bytes, section: Section, approver: str, session_seed: bytes) -> bytes:
    """Open it as the asker."""
    return hybrid.unseal(session_seed, sealed, _share_info(ask, section, approver))


def _share_info(ask: bytes, section: Section, approver: str) -> bytes:
    return _info(Label.APPROVAL_SHARE, ask + bytes([section]), approver)


def seal_justification(text: str, auditors: Sequence[bytes], draw: Draw) -> bytes:
    """Seal the reason to the auditors: gates carry it and cannot read it."""
    padded = pad(text.encode(), limit("justification"))
    return hybrid.seal_all(auditors, padded, Label.JUSTIFICATION.value, draw)


def leaf_message(leaf: bytes, record: bytes, notice: bytes, memo: bytes) -> bytes:
    """What a gate signs for the server, so that the server appends nothing else in its name."""
    return leaf + sha256(record) + sha256(notice) + sha256(memo)


def next_journal(head: bytes, leaf: bytes) -> bytes:
    """The journal's next head (protocol 11.6)."""
    return digest(Label.JOURNAL, head, leaf)
