"""Seals open to their key and info alone; another implementation agrees (protocol 1.5)."""

import os

import pytest
from Crypto.Protocol import HPKE
from Crypto.PublicKey import Hybrid
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import envelope, hybrid
from crypto.errors import MalformedError, OpenError
from tests.crypto import sample

SEED = bytes(range(32))
PUBLIC = hybrid.public_key(SEED)
OTHER = hybrid.public_key(bytes(32))
SEALED = hybrid.seal(PUBLIC, b"a secret", b"info")
SEVERAL = hybrid.seal_all([OTHER, PUBLIC], b"a secret", b"info", os.urandom)


@settings(max_examples=30)
@given(plaintext=st.binary(max_size=3000), info=st.binary(max_size=200))
def test_round_trip(plaintext: bytes, info: bytes) -> None:
    sealed = hybrid.seal(PUBLIC, plaintext, info)
    assert len(sealed) == len(plaintext) + hybrid.OVERHEAD
    assert hybrid.unseal(SEED, sealed, info) == plaintext
    several = hybrid.seal_all([OTHER, PUBLIC], plaintext, info, os.urandom)
    assert len(several) == 1 + 2 * hybrid.WRAP + len(plaintext) + 16
    for seed in (SEED, bytes(32)):
        assert hybrid.unseal_any(seed, several, info) == plaintext


def test_several_may_be_one() -> None:
    """A report's audit record often has a single auditor."""
    assert hybrid.unseal_any(SEED, hybrid.seal_all([PUBLIC], b"a secret", b"info", os.urandom), b"info") == b"a secret"


def test_wraps_have_the_size_that_is_said() -> None:
    for count in (1, 2):
        wrapped = hybrid.wrap_all([OTHER, PUBLIC][-count:], b"info", os.urandom)
        assert len(wrapped) == hybrid.wrapped_size(count)
        assert hybrid.unseal_any(SEED, hybrid.seal_wrapped(wrapped, b"a secret", b"info"), b"info") == b"a secret"


def test_sealing_twice_gives_nothing_in_common() -> None:
    assert hybrid.seal(PUBLIC, b"a secret", b"info")[:1120] != SEALED[:1120]


@settings(max_examples=60)
@given(place=st.integers(0, len(SEALED) - 1), change=st.integers(1, 255))
def test_any_changed_byte_closes_it(place: int, change: int) -> None:
    bad = bytearray(SEALED)
    bad[place] ^= change
    with pytest.raises(OpenError):
        hybrid.unseal(SEED, bytes(bad), b"info")


@settings(max_examples=60)
@given(place=st.integers(0, len(SEVERAL) - 1), change=st.integers(1, 255))
def test_of_several_any_byte_that_is_hers_closes_it(place: int, change: int) -> None:
    bad = bytearray(SEVERAL)
    bad[place] ^= change
    if 1 <= place < 1 + hybrid.WRAP:  # another recipient's wrap
        assert hybrid.unseal_any(SEED, bytes(bad), b"info") == b"a secret"
        return
    with pytest.raises(OpenError):
        hybrid.unseal_any(SEED, bytes(bad), b"info")


def test_other_info_another_key_and_less() -> None:
    for seed, sealed, info in (
        (SEED, SEALED, b""),
        (SEED, SEALED, b"info "),
        (bytes(32), SEALED, b"info"),
        (SEED, SEALED + b"\0", b"info"),
        *((SEED, SEALED[:size], b"info") for size in (0, 1, 32, 1088, 1119, 1120, 1121, 1136, len(SEALED) - 1)),
        (SEED, SEALED[:1088] + bytes(32) + SEALED[1120:], b"info"),
        (SEED, bytes(len(SEALED)), b"info"),
    ):
        with pytest.raises(OpenError) as caught:
            hybrid.unseal(seed, sealed, info)
        assert str(caught.value) == ""  # it says nothing more, on purpose
    for seed, sealed, info in (
        (bytes([1] * 32), SEVERAL, b"info"),
        (SEED, SEVERAL, b""),
        (SEED, SEVERAL[:-1], b"info"),
        (SEED, b"\0" + SEVERAL[1:], b"info"),
        (SEED, b"\xff" + SEVERAL[1:], b"info"),
        (SEED, b"", b"info"),
        (SEED, b"\1", b"info"),
    ):
        with pytest.raises(OpenError):
            hybrid.unseal_any(seed, sealed, info)


@pytest.mark.parametrize(
    "bad",
    [b"", PUBLIC[:-1], PUBLIC + b"\0", b"\xff" * 1184 + PUBLIC[1184:], PUBLIC[:1184] + bytes(32),
     PUBLIC[:1184] + b"\1" + bytes(31)],
)  # fmt: skip
def test_a_bad_public_key_is_malformed(bad: bytes) -> None:
    with pytest.raises(MalformedError):
        hybrid.check_public(bad)
    with pytest.raises(MalformedError):
        hybrid.seal(bad, b"", b"")
    with pytest.raises(MalformedError):
        hybrid.seal_all([PUBLIC, bad], b"", b"", os.urandom)
    hybrid.check_public(PUBLIC)


def test_seeds_and_numbers_of_recipients() -> None:
    with pytest.raises(MalformedError):
        hybrid.public_key(bytes(31))
    for several in ([], [PUBLIC] * 256):
        with pytest.raises(MalformedError):
            hybrid.seal_all(several, b"", b"", os.urandom)


def test_boxes() -> None:
    box = hybrid.lock_box(SEED, b"x")
    assert hybrid.open_box(SEED, box) == b"x"
    for key, sealed in ((bytes(32), box), (SEED, box[:-1]), (SEED, b""), (SEED, box + b"\0")):
        with pytest.raises(OpenError):
            hybrid.open_box(key, sealed)


@pytest.mark.parametrize("size", [0, 1, 32, 5000])
def test_pycryptodome_opens_what_we_seal_and_we_open_what_it_seals(size: int) -> None:
    plaintext, info = os.urandom(size), b"amana/1 cross-check"
    private = Hybrid.HybridKey(param_set=Hybrid.MLKEM768_X25519, seed=SEED)
    sealed = hybrid.seal(PUBLIC, plaintext, info)
    theirs = HPKE.new(receiver_key=private, aead_id=HPKE.AEAD.AES256_GCM, enc=sealed[:1120], info=info)
    assert theirs.unseal(sealed[1120:]) == plaintext
    to_us = Hybrid.HybridKey(param_set=Hybrid.MLKEM768_X25519, pk=PUBLIC)
    sender = HPKE.new(receiver_key=to_us, aead_id=HPKE.AEAD.AES256_GCM, info=info)
    made = sender.seal(plaintext)
    assert hybrid.unseal(SEED, sender.enc + made, info) == plaintext


def test_pycryptodome_opens_what_we_seal_to_several() -> None:
    private = Hybrid.HybridKey(param_set=Hybrid.MLKEM768_X25519, seed=SEED)
    wrap = SEVERAL[1 + hybrid.WRAP : 1 + 2 * hybrid.WRAP]
    theirs = HPKE.new(receiver_key=private, aead_id=HPKE.AEAD.AES256_GCM, enc=wrap[:1120], info=b"info")
    key = theirs.unseal(wrap[1120:])
    assert AESGCM(key).decrypt(bytes(12), SEVERAL[1 + 2 * hybrid.WRAP :], b"info") == b"a secret"


def test_a_key_that_was_made_once_opens_whatever_its_seed_opens() -> None:
    key = hybrid.PrivateKey(SEED)
    assert hybrid.PrivateKey.of(key) is key
    for _ in range(2):
        assert key.unseal(SEALED, b"info") == hybrid.unseal(key, SEALED, b"info") == b"a secret"
        assert hybrid.unseal_any(key, SEVERAL, b"info") == b"a secret"
    with pytest.raises(OpenError):
        key.unseal(SEALED, b"other info")
    with pytest.raises(MalformedError):
        hybrid.PrivateKey(SEED[:-1])
    assert not any(shown in repr(key) for shown in (SEED.hex(), repr(SEED)[2:-1]))


def test_her_key_is_made_once_for_all_slots_of_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk lists thousands of slots, and making the key costs as much as trying one."""
    made, honest = [], hybrid.PrivateKey.__init__

    def counted(self: hybrid.PrivateKey, seed: bytes) -> None:
        made.append(seed)
        honest(self, seed)

    report = sample.report()
    monkeypatch.setattr(hybrid.PrivateKey, "__init__", counted)
    slots = report.envelope.slots()
    mine = envelope.find_slot(slots, report.envelope.id, sample.seed("anan"))
    assert made == [sample.seed("anan")]
    key = hybrid.PrivateKey(sample.seed("anan"))
    assert envelope.find_slot(slots, report.envelope.id, key) == mine
    assert len(made) == 2
