"""`amana serve` as an operator starts it: gates where she says they are, and a second socket for reporters."""

import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.soak.processes import GATE, Household, Process, start


@pytest.fixture
def made(tmp_path: Path) -> Household:
    return Household(tmp_path / "home")


def test_gates_and_the_reporters_socket_are_where_she_says(made: Household, tmp_path: Path) -> None:
    """The bundle has no address of the gate, so nothing is in force unless `--gate` is heard."""
    socket = Path(os.path.relpath(tmp_path / "reporters.sock"))
    serve = [word for word in made.server.words if word not in {"-m", "server"}]
    house = Process(
        ["-m", "client", "serve", *serve, "--reporters", f"unix:{socket}"],
        made.server.environment,
        made.home / "server",
    )
    try:
        start(made.gate, house)
        made.publish()
        with made.world() as world:
            current = world.house.current()
            assert world.in_force.bundle.number == 1
        with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(socket)), base_url="http://house") as reporter:
            assert reporter.get("/trust/current").text == current
            assert reporter.get("/v1/reports").status_code == 404
    finally:
        house.stop()
        made.gate.stop()
    assert not socket.exists()


@pytest.mark.parametrize("module", ["client serve", "server"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--gate", GATE], "takes NAME=URL"),
        (["--gate", f"{GATE}=unix:a b"], "takes NAME=URL"),
        (["--witness", "w1"], "takes NAME=URL"),
        (["--reporters", "127.0.0.1:7291"], "--reporters takes unix:PATH"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_line(made: Household, module: str, words: list[str], said: str) -> None:
    assert said in refused(made, *module.split(), *words)


def test_one_gate_is_not_in_two_places(made: Household) -> None:
    gates = made.home / "ceremony" / "gates"
    gates.mkdir(parents=True)
    (made.home / f"{GATE}.key").rename(gates / f"{GATE}.key")
    elsewhere = f"{GATE}=http://127.0.0.1:1"
    assert "would be started here" in refused(made, "client", "serve", "--with-gate", "--gate", elsewhere)
    assert "names one twice" in refused(made, "client", "serve", "--gate", elsewhere, "--gate", elsewhere)


def refused(made: Household, *words: str) -> str:
    """What it says to standard error when it ends with 2, and without a traceback."""
    command = [sys.executable, "-m", *words, "--bind", "127.0.0.1:0"]
    done = subprocess.run(command, env=made.server.environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr
