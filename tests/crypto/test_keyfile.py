"""Key files open to their passphrase alone."""

import os

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import keyfile
from crypto.errors import MalformedError, OpenError
from crypto.keyfile import CHEAPEST, DEAREST, KeyFile, KeyRing

RING = KeyRing.new("desk", "anan", os.urandom)
FILE = keyfile.lock(RING, "passphrase", os.urandom, CHEAPEST)
READ = KeyFile.decode(FILE, limit=4096)


def test_round_trip() -> None:
    assert keyfile.unlock(FILE, "passphrase") == RING
    assert len(RING.identity_public) == 32
    assert len(RING.encryption_public) == 1216
    assert repr(RING) == "KeyRing(desk anan)"
    for secret in (RING.identity, RING.encryption, RING.extra):
        assert secret not in FILE


@pytest.mark.parametrize(
    "changes", [{"name": "bela"}, {"role": "custodian"}, {"salt": bytes(16)}, {"nonce": bytes(12)}, {"passes": 2},
                {"memory": 16}, {"memory": 8, "lanes": 4}, {"sealed": b""}, {"sealed": READ.sealed[:-1]}]
)  # fmt: skip
def test_changed_it_does_not_open(changes: dict[str, object]) -> None:
    with pytest.raises(OpenError):
        keyfile.unlock(msgspec.structs.replace(READ, **changes).encode(), "passphrase")


def test_the_longest_name() -> None:
    ring = KeyRing.new("log", "n" * 64, os.urandom)
    assert keyfile.unlock(keyfile.lock(ring, "passphrase", os.urandom, CHEAPEST), "passphrase") == ring


def test_another_passphrase() -> None:
    for wrong in ("", "Passphrase", "passphrase "):
        with pytest.raises(OpenError):
            keyfile.unlock(FILE, wrong)


@pytest.mark.parametrize(
    "changes", [{"memory": DEAREST.memory + 1}, {"memory": 0}, {"passes": 17}, {"lanes": 0}, {"lanes": 17},
                {"role": "x"}, {"name": ""}, {"name": "n" * 65}, {"salt": b""}, {"nonce": b""}, {"version": 2}]
)  # fmt: skip
def test_what_no_key_file_says(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        keyfile.unlock(msgspec.msgpack.encode(msgspec.structs.replace(READ, **changes)), "passphrase")


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, len(READ.sealed) - 1), change=st.integers(1, 255))
def test_any_changed_byte_of_the_seeds(place: int, change: int) -> None:
    bad = bytearray(READ.sealed)
    bad[place] ^= change
    with pytest.raises(OpenError):
        keyfile.unlock(msgspec.structs.replace(READ, sealed=bytes(bad)).encode(), "passphrase")
