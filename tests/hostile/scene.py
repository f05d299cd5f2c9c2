"""An organisation with one honest opening, and everything that travelled for it: what the hurt things are made of."""

import os
from pathlib import Path
from typing import Any, Final, Self

from client.reporter import seal
from crypto import opening, words
from crypto.checkpoints import parse_entry_bundle
from crypto.relay import SYNC_LIMIT, Publication, ReleasesCall, Sync
from crypto.sections import Section
from tests.asking import Asking
from tests.harness import Organisation, Post, Running, running
from tests.hostile.watching import gate_of
from tests.samples import samples

GATE: Final = "gate-1"


class Scene:
    """An organisation with one honest opening, and what travelled for it between server and gate."""

    def __init__(self, folder: Path) -> None:
        self.carried: dict[str, bytes] = {}
        self._running = running(folder, Organisation(), wrap=self._listen)
        self.world: Running

    def _listen(self, _: str, honest: Post) -> Post:
        def post(path: str, content: bytes) -> Any:
            self.carried.setdefault(path, content)
            return honest(path, content)

        return post

    def __enter__(self) -> Self:
        self.world = self._running.__enter__()
        made = seal(samples()["S01"], self.world.in_force, words.new(os.urandom), draw=os.urandom)
        self.sent, self.report = made.encode(), made.id
        self.world.send(made)
        self.asking = Asking(self.world, "r1", self.report, [Section.CARD])
        self.answer = self.asking.send()
        self.digest = self.asking.digest  # of the request that was decided; more will be made
        self.release = ReleasesCall.decode(self.carried["/v1/releases"], limit=SYNC_LIMIT)
        self.publication = Publication(note=self.world.house.bundle(1)[0], body=self.world.house.bundle(1)[1])
        self.server.app.dependencies["gates"].dependency().tell()
        return self

    def __exit__(self, *what: object) -> None:
        self._running.__exit__(*what)  # type: ignore[arg-type]

    @property
    def leaf(self) -> bytes:
        """The leaf of the one decision."""
        gate = self.answer.gates[0]
        found = opening.open_verdict(
            gate.verdict[0], request=self.digest, gate=gate.gate,
            public=self.world.organisation.key("gate", GATE).identity_public, session_seed=self.asking.session,
        )  # fmt: skip
        return found.sections[0][2]

    def whole_log(self) -> Sync:
        """All of it to the head, as a server brings it to a gate that has read nothing."""
        house, head = self.world.house, gate_of(self.world, GATE).position()
        entries = self.server.get(f"/log/tile/entries/000.p/{head.size}").content
        directory = house.directory(1)
        second = Publication(note=directory[0], body=directory[1], certificates=directory[2])
        return Sync(
            checkpoint=head.checkpoint,
            start=0,
            leaves=b"".join(parse_entry_bundle(entries)),
            memos=self.server.get("/log/memos/0").content,
            statements=[self.publication, second],
        )

    @property
    def server(self) -> Any:
        return self.world.server

    @property
    def gate(self) -> Any:
        return self.world.gate_clients[GATE]

    def at_head(self) -> Sync:
        """What a server says that has nothing new."""
        position = gate_of(self.world, GATE).position()
        return Sync(checkpoint=position.checkpoint, start=position.size, leaves=b"", memos=b"", statements=[])
