"""A gate believes a head only with the quorum of its bundle, and only for ten minutes (protocol 9.2, 9.4)."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from client.reporter import seal
from crypto import words
from crypto.checkpoints import TlogProof
from crypto.relay import CLOSED, DONE, REFUSED, SYNC_LIMIT, DecisionsCall, ReleasesCall, Sync
from crypto.sections import Section
from doors.problem import Malformed
from tests.asking import Asking
from tests.harness import Post, Running, running
from tests.samples import samples, send
from tests.witness.house import Street, published, street

CARD = Section.CARD
Bend = Callable[[str], str]


def without(*names: str) -> Bend:
    """Take their lines out of a head."""
    starts = tuple(f"— {name} " for name in names)
    return lambda note: "".join(one for one in note.splitlines(keepends=True) if not one.startswith(starts))


class Server:
    """A server that shows gates other heads than it may."""

    def __init__(self) -> None:
        self.bend: dict[str, Bend] = {}

    def wrap(self, _: str, honest: Post) -> Post:
        def post(path: str, content: bytes) -> Any:
            bend = self.bend.get(path)
            if bend is None:
                return honest(path, content)
            if path == "/v1/sync":
                return honest(path, shown(Sync.decode(content, limit=SYNC_LIMIT), bend).encode())
            if path == "/v1/decisions":
                call = DecisionsCall.decode(content, limit=2 * SYNC_LIMIT)
                return honest(path, structs.replace(call, sync=shown(call.sync, bend)).encode())
            release = ReleasesCall.decode(content, limit=2 * SYNC_LIMIT)
            proofs = [TlogProof.parse(one) for one in release.proofs]
            bent = [TlogProof(one.index, one.hashes, bend(one.checkpoint)).encode() for one in proofs]
            return honest(path, structs.replace(release, proofs=bent).encode())

        return post


def shown(sync: Sync, bend: Bend) -> Sync:
    return structs.replace(sync, checkpoint=bend(sync.checkpoint))


@contextmanager
def house(way: Street, server: Server) -> Iterator[Running]:
    calls = {name: one.call for name, one in way.witnesses.items()}
    with running(way.folder / "home", way.organisation, wrap=server.wrap, witnesses=calls) as world:
        published(world)
        yield world


def ask(world: Running, report: bytes) -> tuple[str, bool]:
    asking = Asking(world, "r1", report, [CARD])
    answer = asking.send()
    return answer.state, answer.state == DONE and bool(asking.released(answer))


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Street]:
    with street(tmp_path) as made:
        yield made


@pytest.mark.parametrize("gone", [("w1", "w2"), ("w1", "w2", "w3")])
def test_a_head_without_its_quorum_is_not_read(way: Street, gone: tuple[str, ...]) -> None:
    server = Server()
    with house(way, server) as world:
        report = send(world, "S01")
        assert ask(world, report) == (DONE, True)
        gate = world.gate_clients["gate-1"].app.dependencies["gate"].dependency()
        link = world.server.app.dependencies["gates"].dependency().links()["gate-1"]
        published(world)
        link.follow()
        size = gate.position().size
        server.bend = dict.fromkeys(("/v1/sync", "/v1/decisions"), without(*gone))
        world.send(seal(samples()["S02"], world.in_force, words.new(os.urandom), draw=os.urandom))
        assert published(world) > size
        with pytest.raises(Malformed):
            link.follow()
        assert ask(world, report) == (REFUSED, False)
        assert gate.position().size == size
        server.bend = dict.fromkeys(("/v1/sync", "/v1/decisions"), without("w3"))  # two are enough
        assert ask(world, report) == (DONE, True)
        assert gate.position().size > size


def test_a_proof_without_the_quorum_releases_nothing(way: Street) -> None:
    server = Server()
    with house(way, server) as world:
        report = send(world, "S01")
        server.bend["/v1/releases"] = without("w1", "w2", "w3")
        assert ask(world, report) == (DONE, False)
        server.bend.clear()
        assert ask(world, report) == (DONE, True)


def test_a_head_older_than_ten_minutes_is_not_read(way: Street) -> None:
    with house(way, Server()) as world:
        report = send(world, "S01")
        assert ask(world, report) == (DONE, True)
        world.clock.offset = 11 * 60.0  # the witnesses' clock is the machine's
        assert ask(world, report)[0] == CLOSED
        world.clock.offset = 0.0
        assert ask(world, report) == (DONE, True)
