"""A whole organisation in one process: server and gates spoken to over HTTP only, with a clock that tests can move.

Keys are drawn, not unlocked: Argon2 has its own tests. Real processes and key files are in `tests/test_journey.py`.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from litestar.testing import TestClient
from msgspec import structs

from client.api import House
from client.trusting import InForce, in_force
from crypto import notes
from crypto.checkpoints import LogPolicy
from crypto.envelope import Envelope
from crypto.keyfile import KeyRing
from crypto.notes import Kind, Vkey
from crypto.relay import Certificates, Publication
from deploy.rehearsal import as_of
from gate.app import create_app as create_gate
from gate.settings import Settings as GateSettings
from policies import bundle as bundles
from policies import cast, statements
from policies import directory as directories
from policies.bundle import Bundle, BundleBody, Gate
from policies.decide import ENGINE, default_rules_text
from policies.directory import Directory, DirectoryBody, Person
from policies.trust import Trust
from policies.vocabulary import digest
from server.app import create_app as create_server
from server.cosigning import Call
from server.settings import Settings as ServerSettings

ORIGIN = "log.test.example"
OFFICERS = ("officer-1", "officer-2", "officer-3")


class Clock:
    """Real seconds, moved by hand."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset

    @property
    def day(self) -> int:
        return int(self() // 86400)


def people_today() -> dict[str, Any]:
    """data/people.json as if it had been written today: its certificates end, and tests must not end with them."""
    return as_of(date(1970, 1, 1) + timedelta(days=Clock().day))


@dataclass
class Organisation:
    """Keys and signed notes of everybody."""

    gates: int = 1
    threshold: int = 1
    tick: int = 0
    widen_hours: int = 0
    people: Mapping[str, Any] = field(default_factory=people_today)
    keys: dict[str, KeyRing] = field(default_factory=dict)
    bundle: Bundle | None = None
    directory: Directory | None = None

    def key(self, role: str, name: str) -> KeyRing:
        if name not in self.keys:
            self.keys[name] = KeyRing.new(role, name, os.urandom)
        return self.keys[name]

    @property
    def log(self) -> KeyRing:
        return self.key("log", ORIGIN)

    @property
    def gate_names(self) -> list[str]:
        return [f"gate-{number + 1}" for number in range(self.gates)]

    def vkey(self, role: str, name: str) -> Vkey:
        return Vkey(name, Kind.ED25519, self.key(role, name).identity_public)

    @property
    def policy_text(self) -> str:
        return f"log {self.vkey('log', ORIGIN)}\nquorum none\n"

    @property
    def trust(self) -> Trust:
        officers = tuple(self.vkey("officer", name) for name in OFFICERS)
        return Trust(officers, 2, LogPolicy.parse(self.policy_text), "http://testserver.local")

    def signed(self, text: str, *officers: str) -> str:
        lines = (notes.sign_ed25519(name, self.keys[name].identity, text) for name in officers)
        return text + "\n" + "".join(lines)

    def next_bundle(self, **changes: Any) -> Publication:
        schema, policies = default_rules_text()
        body = BundleBody(
            number=1 if self.bundle is None else self.bundle.number + 1,
            rehearsal=True,
            widen_hours=self.widen_hours,
            consent_hours=0,
            gates=[
                Gate(
                    name=name,
                    vkey=str(self.vkey("gate", name)),
                    encryption=self.key("gate", name).encryption_public,
                    url="embedded",
                )
                for name in self.gate_names
            ],
            threshold=self.threshold,
            origin=ORIGIN,
            log_keys=[str(self.vkey("log", ORIGIN))],
            witnesses=self.policy_text,
            tick=self.tick,
            vocabulary=digest(),
            schema=schema,
            policies=policies,
            engine=ENGINE,
            pools=[cast.pool_of(one) for one in self.people["pools"]],
            words=cast.wording_of(self.people),
        )
        body = structs.replace(body, **changes)
        trust = self.trust
        note = self.signed(bundles.unsigned(body, self.bundle), *OFFICERS[:2])
        self.bundle = Bundle.verify(note, body.encode(), trust=trust, previous=self.bundle)
        return Publication(note=note, body=body.encode())

    def next_directory(self, without: tuple[str, ...] = ()) -> Publication:
        people = self.people
        entries, certificates, salts = [], {}, {}
        for one in cast.openers(people):
            if one["name"] in without:
                continue
            certificate, salt = cast.certificate_of(one), os.urandom(32)
            certificates[one["name"]], salts[one["name"]] = certificate, salt
            commitment = directories.commit(certificate.encode(), salt)
            entries.append(self._person(one["name"], one["role"], list(one["pools"]), commitment))
        entries += [self._person(one["name"], "auditor", [], bytes(32)) for one in people["auditors"]]
        body = DirectoryBody(
            number=1 if self.directory is None else self.directory.number + 1,
            people=sorted(entries, key=lambda person: person.name),
        )
        note = self.signed(directories.unsigned(body, self.directory), *OFFICERS[1:])
        self.directory = Directory.verify(note, body.encode(), trust=self.trust, previous=self.directory)
        readers = [self.key("gate", name).encryption_public for name in self.gate_names] + self.directory.auditors
        sealed = [
            (name, directories.seal_certificate(certificate, salts[name], readers, os.urandom))
            for name, certificate in certificates.items()
        ]
        return Publication(note=note, body=body.encode(), certificates=Certificates(sealed=sealed).encode())

    def revocation(self, name: str, day: int) -> Publication:
        text = statements.Revocation(name, day).text()
        return Publication(note=self.signed(text, OFFICERS[0]))

    def _person(self, name: str, role: str, pools: list[str], commitment: bytes) -> Person:
        key = self.key(role, name)
        return Person(
            name=name,
            role=role,
            identity=key.identity_public,
            encryption=key.encryption_public,
            pools=pools,
            commitment=commitment,
        )


@dataclass
class Running:
    """Apps that answer."""

    organisation: Organisation
    folder: Path
    clock: Clock
    house: House
    gate_clients: Mapping[str, Any]
    server: Any

    @property
    def in_force(self) -> InForce:
        return in_force(self.house, self.organisation.trust, today=self.clock.day)

    def key(self, name: str) -> KeyRing:
        return self.organisation.keys[name]

    def send(self, envelope: Envelope) -> bytes:
        report, _, _ = self.house.submit(envelope.encode())
        return report


Post = Callable[[str, bytes], Any]


def post_to(client: Any) -> Post:
    """The honest way to a gate."""
    return lambda path, content: client.post(path, content=content)


def sooner(seconds: float) -> None:
    """Wait as a client does who asks again, but at first much less: an opening here takes 20 ms, not a line's 50."""
    time.sleep(min(seconds, seconds * seconds))


@contextmanager
def running(  # noqa: PLR0913 - each is a different thing, most by name
    folder: Path,
    organisation: Organisation | None = None,
    *,
    publish: bool = True,
    wrap: Callable[[str, Post], Post] | None = None,
    objects: str = "",
    witnesses: Mapping[str, Call] | None = None,
) -> Iterator[Running]:
    """Start server and gates in `folder`; publish bundle and directory unless told otherwise.

    `wrap` may put a fault between the server and a gate: it gets the gate's name and the honest way to post.
    `witnesses` are those that the rules name, each as a way to speak to her.
    """
    organisation = organisation or Organisation()
    trust = organisation.trust
    clock = Clock()
    with ExitStack() as stack:
        clients: dict[str, Any] = {}
        posts: dict[str, Post] = {}
        for name in organisation.gate_names:
            settings = GateSettings(folder=folder / "gate" / name, key=organisation.key("gate", name), trust=trust)
            client: Any = stack.enter_context(TestClient(create_gate(settings, now=clock)))
            clients[name] = client
            honest = post_to(client)
            posts[name] = wrap(name, honest) if wrap else honest
        server_settings = ServerSettings(
            home=folder,
            database_url=f"sqlite:///{folder / 'server' / 'amana.db'}",
            trust=trust,
            log=organisation.log,
            objects=objects,
        )
        app = create_server(server_settings, clock=clock, gates=posts, witnesses=witnesses)
        server: Any = stack.enter_context(TestClient(app))
        house = House("http://testserver.local", client=server, sleep=sooner)
        if publish:
            house.publish(organisation.next_bundle())
            house.publish(organisation.next_directory())
        yield Running(organisation, folder, clock, house, clients, server)
