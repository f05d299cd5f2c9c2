"""Officers name outside witnesses, at the ceremony or later: bundle and trust.json say who, where, and how many."""

import json
import os
from pathlib import Path

import pytest

from client import ceremony, cli, witness_policy
from client.ceremony import Choices
from client.ceremony_folder import CeremonyFolder
from client.errors import UsageError
from crypto.keyfile import CHEAPEST, KeyRing
from crypto.notes import Kind, Vkey
from policies import cast
from tests.client.conftest import PASSPHRASE


def partner(name: str, kind: Kind = Kind.COSIGNATURE) -> str:
    return str(Vkey(name, kind, KeyRing.new("witness", name, os.urandom).identity_public))


THREE = tuple((partner(f"w{number}.partner.example/1"), f"https://w{number}.example") for number in (1, 2, 3))


def init(path: Path, **choices: object) -> CeremonyFolder:
    made = Choices(**{"k": 2, **choices})  # type: ignore[arg-type]
    return ceremony.init(cast.example(), path, made, passphrase=PASSPHRASE, draw=os.urandom, cost=CHEAPEST)


def test_the_ceremony_takes_keys_that_witnesses_made(tmp_path: Path) -> None:
    folder = init(tmp_path / "c", witnesses=THREE, quorum=2)
    bundle, _ = folder.newest()
    for policy in (bundle.log_policy, folder.trust().log_policy):
        assert [str(key) for key in policy.witnesses] == [vkey for vkey, _ in THREE]
        assert policy.quorum == 2
        assert [url for _, url in policy.named] == [url for _, url in THREE]
    assert not (folder.path / "witnesses").exists()  # nobody here ever has their keys


def test_later_by_the_next_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = init(tmp_path / "c")
    assert folder.trust().log_policy.quorum == 0
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    monkeypatch.setenv("AMANA_PASSPHRASE_FILE", str(secret))
    words = [word for vkey, url in THREE for word in ("--witness", vkey, url)]
    assert cli.main(["officer", "witnesses", "--ceremony", str(folder.path), "--quorum", "2", *words]) == 0
    bundle, _ = folder.newest()
    assert (bundle.number, bundle.log_policy.quorum, bundle.log_policy.named[2][1]) == (2, 2, "https://w3.example")
    assert folder.trust().log_policy.lines == bundle.body.witnesses
    assert json.loads((folder.path / "trust.json").read_text())["threshold"] == 2
    assert cli.main(["officer", "witnesses", "--ceremony", str(folder.path), "--quorum", "0"]) == 0
    assert folder.newest()[0].log_policy.quorum == 0


@pytest.mark.parametrize(
    ("witnesses", "quorum"),
    [
        ((("nothing", "https://w.example"),), 1),
        (((partner("o1", Kind.ED25519), "https://w.example"),), 1),
        ((THREE[0], THREE[0]), 1),
        (((THREE[0][0], "https://a b"),), 1),
        (((THREE[0][0], "https://a#b"),), 1),
        (((THREE[0][0], "w1.example:7380"),), 1),
        (THREE, 4),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, witnesses: tuple[tuple[str, str], ...], quorum: int) -> None:
    with pytest.raises(UsageError):
        witness_policy.checked(witnesses, quorum)
    with pytest.raises(UsageError):
        init(tmp_path / "c", witnesses=witnesses, quorum=quorum)
    assert not (tmp_path / "c").exists()
