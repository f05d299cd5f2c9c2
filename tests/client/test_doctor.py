"""`amana doctor` sees what is wrong, says what to do, and changes nothing: each fault here is made on purpose."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from client import cli, doctor
from client.api import House
from client.errors import UnreachableError
from client.keys import write_key
from client.line import Answer
from client.trusting import InForce
from crypto import notes
from crypto.keyfile import CHEAPEST, KeyRing
from policies.bundle import Gate
from tests.harness import OFFICERS, Organisation, Running, running

PASSPHRASE = "six words make a good one"
Look = Callable[..., tuple[int, dict[str, str], dict[str, str]]]


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    made = Organisation()
    for name in OFFICERS:
        made.key("officer", name)
    return made


@pytest.fixture(scope="module")
def live(organisation: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole organisation that runs, with its trust file and log key where a house has them."""
    home = tmp_path_factory.mktemp("home")
    with running(home, organisation) as made:
        (home / "trust.json").write_text(made.organisation.trust.to_json())
        write_key(home / "log.key", made.organisation.log, PASSPHRASE, draw=os.urandom, cost=CHEAPEST)
        yield made


@pytest.fixture(scope="module")
def copied(live: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it lies on the disk when house and gate have ended: one file a database."""
    home = tmp_path_factory.mktemp("stopped") / "home"
    shutil.copytree(live.folder, home)
    for path in home.rglob("*.db"):
        connection = doctor.sqlite.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    return home


@pytest.fixture
def stopped(copied: Path, tmp_path: Path) -> Path:
    home = tmp_path / "home"
    shutil.copytree(copied, home)
    return home


@pytest.fixture
def look(live: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Look:
    """Run the command; return its exit code, and state and text of each check."""
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    secret.chmod(0o600)
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(secret))
    monkeypatch.setattr("client.commands.doctor.house_of", lambda *_: live.house)

    def looking(*words: object, home: Path = live.folder, later: int = 0) -> tuple[int, dict[str, str], dict[str, str]]:
        monkeypatch.setenv("AMANA_HOME", str(home))
        monkeypatch.setattr("client.commands.doctor.today", lambda: live.clock.day + later)
        capfd.readouterr()
        code = cli.main(["doctor", "--json", *map(str, words)])
        out, err = capfd.readouterr()
        answer = json.loads(out)
        assert PASSPHRASE not in out + err
        assert (answer["kind"], answer["ok"]) == ("doctor", code == 0)
        assert all(one["state"] in (doctor.OK, doctor.WARNING, doctor.FAULT) for one in answer["checks"])
        states = {one["name"]: one["state"] for one in answer["checks"]}
        assert len(states) == len(answer["checks"])
        return code, states, {one["name"]: one["text"] for one in answer["checks"]}

    return looking


class Away:
    """A house that does not answer."""

    def get(self, path: str) -> Answer:  # noqa: ARG002 - client.line.Requester
        raise UnreachableError("The house did not answer.", "Check the connection.")

    def post(self, path: str, *, content: bytes) -> Answer:  # noqa: ARG002
        raise AssertionError("nothing is sent")


def faults(states: dict[str, str]) -> set[str]:
    return {name for name, state in states.items() if state == doctor.FAULT}


def test_all_is_well_beside_a_running_house(look: Look) -> None:
    code, states, texts = look()
    assert (code, faults(states)) == (0, set())
    warned = {name for name, state in states.items() if state == doctor.WARNING} - {"sqlite", "disk"}
    assert warned == {"rehearsal", "witnesses", "gates", "people"}
    assert "Fewer than two: auditor." in texts["people"]
    assert "no log guarantee against the operator" in texts["witnesses"]
    assert states["server database"] == states["server log"] == states["gate gate-1 log"] == doctor.OK
    assert texts["in force"].startswith("Bundle 1 and directory 1 ")
    assert "was not looked at" in texts["certificates"]
    assert "Only the day was compared" in texts["clock"]


def test_sentences_for_people(look: Look, capfd: pytest.CaptureFixture[str]) -> None:
    look()
    capfd.readouterr()
    assert cli.main(["doctor"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert "ok       house: The house at http://testserver.local answers." in lines
    assert "0 faults" in lines[-1]


def test_a_gate_that_has_not_signed_today_is_a_warning_and_longer_a_fault(look: Look) -> None:
    code, states, _ = look(later=1)
    assert (code, states["current"]) == (0, doctor.WARNING)
    code, states, texts = look(later=2)
    assert (code, faults(states)) == (3, {"current"})
    assert "date of this device" in texts["current"]


def test_an_organisation_that_has_published_nothing(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Organisation()
    for name in OFFICERS:
        made.key("officer", name)
    with running(tmp_path / "new", made, publish=False) as fresh:
        (fresh.folder / "trust.json").write_text(made.trust.to_json())
        monkeypatch.setattr("client.commands.doctor.house_of", lambda *_: fresh.house)
        code, states, texts = look(home=fresh.folder)
    assert (code, states["current"]) == (3, doctor.FAULT)
    assert "published" in texts["current"]
    assert "officers publish first" in texts["server log"]


def test_a_house_that_does_not_answer_is_4_and_offline_is_not_asked(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.commands.doctor.house_of", lambda *_: House("http://away.example", client=Away()))
    code, states, _ = look()
    assert (code, faults(states)) == (4, {"house"})
    code, states, _ = look("--offline")
    assert code == 0
    assert "house" not in states


def test_what_is_wrong_here_counts_more_than_a_house_that_is_away(
    look: Look, monkeypatch: pytest.MonkeyPatch, stopped: Path
) -> None:
    monkeypatch.setattr("client.commands.doctor.house_of", lambda *_: House("http://away.example", client=Away()))
    (stopped / "log.key").chmod(0o644)
    assert look(home=stopped)[0] == 3


def test_a_folder_that_others_can_enter(look: Look, stopped: Path) -> None:
    stopped.chmod(0o750)
    code, states, texts = look("--offline", home=stopped)
    assert (code, faults(states)) == (3, {"folder"})
    assert "chmod 0700" in texts["folder"]


def test_a_key_that_others_can_read(look: Look, stopped: Path) -> None:
    (stopped / "log.key").chmod(0o640)
    code, states, texts = look("--offline", home=stopped)
    assert (code, faults(states)) == (3, {"keys"})
    assert "log.key" in texts["keys"]


def test_a_database_that_others_can_read(look: Look, stopped: Path) -> None:
    (stopped / "server" / "amana.db").chmod(0o604)
    assert faults(look("--offline", home=stopped)[1]) == {"server file"}


def test_a_passphrase_that_others_can_read_or_that_is_another(look: Look, tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.chmod(0o644)
    assert faults(look("--offline")[1]) == {"passphrase"}
    secret.chmod(0o600)
    secret.write_text("another one\n")
    code, states, _ = look("--offline")
    assert (code, faults(states)) == (3, {"log key"})
    secret.write_text("\n")
    assert faults(look("--offline")[1]) == {"passphrase", "log key"}


def test_a_log_key_of_another_organisation(look: Look, stopped: Path) -> None:
    (stopped / "log.key").unlink()
    stranger = KeyRing.new("log", "log.test.example", os.urandom)
    write_key(stopped / "log.key", stranger, PASSPHRASE, draw=os.urandom, cost=CHEAPEST)
    code, states, texts = look("--offline", home=stopped)
    assert (code, faults(states)) == (3, {"log key"})
    assert "trust.json" in texts["log key"]


def test_a_trust_file_that_is_missing_or_broken(look: Look, stopped: Path) -> None:
    (stopped / "trust.json").write_text("{}")
    assert faults(look(home=stopped)[1]) == {"trust"}
    (stopped / "trust.json").unlink()
    code, states, texts = look(home=stopped)
    assert (code, faults(states)) == (3, {"trust"})
    assert "Ask an officer" in texts["trust"]


def test_keys_of_people_beside_the_house_are_a_warning(look: Look, stopped: Path) -> None:
    ring = KeyRing.new("officer", "o1", os.urandom)
    write_key(stopped / "ceremony" / "officers" / "o1.key", ring, PASSPHRASE, draw=os.urandom, cost=CHEAPEST)
    (stopped / "ceremony" / "roster.json").write_text("{}")
    (stopped / "ceremony" / "roster.json").chmod(0o600)
    code, states, _ = look("--offline", home=stopped)
    assert (code, states["ceremony"], states["roster"]) == (0, doctor.WARNING, doctor.WARNING)


@pytest.mark.parametrize(
    ("file", "name", "change"),
    [
        ("server/amana.db", "server log", 'UPDATE leaf SET leaf = zeroblob(48) WHERE "index" = 0'),
        ("server/amana.db", "server log", 'DELETE FROM leaf WHERE "index" = 1'),
        ("server/amana.db", "server log", "UPDATE head SET size = 1"),
        ("server/amana.db", "server log", "UPDATE head SET checkpoint = replace(checkpoint, 'log.test', 'log.tess')"),
        ("gate/gate-1/gate.db", "gate gate-1 log", "UPDATE leaf SET tag = zeroblob(15) || x'01' WHERE \"index\" = 0"),
        ("server/amana.db", "server reading", "DROP TABLE head"),
    ],
)
def test_a_log_that_somebody_changed(look: Look, stopped: Path, file: str, name: str, change: str) -> None:
    connection = sqlite3.connect(stopped / file)
    connection.execute(change)
    connection.commit()
    connection.close()
    code, states, texts = look("--offline", home=stopped)
    assert (code, faults(states)) == (3, {name})
    assert "Backups" in texts[name]


def test_a_damaged_page(look: Look, stopped: Path) -> None:
    path = stopped / "server" / "amana.db"
    data = bytearray(path.read_bytes())
    data[4096:4600] = bytes(504)
    path.write_bytes(data)
    assert faults(look("--offline", home=stopped)[1]) & {"server database", "server reading"}


def test_a_database_that_is_not_whole(look: Look, stopped: Path) -> None:
    connection = sqlite3.connect(stopped / "server" / "amana.db", isolation_level=None)
    connection.execute("PRAGMA writable_schema=ON")
    connection.execute("DELETE FROM sqlite_master WHERE name = 'uq_report_id'")  # its pages belong to nothing now
    connection.close()
    code, states, texts = look("--offline", home=stopped)
    assert (code, faults(states)) == (3, {"server database"})
    assert "damaged" in texts["server database"]


@pytest.mark.parametrize("signer", ["log", "stranger"])
def test_a_log_that_the_house_shows_too_short_or_unsigned(
    look: Look, live: Running, monkeypatch: pytest.MonkeyPatch, signer: str
) -> None:
    log = live.organisation.log
    identity = log.identity if signer == "log" else os.urandom(32)
    size = 1 if signer == "log" else 2
    text = f"{log.name}\n{size}\n{notes.b64(bytes(32))}\n"
    signed = f"{text}\n{notes.sign_ed25519(log.name, identity, text)}"
    monkeypatch.setattr(House, "checkpoint", lambda _: signed)
    code, states, texts = look()
    assert (code, faults(states)) == (3, {"log"})
    assert ("shorter" if signer == "log" else "not signed") in texts["log"]


def test_a_public_line_that_the_house_changed(look: Look, live: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    note = live.organisation.revocation("r1", live.clock.day).note.encode()  # signed, but not what the leaf says
    monkeypatch.setattr(House, "record", lambda *_: note)
    code, states, _ = look()
    assert (code, faults(states)) == (3, {"log"})


def test_nothing_is_changed_beside_a_house_that_is_stopped(look: Look, stopped: Path) -> None:
    def seen() -> dict[Path, tuple[int, int, bytes]]:
        files = [path for path in stopped.rglob("*") if path.is_file()]
        return {path: (path.stat().st_mtime_ns, path.stat().st_mode, path.read_bytes()) for path in files}

    before = seen()
    assert look(home=stopped)[0] == 0
    assert seen() == before


def test_a_key_in_force_and_one_that_is_not(look: Look, live: Running, tmp_path: Path) -> None:
    def write(name: str, ring: KeyRing) -> Path:
        write_key(tmp_path / name, ring, PASSPHRASE, draw=os.urandom, cost=CHEAPEST)
        return tmp_path / name

    mine = write("r1.key", live.key("r1"))
    assert look("--as", mine)[1]["key"] == doctor.OK
    assert look("--as", mine, "--offline")[1]["key"] == doctor.WARNING  # nobody can say
    for name, ring in (
        ("gate", live.key("gate-1")),
        ("officer", live.key(OFFICERS[0])),
        ("log", live.organisation.log),
    ):
        assert look("--as", write(f"{name}.key", ring))[1]["key"] == doctor.OK
        assert look("--as", write(f"{name}-2.key", KeyRing.new(name, ring.name, os.urandom)))[1]["key"] == doctor.FAULT
    other = write("old.key", KeyRing.new("desk", "r1", os.urandom))
    code, states, texts = look("--as", other)
    assert (code, faults(states)) == (3, {"key"})
    assert "Ask an officer" in texts["key"]
    mine.chmod(0o644)
    assert faults(look("--as", mine)[1]) == {"key"}
    assert faults(look("--as", tmp_path / "none.key")[1]) == {"key"}


def test_revoked_people_are_not_counted(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Organisation()
    for name in OFFICERS:
        made.key("officer", name)
    with running(tmp_path / "small", made) as small:
        (small.folder / "trust.json").write_text(made.trust.to_json())
        monkeypatch.setattr("client.commands.doctor.house_of", lambda *_: small.house)
        _, _, before = look(home=small.folder)
        assert made.directory is not None
        custodians = [one.name for one in made.directory.body.people if one.role == "custodian"]
        for name in custodians[1:]:
            small.house.publish(made.revocation(name, small.clock.day))
        code, states, after = look(home=small.folder)
    assert (code, states["people"]) == (0, doctor.WARNING)
    assert "Fewer than two: auditor." in before["people"]
    assert "Fewer than two: custodian, auditor." in after["people"]
    assert f"{len(custodians)} custodian" in before["people"]
    assert "1 custodian" in after["people"]


def gates_check(found: InForce, *urls: str, threshold: int) -> tuple[str, str]:
    from client.doctor_house import _gates  # noqa: PLC0415 - one sentence of many

    gates = [
        Gate(name=f"gate-{place}", vkey=found.bundle.body.gates[0].vkey, encryption=bytes(1216), url=url)
        for place, url in enumerate(urls)
    ]
    body = structs.replace(found.bundle.body, gates=gates, threshold=threshold)
    check = _gates(InForce(type(found.bundle)(body, found.bundle.digest), found.directory, b"", found.current))
    return check.state, check.text


def test_addresses_of_gates(live: Running) -> None:
    found = live.in_force
    assert gates_check(found, "https://one.example", "http://x.onion", "unix:/g", threshold=2)[0] == doctor.OK
    state, text = gates_check(found, "https://one.example", "http://two.example", threshold=2)
    assert state == doctor.WARNING
    assert "gate-1 is reached by plain HTTP" in text
    assert "unseen" in gates_check(found, "embedded", threshold=1)[1]


@pytest.mark.parametrize(
    ("version", "limits", "does"),
    [
        ("50.0.2", ">=50,<51", True),
        ("51.0", ">=50,<51", False),
        ("49.9", ">=50,<51", False),
        ("4.12.2", "==4.12.2", True),
        ("4.12.3", "==4.12.2", False),
        ("3.14.0", ">=3.11,<3.14", False),
        ("3.11.7", ">=3.11,<3.14", True),
        ("1.0", "", True),
    ],
)
def test_versions_are_compared_by_number(version: str, limits: str, does: bool) -> None:  # noqa: FBT001
    assert doctor.fits(version, limits) is does


@pytest.mark.parametrize(
    ("version", "state"),
    [("3.40.1", doctor.WARNING), ("3.51.2", doctor.WARNING), ("3.51.3", doctor.OK), ("3.6.0", doctor.OK)],
)
def test_the_sqlite_fault_is_named(monkeypatch: pytest.MonkeyPatch, version: str, state: str) -> None:
    class Module:
        sqlite_version = version

    monkeypatch.setattr(doctor, "sqlite", Module)
    checks: list[Any] = [one for one in doctor.machine({}) if one.name == "sqlite"]
    assert [one.state for one in checks] == [state]


def test_an_unknown_setting_never_gets_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMANA_HOEM", "x")
    assert cli.main(["doctor", "--offline"]) == 2


def test_another_database_is_said_to_be_unsupported() -> None:
    assert doctor.machine({"AMANA_DATABASE_URL": "postgresql://x"})[0].state == doctor.WARNING
