"""The ceremony: all keys of an organisation, its first rules and its first list of people, signed by k officers.

Here one machine makes every key and signs, which is right for a rehearsal and for a small team around one offline
machine. Whoever holds a key file afterwards takes it away and leaves no copy: docs/operating.md says how.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from client import ceremony_folder, naming, witness_policy
from client.ceremony_folder import CeremonyFolder, Roster, Signed, sign
from client.errors import RefusedError, UsageError
from client.keys import write_key, write_new
from client.page import package_manifest
from client.witness_policy import Witness
from crypto import keyfile
from crypto.canonical import require
from crypto.checkpoints import LogPolicy
from crypto.errors import MalformedError
from crypto.hybrid import Draw
from crypto.keyfile import Cost, KeyRing
from crypto.notes import Kind, Vkey
from crypto.relay import Certificates
from crypto.slip import NAME
from doors.environment import closed_folder
from policies import bundle as bundles
from policies import cast, directory, vocabulary
from policies.bundle import BundleBody, Gate
from policies.decide import ENGINE, default_rules_text
from policies.directory import AUDITOR, Certificate, DirectoryBody, Person
from policies.statements import PageCode
from policies.trust import Trust

EMBEDDED: Final = "embedded"  # the house knows where this gate is
_SALT: Final = 32
_WIDEN, _CONSENT, _TICK = 72, 24, 60  # hours, hours, seconds; all 0 in a rehearsal

Tell = Callable[[str], None]
People = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the officers decide besides people. None and an empty origin take what is usual."""

    k: int
    rehearsal: bool = False
    origin: str = ""
    url: str = "http://127.0.0.1:7290"
    tick: int | None = None
    gate_urls: Mapping[str, str] = field(default_factory=dict)
    gates_needed: int | None = None
    quorum: int = 0
    witnesses: tuple[Witness, ...] = ()
    """Verifier key and address of outside witnesses. Without any, keys are made for those of the file of people."""


def load_people(path: Path) -> People:
    """Read a file in the form of data/people.json. Raise UsageError for anything else."""
    try:
        found: People = json.loads(path.read_bytes())
        names = [one["name"] for kind in ("officers", "gates", "auditors", "witnesses") for one in found[kind]]
        names += [one["name"] for one in cast.openers(found)]
        require(all(NAME.match(name) for name in names), "names")
        require(len(set(names)) == len(names), "one name twice")
        pools = {one["name"] for one in found["pools"]}
        require(all(set(one["pools"]) <= pools for one in cast.openers(found)), "unknown pool")
        cast.wording_of(found)
    except OSError:
        raise UsageError(f"{path} cannot be read.", "Check the path.") from None
    except MalformedError as error:
        raise UsageError(f"{path} cannot be used: {error}.", "See data/people.json for the form.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(f"{path} is not a file of people.", "See data/people.json for the form.") from None
    return found


def init(  # noqa: PLR0913 - each is a different thing, most by name
    people: People,
    path: Path,
    choices: Choices,
    *,
    passphrase: str,
    draw: Draw,
    tell: Tell = lambda _: None,
    cost: Cost = keyfile.STANDARD,
) -> CeremonyFolder:
    """Make the folder with all keys, first bundle and directory, the page's first note, roster and trust.json."""
    folder = CeremonyFolder(path)
    if path.exists() and any(path.iterdir()):
        raise RefusedError(f"{path} is not empty; nothing was changed.", "Name another folder with --ceremony.")
    _check_choices(people, choices)
    closed_folder(path)
    try:
        _make(people, choices, _Maker(folder, passphrase, draw, tell, cost))
    except MalformedError as error:
        shutil.rmtree(path)
        raise UsageError(f"This cannot be signed: {error}. Nothing was kept.", "Change the file of people.") from None
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    return folder


def _make(people: People, choices: Choices, maker: "_Maker") -> None:
    folder, draw = maker.folder, maker.draw
    officers = maker.keys("officer", ceremony_folder.OFFICERS, _names(people["officers"]))
    gates = maker.keys("gate", ceremony_folder.GATES, _names(people["gates"]))
    witnesses = choices.witnesses or _own_witnesses(people, maker)
    log = KeyRing.new("log", choices.origin or _origin(draw, rehearsal=choices.rehearsal), draw)
    maker.write(folder.log_key, log)
    body = _bundle_body(people, choices, gates, log, witnesses)
    listed, roster = _directory_body(people, maker)
    signers = list(officers.values())[: choices.k]
    maker.tell("rules, people and page, signed")
    note = sign(bundles.unsigned(body, None), signers)
    folder.write(ceremony_folder.BUNDLE, 1, Signed(note, body.encode()))
    note = sign(directory.unsigned(listed, None), signers)
    sealed = seal_certificates(roster, body.gates, listed, draw)
    folder.write(ceremony_folder.DIRECTORY, 1, Signed(note, listed.encode(), sealed))
    folder.write_roster(roster)
    page = PageCode(1, package_manifest())
    write_new(folder.statement(naming.file_name(page.number)), sign(page.text(), signers).encode())
    trust = Trust(
        officers=tuple(officer_vkey(ring) for ring in officers.values()),
        threshold=choices.k,
        log_policy=LogPolicy.parse(body.witnesses),
        url=choices.url,
    )
    write_new(folder.path / "trust.json", trust.to_json().encode())
    folder.newest()  # what was written is what clients will accept


def _directory_body(people: People, maker: "_Maker") -> tuple[DirectoryBody, Roster]:
    roster: Roster = {}
    entries = []
    for entry in cast.openers(people):
        certificate = cast.certificate_of(entry)
        roster[certificate.name] = (certificate, maker.draw(_SALT))
        made = maker.keys(cast.role_of(entry), ceremony_folder.PEOPLE, [certificate.name])
        entries.append(person_of(made[certificate.name], entry["pools"], roster[certificate.name], maker.draw))
    for ring in maker.keys(AUDITOR, ceremony_folder.PEOPLE, _names(people["auditors"])).values():
        entries.append(person_of(ring, (), None, maker.draw))  # noqa: PERF401 - keys are slow, lists are not
    return DirectoryBody(number=1, people=sorted(entries, key=lambda one: one.name)), roster


def install(folder: CeremonyFolder, home: Path) -> bool:
    """Put trust.json and the log's key where a house looks for them. Return False when something is there already."""
    pairs = [(folder.path / "trust.json", home / "trust.json"), (folder.log_key, home / "log.key")]
    if any(target.exists() for _, target in pairs):
        return False
    for source, target in pairs:
        write_new(target, source.read_bytes())
    return True


def officer_vkey(ring: KeyRing) -> Vkey:
    """Return the key that checks an officer's (or gate's) notes."""
    return Vkey(ring.name, Kind.ED25519, ring.identity_public)


def person_of(
    ring: KeyRing,
    pools: Iterable[str],
    certified: tuple[Certificate, bytes] | None,
    draw: Draw,
) -> Person:
    """Return the entry of the directory. Who has no certificate (an auditor) gets a commitment to nothing."""
    commitment = draw(_SALT) if certified is None else directory.commit(certified[0].encode(), certified[1])
    return Person(
        name=ring.name,
        role=ring.role,
        identity=ring.identity_public,
        encryption=ring.encryption_public,
        pools=list(pools),
        commitment=commitment,
    )


def seal_certificates(roster: Roster, gates: Iterable[Gate], listed: DirectoryBody, draw: Draw) -> bytes:
    """Return the certificates of everybody in the directory, sealed to the gates and the auditors."""
    auditors = [one.encryption for one in listed.people if one.role == AUDITOR]
    recipients = [*(gate.encryption for gate in gates), *auditors]
    sealed = [
        (one.name, directory.seal_certificate(*roster[one.name], recipients, draw))
        for one in listed.people
        if one.role != AUDITOR
    ]
    return Certificates(sealed=sealed).encode()


@dataclass(frozen=True, slots=True, repr=False)
class _Maker:
    """Makes keys and writes their files, one after the other."""

    folder: CeremonyFolder
    passphrase: str
    draw: Draw
    tell: Tell
    cost: Cost

    def keys(self, role: str, kind: str, names: Iterable[str]) -> dict[str, KeyRing]:
        rings = {name: KeyRing.new(role, name, self.draw) for name in names}
        for name, ring in rings.items():
            self.write(self.folder.key(kind, name), ring)
        return rings

    def write(self, path: Path, ring: KeyRing) -> None:
        self.tell(f"key of {ring.name}")
        write_key(path, ring, self.passphrase, draw=self.draw, cost=self.cost)


def _names(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(one["name"]) for one in entries]


def _origin(draw: Draw, *, rehearsal: bool) -> str:
    return "log.rehearsal.example" if rehearsal else f"log-{draw(4).hex()}"  # no two logs of one name


def _check_choices(people: People, choices: Choices) -> None:
    if not 1 <= choices.k <= len(people["officers"]):
        raise UsageError(f"There are {len(people['officers'])} officers; --k cannot be {choices.k}.", "Choose --k.")
    if choices.witnesses:
        witness_policy.checked(choices.witnesses, choices.quorum)
    elif choices.quorum > len(people["witnesses"]):
        raise UsageError("There are fewer witnesses than --quorum asks for.", "Choose --quorum.")
    if not set(choices.gate_urls) <= set(_names(people["gates"])):
        raise UsageError("--gate-url names a gate that the file of people does not have.", "Give NAME=URL.")


def _bundle_body(
    people: People, choices: Choices, gates: Mapping[str, KeyRing], log: KeyRing, witnesses: Sequence[Witness]
) -> BundleBody:
    schema, rules = default_rules_text()
    log_keys = _log_vkeys(log)
    tick = choices.tick if choices.tick is not None else (0 if choices.rehearsal else _TICK)
    return BundleBody(
        number=1,
        rehearsal=choices.rehearsal,
        widen_hours=0 if choices.rehearsal else _WIDEN,
        consent_hours=0 if choices.rehearsal else _CONSENT,
        gates=[
            Gate(
                name=name,
                vkey=str(officer_vkey(ring)),
                encryption=ring.encryption_public,
                url=choices.gate_urls.get(name, EMBEDDED),
            )
            for name, ring in gates.items()
        ],
        threshold=choices.gates_needed or len(gates) // 2 + 1,
        origin=log.name,
        log_keys=log_keys,
        witnesses=witness_policy.policy_text(log_keys, witnesses, choices.quorum),
        tick=tick,
        vocabulary=vocabulary.digest(),
        schema=schema,
        policies=rules,
        engine=ENGINE,
        pools=[cast.pool_of(one) for one in people["pools"]],
        words=cast.wording_of(people),
    )


def _own_witnesses(people: People, maker: "_Maker") -> list[Witness]:
    """Witnesses whose keys this ceremony makes, for a rehearsal. Others make their own (`amana witness --new`)."""
    rings = maker.keys("witness", ceremony_folder.WITNESSES, _names(people["witnesses"]))
    return [(str(Vkey(name, Kind.COSIGNATURE, ring.identity_public)), "") for name, ring in rings.items()]


def _log_vkeys(log: KeyRing) -> list[str]:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey  # noqa: PLC0415 - only here

    hybrid = MLDSA44PrivateKey.from_seed_bytes(log.extra).public_key().public_bytes_raw()
    return [str(Vkey(log.name, Kind.ED25519, log.identity_public)), str(Vkey(log.name, Kind.MLDSA44, hybrid))]
