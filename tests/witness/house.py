"""A house whose rules ask for witnesses, and the witnesses, all in this process; they can go away and come back."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from litestar.testing import TestClient

from crypto.checkpoints import LogPolicy
from crypto.keyfile import KeyRing
from crypto.notes import Kind, Vkey
from server.cosigning import Reply
from server.ledger import Ledger
from server.witnesses import Witnesses
from tests.harness import ORIGIN, Organisation, Running, running
from witness.app import create_app
from witness.settings import Settings, folder_of
from witness.store import Memory


@dataclass
class Witnessed(Organisation):
    """So many of the named witnesses must cosign: bundle and `trust.json` say so."""

    quorum: int = 2
    names: Sequence[str] = ("w1", "w2", "w3")
    urls: dict[str, str] = field(default_factory=dict)
    """Where they are; addresses of nobody where a test speaks to them in this process."""
    vkeys: dict[str, Vkey] = field(default_factory=dict)
    """Keys of witnesses who made their own."""

    @property
    def policy_text(self) -> str:
        keys = {name: self.witness(name) for name in self.names}
        lines = [
            f"log {self.vkey('log', ORIGIN)}",
            *(f"witness {name} {key} {self.urls.get(name, url(name))}" for name, key in keys.items()),
        ]
        return "\n".join([*lines, f"group outside {self.quorum} {' '.join(keys)}", "quorum outside", ""])

    def witness(self, name: str) -> Vkey:
        if name in self.vkeys:
            return self.vkeys[name]
        return Vkey(name, Kind.COSIGNATURE, self.key("witness", name).identity_public)


def url(name: str) -> str:
    return f"http://{name}.test.example"


class Outside:
    """One witness with her folder, as the house reaches her: she may be away, answer late, or be put back."""

    def __init__(self, home: Path, key: KeyRing, *logs: Vkey) -> None:
        self.settings = Settings(
            folder=folder_of(home, key.name), key=key, logs={log.name: LogPolicy((log,)) for log in logs}
        )
        Memory.begin(self.settings.folder)
        self.away, self.asked = False, 0
        self.bend: Callable[[str, str, bytes, Reply], Reply] = lambda *given: given[3]
        self._client: Any = None

    def __enter__(self) -> Self:
        self._client = TestClient(create_app(self.settings)).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__(None, None, None)

    def call(self, method: str, path: str, content: bytes) -> Reply:
        """What the server uses."""
        self.asked += 1
        if self.away:
            raise ConnectionRefusedError
        answer = self._client.request(method, path, content=content)
        return self.bend(method, path, content, Reply(answer.status_code, answer.content))

    @property
    def size(self) -> int:
        """How large a head of the test log she holds."""
        note = Memory(self.settings.folder).head(ORIGIN)
        return 0 if note is None else int(note.split("\n")[1])


@dataclass
class Street:
    """An organisation on disk, its witnesses, and how to start the house on what is there."""

    folder: Path
    organisation: Witnessed
    witnesses: dict[str, Outside] = field(default_factory=dict)

    @contextmanager
    def house(self, *, publish: bool = False) -> Iterator[Running]:
        calls = {name: one.call for name, one in self.witnesses.items()}
        home = self.folder / "home"
        with running(home, self.organisation, publish=publish, witnesses=calls) as world:
            yield world


@contextmanager
def street(folder: Path, *, quorum: int = 2, names: Sequence[str] = ("w1", "w2", "w3")) -> Iterator[Street]:
    """Start the witnesses; the house is the test's to start."""
    organisation = Witnessed(quorum=quorum, names=names)
    made = Street(folder, organisation)
    log = organisation.vkey("log", ORIGIN)
    with ExitStack() as stack:
        for name in names:
            one = Outside(folder / name, organisation.key("witness", name), log)
            made.witnesses[name] = stack.enter_context(one)
        yield made


def ledger(world: Running) -> Ledger:
    found: Ledger = world.server.app.dependencies["ledger"].dependency()
    return found


def outside(world: Running) -> Witnesses:
    found: Witnesses = world.server.app.dependencies["witnesses"].dependency()
    return found


def until(what: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that comes by itself."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def published(world: Running, size: int = 0) -> int:
    """Wait until what is signed is published; return its size."""
    heads = ledger(world).heads
    until(lambda: heads.published.size == heads.signed.size >= max(size, 1))
    return heads.published.size
