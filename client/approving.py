"""Agreeing, on paper as it were: an ask file goes to a colleague, an approval file comes back (protocol 11.2).

Neither is secret. The asker's session key stays in a third file of her own, sealed to her own key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from client.errors import RefusedError, UnprovenError, UsageError
from client.reviewer import Given, Report, Session, needs
from client.trusting import InForce
from crypto import hybrid, opening, signing
from crypto.canonical import Message, require
from crypto.errors import CryptoError, MalformedError, ProofError
from crypto.hashing import sha256
from crypto.keyfile import KeyRing
from crypto.labels import Label, sized
from crypto.limits import limit
from crypto.opening import CUSTODIAN, Approval, Ask, open_share, seal_share
from crypto.sections import CUSTODIAL, Section
from crypto.slots import PersonSlot

LIMIT: Final = 1 << 16  # bytes of any of these files
_ROLES: Final = {"desk": opening.DESK, "custodian": CUSTODIAN}
_LOCKS: Final = {"desk": "desk", "custodian": "custodians"}


class AskFile(Message, kw_only=True):
    """`*.ask`: what a colleague needs in order to agree. It names a report's id and a purpose, no content."""

    version: int = 1
    ask: bytes
    signature: bytes
    session: bytes

    def check(self) -> None:
        """Raise MalformedError where a size is wrong."""
        require(self.version == 1 and len(self.signature) == signing.SIGNATURE, "ask file")
        require(len(self.session) == hybrid.PUBLIC, "ask file")

    def asked(self) -> Ask:
        """Return the ask. Raise ProofError unless the session key is the one that it names."""
        ask = Ask.decode(self.ask, limit=LIMIT)
        if sha256(self.session) != ask.session:
            raise ProofError("session key")
        return ask


class ApprovalFile(Message, kw_only=True):
    """`*.approval`: one person's yes, a section each."""

    version: int = 1
    given: list[tuple[bytes, bytes, bytes]]  # approval, signature, sealed share

    def check(self) -> None:
        """Raise MalformedError where there is none, or too many."""
        require(self.version == 1 and 1 <= len(self.given) <= len(Section), "approval file")


class Kept(Message, kw_only=True):
    """What only the asker may read: the session's seed, and the reason that she gave."""

    version: int = 1
    seed: bytes
    because: str

    def __repr__(self) -> str:
        return "Kept()"


def ask_file(session: Session) -> AskFile:
    """Return what goes to the colleague."""
    return AskFile(ask=session.ask.encode(), signature=session.signature, session=session.public)


def keep(session: Session, because: str, ring: KeyRing) -> bytes:
    """Seal the session to her own key, so that a lost laptop gives it to nobody."""
    kept = Kept(seed=session.seed, because=because)
    return hybrid.seal(ring.encryption_public, kept.encode(), _info(session.ask))


def resume(data: bytes, kept: bytes, ring: KeyRing) -> tuple[Session, str]:
    """Return the session of an ask file, and the reason given. Raise UsageError when it is not hers."""
    try:
        file = AskFile.decode(data, limit=LIMIT)
        ask = file.asked()
        opened = Kept.decode(hybrid.unseal(ring.encryption, kept, _info(ask)), limit=LIMIT)
        require(hybrid.public_key(opened.seed) == file.session and ask.asker == ring.name, "session")
    except CryptoError:
        raise UsageError(
            "This ask was not begun with this key on this device, or a file of it is damaged.", "Ask anew."
        ) from None
    return Session(ask=ask, signature=file.signature, seed=opened.seed, public=file.session), opened.because


def _info(ask: Ask) -> bytes:
    return Label.KEY_FILE.value + sized(b"session") + ask.digest


@dataclass(frozen=True, slots=True)
class Wanted:
    """An ask as its approver sees it: who wants what, and for what. Everything in it was verified."""

    file: AskFile
    ask: Ask
    sections: tuple[Section, ...]  # those that she can agree to
    role: str


def examine(data: bytes, ring: KeyRing, in_force: InForce, minute: int) -> Wanted:
    """Read an ask file as an approver; verify the asker's signature first (protocol 11.2)."""
    try:
        file = AskFile.decode(data, limit=LIMIT)
        ask = file.asked()
        asker = in_force.directory.person(ask.asker)
        signing.verify(asker.identity, Label.ASK, file.ask, file.signature)
    except MalformedError:
        raise UsageError("This is not an ask file.", "Ask your colleague to send it again.") from None
    except CryptoError:
        raise UnprovenError(
            "This was not asked by somebody of the directory in force.", "Do not agree; tell an officer."
        ) from None
    if ask.asker == ring.name:
        raise RefusedError("Nobody agrees with herself.", "Somebody else has to approve this.")
    if not minute <= ask.until <= minute + limit("ask_minutes"):
        raise RefusedError("This ask is more than a day old.", "Let your colleague ask again.")
    person = in_force.directory.person(ring.name)
    sections = [Section(number) for number in ask.sections]
    mine = tuple(one for one in sections if person.role == "desk" or one in CUSTODIAL)
    if person.role not in _ROLES or not mine:
        raise RefusedError("You hold no share of what is asked for.", "Somebody of the desk has to approve this.")
    return Wanted(file, ask, mine, person.role)


def approve(wanted: Wanted, report: Report, ring: KeyRing) -> ApprovalFile:
    """Seal her shares to the asker's session, and sign. She learns nothing of the report by it."""
    given = []
    for section in wanted.sections:
        share = report.slot.shares[_LOCKS[wanted.role], section]
        sealed = seal_share(
            share, ask=wanted.ask.digest, section=section, approver=ring.name, session=wanted.file.session
        )
        message = Approval(
            ask=wanted.ask.digest,
            section=section,
            approver=ring.name,
            role=_ROLES[wanted.role],
            share=sha256(sealed),
            until=wanted.ask.until,
        ).encode()
        given.append((message, signing.sign(ring.identity, Label.APPROVAL, message), sealed))
    return ApprovalFile(given=given)


def missing(
    slot: PersonSlot, role: str, wanted: Sequence[Section], given: Sequence[Approval], *, two: bool = False
) -> list[str]:
    """Return who has to agree besides, in words; the slot's thresholds tell. `two`: never one of the desk alone."""
    words = set()
    for section in wanted:
        asked = needs(slot, section, role)
        mine = {(one.approver, one.role) for one in given if one.section == section}
        custodians = sum(part == CUSTODIAN for _, part in mine)
        if len(mine) - custodians < max(asked.desk, two):
            words.add("a second reviewer")
        if custodians < asked.custodians:
            words.add("a custodian")
    return sorted(words, reverse=True)


def given(files: Sequence[bytes]) -> list[Given]:
    """Read approval files. Raise UsageError for anything else."""
    try:
        return [Given(*one) for data in files for one in ApprovalFile.decode(data, limit=LIMIT).given]
    except MalformedError:
        raise UsageError("This is not an approval file.", "Ask your colleague to send it again.") from None


def check(session: Session, one: Given, in_force: InForce, minute: int) -> tuple[Approval, bytes]:
    """Return an approval and its share, opened. Raise UnprovenError unless it is for this ask, by who says so."""
    try:
        approval = Approval.decode(one.approval, limit=limit("opening"))
        who = in_force.directory.person(approval.approver)
        signing.verify(who.identity, Label.APPROVAL, one.approval, one.signature)
        meant = approval.ask == session.ask.digest and approval.section in session.ask.sections
        require(meant and _ROLES.get(who.role) == approval.role, "approval")
        require(sha256(one.sealed) == approval.share, "share")
        share = open_share(
            one.sealed,
            ask=approval.ask,
            section=Section(approval.section),
            approver=approval.approver,
            session_seed=session.seed,
        )
    except CryptoError:
        raise UnprovenError(
            "An approval is not for this ask, or not by whom it names.", "Ask that colleague for it again."
        ) from None
    if approval.until < minute or approval.approver == session.ask.asker:
        raise RefusedError("An approval is more than a day old, or your own.", "Ask anew, and have it approved anew.")
    return approval, share
