"""Two real witnesses, a real server and a real gate; one of the witnesses is killed (protocol 9.4, 9.5)."""

import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from client.exporting import export
from client.reporter import seal
from crypto import keyfile, words
from crypto.envelope import Envelope
from crypto.relay import CLOSED, DONE
from crypto.sections import Section
from server.witnesses import AHEAD
from tests.asking import Asking
from tests.harness import ORIGIN, Running
from tests.samples import samples, send
from tests.soak.processes import CHEAP, Household, Process, free_port, start
from tests.witness.house import Witnessed, until

CARD = Section.CARD
NAMES = ("w1", "w2")


@dataclass
class Town:
    """A house and its witnesses, each on a folder and a port of its own."""

    house: Household
    witnesses: dict[str, Process]


@contextmanager
def town(folder: Path, quorum: int) -> Iterator[Town]:
    ports = {name: free_port() for name in NAMES}
    organisation = Witnessed(quorum=quorum, names=NAMES, urls={"w1": f"http://127.0.0.1:{ports['w1']}"})
    house = Household(folder / "house", organisation)
    witnesses = {}
    for name, port in ports.items():
        home = folder / name
        home.mkdir()
        key, secret = home / "witness.key", home / "passphrase"
        secret.write_text("six words make a good one\n")
        key.write_bytes(keyfile.lock(organisation.key("witness", name), secret.read_text().strip(), os.urandom, CHEAP))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANA_")}
        environment = {**kept, "AMANA_HOME": str(home), "AMANA_PASSPHRASE_FILE": str(secret)}
        log = str(organisation.vkey("log", ORIGIN))
        arguments = ["--bind", f"127.0.0.1:{port}", "--key", str(key), "--log", log, "--first"]
        witnesses[name] = Process(["-m", "witness", *arguments], environment, home / "witness" / name)
    house.server.words += ["--witness", f"w2=http://127.0.0.1:{ports['w2']}"]  # not where the bundle says
    made = Town(house, witnesses)
    try:
        start(*witnesses.values(), house.gate, house.server)
        house.publish()
        yield made
    finally:
        house.kill()
        for one in witnesses.values():
            one.kill()


def opens(world: Running, report: bytes) -> bool:
    asking = Asking(world, "r1", report, [CARD])
    answer = asking.send()
    assert answer.state in {DONE, CLOSED}
    return answer.state == DONE and bool(asking.released(answer))


def signers(world: Running) -> int:
    return world.house.checkpoint().count("— w")


def test_one_of_two_goes_on_when_one_is_killed(tmp_path: Path) -> None:
    with town(tmp_path, quorum=1) as made, made.house.world() as world:
        report = send(world, "S01")
        assert opens(world, report)
        until(lambda: signers(world) == 2)
        made.witnesses["w1"].kill()
        assert opens(world, report)
        assert world.organisation.trust.log_policy.verify(world.house.checkpoint()).size
        made.witnesses["w1"].start()
        assert opens(world, report)
        until(lambda: signers(world) == 2)  # from where she was


def test_two_of_two_stops_openings_and_no_reports(tmp_path: Path) -> None:
    with town(tmp_path, quorum=2) as made, made.house.world() as world:
        report = send(world, "S01")
        assert opens(world, report)
        known = world.in_force
        made.witnesses["w2"].kill()
        assert not opens(world, report)
        sealed = seal(samples()["S02"], known, words.new(os.urandom), draw=os.urandom).encode()
        _, receipt, new = world.house.submit(sealed)
        assert (new, "index" in receipt) == (True, True)
        until(lambda: world.house.health() == "waiting")
        made.house.server.kill()  # and what it signed meanwhile is not forgotten
        made.house.server.start()
        until(lambda: bool(world.house.health()))  # w1 tells what both must have signed
        assert world.house.submit(sealed)[2] is False
        assert not opens(world, report)
        made.witnesses["w2"].start()
        until(lambda: opens(world, report))
        assert signers(world) == 2


def test_a_house_that_is_killed_again_and_again_shows_one_history(tmp_path: Path) -> None:
    """Whatever it was doing: a head is on disk before a witness sees it, so she never holds one that is lost (P8)."""
    with town(tmp_path, quorum=2) as made, made.house.world() as world:
        known = world.in_force
        for _ in range(5):
            sealed = [seal(samples()["S02"], known, words.new(os.urandom), draw=os.urandom) for _ in range(3)]
            sender = threading.Thread(target=keep_sending, args=(made.house.url, sealed))
            sender.start()
            time.sleep(secrets.randbelow(60) / 1000)
            made.house.server.kill()
            sender.join()
            made.house.server.start()
            until(lambda: world.house.health() == "ok")
        report = send(world, "S01")
        assert opens(world, report)
        until(lambda: signers(world) == 2)
        export(world.house, world.organisation.trust, tmp_path / "export")
    assert not list(tmp_path.glob("w?/witness/*/*/evidence"))
    assert not (tmp_path / "house" / "server" / AHEAD).exists()


def keep_sending(url: str, sealed: Sequence[Envelope]) -> None:
    """Hand in what there is until nobody takes it any more."""
    with suppress(Exception), httpx2.Client(base_url=url, trust_env=False, timeout=20) as client:
        for one in sealed:
            client.post("/v1/reports", content=one.encode())
