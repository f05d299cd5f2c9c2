"""Server and gate as processes of their own, each to be killed and started again on its folder, with their own keys."""

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2

from client.api import House
from crypto import keyfile
from crypto.keyfile import Cost
from tests.harness import Clock, Organisation, Running
from tests.soak.warm import MODULES, Forked

CHEAP = Cost(memory=8, passes=1, lanes=1)  # each start unlocks a key file; Argon2 has its own tests
GATE = "gate-1"
_START = 30.0  # seconds
_END = 20.0


class Process:
    """One `python -m …` in a group of its own."""

    def __init__(self, words: list[str], environment: dict[str, str], folder: Path) -> None:
        self.name, self.words, self.environment = words[1], words, environment
        self._lock = folder / "lock"
        self._child: subprocess.Popen[str] | Forked | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start; ours begin with their imports done."""
        if self.words[1] in MODULES:
            self._child = Forked(self.words[1:], self.environment)
            return
        self._child = subprocess.Popen(
            [sys.executable, *self.words],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Wait for its `ready` line."""
        assert self._child is not None
        watch = threading.Timer(_START, self.kill)
        watch.start()
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        watch.cancel()
        assert line.startswith("ready"), f"{self.name} did not start: {line!r}"

    def signal(self, number: int) -> None:
        """Send a signal to it alone."""
        assert self._child is not None
        self._child.send_signal(number)

    def kill(self) -> None:
        """SIGKILL it and its workers: nothing of it gets to finish anything."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, number) if number == signal.SIGKILL else self._child.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(_END)
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)  # a worker may outlive its parent
        self._wait_for_lock()
        if isinstance(self._child, Forked):
            self._child.close()
        elif self._child.stdout is not None:
            self._child.stdout.close()
        self._child = None

    def _wait_for_lock(self) -> None:
        """A killed worker is gone when its lock on the folder is; it may be dead and not yet buried."""
        with suppress(OSError), self._lock.open() as lock:
            for _ in range(500):
                with suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                time.sleep(0.01)


def start(*processes: Process) -> None:
    """Start some side by side."""
    for one in processes:
        one.launch()
    for one in processes:
        one.wait()


def free_port() -> int:
    """Return a port that no outgoing connection of this machine will take while its owner is away."""
    while True:
        port = 20000 + secrets.randbelow(10000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Household:
    """An organisation on disk, and how its two processes are started."""

    def __init__(self, home: Path, organisation: Organisation | None = None) -> None:
        self.home, self.organisation = home, organisation or Organisation()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        passphrase = home / "passphrase"
        passphrase.write_text(secrets.token_urlsafe(24) + "\n", encoding="utf-8")
        words = passphrase.read_text("utf-8").strip()
        (home / "trust.json").write_text(self.organisation.trust.to_json(), encoding="utf-8")
        for file, key in (("log.key", self.organisation.log), (f"{GATE}.key", self.organisation.key("gate", GATE))):
            (home / file).write_bytes(keyfile.lock(key, words, os.urandom, CHEAP))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANA_")}
        environment = {**kept, "AMANA_HOME": str(home), "AMANA_PASSPHRASE_FILE": str(passphrase)}
        gate, server = free_port(), free_port()
        bind = ["--bind", f"127.0.0.1:{gate}", "--key", str(home / f"{GATE}.key")]
        self.gate = Process(["-m", "gate", *bind], environment, self.folder)
        bind = ["--bind", f"127.0.0.1:{server}", "--gate", f"{GATE}=http://127.0.0.1:{gate}"]
        self.server = Process(["-m", "server", *bind], environment, home / "server")
        self.url = f"http://127.0.0.1:{server}"

    @property
    def folder(self) -> Path:
        """What the gate remembers."""
        return self.home / "gate" / GATE

    def start(self) -> None:
        """Start both, side by side."""
        start(self.gate, self.server)

    def kill(self) -> None:
        """Kill both."""
        self.server.kill()
        self.gate.kill()

    @contextmanager
    def world(self) -> Iterator[Running]:
        """A way to speak to it, as the in-process harness has it. The clock is that of the machine."""
        with httpx2.Client(base_url=self.url, timeout=20, trust_env=False) as client:
            house = House(self.url, client=client)
            yield Running(self.organisation, self.home, Clock(), house, {}, client)

    def publish(self) -> None:
        """The first bundle and directory."""
        with self.world() as world:
            world.house.publish(self.organisation.next_bundle())
            world.house.publish(self.organisation.next_directory())


@contextmanager
def household(home: Path) -> Iterator[Household]:
    """Start one, publish, and kill it at the end whatever happened."""
    made = Household(home)
    try:
        made.start()
        made.publish()
        yield made
    finally:
        made.kill()
