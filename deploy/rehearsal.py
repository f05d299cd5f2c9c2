"""A temporary organisation on loopback: real processes, real key files, real HTTP; ends when it is told to."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

READY_SECONDS = 60
_DAY_FIELDS = ("trained_until", "declared_on")


def as_of(today: date) -> dict[str, Any]:
    """Return data/people.json with its dates moved to `today`, so that the example does not grow old."""
    people: dict[str, Any] = json.loads(files("data").joinpath("people.json").read_text("utf-8"))
    shift = today - date.fromisoformat(people["today"])
    for group in ("reviewers", "custodians", "ombudsperson"):
        for one in people[group]:
            for field in _DAY_FIELDS:
                one[field] = (date.fromisoformat(one[field]) + shift).isoformat()
    for said in people["words"].values():
        for one in said["help"]:
            one["checked_on"] = (date.fromisoformat(one["checked_on"]) + shift).isoformat()
    return people


class Failed(Exception):  # noqa: N818 - a step of the story failed
    """A command did not end as the story says."""


class Rehearsal:
    """An organisation in a folder of its own. Use as a context."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="amana-"))
        self.home = self.folder / "home"
        self.house: subprocess.Popen[bytes] | None = None
        self.url = ""
        passphrase = self.folder / "passphrase"
        passphrase.write_text(secrets.token_urlsafe(24) + "\n", encoding="utf-8")
        passphrase.chmod(0o600)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANA_")}
        self.environment = {**kept, "AMANA_HOME": str(self.home), "AMANA_PASSPHRASE_FILE": str(passphrase)}

    def run(self, *words: str, expect: int = 0, pass_fds: tuple[int, ...] = ()) -> dict[str, Any]:
        """Run one `amana` command with `--json`; return what it prints. Raise Failed for another exit code."""
        command = [sys.executable, "-m", "client", *words, "--json"]
        done = subprocess.run(  # noqa: S603 - our own command
            command, env=self.environment, capture_output=True, text=True, timeout=120, check=False, pass_fds=pass_fds
        )
        if done.returncode != expect:
            raise Failed(f"amana {' '.join(words[:2])} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        lines = done.stdout.strip().splitlines()
        found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
        return found

    def ceremony(self, today: date | None = None) -> None:
        """Make all keys and the first rules; two of three officers sign."""
        people = self.folder / "people.json"
        people.write_text(json.dumps(as_of(today or date.today())), encoding="utf-8")  # noqa: DTZ011 - a day
        self.run(
            "officer", "init", "--people", str(people), "--k", "2", "--rehearsal", "--origin", "log.rehearsal.example"
        )

    def start(self) -> str:
        """Start house and gate; return the address. Port 0 takes a free one."""
        command = [sys.executable, "-m", "client", "serve", "--with-gate", "--bind", "127.0.0.1:0"]
        said = self.folder / "house.out"  # a file, so that a house that is left running holds nobody's pipe open
        with said.open("w", encoding="utf-8") as out:
            self.house = subprocess.Popen(  # noqa: S603
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.house.poll() is None:
            for line in said.read_text(encoding="utf-8").splitlines():
                if line.startswith("ready "):
                    self.url = line.split()[1]
                    self.environment["AMANA_URL"] = self.url
                    return self.url
            time.sleep(0.05)
        raise Failed(f"the house did not start: {said.read_text(encoding='utf-8').strip()[-500:]}")

    def stop(self) -> None:
        """End house and gate, and wait for them."""
        if self.house is None:
            return
        self.house.send_signal(signal.SIGTERM)
        try:
            self.house.wait(timeout=30)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.house.pid, signal.SIGKILL)
            self.house.wait(timeout=10)
        self.house = None

    def key(self, name: str) -> str:
        """Path of a person's key file."""
        return str(self.home / "ceremony" / "people" / f"{name}.key")
