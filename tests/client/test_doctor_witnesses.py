"""`amana doctor` counts witnesses on the head that everybody is shown, and says plainly what is lost without them."""

import os
from pathlib import Path

import pytest

from client import doctor_house, doctor_witnesses
from client.doctor import FAULT, OK, WARNING
from crypto import notes
from crypto.checkpoints import LogPolicy
from crypto.keyfile import KeyRing
from crypto.notes import Kind, Vkey
from policies.trust import Trust
from server.witnesses import AHEAD
from tests.witness.growing import NOW, Log
from tests.witness.house import ledger, published, street, until

WITNESSES = {name: KeyRing.new("witness", name, os.urandom) for name in ("w1", "w2", "w3")}
KEYS = {name: Vkey(name, Kind.COSIGNATURE, ring.identity_public) for name, ring in WITNESSES.items()}


@pytest.fixture
def log() -> Log:
    return Log().grow(12)


def policy(log: Log, quorum: int = 2) -> LogPolicy:
    lines = [f"log {log.vkey}", *(f"witness {name} {key}" for name, key in KEYS.items())]
    return LogPolicy.parse("\n".join([*lines, f"group g {quorum} {' '.join(KEYS)}", "quorum g", ""]))


def signed(log: Log, *names: str, minutes: int = 1, size: int = 12) -> str:
    note = log.head(size)
    text = notes.split(note)[0]
    return note + "".join(
        notes.sign_cosignature(name, WITNESSES[name].identity, text, NOW - 60 * minutes) for name in names
    )


@pytest.mark.parametrize(
    ("names", "minutes", "state", "said"),
    [
        (("w1", "w2", "w3"), 0, OK, "3 of 3 witnesses have cosigned the log's head of 12 leaves; 2 must. Enough"),
        (("w1", "w2", "w3"), 1, OK, "a minute ago"),
        (("w1", "w3"), 3, WARNING, "Not: w2; if one more is away, nothing opens"),
        (("w1",), 3, FAULT, "Not: w2, w3. Nothing opens"),
        ((), 3, FAULT, "0 of 3"),
        (("w1", "w2", "w3"), 12, FAULT, "12 minutes ago. Gates refuse"),
        (("w1", "w2", "w3"), -30, FAULT, "ahead of this one"),
    ],
)
def test_who_has_signed_and_when(log: Log, names: tuple[str, ...], minutes: int, state: str, said: str) -> None:
    found = doctor_witnesses.count(policy(log), signed(log, *names, minutes=minutes), lambda: float(NOW))
    assert (found.name, found.state) == ("witnesses", state)
    assert said in found.text


def test_one_of_three_needed_has_one_to_spare(log: Log) -> None:
    found = doctor_witnesses.count(policy(log, 1), signed(log, "w1", "w2"), lambda: float(NOW))
    assert (found.state, "1 more may be away" in found.text) == (WARNING, True)


def test_without_a_quorum_it_says_that_there_is_no_guarantee(log: Log) -> None:
    found = doctor_witnesses.count(LogPolicy((log.vkey,)), log.head(3))
    assert (found.state, "no log guarantee" in found.text) == (WARNING, True)


def test_a_signature_that_does_not_hold(log: Log) -> None:
    note = signed(log, "w1", "w2").replace("\n12\n", "\n13\n")
    assert doctor_witnesses.count(policy(log), note).state == FAULT


def test_an_old_copy_and_both_ways_out(log: Log, tmp_path: Path) -> None:
    officer = Vkey("officer-1", Kind.ED25519, KEYS["w1"].public)
    trust = Trust((officer,), 1, policy(log), "http://x")
    assert doctor_witnesses.told(tmp_path, trust) == []
    path = tmp_path / "server" / AHEAD
    path.parent.mkdir()
    path.write_text(signed(log, "w1", size=9))
    (found,) = doctor_witnesses.told(tmp_path, trust)
    assert found.state == FAULT
    for said in ("with 9 leaves", "server.replay", "a new log", "signs nothing"):
        assert said in found.text
    assert doctor_witnesses.told(tmp_path, None)[0].state == FAULT
    path.write_bytes(b"\xff")
    (found,) = doctor_witnesses.told(tmp_path, trust)
    assert "not a head of this log" in found.text


def test_the_house_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.witnesses._LONGEST", 0.2)
    with street(tmp_path) as made, made.house(publish=True) as world:
        published(world)
        until(lambda: world.house.checkpoint().count("— w") == 3)

        def look() -> dict[str, str]:
            checks, _ = doctor_house.look(world.house, world.organisation.trust, world.clock.day)
            return {one.name: one.state for one in checks}

        found = look()
        assert (found["house"], found["witnesses"], found["log"]) == (OK, OK, OK)
        for one in made.witnesses.values():
            one.away = True
        ledger(world).append([]).result(30)
        world.house.publish(world.organisation.revocation("r3", world.clock.day))
        until(lambda: ledger(world).heads.lost)
        found = look()
        assert (found["waiting"], found["witnesses"]) == (FAULT, OK)  # what is published still is what it was
