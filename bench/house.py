"""A house to measure: real processes on loopback with keys of its own, and one sealed report as a template for load."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bench.processes import ROOT, Served
from client import reporter
from client.api import House as Line
from client.trusting import InForce
from crypto import keyfile, words
from crypto.envelope import Envelope, Header
from crypto.keyfile import CHEAPEST, KeyRing
from crypto.limits import limit
from crypto.relay import Publication
from policies.statements import Current
from tests.harness import Organisation
from tests.samples import samples

SAMPLE: Final = "S01"
_LEFT_OUT: Final = ("r3", "r6", "r7")  # so that eight people hold slots
_PASSPHRASE: Final = "measured"  # noqa: S105 - of throw-away keys


@dataclass(frozen=True, slots=True)
class Template:
    """A sealed report, and where bytes may be changed to make another of it."""

    body: bytes
    fresh: tuple[int, ...]

    @classmethod
    def of(cls, envelope: Envelope) -> "Template":
        """Find the places of the header's nonce and withdrawal hash, and of the received key."""
        body = envelope.encode()
        header = Header.decode(envelope.header, limit=limit("header"))
        return cls(body, tuple(body.index(part) for part in (header.nonce, header.withdrawal, envelope.received)))


class Founded:
    """An organisation whose every new house starts with the same signed rules."""

    def __init__(self) -> None:
        self.organisation = Organisation()
        self.published: list[Publication] = [
            self.organisation.next_bundle(),
            self.organisation.next_directory(_LEFT_OUT),
        ]

    @cached_property
    def in_force(self) -> InForce:
        """What a reporter would have fetched."""
        bundle, directory = self.organisation.bundle, self.organisation.directory
        if bundle is None or directory is None:
            raise RuntimeError("not founded")
        current = Current(
            day=0,
            bundle=(bundle.number, bundle.digest),
            directory=(directory.number, directory.digest),
            log=(0, bytes(32)),
        )
        return InForce(bundle, directory, b"", current)

    def seal(self) -> Envelope:
        """Seal the sample to the eight."""
        return reporter.seal(samples()[SAMPLE], self.in_force, words.new(os.urandom), draw=os.urandom)

    @cached_property
    def template(self) -> Template:
        """One report for all of the load."""
        return Template.of(self.seal())

    def write(self, home: Path) -> dict[str, str]:
        """Write keys and trust file; return the environment of this home."""
        home.mkdir(parents=True)
        (home / "trust.json").write_text(self.organisation.trust.to_json(), encoding="utf-8")
        (home / "passphrase").write_text(_PASSPHRASE + "\n", encoding="utf-8")
        _write_key(home / "log.key", self.organisation.log)
        for name in self.organisation.gate_names:
            _write_key(home / f"{name}.key", self.organisation.key("gate", name))
        return {"AMANA_HOME": str(home), "AMANA_PASSPHRASE_FILE": str(home / "passphrase")}

    @contextmanager
    def house(
        self, home: Path, *, gate: bool = False, single: bool = False, extra: Mapping[str, str] | None = None
    ) -> Iterator[Served]:
        """Run a new house until the end of the block; `single` commits every report by itself."""
        environment = {**self.write(home), **(extra or {})}
        if gate:
            name = self.organisation.gate_names[0]
            key = str(home / f"{name}.key")
            with Served("gate", "--bind", "127.0.0.1:0", "--key", key, environment=environment) as served:
                found = Served(
                    "server", "--bind", "127.0.0.1:0", "--gate", f"{name}={served.url}", environment=environment
                )
                with found:
                    self._publish(found)
                    yield found
            return
        module = ("bench.serving", "single") if single else ("server",)
        with Served(*module, "--bind", "127.0.0.1:0", environment=environment) as served:
            self._publish(served)
            yield served

    def _publish(self, served: Served) -> None:
        line = Line(served.url)
        for one in self.published:
            line.publish(one)


def _write_key(path: Path, ring: KeyRing) -> None:
    path.write_bytes(keyfile.lock(ring, _PASSPHRASE, os.urandom, CHEAPEST))


def load(
    served: Served, template: Template, clients: int, *, seconds: float = 600.0, count: int | None = None
) -> dict[str, Any]:
    """Send reports from a process of its own; return what it measured."""
    address = urlsplit(served.url)
    orders = {
        "host": address.hostname,
        "port": address.port,
        "path": "/v1/reports",
        "clients": clients,
        "seconds": seconds,
        "count": count,
        "body": template.body.hex(),
        "fresh": template.fresh,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        cwd=ROOT,
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        timeout=seconds + 120,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    if found["refused"]:
        raise RuntimeError(f"{found['refused']} reports were refused")
    return found
