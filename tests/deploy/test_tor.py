"""deploy/tor: Tor takes the configuration; the two addresses are apart, and lead to the sockets of the units."""

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from deploy.onion_client import pair
from tests.deploy.units import ROOT, Unit
from tests.needs import need

TORRC = ROOT / "deploy" / "tor" / "torrc"
ADDRESS = "a" * 56


def services() -> dict[str, dict[str, list[str]]]:
    """Settings of each onion service, by the name of its folder."""
    found: dict[str, dict[str, list[str]]] = {}
    kept: dict[str, list[str]] = {}
    for line in TORRC.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition(" ")
        if key == "HiddenServiceDir":
            kept = found.setdefault(Path(value).name, {})
        kept.setdefault(key, []).append(value)
    return found


def verify(text: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    if shutil.which("tor") is None:
        need("checking torrc with Tor itself", "tor (Debian package tor)")
    folder.chmod(0o700)
    torrc = folder / "torrc"
    torrc.write_text(text.replace("/var/lib/tor", str(folder)))
    command = ["tor", "--verify-config", "--defaults-torrc", "/dev/null", "-f", str(torrc)]
    command += ["--DataDirectory", str(folder / "data")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_tor_takes_it_without_a_warning(tmp_path: Path) -> None:
    done = verify(TORRC.read_text("utf-8"), tmp_path)
    assert done.returncode == 0, done.stdout
    assert "Configuration was valid" in done.stdout
    warned = [line for line in done.stdout.splitlines() if "[warn]" in line and "Tor as root" not in line]
    assert warned == []


def test_tor_refuses_a_setting_that_does_not_exist(tmp_path: Path) -> None:
    assert verify(TORRC.read_text("utf-8") + "HiddenServiceProofOfWork 1\n", tmp_path).returncode != 0


def test_each_address_leads_to_its_own_socket_of_the_house() -> None:
    command = Unit.read("amana-server").one("ExecStart").replace("%t", "/run")
    found = re.search(r"--bind (\S+) --reporters (\S+)", command)
    assert found is not None
    ports = {name: one["HiddenServicePort"] for name, one in services().items()}
    assert ports == {"amana-reviewers": [f"80 {found[1]}"], "amana-reporters": [f"80 {found[2]}"]}
    allowed = (ROOT / "deploy" / "tor" / "apparmor.local").read_text("utf-8")
    assert set(re.findall(r"^(\S+) rw,$", allowed, re.MULTILINE)) == {
        one.removeprefix("unix:") for one in found.groups()
    }


def test_the_reporters_address_is_defended_and_tells_the_house_nothing_of_circuits() -> None:
    reporters = services()["amana-reporters"]
    assert reporters["HiddenServicePoWDefensesEnabled"] == ["1"]
    assert reporters["HiddenServiceEnableIntroDoSDefense"] == ["1"]
    text = TORRC.read_text("utf-8")
    for never in ("HiddenServiceExportCircuitID", "SingleHop", "NonAnonymous", "ControlPort", "ControlSocket"):
        assert never not in text
    assert "\nSocksPort 0\n" in text


def test_a_clients_key_is_one_pair_in_the_form_that_tor_reads() -> None:
    public, private = pair(ADDRESS)
    kinds, theirs = public.strip().rsplit(":", 1)
    address, kind, way, mine = private.strip().split(":")
    assert (kinds, address, kind, way) == ("descriptor:x25519", ADDRESS, "descriptor", "x25519")
    seed = base64.b32decode(mine + "====")
    assert len(theirs) == len(mine) == 52
    assert (
        base64.b32decode(theirs + "====") == X25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    )


def test_a_clients_private_key_is_written_for_her_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.onion_client", f"{ADDRESS}.onion", "r1", str(tmp_path / "keys")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    private = tmp_path / "keys" / "r1.auth_private"
    assert private.stat().st_mode & 0o077 == 0
    assert private.read_text().split(":")[-1].strip() not in done.stdout
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 1  # never overwritten


@pytest.mark.parametrize(("address", "name"), [("amana.example", "r1"), (f"{ADDRESS}.onion", "../r1")])
def test_a_wrong_address_or_name_makes_no_key(tmp_path: Path, address: str, name: str) -> None:
    command = [sys.executable, "-m", "deploy.onion_client", address, name, str(tmp_path / "keys")]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 2
    assert not (tmp_path / "keys").exists()
