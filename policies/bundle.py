"""The bundle: gates, log, rules and pools, as k officers signed them (protocol 8.3)."""

from dataclasses import dataclass
from typing import Final

from crypto import hybrid, slip
from crypto.canonical import Message, require
from crypto.checkpoints import LogPolicy
from crypto.errors import ProofError
from crypto.labels import Label
from crypto.limits import limit
from crypto.notes import Kind, Vkey
from policies import versions, wording
from policies.decide import ENGINE, Rules
from policies.versions import Signed
from policies.wording import Wording

_HASH: Final = 32
_YEAR_HOURS: Final = 8760
_HOUR: Final = 3600  # seconds


class Pool(Message, kw_only=True):
    """A group of reviewers that a reporter can leave out as a whole; `links` are ties that all of it may have."""

    name: str
    ring: int
    links: list[str]
    women: bool

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(slip.NAME.match(self.name) is not None and self.ring in set(slip.Ring), "pool")
        require(all(map(slip.LINK.match, self.links)), "links of a pool")


class Gate(Message, kw_only=True):
    """A second lock: its signing key, its encryption key, its address."""

    name: str
    vkey: str
    encryption: bytes
    url: str

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds."""
        require(slip.NAME.match(self.name) is not None and self.key.kind is Kind.ED25519, "gate")
        hybrid.check_public(self.encryption)
        require(self.url.isprintable(), "gate")

    @property
    def key(self) -> Vkey:
        """The gate's signing key."""
        return Vkey.parse(self.vkey)


class BundleBody(Message, kw_only=True):
    """All of it, in wire order. `number` is the version of the bundle, `version` that of the format."""

    version: int = 1
    number: int
    rehearsal: bool
    widen_hours: int
    consent_hours: int
    gates: list[Gate]
    threshold: int
    origin: str
    log_keys: list[str]
    witnesses: str
    tick: int
    vocabulary: bytes
    schema: str
    policies: str
    engine: str
    pools: list[Pool]
    words: list[Wording]
    answers: int = 32  # slots of a day's file of answers
    withdraw_hours: int = 168  # in which a reporter may change her mind about a withdrawal

    def check(self) -> None:
        """Raise MalformedError where a value is out of its bounds, or the rules are not valid."""
        require(self.version == 1 and self.number > 0, "version")
        least = 0 if self.rehearsal else 1  # only a rehearsal may bind at once; clients announce it
        for hours in (self.widen_hours, self.consent_hours, self.withdraw_hours):
            require(least <= hours <= _YEAR_HOURS, "hours")
        self._check_gates()
        self._check_log()
        require(len(self.vocabulary) == _HASH, "vocabulary")
        require(self.engine == ENGINE, "engine")
        for pool in self.pools:
            pool.check()
        require(len({pool.name for pool in self.pools}) == len(self.pools), "one pool twice")
        wording.check(self.words)
        require(limit("answers_least") <= self.answers <= limit("answers_most"), "answers")
        Rules.load(self.schema, self.policies)

    def _check_gates(self) -> None:
        for gate in self.gates:
            gate.check()
        require(1 <= self.threshold <= len(self.gates) <= limit("gates"), "threshold of gates")
        different = ({one.name for one in self.gates}, {one.key.public for one in self.gates})
        require(all(len(found) == len(self.gates) for found in different), "one gate twice")
        require(len({one.encryption for one in self.gates}) == len(self.gates), "one gate twice")

    def _check_log(self) -> None:
        policy = LogPolicy.parse(self.witnesses)
        keys = [Vkey.parse(one) for one in self.log_keys]
        require(bool(keys) and all(key.name == self.origin for key in keys), "log keys")
        require(policy.origin == self.origin and set(policy.log) <= set(keys), "log of the witness policy")
        require(0 <= self.tick <= _HOUR, "tick")


@dataclass(frozen=True, slots=True)
class Bundle(Signed[BundleBody]):
    """A bundle that k officers signed. Made by `verify` or `verify_any`, never otherwise outside of tests."""

    label = Label.NOTE_BUNDLE
    _decode = BundleBody.decode

    @property
    def gate_vkeys(self) -> tuple[Vkey, ...]:
        """Signing keys of the gates, in bundle order."""
        return tuple(gate.key for gate in self.body.gates)

    @property
    def log_policy(self) -> LogPolicy:
        """The log and its witnesses, as this bundle has them."""
        return LogPolicy.parse(self.body.witnesses)

    @property
    def rules(self) -> Rules:
        """The rules, parsed once."""
        return Rules.load(self.body.schema, self.body.policies)

    def gate(self, name: str) -> Gate:
        """Return a gate. Raise ProofError for one that is not there."""
        for gate in self.body.gates:
            if gate.name == name:
                return gate
        raise ProofError("not a gate of this bundle")


def unsigned(body: BundleBody, previous: "Bundle | None") -> str:
    """Return the text that officers sign for this body."""
    before = None if previous is None else previous.digest
    return versions.unsigned(Label.NOTE_BUNDLE, body.number, before, body.encode())
