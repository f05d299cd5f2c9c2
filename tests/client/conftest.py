"""A ceremony on disk with cheap key files, and a house in memory that knows its keys; an export to be bent."""

import os
import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from client import ceremony, exporting
from client.api import House
from client.ceremony_folder import CeremonyFolder
from client.keys import read_key
from client.publishing import publish
from client.trusting import InForce, in_force
from crypto.keyfile import CHEAPEST
from tests.client.auditing import some_work
from tests.client.bending import Bent
from tests.client.fake_house import FakeHouse
from tests.harness import Running

PASSPHRASE = "six words make a good one"
DAY = 20781


@dataclass
class Rehearsal:
    home: Path
    folder: CeremonyFolder
    fake: FakeHouse

    @property
    def house(self) -> House:
        return House("http://house.example", client=self.fake, sleep=lambda _: None)

    @property
    def in_force(self) -> InForce:
        return in_force(self.house, self.folder.trust(), today=DAY)


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made")
    people = ceremony.load_people(Path(str(files("data").joinpath("people.json"))))
    choices = ceremony.Choices(k=2, rehearsal=True)
    folder = ceremony.init(people, home / "ceremony", choices, passphrase=PASSPHRASE, draw=os.urandom, cost=CHEAPEST)
    assert ceremony.install(folder, home)
    return home


@pytest.fixture
def unpublished(_made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearsal:
    home = tmp_path / "home"
    shutil.copytree(_made, home)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    monkeypatch.setenv("AMANA_HOME", str(home))
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(secret))
    folder = CeremonyFolder(home / "ceremony")
    log = read_key(folder.log_key, PASSPHRASE)
    gates = {"gate-1": read_key(folder.key("gates", "gate-1"), PASSPHRASE)}
    return Rehearsal(home, folder, FakeHouse(log, gates, DAY))


@pytest.fixture
def rehearsal(unpublished: Rehearsal) -> Rehearsal:
    publish(unpublished.folder, unpublished.house)
    return unpublished


@pytest.fixture(scope="module")
def exported(world: Running) -> Bent:
    some_work(world)
    folder = world.folder / "log"
    exporting.export(world.house, world.organisation.trust, folder)
    return Bent(folder, world.organisation)


@pytest.fixture
def bent(exported: Bent, tmp_path: Path) -> Bent:
    folder = tmp_path / "log"
    shutil.copytree(exported.path, folder)
    return Bent(folder, exported.organisation)
