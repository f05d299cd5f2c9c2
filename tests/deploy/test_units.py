"""deploy/systemd: the units are sound, closed, and start what they say; P1, P9 and what SECURITY says of memory."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import httpx2
import pytest

from client import ceremony
from client.api import House
from client.ceremony_folder import CeremonyFolder
from client.line import Line
from client.publishing import publish, wait_in_force
from crypto.keyfile import CHEAPEST
from doors.environment import closed_folder
from tests.deploy import units
from tests.deploy.units import NAMES, SYSTEMD, Machine, Unit
from tests.needs import need

EXPOSURE = 0.2  # of 10: what `systemd-analyze security` has given with systemd 252
PASSPHRASE = "six words make a good one"
READY = "ready unix:"


def analyze(*words: str, path: Path) -> "subprocess.CompletedProcess[str]":
    if shutil.which("systemd-analyze") is None:
        need("checking the units", "systemd-analyze (Debian package systemd)")
    command = ["systemd-analyze", *words, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as on a machine where /opt/amana is installed."""
    for name in NAMES:
        text = (SYSTEMD / f"{name}.service").read_text("utf-8")
        (tmp_path / f"{name}.service").write_text(text.replace(units.PROGRAM, sys.executable))
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_systemd_understands_every_line(installed: Path, name: str) -> None:
    done = analyze("verify", path=installed / f"{name}.service")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_exposure_stays_low(name: str) -> None:
    path = SYSTEMD / f"{name}.service"
    done = analyze("security", "--offline=true", f"--threshold={int(EXPOSURE * 10)}", "--no-pager", path=path)
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None
    assert float(found[1]) <= EXPOSURE
    assert done.returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_no_network_no_core_no_swap_and_secrets_only_as_credentials(name: str) -> None:
    unit = Unit.read(name)
    for key in ("PrivateNetwork", "MemoryDenyWriteExecute", "NoNewPrivileges", "PrivateUsers", "PrivateTmp"):
        assert unit.one(key) == "yes"
    assert (unit.one("ProtectSystem"), unit.one("CapabilityBoundingSet")) == ("strict", "")
    assert unit.one("RestrictAddressFamilies") == "AF_UNIX"
    assert (unit.one("LimitCORE"), unit.one("MemorySwapMax"), unit.one("UMask")) == ("0", "0", "0077")
    assert (unit.one("StandardOutput"), unit.one("LogNamespace")) == ("null", "amana")
    assert unit.one("LoadCredentialEncrypted").startswith("passphrase:/etc/amana/")
    assert "AMANA_PASSPHRASE_FILE=%d/passphrase" in " ".join(unit.settings["Environment"])
    assert "Storage=volatile" in (SYSTEMD / "journald@amana.conf").read_text("utf-8").splitlines()


def test_each_is_another_user_with_a_closed_folder() -> None:
    every = list(map(Unit.read, NAMES))
    for key in ("User", "StateDirectory", "RuntimeDirectory", "LoadCredentialEncrypted"):
        assert len({unit.one(key) for unit in every}) == len(NAMES)
    assert {unit.one("StateDirectoryMode") for unit in every} == {"0700"}
    made = (SYSTEMD / "amana.sysusers.conf").read_text("utf-8")
    assert set(re.findall(r"^u (\S+)", made, re.MULTILINE)) == {unit.one("User") for unit in every}


def test_the_users_can_be_made(tmp_path: Path) -> None:
    if shutil.which("systemd-sysusers") is None:
        need("making the units' users", "systemd-sysusers (Debian package systemd)")
    (tmp_path / "etc").mkdir()
    command = ["systemd-sysusers", f"--root={tmp_path}", str(SYSTEMD / "amana.sysusers.conf")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert {line.split(":")[0] for line in (tmp_path / "etc" / "passwd").read_text().splitlines()} == set(NAMES)


# -- the units' own commands, in an empty network of their own, without memory that is writable and executable


@dataclass
class Running:
    """House and gate as the units start them."""

    machine: Machine
    folder: CeremonyFolder
    processes: dict[str, "subprocess.Popen[str]"]

    def socket(self, name: str) -> Path:
        return self.machine.run / name

    def client(self, socket: str) -> httpx2.Client:
        return httpx2.Client(transport=httpx2.HTTPTransport(uds=str(self.socket(socket))), base_url="http://house")


def lay_out(machine: Machine) -> CeremonyFolder:
    """Put keys and passphrases where the units look for them."""
    people = ceremony.load_people(Path(str(files("data").joinpath("people.json"))))
    choices = ceremony.Choices(k=2, rehearsal=True)
    made = ceremony.init(
        people, machine.folder / "ceremony", choices, passphrase=PASSPHRASE, draw=os.urandom, cost=CHEAPEST
    )
    keys = {
        "amana-server": (made.log_key, "log.key"),
        "amana-gate": (made.key("gates", "gate-1"), "gate.key"),
        "amana-witness": (made.key("witnesses", "w1"), "witness.key"),
    }
    for name, (key, kept) in keys.items():
        home, credentials = machine.state / name, machine.folder / "credentials" / name
        for folder in (home, credentials):
            folder.mkdir(parents=True, mode=0o700)
        (credentials / "passphrase").write_text(PASSPHRASE)  # systemd-ask-password -n ends no line
        (credentials / "passphrase").chmod(0o400)
        shutil.copy(made.path / "trust.json", home)
        shutil.copy(key, home / kept)
    witness = machine.state / "amana-witness"
    closed_folder(witness / "witness" / "w1")  # as docs/operating.md has it made, once
    (witness / "logs").write_text("".join(f"{key}\n" for key in made.trust().log_policy.log))
    (witness / "logs").chmod(0o600)
    return made


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    if shutil.which("unshare") is None or not units.can_wall():
        need("starting the units' commands behind their walls", "root, network namespaces and PR_SET_MDWE (Linux 6.3)")
    with tempfile.TemporaryDirectory(prefix="amana-") as short:  # a socket's path has 107 bytes
        machine = Machine(Path(short))
        folder = lay_out(machine)
        processes = {name: machine.start(Unit.read(name)) for name in reversed(NAMES)}
        try:
            for process in processes.values():
                assert process.stdout is not None
                assert process.stdout.readline().startswith(READY)
            yield Running(machine, folder, processes)
        finally:
            for process in processes.values():
                if process.poll() is None:
                    units.end(process)


def test_they_answer_on_their_sockets_without_any_network(running: Running) -> None:
    assert all(units.has_own_network(process.pid) for process in running.processes.values())
    sockets = ("amana-gate/gate.sock", "amana-server/reviewers.sock", "amana-server/reporters.sock")
    for name in (*sockets, "amana-witness/witness.sock"):
        assert running.socket(name).stat().st_mode & 0o777 == 0o660
        with running.client(name) as client:
            assert client.get("/health").status_code == 200


def test_officers_publish_and_the_gate_follows_through_its_socket(running: Running) -> None:
    address = f"unix:{running.socket('amana-server/reviewers.sock')}"
    with closing(Line(address)) as line:
        house = House(address, client=line)
        publish(running.folder, house)
        assert wait_in_force(running.folder, house)
        assert house.reports() == []
        with running.client("amana-server/reporters.sock") as client:
            assert client.get("/trust/current").text == house.current()
            assert client.get("/v1/reports").status_code == 404


def test_doctor_finds_nothing_at_fault_on_such_a_machine(running: Running) -> None:
    home, secret = running.machine.state / "amana-server", running.machine.folder / "credentials" / "amana-server"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AMANA_")}
    environment = {**kept, "AMANA_HOME": str(home), "AMANA_PASSPHRASE_FILE": str(secret / "passphrase")}
    socket = f"unix:{running.socket('amana-server/reviewers.sock')}"
    command = [sys.executable, "-m", "client", "doctor", "--url", socket]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "log key: log.key opens, and is the one that trust.json names." in done.stdout


def test_files_are_for_nobody_else(running: Running) -> None:
    for path in running.machine.state.rglob("*"):
        if path.name != "trust.json" and path.suffix != ".key":  # those the test itself put there
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_they_end_on_sigterm_in_good_order_and_leave_no_socket(running: Running) -> None:
    for name in NAMES:
        assert units.end(running.processes[name]) == 0
    assert [path.name for path in running.machine.run.rglob("*.sock")] == []
