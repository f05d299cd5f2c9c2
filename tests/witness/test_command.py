"""`amana witness` as a partner runs it: her own key, a real process, and one clear line for a mistake."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from client import cli, witness_keys
from client.errors import UsageError
from client.keys import write_key
from crypto.checkpoints import LogPolicy
from crypto.keyfile import CHEAPEST, KeyRing
from crypto.notes import Vkey
from tests.soak.processes import Process, free_port
from tests.witness.growing import Log, ask

NAME = "w1.partner.example"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "passphrase"
    secret.write_text("six words make a good one\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANA_")}
    return {**kept, "AMANA_HOME": str(tmp_path / "home"), "AMANA_PASSPHRASE_FILE": str(secret)}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "witness.key"
    ring = KeyRing.new("witness", NAME, os.urandom)
    write_key(path, ring, "six words make a good one", draw=os.urandom, cost=CHEAPEST)
    return path


def run(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "client", "witness", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_she_makes_her_key_and_gets_what_officers_need(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment.items():
        if name.startswith("AMANA_"):
            monkeypatch.setenv(name, value)
    key = tmp_path / "keys" / "witness.key"
    assert cli.main(["witness", "--key", str(key), "--new", NAME]) == 0
    printed = capfd.readouterr().out.strip()
    assert Vkey.parse(printed).name == NAME
    assert cli.main(["witness", "--key", str(key), "--vkey", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["vkey"] == printed
    assert cli.main(["witness", "--key", str(key), "--new", NAME]) == 1  # never a second key in its place
    assert cli.main(["witness", "--key", str(tmp_path / "b.key"), "--new", "two words"]) == 2
    assert cli.main(["witness", "--key", str(key)]) == 2
    assert not (tmp_path / "b.key").exists()


def test_only_the_key_of_a_witness(key: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", environment["AMANA_PASSPHRASE_FILE"])
    other = key.with_name("other.key")
    ring = KeyRing.new("gate", "gate-1", os.urandom)
    write_key(other, ring, "six words make a good one", draw=os.urandom, cost=CHEAPEST)
    with pytest.raises(UsageError):
        witness_keys.vkey(other)
    log = str(Log().vkey)
    done = run(environment, "--key", str(other), "--bind", "127.0.0.1:0", "--log", log)
    assert (done.returncode, "not the key of a witness" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--log", "nothing"], "verifier key of a log"),
        ([], "at least one log"),
        (["--log", "{log}"], "without her memory"),
    ],
)
def test_a_mistake_is_one_clear_line(key: Path, environment: dict[str, str], words: list[str], said: str) -> None:
    given = [word.format(log=Log().vkey) for word in words]
    done = run(environment, "--key", str(key), "--bind", "127.0.0.1:0", *given)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def started(key: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[Process, Log, str, Path]]:
    log, port = Log().grow(9), free_port()
    trust = tmp_path / "trust.json"
    officer = KeyRing.new("officer", "officer-1", os.urandom)
    policy = f"log {log.vkey}\nquorum none\n"
    public = str(Vkey("officer-1", log.vkey.kind, officer.identity_public))
    trust.write_text(json.dumps({"officers": [public], "threshold": 1, "log": policy, "url": "http://x"}))
    words = ["-m", "client", "witness", "--key", str(key), "--bind", f"127.0.0.1:{port}", "--trust", str(trust)]
    process = Process([*words, "--first"], environment, tmp_path / "home" / "witness" / NAME)
    process.start()
    try:
        yield process, log, f"http://127.0.0.1:{port}", key
    finally:
        with suppress(ProcessLookupError):
            process.stop()


def test_a_real_one_survives_a_kill(
    started: tuple[Process, Log, str, Path], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    process, log, url, key = started
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", environment["AMANA_PASSPHRASE_FILE"])
    policy = LogPolicy((log.vkey,), (witness_keys.vkey(key),), 1)
    with httpx2.Client(base_url=url, trust_env=False) as client:
        answer = ask(client, log.asks(0, 4))
        assert policy.verify(log.head(4) + answer.text).size == 4
    process.signal(signal.SIGTERM)
    process.stop()
    process.words = [word for word in process.words if word != "--first"]  # her memory is there by now
    process.start()
    with httpx2.Client(base_url=url, trust_env=False) as client:
        assert ask(client, log.asks(0, 4)).text == "4\n"
        assert ask(client, log.fork(2).grow(9).asks(4, 9)).status_code == 422
        assert ask(client, log.asks(4, 9)).status_code == 200
