"""The same story with two witnesses: a stranger's `aics-witness`, and ours. Both are real processes, spoken to by HTTP.

Each cosigns what our house signs, and refuses what our log's key signs besides.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import httpx2
import pytest

from crypto import keyfile, merkle, notes, witnessing
from crypto.checkpoints import LogPolicy
from crypto.leaves import pad_entry
from crypto.notes import Vkey
from crypto.witnessing import AddCheckpoint
from tests.harness import ORIGIN, Running, running
from tests.interop import aics
from tests.interop.test_aics import mirror
from tests.needs import need
from tests.soak.processes import CHEAP, Process, free_port
from tests.witness.growing import Log, ask
from tests.witness.house import Witnessed, ledger, published, until


class Peer(Protocol):
    """One witness of either kind."""

    url: str
    vkey: str

    def know(self, origin: str, vkey: str) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def evidence(self) -> int: ...


class Ours:
    """`python -m witness`, what `amana witness` runs."""

    name = "witness.test.example/ours"

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        folder.mkdir(parents=True)
        self._home, self._ring = folder, keyfile.KeyRing.new("witness", self.name, os.urandom)
        self.vkey = str(Vkey(self.name, notes.Kind.COSIGNATURE, self._ring.identity_public))
        secret = folder / "passphrase"
        secret.write_text("six words make a good one\n")
        (folder / "key").write_bytes(keyfile.lock(self._ring, "six words make a good one", os.urandom, CHEAP))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANA_")}
        self._environment = {**kept, "AMANA_HOME": str(folder), "AMANA_PASSPHRASE_FILE": str(secret)}
        self._words = ["-m", "witness", "--bind", f"127.0.0.1:{port}", "--key", str(folder / "key"), "--first"]
        self._process: Process | None = None

    @property
    def _memory(self) -> Path:
        return self._home / "witness" / self.name.replace("/", "_")

    def know(self, _: str, vkey: str) -> None:
        """Tell it of a log."""
        self._words += ["--log", vkey]

    def start(self) -> None:
        """Start it."""
        self._process = Process(self._words, self._environment, self._memory)
        self._process.start()

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def evidence(self) -> int:
        """How many heads that did not fit it has kept."""
        return len(list(self._memory.glob("*/evidence/*")))


@pytest.fixture(params=["aics", "ours"])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    if request.param == "aics":
        lacks = aics.missing()
        if lacks:
            need("aics-witness beside our log", lacks)
        made: Peer = aics.Witness(tmp_path / "peer", free_port())
    else:
        made = Ours(tmp_path / "peer", free_port())
    try:
        yield made
    finally:
        made.stop()


def test_it_cosigns_our_house_and_refuses_its_fork(peer: Peer, tmp_path: Path) -> None:
    name = Vkey.parse(peer.vkey).name
    organisation = Witnessed(quorum=1, names=(name,), urls={name: peer.url}, vkeys={name: Vkey.parse(peer.vkey)})
    peer.know(ORIGIN, str(organisation.vkey("log", ORIGIN)))
    peer.start()
    policy = organisation.trust.log_policy
    with running(tmp_path / "house", organisation) as world:
        sizes = []
        for count in (1, 300, 1000):  # across tiles, by proofs from where it stands
            grow(world, count)
            sizes.append(published(world))
            assert policy.verify(world.house.checkpoint()).size == sizes[-1]
        assert sizes == sorted(set(sizes))
        peer.stop()
        grow(world, 7)
        until(lambda: ledger(world).heads.lost)
        peer.start()  # it remembers; the house asks from what it says
        assert published(world, sizes[-1] + 7) == sizes[-1] + 7
        fork = forked(world, tmp_path / "mirror")
        held = published(world)
    with httpx2.Client(base_url=peer.url, trust_env=False, timeout=20) as client:
        shown = client.get(witnessing.place(ORIGIN)).text
        assert policy.verify(shown).size == held
        assert ask(client, fork.asks(held, held)).status_code in {409, 422}  # another root of this size
        assert ask(client, fork.grow(held + 9).asks(held, held + 9)).status_code == 422
        behind = ask(client, fork.asks(3, held + 9))
        assert (behind.status_code, behind.text) == (409, f"{held}\n")
        assert behind.headers["content-type"] == witnessing.SIZE
        assert client.get(witnessing.place(ORIGIN)).text.split("\n")[1] == str(held)
    assert peer.evidence() >= 1


def test_it_refuses_what_is_not_for_it_alike(peer: Peer) -> None:
    log, stranger = Log().grow(9), Log("log.other.example").grow(3)
    peer.know(log.key.name, str(log.vkey))
    peer.start()
    policy = LogPolicy((log.vkey,), (Vkey.parse(peer.vkey),), 1)
    with httpx2.Client(base_url=peer.url, trust_env=False, timeout=20) as client:
        assert client.get(witnessing.place(log.key.name)).status_code == 404
        assert ask(client, stranger.asks(0, 3)).status_code == 404
        assert ask(client, AddCheckpoint(0, (), log.head(3).replace("\n3\n", "\n4\n"))).status_code == 403
        assert ask(client, AddCheckpoint(5, (), log.head(3))).status_code == 400
        assert client.post(witnessing.PATH, content=b"nothing").status_code == 400
        answer = ask(client, log.asks(0, 4))
        text = notes.split(log.head(4))[0]
        line = witnessing.cosignature(text, answer.content, Vkey.parse(peer.vkey))
        assert policy.verify(log.head(4) + line).size == 4
        assert ask(client, log.asks(0, 9)).text == "4\n"
        assert ask(client, AddCheckpoint(4, (), log.head(9))).status_code == 422
        assert ask(client, log.asks(4, 4)).status_code == 200  # fresh, on the same head
        assert ask(client, log.asks(4, 9)).status_code == 200
        assert ask(client, AddCheckpoint(4, (), log.head(4))).status_code == 409  # never smaller


def grow(world: Running, count: int) -> None:
    made = ledger(world)
    made.append([pad_entry(made.auditors, os.urandom) for _ in range(count)]).result(60)


def forked(world: Running, folder: Path) -> Log:
    """Our log with its last leaf changed, under its own key."""
    size = ledger(world).head.size
    leaves = mirror(world, folder, size)
    log = Log(ORIGIN)
    log.key = world.organisation.log
    log.hashes = [merkle.leaf_hash(one) for one in leaves[:-1]] + [os.urandom(32)]
    return log
