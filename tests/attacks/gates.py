"""Gates that lie: the real gate with one part of it replaced, its keys and its journal its own."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import Connection

from crypto import hybrid, leaves, signing
from crypto.hashing import sha256
from crypto.keyfile import KeyRing
from crypto.labels import Label, sized
from crypto.limits import limit
from crypto.opening import Release, Verdict, leaf_message, seal_reply
from crypto.padding import pad
from crypto.relay import DecisionsReply, ReleasesReply
from crypto.sections import Section
from gate.app import Gate
from gate.decide import Decider
from gate.examine import Examined
from gate.follow import Position, read_position, write_position
from gate.inforce import Known
from policies.facts import Question
from tests.harness import Running


def gate(world: Running, name: str) -> Gate:
    """The gate behind its HTTP."""
    found = world.gate_clients[name].app.dependencies["gate"].dependency()
    assert isinstance(found, Gate)
    return found


class LyingExaminer:
    """Reads everything honestly, and asks the rules about other facts."""

    def __init__(self, true: Any, lie: Callable[[Question], Question]) -> None:
        self._true, self._lie = true, lie

    def question(self, *circumstances: Any) -> Question:
        """Return the question that it pretends to have."""
        question: Question = self._true.question(*circumstances)
        return self._lie(question)


def lie_about_facts(world: Running, name: str, lie: Callable[[Question], Question]) -> None:
    """Let one gate decide (and release) on facts that are not so."""
    liar = gate(world, name)
    examiner = LyingExaminer(liar._examiner, lie)  # noqa: SLF001 - the lie belongs inside
    liar._decider._examiner = examiner  # type: ignore[assignment]  # noqa: SLF001
    liar._releaser._examiner = examiner  # type: ignore[assignment]  # noqa: SLF001


def clean(question: Question) -> Question:
    """Pretend that the asker has no ties to anybody."""
    certificate = question.asker.certificate
    assert certificate is not None
    spotless = structs.replace(certificate, links=[])
    return replace(question, asker=replace(question.asker, certificate=spotless))


def revoked(question: Question) -> Question:
    """Pretend that she was revoked."""
    return replace(question, asker=replace(question.asker, revoked=True))


class LyingDecider:
    """Bends what the honest one does, before or after."""

    def __init__(self, world: Running, name: str) -> None:
        self.key: KeyRing = world.key(name)
        liar = gate(world, name)
        self._true: Decider = liar._decider  # noqa: SLF001 - as above
        liar._decider = self  # type: ignore[assignment]  # noqa: SLF001

    def decide(self, connection: Connection, known: Known, examined: Examined, minute: int) -> DecisionsReply:
        """Decide in its own way."""
        return self.after(examined, self._true.decide(connection, known, self.before(connection, examined), minute))

    def before(self, _connection: Connection, examined: Examined) -> Examined:
        """Change what is decided on."""
        return examined

    def after(self, _examined: Examined, reply: DecisionsReply) -> DecisionsReply:
        """Change what is told."""
        return reply


class InventsSlip(LyingDecider):
    """Decides on a slip that the reporter never wrote, and records it."""

    def before(self, _connection: Connection, examined: Examined) -> Examined:
        """Exclude nobody, and say that she said so."""
        invented = structs.replace(examined.slip, exclude_links=[], exclude_people=[])
        slot = replace(examined.slot, slip=invented.to_bytes(os.urandom))
        return replace(examined, slip=invented, slot=slot)


class SkipsNumber(LyingDecider):
    """Leaves a place in its journal free, for something that it did not log."""

    def before(self, connection: Connection, examined: Examined) -> Examined:
        """Count on, without a leaf."""
        frontier, at = read_position(connection)
        write_position(connection, frontier, replace(at, sequence=at.sequence + 1))
        return examined


class ForksJournal(LyingDecider):
    """Decides twice at the same place of its journal."""

    def __init__(self, world: Running, name: str) -> None:
        super().__init__(world, name)
        self._first: Position | None = None

    def before(self, connection: Connection, examined: Examined) -> Examined:
        """Go back to where the first decision stood."""
        frontier, at = read_position(connection)
        if self._first is None:
            self._first = at
        write_position(connection, frontier, replace(at, sequence=self._first.sequence, journal=self._first.journal))
        return examined


class SaysYes(LyingDecider):
    """Logs what the rules give, tells the asker yes, and releases its share."""

    def __init__(self, world: Running, name: str) -> None:
        super().__init__(world, name)
        gate(world, name)._releaser = self  # type: ignore[assignment]  # noqa: SLF001

    def after(self, examined: Examined, reply: DecisionsReply) -> DecisionsReply:
        """Seal another verdict over the same leaves."""
        sections = zip(examined.ask.sections, reply.entries, strict=True)
        echo = [bytes([examined.slip.tier]), bytes([examined.slip.urgency]), examined.slip.consent]
        verdict = Verdict(
            request=examined.digest, sections=[(one, True, entry.leaf) for one, entry in sections], echo=echo
        )
        sealed = seal_reply(verdict, self.key.name, self.key.identity, examined.opening.session)
        return DecisionsReply(entries=reply.entries, verdict=sealed)

    def shares(self, examined: Examined, /) -> list[tuple[int, bytes]]:
        """Every share that was asked for."""
        return [(section, examined.slot.shares[section]) for section in examined.ask.sections]

    def release(self, _connection: Connection, _known: Known, examined: Examined, *_: Any) -> ReleasesReply:
        """Release without asking anybody."""
        release = Release(request=examined.digest, shares=self.shares(examined))
        return ReleasesReply(release=seal_reply(release, self.key.name, self.key.identity, examined.opening.session))


class FalseShares(SaysYes):
    """Decides as it must, and releases rubbish of the right form."""

    def after(self, _examined: Examined, reply: DecisionsReply) -> DecisionsReply:
        """Tell the truth."""
        return reply

    def shares(self, examined: Examined, /) -> list[tuple[int, bytes]]:
        """Random bytes, and the x of its true share."""
        return [(section, os.urandom(32) + share[-1:]) for section, share in super().shares(examined)]


class ManyShares(FalseShares):
    """As many false shares as a release holds, to drown the true ones of the others."""

    def release(self, _connection: Connection, _known: Known, examined: Examined, *_: Any) -> ReleasesReply:
        """Twelve for one section, encoded by hand: our own encoder refuses to."""
        shares = [(int(Section.CARD), os.urandom(32) + bytes([x + 1])) for x in range(12)]
        message = msgspec.msgpack.encode([1, examined.digest, shares])
        info = Label.RELEASE.value + examined.digest + sized(self.key.name.encode())
        sealed = hybrid.seal(examined.opening.session, pad(message, limit("release")), info)
        signature = signing.sign(self.key.identity, Label.RELEASE_SEAL, examined.digest + sha256(sealed))
        return ReleasesReply(release=(sealed, signature))


class LooksWithdrawn(LyingDecider):
    """Commits to nothing: a leaf in the form of a withdrawal, which no auditor asks for a record."""

    def after(self, _examined: Examined, reply: DecisionsReply) -> DecisionsReply:
        """Sign other leaves."""
        entries = []
        for one in reply.entries:
            leaf = leaves.withdrawal_entry(os.urandom(32), 1, os.urandom).leaf
            message = leaf_message(leaf, one.record, one.notice, one.memo)
            signature = signing.sign(self.key.identity, Label.LEAF_SIGNATURE, message)
            entries.append(structs.replace(one, leaf=leaf, signature=signature))
        return structs.replace(reply, entries=entries)
