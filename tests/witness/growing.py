"""A log that grows and forks as a test wants, and a witness of it in this process."""

import os
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from crypto import merkle, notes
from crypto.checkpoints import LogPolicy, head_text
from crypto.keyfile import KeyRing
from crypto.notes import Kind, Vkey
from crypto.witnessing import PATH, AddCheckpoint
from witness.app import create_app
from witness.settings import Settings, folder_of
from witness.store import Memory

NOW = 1_800_000_000


class Log:
    """Leaf hashes, and heads of any size signed by the log's own key."""

    def __init__(self, name: str = "log.test.example") -> None:
        self.key = KeyRing.new("log", name, os.urandom)
        self.hashes: list[bytes] = []

    @property
    def vkey(self) -> Vkey:
        return Vkey(self.key.name, Kind.ED25519, self.key.identity_public)

    def grow(self, size: int) -> "Log":
        """Let it have so many leaves."""
        self.hashes += [os.urandom(32) for _ in range(size - len(self.hashes))]
        return self

    def fork(self, size: int) -> "Log":
        """Another history that begins with the same leaves, under the same key."""
        other = Log(self.key.name)
        other.key, other.hashes = self.key, self.hashes[:size]
        return other

    def head(self, size: int) -> str:
        text = head_text(self.key.name, size, merkle.root(self.hashes[:size]))
        return f"{text}\n{notes.sign_ed25519(self.key.name, self.key.identity, text)}"

    def asks(self, old: int, size: int) -> AddCheckpoint:
        proof = merkle.consistency(self.hashes[:size], old) if 0 < old < size else []
        return AddCheckpoint(old, tuple(proof), self.head(size))


class One:
    """One witness, its folder, and how to speak to it."""

    def __init__(self, home: Path, *logs: Log) -> None:
        self.key = KeyRing.new("witness", "w1.test.example/1", os.urandom)
        self.home, self.logs = home, logs
        Memory.begin(self.folder)

    @property
    def folder(self) -> Path:
        return folder_of(self.home, self.key.name)

    @property
    def vkey(self) -> Vkey:
        return Vkey(self.key.name, Kind.COSIGNATURE, self.key.identity_public)

    def app(self) -> Any:
        logs = {log.key.name: LogPolicy((log.vkey,)) for log in self.logs}
        return create_app(Settings(folder=self.folder, key=self.key, logs=logs), now=lambda: float(NOW))

    def client(self) -> Any:
        return TestClient(self.app())


def ask(client: Any, asked: AddCheckpoint) -> Any:
    return client.post(PATH, content=asked.encode().encode())
