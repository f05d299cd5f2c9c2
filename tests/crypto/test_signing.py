"""A signature made for one use is none for another (protocol 1.4)."""

import pytest

from crypto import notes, signing
from crypto.errors import MalformedError, ProofError
from crypto.labels import USES, Label

SEED = bytes(range(32))
PUBLIC = signing.public_key(SEED)


@pytest.mark.parametrize("label", Label)
def test_a_signature_holds_in_its_own_domain_alone(label: Label) -> None:
    made = signing.sign(SEED, label, b"message")
    signing.verify(PUBLIC, label, b"message", made)
    for other in Label:
        if other is not label:
            with pytest.raises(ProofError):
                signing.verify(PUBLIC, other, b"message", made)


def test_anything_changed_is_refused() -> None:
    made = signing.sign(SEED, Label.ASK, b"message")
    for public, message, signature in (
        (PUBLIC, b"messages", made),
        (PUBLIC, b"", made),
        (signing.public_key(bytes(32)), b"message", made),
        (PUBLIC[:-1], b"message", made),
        (b"", b"message", made),
        (b"\xff" * 32, b"message", made),
        (PUBLIC, b"message", made[:-1]),
        (PUBLIC, b"message", made + b"\0"),
        (PUBLIC, b"message", b""),
        (PUBLIC, b"message", bytes(64)),
        *((PUBLIC, b"message", made[:i] + bytes([made[i] ^ 1]) + made[i + 1 :]) for i in range(64)),
    ):
        with pytest.raises(ProofError):
            signing.verify(public, Label.ASK, message, signature)
    with pytest.raises(MalformedError):
        signing.sign(bytes(31), Label.ASK, b"")


def test_s_beyond_the_order_is_refused() -> None:
    made = signing.sign(SEED, Label.ASK, b"message")
    order = 2**252 + 27742317777372353535851937790883648493
    again = made[:32] + (int.from_bytes(made[32:], "little") + order).to_bytes(32, "little")
    with pytest.raises(ProofError):
        signing.verify(PUBLIC, Label.ASK, b"message", again)


def test_labels_are_one_table() -> None:
    values = [label.value for label in Label]
    assert len(values) == len(Label.__members__) == len(USES)
    assert set(USES) == set(Label)
    for value in values:
        assert value.startswith(b"amana/1 ")
        assert value.decode("ascii").rstrip("\n").isprintable()
        assert value.endswith(b"\n") == value.startswith(b"amana/1 note ")
        assert not any(other.startswith(value) for other in values if other != value)


def test_no_message_signature_is_a_signature_of_a_note() -> None:
    """The log's and the officers' keys sign notes: text under another first line is none of theirs."""
    text = f"{Label.NOTE_CURRENT.value.decode()}day 2026-11-23\n"
    line = notes.sign_ed25519("gate-1", SEED, text)
    raw = notes.unb64(line.split(" ")[2].strip())[4:]
    signing.verify(PUBLIC, Label.NOTE_CURRENT, b"day 2026-11-23\n", raw)
    for label in Label:
        if label is not Label.NOTE_CURRENT:
            with pytest.raises(ProofError):
                signing.verify(PUBLIC, label, b"day 2026-11-23\n", raw)
