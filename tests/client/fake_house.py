"""A house in memory: enough of the HTTP API to seal, send and publish against. The real one has its own tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from client.line import Answer
from crypto import notes
from crypto.envelope import Envelope
from crypto.errors import CryptoError
from crypto.keyfile import KeyRing
from crypto.labels import Label
from crypto.limits import limit
from crypto.relay import PUBLICATION_LIMIT, Publication
from policies import statements
from policies.statements import Current


def problem(status: int, kind: str, **headers: str) -> Answer:
    return Answer(status, json.dumps({"type": f"tag:amana,2026:{kind}"}).encode(), headers)


@dataclass
class FakeHouse:
    log: KeyRing
    gates: Mapping[str, KeyRing]
    day: int
    published: list[Publication] = field(default_factory=list)
    reports: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)
    troubles: list[Answer] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.published) + len(self.reports)

    def get(self, path: str) -> Answer:
        self.asked.append(path)
        if self.troubles:
            return self.troubles.pop(0)
        parts = path.strip("/").split("/")
        if path == "/trust/current":
            return self._current()
        if parts[0] == "trust":
            return self._version(parts[1], parts[2] if len(parts) > 2 else "note")
        return problem(404, "not-found")

    def post(self, path: str, *, content: bytes) -> Answer:
        self.asked.append(path)
        if self.troubles:
            return self.troubles.pop(0)
        return self._submit(content) if path == "/v1/reports" else self._publish(content)

    def _submit(self, content: bytes) -> Answer:
        try:
            envelope = Envelope.decode(content, limit=limit("envelope"))
            envelope.opened_header()
        except CryptoError:
            return problem(400, "malformed")
        new = envelope.id not in self.reports
        _, index = self.reports.setdefault(envelope.id, (content, self.size))
        text = statements.text(Label.NOTE_RECEIPT, [("id", envelope.id.hex()), ("index", str(index))])
        receipt = text + "\n" + notes.sign_ed25519(self.log.name, self.log.identity, text)
        return Answer(201 if new else 200, json.dumps({"id": envelope.id.hex(), "receipt": receipt}).encode())

    def _publish(self, content: bytes) -> Answer:
        publication = Publication.decode(content, limit=PUBLICATION_LIMIT)
        if publication not in self.published:
            self.published.append(publication)
        return Answer(200, json.dumps({"index": self.published.index(publication)}).encode())

    def _kept(self, kind: str) -> list[Publication]:
        label = {"bundle": Label.NOTE_BUNDLE, "directory": Label.NOTE_DIRECTORY}[kind]
        return [one for one in self.published if statements.kind(one.note) is label]

    def _version(self, name: str, part: str) -> Answer:
        kind, _, number = name.partition("-")
        kept = self._kept(kind)
        if int(number) > len(kept):
            return problem(404, "not-found")
        one = kept[int(number) - 1]
        return Answer(200, {"note": one.note.encode(), "body": one.body, "certificates": one.certificates}[part])

    def _current(self) -> Answer:
        bundles, directories = self._kept("bundle"), self._kept("directory")
        if not bundles or not directories:
            return problem(404, "not-found")
        text = Current(
            day=self.day,
            bundle=(len(bundles), statements.digest(bundles[-1].note)),
            directory=(len(directories), statements.digest(directories[-1].note)),
            log=(self.size, bytes(32)),
        ).text()
        signed = "".join(notes.sign_ed25519(name, ring.identity, text) for name, ring in self.gates.items())
        return Answer(200, f"{text}\n{signed}".encode())
