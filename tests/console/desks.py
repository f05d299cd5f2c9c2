"""Consoles of several people of one organisation, each a process with a key file."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crypto import keyfile
from tests.harness import Running

PASSPHRASE = "a long passphrase of hers"


@dataclass
class Console:
    """One running console."""

    url: str  # with the secret that opens once
    process: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        return self.url.partition("/enter/")[0]


def key_of(world: Running, folder: Path, who: str) -> Path:
    """Write somebody's key file, unless it is there."""
    path = folder / f"{who}.key"
    if not path.exists():
        path.write_bytes(keyfile.lock(world.key(who), PASSPHRASE, os.urandom, keyfile.CHEAPEST))
    trust = folder / "trust.json"
    trust.write_text(world.organisation.trust.to_json())
    return path


@contextmanager
def console(world: Running, folder: Path, who: str, address: str, *more: str) -> Iterator[Console]:
    """Start `amana console` as somebody."""
    key = key_of(world, folder, who)
    command = [sys.executable, "-m", "client", "console", "--as", str(key), "--trust", str(folder / "trust.json")]
    with subprocess.Popen([*command, "--url", address, *more], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:"), line
        try:
            yield Console(line.removeprefix("ready ").strip(), process)
        finally:
            process.terminate()
            process.wait(20)


class Woman:
    """Somebody in front of her console; she reads headings, labels and buttons, as a screen reader says them."""

    def __init__(self, page: Any, made: Console) -> None:
        self.page, self.made = page, made
        self.errors: list[str] = []
        page.set_default_timeout(60_000)  # time is no test here: a busy machine must not make a visit fail
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def enter(self) -> "Woman":
        self.page.goto(self.made.url)
        return self

    def unlock(self, passphrase: str = PASSPHRASE) -> "Woman":
        self.page.get_by_label("Passphrase").fill(passphrase)
        self.press("Unlock")
        return self

    @property
    def heading(self) -> str:
        return str(self.page.locator("h1").inner_text())

    @property
    def text(self) -> str:
        return str(self.page.locator("body").inner_text())

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def fetch(self) -> None:
        self.page.get_by_role("button", name="Fetch").click()

    def report(self, report: bytes) -> None:
        """Go to a report by the queue."""
        self.follow("Queue")
        self.page.get_by_role("link", name=f"Report {report.hex()[:8]}").click()

    def open(self, section: str, purpose: str = "TRIAGE") -> None:
        """Ask for a section on a report's page."""
        self.page.get_by_role("link", name=f"the {section}").click()
        self.page.locator(f'input[value="{purpose}"]').check()
        self.page.get_by_role("button", name="in the log").or_(self.page.get_by_role("button", name="ask")).click()
